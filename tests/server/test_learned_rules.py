"""The command line with learned rules, where a stand-in takes the engine's place."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.server.fakes import FakeEngine, Proposal

import groundstate.cli
from groundstate import engine_loading

TEXT = "def area(width, height):\n    if width < 0:\n        return None\n    return width * width\n"
NAME = Proposal(b"width\n", b"height\n", "GS301", level="strict", probability=0.99, soft=-4.0, certified=True)
COMPARISON = Proposal(b"< 0", b"<= 0", "GS312", level="default", probability=0.7, soft=-2.0)
HOPELESS = Proposal(b"None", b"0", "GS315", level="all", probability=0.001, soft=3.0)


@dataclass(frozen=True)
class FakePackage:
    hash: str = "sha256:fake"


class FakeModelPackageError(Exception):
    pass


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts a stand-in in the place of the model package and of the engine."""

    def ship(*units: Sequence[Proposal], package: FakePackage | None = FakePackage()) -> None:
        def load_model_package(folder: Path | None) -> FakePackage | None:
            if folder is not None:
                raise FakeModelPackageError(
                    f"{folder}: the hash of model.onnx is 00, not ff; fetch the package again"
                )
            return package

        packages: Any = ModuleType("groundstate_energy.model_package")
        packages.ModelPackageError = FakeModelPackageError
        packages.load_model_package = load_model_package
        engines: Any = ModuleType("groundstate_energy.engine")
        engines.Engine = lambda package, device, threads, remembers: FakeEngine(units)
        monkeypatch.setitem(sys.modules, "groundstate_energy.model_package", packages)
        monkeypatch.setitem(sys.modules, "groundstate_energy.engine", engines)
        monkeypatch.setattr(engine_loading, "_key_of", lambda folder: None)  # a stand-in has no files

    return ship


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    (tmp_path / "a.py").write_text(TEXT, encoding="utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = groundstate.cli.run(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_a_learned_finding(
    folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    shipped([NAME])
    assert run(capsys, "check") == (
        1,
        "a.py:4:20: GS301 wrong-name: `height\n` fits better than `width\n` here\n".replace("\n`", "\\x0a`")
        + "        return width * width\n"
        "                       ^^^^^\n"
        "  -     return width * width\n"
        "  +     return width * height\n"
        "    ΔE −4.00 (usage −1.00, learned −3.00), probability 0.99\n"
        "\n"
        "1 finding; 1 file checked.\n"
        "Learned findings are questions: at most 1 false alarm in 2,000 unchanged lines at default.\n"
        "Probabilities are those where 1 function in 1,000 has a bug.\n",
        "",
    )


def test_the_cache_depends_on_the_model(
    folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    shipped([NAME])
    assert run(capsys, "check", "--statistics")[0] == 1
    shipped()
    assert run(capsys, "check", "--statistics")[0] == 1, "the same model: the answer comes from the cache"
    shipped(package=FakePackage("sha256:other"))
    assert run(capsys, "check", "--statistics")[0] == 0


def test_a_run_depends_on_what_it_takes_from_other_files_of_the_project(
    folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".git").mkdir()
    (folder / "b.py").write_text("x = 1\n", encoding="utf-8")
    shipped([NAME])
    assert run(capsys, "check", "a.py")[0] == 1
    shipped()
    assert run(capsys, "check", "a.py")[0] == 1
    (folder / "b.py").write_text("x = 2\n", encoding="utf-8")
    assert run(capsys, "check", "a.py")[0] == 1
    (folder / "c.py").write_text("x = 2\n", encoding="utf-8")
    assert run(capsys, "check", "a.py")[0] == 0


def test_all_emits_the_best_repair_of_each_unit(
    folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    shipped([HOPELESS], [NAME, COMPARISON])
    code, out, _ = run(capsys, "check", "--sensitivity", "all", "--output-format", "sarif")
    results = json.loads(out)["runs"][0]["results"]
    assert code == 1
    assert [(result["ruleId"], result["properties"]["probability"]) for result in results] == [
        ("GS312", 0.7),
        ("GS315", 0.001),
        ("GS301", 0.99),
    ]
    assert all(result["fixes"] for result in results)
    assert [result["level"] for result in results] == ["warning", "note", "warning"]
    assert [result["properties"]["budget"] for result in results] == ["default", "all", "strict"]


def test_the_baseline_keeps_what_a_quieter_run_does_not_look_at(
    folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("check", "--baseline", "known.json", "--no-cache")
    shipped([NAME, COMPARISON])
    assert run(capsys, *options, "--update-baseline")[0] == 0
    known = (folder / "known.json").read_text(encoding="utf-8")
    assert [line.split('"budget": ')[1][:9] for line in known.splitlines() if "budget" in line] == [
        '"strict",',
        '"default"',
    ]
    for package, quiet in ((FakePackage(), ("--sensitivity", "strict")), (None, ())):
        shipped([NAME], package=package)
        assert run(capsys, *options, *quiet, "--error-stale-baseline")[0] == 0
        assert run(capsys, *options, *quiet, "--update-baseline")[0] == 0
        assert (folder / "known.json").read_text(encoding="utf-8") == known
    shipped([NAME])
    assert run(capsys, *options, "--error-stale-baseline")[0] == 1


def test_the_baseline_keeps_what_a_quieter_run_does_not_show_in_test_code(
    folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.py").rename(folder / "test_a.py")
    options = ("check", "--baseline", "known.json", "--no-cache")
    shipped([NAME, COMPARISON])
    assert run(capsys, *options, "--update-baseline")[0] == 0
    known = (folder / "known.json").read_text(encoding="utf-8")
    assert known.count("GS3") == 1
    assert run(capsys, *options, "--sensitivity", "strict", "--error-stale-baseline")[0] == 0
    assert run(capsys, *options, "--sensitivity", "strict", "--update-baseline")[0] == 0
    assert (folder / "known.json").read_text(encoding="utf-8") == known
    shipped([COMPARISON])
    assert run(capsys, *options, "--error-stale-baseline")[0] == 1


def test_fix_applies_certified_repairs_only(
    folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    shipped([NAME], [COMPARISON])
    code, out, err = run(capsys, "check", "--fix")
    assert (folder / "a.py").read_text(encoding="utf-8") == TEXT.replace("* width", "* height")
    assert (code, err) == (
        1,
        "groundstate: 1 repair is not certified and left out; --unsafe-fixes includes it\n"
        "groundstate: fixed 1 in 1 file\n",
    )
    assert out.startswith("a.py:2:14: GS312")
    assert run(capsys, "check", "--fix", "--unsafe-fixes")[0] == 0
    assert "width <= 0" in (folder / "a.py").read_text(encoding="utf-8")


def test_without_a_model_only_exact_rules_are_checked(
    folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    shipped([NAME], package=None)
    code, _, err = run(capsys, "check")
    assert code == 0
    assert err == "groundstate: no model package is installed: only exact rules (GS1) are checked\n"


def test_a_damaged_model_package_is_code_2(
    folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    shipped([NAME])
    code, out, err = run(capsys, "check", "--model", "own")
    assert (code, out) == (2, "")
    expected = f"groundstate: error: {folder / 'own'}: the hash of model.onnx is 00, not ff; fetch the package again\n"
    assert err == expected


def test_without_onnxruntime_the_extras_are_named(
    folder: Path,
    shipped: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shipped([NAME])
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "onnxruntime" else found(name, *rest)
    )
    code, _, err = run(capsys, "check")
    assert code == 2
    assert "groundstate[cpu]" in err
    assert "groundstate[gpu]" in err
    assert run(capsys, "check", "--select", "GS1")[0] == 0


def test_a_failure_in_one_file_is_reported_and_the_others_are_checked(
    folder: Path,
    shipped: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "b.py").write_text("broken = 1\n", encoding="utf-8")
    shipped([NAME])
    examine = FakeEngine.examine

    def fail(self: FakeEngine, file: Any, facts: Any, *, hard: Any, level: str) -> Any:
        if b"broken" in file.data:
            raise RuntimeError("out of luck")
        return examine(self, file, facts, hard=hard, level=level)

    monkeypatch.setattr(FakeEngine, "examine", fail)
    code, out, err = run(capsys, "check")
    assert code == 2
    assert out.startswith("a.py:4:20: GS301")
    assert err.startswith("groundstate: error: b.py: could not be checked: an error inside groundstate at ")
    assert "RuntimeError: out of luck" in err


def test_explain(folder: Path, shipped: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    shipped([NAME, COMPARISON])
    code, out, _ = run(capsys, "explain", "a.py:2")
    assert code == 0
    assert out.splitlines() == [
        "a.py: f, lines 1 to 4",
        "free energy 1.500 (0 when nothing beats the code as written)",
        "  4:20 GS301 wrong-name: Replace `width` by `height`",
        "      ΔE −4.00 (usage −1.00, learned −3.00), probability 0.99",
        "  2:14 GS312 wrong-comparison: Replace `< 0` by `<= 0`",
        "      ΔE −2.00 (usage −0.50, learned −1.50), probability 0.70",
    ]
    assert run(capsys, "explain", "a.py:2", "--html", "energy.html") == (0, "", "")
    page = (folder / "energy.html").read_text(encoding="utf-8")
    assert "<title>f, lines 1 to 4</title>" in page
    assert '<mark class="h9" title="1.000">width</mark>' in page
    assert '<td class="n">−4.00</td><td class="n">−1.00</td><td class="n">−3.00</td>' in page
    assert "<code>Replace `&lt; 0` by `&lt;= 0`</code>" in page
    assert "://" not in page, "nothing is loaded from anywhere"
    assert run(capsys, "explain", "a.py:2", "--html", "no/such/folder")[0] == 2
    assert run(capsys, "explain", "a.py:99")[2].endswith("a.py:99: the file has only 4 lines\n")
    assert run(capsys, "explain", "a.py")[0] == 2
    assert run(capsys, "explain", "none.py:1")[0] == 2
    assert run(capsys, "explain", "a.py:0")[0] == 2
