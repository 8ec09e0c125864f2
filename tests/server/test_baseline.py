"""The baseline: known findings stay silent while lines move, what is fixed falls out, and the file is never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.server.command_line import Ran, Run

from groundstate.atomic_files import replace_file

KNOWN = "def mean(values):\n    return totl / len(values)\n"
NEW = "def middle(values):\n    return values[hlf]\n"
FILE = "known.json"


@pytest.fixture
def project(folder: Path) -> Path:
    """A project whose one finding is in the baseline that its settings name."""
    settings = f'[tool.groundstate]\nselect = ["GS1"]\nbaseline = "{FILE}"\n'
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    (folder / "a.py").write_text(KNOWN, encoding="utf-8")
    (folder / "b.py").write_text(KNOWN.replace("totl", "sm"), encoding="utf-8")
    return folder


@pytest.fixture
def check(run: Run, project: Path) -> Run:
    """Runs ``groundstate check`` in the project, whose baseline is up to date."""
    assert run("check", "--update-baseline") == Ran(
        0, "", "groundstate: known.json: 2 findings; there were 0\n"
    )
    return lambda *arguments: run("check", *arguments)


def entries(project: Path) -> dict[str, list[str]]:
    """The messages in the baseline, by path."""
    findings = json.loads((project / FILE).read_text(encoding="utf-8"))["findings"]
    return {path: [item["message"] for item in items] for path, items in findings.items()}


def test_what_is_known_is_not_reported(check: Run, project: Path) -> None:
    assert check() == Ran(0, "No findings (2 in the baseline); 2 files checked.\n", "")
    ran = check("--no-baseline", "--output-format", "concise")
    assert ran.code == 1
    assert "2 findings; 2 files checked." in ran.out


def test_the_file_is_one_line_a_finding(check: Run, project: Path) -> None:
    lines = (project / FILE).read_text(encoding="utf-8").splitlines()
    assert lines[:4] == ["{", '  "version": 1,', '  "findings": {', '    "a.py": [']
    found = json.loads(lines[4])
    assert found["rule"] == "GS102"
    assert found["message"] == "no scope defines `totl`"
    log = json.loads(check("--no-baseline", "--output-format", "sarif").out)
    results = log["runs"][0]["results"]
    assert results[0]["partialFingerprints"] == {"groundstate/v1": found["fingerprint"]}


def test_lines_may_move_and_a_new_finding_is_reported(check: Run, project: Path) -> None:
    (project / "a.py").write_text(f"import os\n\n\n{NEW}\n\n{KNOWN}", encoding="utf-8")
    ran = check("--output-format", "concise")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "a.py:5:19: GS102 undefined-name: no scope defines `hlf`",
        "1 finding (2 in the baseline); 2 files checked.",
    ]


def test_the_same_finding_once_more_is_new(check: Run, project: Path) -> None:
    (project / "a.py").write_text(KNOWN + "    return totl / len(values)\n", encoding="utf-8")
    assert (
        check("--output-format", "concise").out.splitlines()[-1].startswith("1 finding (2 in the baseline)")
    )


def test_what_is_fixed_falls_out(check: Run, project: Path) -> None:
    (project / "a.py").write_text(KNOWN.replace("totl", "sum(values)"), encoding="utf-8")
    said = "groundstate: known.json: 1 finding is fixed; --prune-baseline takes out what is\n"
    assert check() == Ran(0, "No findings (1 in the baseline); 2 files checked.\n", said)
    ran = check("--error-stale-baseline")
    assert ran.code == 1
    assert ran.err == (
        "groundstate: known.json: a.py: GS102 is fixed, --prune-baseline takes it out: no scope defines `totl`\n"
    )
    (project / "c.py").write_text(NEW, encoding="utf-8")
    ran = check("--prune-baseline")
    assert ran.code == 1, "what is new is reported, and not added"
    assert ran.err == "groundstate: known.json: 1 finding; 1 fixed and taken out\n"
    assert entries(project) == {"b.py": ["no scope defines `sm`"]}
    (project / "c.py").unlink()
    assert check("--error-stale-baseline").code == 0


def test_what_a_run_does_not_look_at_is_kept(check: Run, project: Path) -> None:
    before = (project / FILE).read_text(encoding="utf-8")
    for arguments in (("b.py",), ("--select", "GS101"), ("--ignore", "GS102")):
        for use in ("--update-baseline", "--prune-baseline"):
            assert check(*arguments, use).code == 0
            assert (project / FILE).read_text(encoding="utf-8") == before
        assert check(*arguments, "--error-stale-baseline").code == 0


def test_a_file_that_is_gone_falls_out(check: Run, project: Path) -> None:
    (project / "a.py").unlink()
    assert check("--error-stale-baseline", "b.py").code == 1
    assert check("--update-baseline", "b.py").code == 0
    assert list(entries(project)) == ["b.py"]


def test_a_file_may_be_moved(check: Run, project: Path) -> None:
    (project / "sub").mkdir()
    (project / "a.py").rename(project / "sub" / "c.py")
    assert check("--error-stale-baseline") == Ran(
        0, "No findings (2 in the baseline); 2 files checked.\n", ""
    )
    assert check("--prune-baseline").code == 0
    assert list(entries(project)) == ["b.py", "sub/c.py"]


def test_what_is_known_is_not_fixed(check: Run, project: Path) -> None:
    (project / "a.py").write_text("def mean(total):\n    return totl\n", encoding="utf-8")
    check("--update-baseline")
    assert check("--fix", "--unsafe-fixes").code == 0
    assert "totl" in (project / "a.py").read_text(encoding="utf-8")


def test_a_baseline_elsewhere_names_paths_from_its_folder(run: Run, project: Path) -> None:
    (project / "ci").mkdir()
    assert run("check", "--baseline", "ci/known.json", "--update-baseline").code == 0
    assert list(json.loads((project / "ci" / "known.json").read_bytes())["findings"]) == [
        "../a.py",
        "../b.py",
    ]
    assert run("check", "--baseline", "ci/known.json").code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            None,
            "there is no such baseline; make it with `groundstate check --baseline known.json --update-baseline`",
        ),
        ("", "line 1 is not JSON"),
        ("<<<<<<< HEAD\n", "perhaps a merge conflict"),
        ("[]", "`version` and `findings` are missing"),
        ('{"version": 2, "findings": {}}', "a baseline of version 2, and this groundstate reads 1"),
        ('{"version": 1, "findings": {"a.py": [{}]}}', "lacks its rule, fingerprint, budget or message"),
        ('{"version": 1, "findings": {"a.py": 3}}', "lacks its rule, fingerprint, budget or message"),
        ("[" * 100_000, "no baseline"),
    ],
)
def test_what_is_no_baseline_is_code_2(run: Run, project: Path, text: str | None, message: str) -> None:
    if text is not None:
        (project / FILE).write_text(text, encoding="utf-8")
    ran = run("check")
    assert ran.code == 2
    assert ran.err.startswith("groundstate: error: ")
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_a_baseline_use_needs_a_file(run: Run, folder: Path) -> None:
    assert "which file? Say it with --baseline FILE" in run("check", "--prune-baseline").err
    for other in ("--fix", "--diff", "--add-ignore", "--prune-baseline"):
        assert run("check", "--update-baseline", other).code == 2


def test_a_file_is_replaced_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, link = tmp_path / "a", tmp_path / "link"
    replace_file(path, b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    replace_file(link, b"new")
    assert (link.is_symlink(), path.read_bytes(), path.stat().st_mode & 0o777) == (True, b"new", 0o640)

    def refuse(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"newer")
    assert path.read_bytes() == b"new"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a", "link"]
