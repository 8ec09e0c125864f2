"""Scans of many repositories: equal to `check`, resumable, and nothing lost when a worker dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest
from tests.server.command_line import Run
from tests.server.scanning.repositories import checked, command, finished, rows, summary, write
from tests.server.test_integrators import sarif_schema

PATIENCE = 600
"""Seconds that a step may take on a machine that is overloaded; Ray alone has taken minutes to start on one."""


def _scanned(*arguments: str | Path, home: Path) -> tuple[int, str, str]:
    process = command("scan", *arguments, home=home)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three repositories, scanned into ``out`` by two workers in small batches."""
    home = tmp_path_factory.mktemp("scan")
    repositories = write(home / "clones", 3, 5)
    code, out, err = _scanned(
        *repositories, home / "clones" / "gone", "--out", "out", "--workers", "2",
        "--max-batch-bytes", "4000", home=home,
    )  # fmt: skip
    assert code == 1, err
    assert "repositories:       3 of 4" in out
    assert "gone: no such folder" in err
    return home


@pytest.fixture(scope="module")
def repositories(home: Path) -> list[Path]:
    return [home / "clones" / f"repository{number}" for number in range(3)]


def test_findings_are_those_of_check(home: Path, repositories: list[Path]) -> None:
    # The first repository names a model, which a scan does not take from it.
    settings = repositories[0] / "pyproject.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('model = "mine"\n', ""), "utf-8")
    try:
        expected = checked(repositories, home=home)
    finally:
        settings.write_text(text, "utf-8")
    assert {"GS101", "GS102"} < {finding["rule"] for finding in expected}
    assert any(finding["rule"].startswith("GS3") for finding in expected)
    found = rows(home / "out")
    assert len(found) == len(expected)
    for row, finding in zip(found, expected, strict=True):
        for key in (
            "repository",
            "path",
            "line",
            "column",
            "rule",
            "name",
            "message",
            "severity",
            "fingerprint",
        ):
            assert row[key] == finding[key]
        assert (row["end_line"], row["end_column"]) == (finding["endLine"], finding["endColumn"])
        assert row["probability"] == finding["probability"]
        gap = finding["deltaEnergy"]
        assert row["delta_energy"] == (None if gap is None else gap["soft"])
        assert [repair["title"] for repair in row["repairs"]] == [
            item["title"] for item in finding["repairs"]
        ]
        assert [[edit["text"] for edit in repair["edits"]] for repair in row["repairs"]] == [
            [edit["text"] for edit in repair["edits"]] for repair in finding["repairs"]
        ]


def test_sarif_is_one_valid_log_of_all(home: Path, repositories: list[Path]) -> None:
    log = json.loads((home / "out" / "findings.sarif").read_text("utf-8"))
    jsonschema.Draft4Validator(sarif_schema()).validate(log)
    (run,) = log["runs"]
    assert len(run["results"]) == len(rows(home / "out"))
    for result, row in zip(run["results"], rows(home / "out"), strict=True):
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert (place["uriBaseId"], place["uri"]) == (row["repository"], row["path"])
        assert result["partialFingerprints"] == {"groundstate/v1": row["fingerprint"]}
    bases = run["originalUriBaseIds"]
    assert bases["repository1"]["uri"] == repositories[1].as_uri() + "/"
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "no such folder"


def test_the_manifest_says_what_was_used(home: Path) -> None:
    manifest = json.loads((home / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["model"].isalnum()
    assert manifest["settings"] == {}
    (run,) = manifest["runs"]
    assert run["engine"] == "local"
    assert None not in [run["versions"][name] for name in ("python", "numpy", "pyarrow")]


def test_what_is_finished_is_not_scanned_again(home: Path, repositories: list[Path]) -> None:
    before = (home / "out" / "findings.parquet").read_bytes()
    gone = home / "clones" / "gone"
    assert _scanned(*repositories, gone, "--out", "out", home=home)[0] == 1
    shown = summary(home / "out")
    assert shown["batches"] == 0
    assert [entry["earlier"] for entry in shown["repositories"]] == [5, 7, 5, 0]
    assert (home / "out" / "findings.parquet").read_bytes() == before


def test_what_is_made_otherwise_needs_another_folder(home: Path, repositories: list[Path]) -> None:
    code, _, err = _scanned(*repositories, "--out", "out", "--select", "GS1", home=home)
    assert code == 2
    assert "out holds a scan made with model" in err
    code, _, err = _scanned(*repositories, "--out", "out", "--sensitivity", "all", home=home)
    assert code == 2
    assert 'made with settings {}, and this one is made with {"sensitivity": "all"}' in err


def test_a_killed_scan_goes_on(home: Path, repositories: list[Path]) -> None:
    out = home / "killed"
    options = ("--out", out, "--workers", "1", "--max-batch-bytes", "1")
    process = command("scan", *repositories, *options, home=home)
    _wait_for(lambda: finished(out) >= 3, process)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    psutil.wait_procs(children, timeout=30)
    before = finished(out)
    assert 3 <= before < 17
    assert not any(child.is_running() for child in children), "a worker outlived the scan"
    assert not (out / "findings.parquet").exists()
    assert _scanned(*repositories, *options, home=home)[0] == 1
    shown = summary(out)
    assert sum(entry["earlier"] for entry in shown["repositories"]) == before
    assert shown["batches"] == 17 - before
    assert rows(out) == rows(home / "out")


def test_a_local_worker_that_dies_loses_nothing(home: Path, repositories: list[Path]) -> None:
    out = home / "local"
    process = command(
        "scan", *repositories, "--out", out, "--workers", "2", "--max-batch-bytes", "1", home=home
    )
    _wait_for(lambda: finished(out) >= 2, process)
    worker = next(
        child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())
    )
    worker.kill()
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    assert summary(out)["workers_died"] == 1
    assert rows(out) == rows(home / "out")


@pytest.mark.cluster
def test_a_ray_worker_that_dies_loses_nothing(home: Path, repositories: list[Path]) -> None:
    """A cluster of this machine; one of its actors is killed while it scans. Without ray this fails: `dev` has it."""
    out = home / "ray"
    process = command(
        "scan", *repositories, "--out", out, "--engine", "ray", "--workers", "2", "--max-batch-bytes", "1",
        home=home,
    )  # fmt: skip
    _wait_for(lambda: finished(out) >= 2, process)
    actors = [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if child.cmdline() and child.cmdline()[0].startswith("ray::Worker")
    ]
    assert len(actors) == 2
    os.kill(actors[0].pid, signal.SIGKILL)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    assert "2 Ray actors" in err
    shown = summary(out)
    assert (shown["workers_died"], shown["batches_given_again"]) == (1, 1)
    assert rows(out) == rows(home / "out")
    assert (out / "findings.sarif").read_text("utf-8").count('"ruleId"') == len(rows(out))


def test_a_cluster_that_is_not_there_is_named(run: Run, folder: Path) -> None:
    (folder / "a.py").write_text("x = 1\n", "utf-8")
    options = ("--select", "GS1", "--engine", "ray", "--address", "127.0.0.1:1")
    ran = run("scan", ".", "--out", "out", *options)
    assert ran.code == 2
    assert "groundstate: error: Ray: no cluster answers at 127.0.0.1:1: " in ran.err


def test_a_repository_that_cannot_be_used_is_a_problem_and_the_rest_is_scanned(
    run: Run, folder: Path
) -> None:
    (folder / "good").mkdir()
    (folder / "good" / "a.py").write_text("print(nmae)\n", "utf-8")
    (folder / "good" / "big.py").write_text("x = 1\n" * 100, "utf-8")
    (folder / "bad").mkdir()
    (folder / "bad" / "pyproject.toml").write_text("[tool.groundstate]\nselct = 1\n", "utf-8")
    (folder / "based").mkdir()
    (folder / "based" / "groundstate.toml").write_text('baseline = "known.json"\n', "utf-8")
    (folder / "list.txt").write_text("# ours\ngood\nbad  # broken\nbased\ngone\n\n", "utf-8")
    ran = run("scan", "list.txt", "--out", "out", "--select", "GS1", "--max-file-bytes", "300")
    assert ran.code == 1
    assert "bad/pyproject.toml: [tool.groundstate]: unknown key `selct`; did you mean `select`?" in ran.err
    assert "gone: no such folder" in ran.err
    assert "there is no such baseline" in ran.err
    assert "big.py: not checked: it has 600 bytes, more than --max-file-bytes 300" in ran.err
    assert "findings:           1 (GS102 1)" in ran.out
    assert [row["path"] for row in rows(folder / "out")] == ["a.py"]
    assert run("scan", "gone", "--out", "nothing").code == 2
    assert run("scan", "good", "--out", "zero", "--select", "GS1", "--exit-zero").code == 0
    ran = run("scan", "good", "--out", "small", "--select", "GS1", "--max-repository-bytes", "100")
    assert ran.code == 2
    assert "not scanned: 612 bytes of Python are more than --max-repository-bytes 100" in ran.err


def test_a_baseline_hides_what_it_hides_in_check(run: Run, folder: Path) -> None:
    root = folder / "based"
    root.mkdir()
    (root / "groundstate.toml").write_text('baseline = "known.json"\nselect = ["GS1"]\n', "utf-8")
    (root / "a.py").write_text("print(nmae)\n", "utf-8")
    assert run("check", "based", "--update-baseline").code == 0
    (root / "b.py").write_text("print(ohter)\n", "utf-8")
    assert run("check", "based").code == 1
    assert run("scan", "based", "--out", "out", "--select", "GS1").code == 1
    assert [row["path"] for row in rows(folder / "out")] == ["b.py"]
    assert run("check", "based", "--update-baseline").code == 0
    assert run("scan", "based", "--out", "out", "--select", "GS1").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.txt",), "nothing.txt: names no repository"),
        (("bytes.bin",), "bytes.bin: a file names repositories, a folder a line, and this one is not UTF-8"),
        ((".", "--address", "auto"), "--address is of a Ray cluster"),
        ((".", "--model", "none"), "none"),
    ],
)
def test_what_cannot_be_meant_is_said(run: Run, folder: Path, arguments: tuple[str, ...], said: str) -> None:
    (folder / "nothing.txt").write_text("# nothing\n", "utf-8")
    (folder / "bytes.bin").write_bytes(b"\xff\xfe\0")
    ran = run("scan", *arguments, "--out", "out")
    assert ran.code == 2
    assert said in ran.err
    assert not (folder / "out" / "findings.parquet").exists()


@pytest.mark.parametrize("missing", ["pyarrow", "ray"])
def test_a_missing_extra_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    import importlib.util

    found: Callable[..., Any] = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == missing else found(name, *rest)
    )
    ran = run("scan", ".", "--out", "out", "--engine", "ray")
    assert ran.code == 2
    assert ran.err == f"groundstate: error: scan needs {missing}: install `groundstate[scan]`\n"


def test_a_store_that_is_held_or_damaged_is_named(run: Run, folder: Path) -> None:
    (folder / "a.py").write_text("x = 1\n", "utf-8")
    assert run("scan", ".", "--out", "out", "--select", "GS1").code == 0
    (folder / "out" / "results.sqlite").write_bytes(b"no database, but long enough to look at it twice" * 99)
    for suffix in ("-wal", "-shm"):
        (folder / "out" / f"results.sqlite{suffix}").unlink(missing_ok=True)
    ran = run("scan", ".", "--out", "out", "--select", "GS1")
    assert ran.code == 2
    assert "results.sqlite: not the store of a scan that can be used" in ran.err


def test_a_folder_that_is_no_scan_is_left_alone(run: Run, folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "manifest.json").write_text("[]", "utf-8")
    ran = run("scan", ".", "--out", "out", "--select", "GS1")
    assert ran.code == 2
    assert "not the manifest of a scan" in ran.err


def _wait_for(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + PATIENCE
    while not reached():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "nothing was scanned"
        time.sleep(0.005)
