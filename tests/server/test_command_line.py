"""The command line as a process: exit codes, output, bad input, and that nothing is changed unasked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from tests.server.command_line import Ran, Run

from groundstate import __version__
from groundstate.reports.formats import FORMATS

CLEAN = "def area(width, height):\n    return width * height\n"
UNDEFINED = "def mean(values):\n    total = sum(values)\n    return totl / len(values)\n"


def process(folder: Path, *arguments: str, **environment: str) -> Ran:
    """Runs ``groundstate`` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "groundstate", *arguments],
        cwd=folder,
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def check(run: Run, *arguments: str, stdin: bytes = b"") -> Ran:
    """Exact rules only: what the model finds is not tested here."""
    return run("check", "--select", "GS1", *arguments, stdin=stdin)


def test_the_version_is_fast(folder: Path) -> None:
    assert process(folder, "--version").out == f"groundstate {__version__}\n"
    times = []
    for _ in range(5):
        started = time.perf_counter()
        process(folder, "--version")
        times.append(time.perf_counter() - started)
    assert min(times) < 0.15


def test_the_version_imports_nothing_heavy() -> None:
    code = (
        "import sys; from groundstate.cli import run; run(['--version']); "
        "print([name for name in ('numpy', 'tree_sitter', 'pygls', 'onnxruntime', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_clean_code_is_code_0(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN, encoding="utf-8")
    ran = check(run)
    assert (ran.code, ran.out) == (0, "No findings; 1 file checked.\n")


def test_a_finding_is_code_1_and_looks_like_this(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNDEFINED, encoding="utf-8")
    ran = check(run, "a.py")
    assert ran.code == 1
    first, source, caret, old, new, gap, *_ = ran.out.splitlines()
    assert first.startswith("a.py:3:12: GS102 undefined-name: ")
    assert source == "        return totl / len(values)"
    assert caret == "               ^^^^"
    assert old == "  -     return totl / len(values)"
    assert new == "  +     return total / len(values)"
    assert gap == "    ΔE −1 violation (names −1 violation)"
    assert ran.out.endswith("1 finding; 1 file checked.\n")
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == UNDEFINED


def test_the_second_run_answers_the_same_from_the_cache(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNDEFINED, encoding="utf-8")
    (tmp_path / "b.py").write_text(CLEAN, encoding="utf-8")
    first = check(run, "--output-format", "json")
    assert (tmp_path / ".cache" / "groundstate" / "reports.sqlite").is_file()
    assert check(run, "--output-format", "json") == first
    (tmp_path / ".cache" / "groundstate" / "reports.sqlite").write_bytes(b"junk" * 4000)
    assert check(run, "--output-format", "json") == first
    (tmp_path / "a.py").write_text(CLEAN, encoding="utf-8")
    assert check(run).code == 0


def test_no_cache_writes_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNDEFINED, encoding="utf-8")
    assert check(run, "--no-cache").code == 1
    assert not (tmp_path / ".cache").exists()


def test_several_jobs_find_the_same(run: Run, tmp_path: Path) -> None:
    padding = "".join(f"def f{number}(value):\n    return value + {number}\n\n\n" for number in range(1500))
    for number in range(4):
        (tmp_path / f"m{number}.py").write_text(padding + UNDEFINED, encoding="utf-8")
    one = check(run, "--no-cache", "--jobs", "1", "--output-format", "json")
    assert len(json.loads(one.out)["findings"]) == 4
    assert check(run, "--no-cache", "--jobs", "2", "--output-format", "json") == one


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.py").write_text(UNDEFINED, encoding="utf-8")
    ran = check(run, "--output-format", name)
    assert ran.code == 1
    assert "a.py" in ran.out
    assert check(run, "--output-format", name, "--output", "report").out == ""
    assert (tmp_path / "report").read_text(encoding="utf-8") == ran.out


def test_findings_may_be_no_failure_but_errors_are(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNDEFINED, encoding="utf-8")
    ran = check(run, "--exit-zero")
    assert (ran.code, "1 finding" in ran.out) == (0, True)
    assert check(run, "--exit-zero", "none.py").code == 2


def test_settings_select_and_ignore(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNDEFINED, encoding="utf-8")
    assert check(run, "--ignore", "undefined-name").code == 0
    assert run("check", "--select", "GS101,GS103").code == 0
    (tmp_path / "pyproject.toml").write_text("[tool.groundstate]\nignore = ['GS102']\n", encoding="utf-8")
    assert check(run).code == 0
    (tmp_path / "pyproject.toml").write_text("[tool.groundstate]\nexclude = ['a.py']\n", encoding="utf-8")
    assert check(run).out == "No findings; 0 files checked.\n"


def test_an_ignore_comment(run: Run, tmp_path: Path) -> None:
    text = UNDEFINED.replace("len(values)\n", "len(values)  # groundstate: ignore[GS102]\n")
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    assert check(run).out == "No findings (1 ignored by comments); 1 file checked.\n"


def test_fix_diff_and_unsafe_fixes(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(UNDEFINED, encoding="utf-8")
    left = "groundstate: 1 repair is not certified and left out; --unsafe-fixes includes it\n"
    ran = check(run, "--fix")
    assert (ran.code, ran.err) == (1, left)
    ran = check(run, "--diff")
    assert (ran.code, ran.out, ran.err) == (1, "", left)
    assert path.read_text(encoding="utf-8") == UNDEFINED, "an exact rule's repair is checked, not certified"
    ran = check(run, "--diff", "--unsafe-fixes")
    assert "-    return totl / len(values)\n+    return total / len(values)\n" in ran.out
    assert ran.code == 1
    assert path.read_text(encoding="utf-8") == UNDEFINED
    ran = check(run, "--fix", "--unsafe-fixes")
    assert (ran.code, ran.err) == (0, "groundstate: fixed 1 in 1 file\n")
    assert path.read_text(encoding="utf-8") == UNDEFINED.replace("totl", "total")


def test_ignore_comments_for_all_findings(run: Run, tmp_path: Path) -> None:
    path, text = tmp_path / "a.py", "x = one, two\ny = (\n    three,\n    '''\n    ''', four\n)  # why\n"
    path.write_text(text, encoding="utf-8")
    ran = check(run, "--add-ignore", "--diff")
    assert "+x = one, two  # groundstate: ignore[GS102]\n" in ran.out
    assert path.read_text(encoding="utf-8") == text
    ran = check(run, "--add-ignore")
    assert (ran.code, ran.err) == (0, "groundstate: ignored 4 in 1 file\n")
    assert ran.out == "No findings (4 ignored by comments); 1 file checked.\n"
    assert path.read_text(encoding="utf-8") == (
        "x = one, two  # groundstate: ignore[GS102]\ny = (\n    three,  # groundstate: ignore[GS102]\n"
        "    '''\n    ''', four  # groundstate: ignore[GS102]\n)  # why\n"
    )
    assert check(run, "--add-ignore").err == ""


@pytest.mark.parametrize("text", ["x = (\n", "def f(:\n  '\n", "x = 1\n\0\n"])
def test_what_a_comment_cannot_hide_is_left(run: Run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.py"
    path.write_text(text, encoding="utf-8")
    before = check(run, "--output-format", "json")
    after = check(run, "--add-ignore", "--output-format", "json")
    summary = json.loads(after.out)["summary"]
    assert summary["findings"] + summary["ignored"] == len(json.loads(before.out)["findings"])
    assert (path.read_text(encoding="utf-8") == text) is (summary["ignored"] == 0)


def test_standard_input(run: Run, tmp_path: Path) -> None:
    ran = check(run, "--stdin-filename", "pkg/a.py", stdin=UNDEFINED.encode())
    assert ran.code == 1
    assert ran.out.startswith("pkg/a.py:3:12: GS102")
    ran = check(run, "--stdin-filename", "a.py", "--fix", "--unsafe-fixes", "-", stdin=UNDEFINED.encode())
    assert ran.out == UNDEFINED.replace("totl", "total")
    assert ran.code == 0
    assert not (tmp_path / "a.py").exists()
    assert check(run, "-").code == 2
    assert check(run, "a.py", "--stdin-filename", "a.py").code == 2


def test_statistics(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNDEFINED, encoding="utf-8")
    assert check(run, "--statistics").out.splitlines()[0] == "     1  GS102 undefined-name"


def test_what_cannot_be_read_is_code_2_and_the_rest_is_checked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNDEFINED, encoding="utf-8")
    ran = check(run, "none.py", "a.py")
    assert ran.code == 2
    assert "a.py:3:12" in ran.out
    assert ran.err == "groundstate: error: none.py: no such file or folder\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--select", "GS999"), "command line: `select`: unknown rule `GS999`"),
        (("--sensitivity", "loud"), "invalid choice"),
        (("--jobs", "0"), "must be a number of at least 1"),
        (("--output-format", "xml"), "invalid choice"),
        (("--fix", "--diff"), "exclude each other"),
        (("--output", "no/such/folder"), "cannot be written"),
        (("--unknown",), "unrecognized arguments"),
    ],
)
def test_wrong_arguments_are_code_2(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "a.py").write_text(CLEAN, encoding="utf-8")
    ran = run("check", "--select", "GS1", *arguments)
    assert ran.code == 2
    assert message in ran.err


def test_a_broken_pyproject_is_code_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.groundstate]\nsenstivity = 1\n", encoding="utf-8")
    ran = check(run)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "unknown key `senstivity`; did you mean `sensitivity`?" in ran.err


BAD_TEXTS = {
    "binary": bytes(range(256)) * 400,
    "nul": b"x = 1\n\0\n",
    "invalid": b"x = '\xff\xfe'\n# \xe9\n",
    "utf16": "x = 1\n".encode("utf-16"),
    "bom": b"\xef\xbb\xbfdef f(a):\r\n    return b\r\n",
    "nested": b"x = " + b"(" * 5000 + b"1" + b")" * 5000 + b"\n",
    "open": b"[" * 5000,
    "indented": b"".join(b" " * depth + b"if x:\n" for depth in range(500)),
    "long-line": b"x = [" + b"1, " * 200_000 + b"]\n",
    "empty": b"",
}


@pytest.mark.parametrize("name", BAD_TEXTS)
def test_bad_text_neither_crashes_nor_changes(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(BAD_TEXTS[name])
    for extra in ((), ("--output-format", "sarif"), ("--diff", "--unsafe-fixes")):
        assert check(run, "--no-cache", *extra).code in (0, 1)
    assert path.read_bytes() == BAD_TEXTS[name]


def test_a_file_of_20_000_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN * 10_000 + UNDEFINED, encoding="utf-8")
    ran = check(run)
    assert ran.code == 1
    assert "a.py:20003:12: GS102" in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="no bash there, whose pipe is tried")
def test_an_output_that_closes_early_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("\n".join(f"a{number}" for number in range(5000)), encoding="utf-8")
    command = f"{sys.executable} -m groundstate check --select GS1 --no-cache . | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("a.py:1:1: GS102")
    assert done.stderr == ""


def test_an_output_that_cannot_encode(folder: Path) -> None:
    (folder / "a.py").write_text("x = '😀', nope\n", encoding="utf-8")
    environment = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    ran = process(folder, "check", "--select", "GS1", **environment)
    assert ran.code == 1
    assert "'\\U0001f600'" in ran.out


def test_rule_pages(run: Run) -> None:
    assert run("rule", "GS301").out.startswith("# GS301 wrong-name\n")
    assert run("rule", "wrong-name").out == run("rule", "gs301").out
    listed = run("rule", "--all")
    assert listed.code == 0
    assert len(listed.out.splitlines()) == 28
    ran = run("rule", "wrong-nam")
    assert ran.code == 2
    assert "did you mean `wrong-name`?" in ran.err


def test_config(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.groundstate]\nselect = ['GS3']\n", encoding="utf-8")
    shown = json.loads(run("config", "--output-format", "json").out)
    assert shown["settings"]["select"] == ["GS3"]
    assert shown["source"] == str(tmp_path / "pyproject.toml")
    assert (shown["origins"]["select"], shown["origins"]["ignore"]) == (shown["source"], "default")
    text = run("config").out
    assert 'select = ["GS3"]  # from pyproject.toml\n' in text
    assert "ignore = []  # default\n" in text
    assert tomllib.loads(text)["select"] == ["GS3"]
    assert json.loads(run("config", "--schema").out)["properties"]["select"]["type"] == "array"


def test_without_a_command(run: Run) -> None:
    assert run().code == 2
    assert run("--help").code == 0
    assert run("chek").code == 2


def test_a_huge_file_is_left_out_with_a_note(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("undefined\n" * 500_000, encoding="utf-8")
    ran = check(run)
    assert (ran.code, ran.out) == (0, "No findings; 1 file checked.\n")
    assert ran.err == "groundstate: a.py: not checked, for it has more than 4,000,000 bytes\n"


def test_without_a_working_directory(folder: Path) -> None:
    command = [sys.executable, "-c", "import os, sys; os.mkdir('x'); os.chdir('x'); os.rmdir('../x'); "]
    command[-1] += "from groundstate.cli import run; sys.exit(run(['check', '--select', 'GS1', '.']))"
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "groundstate: error: No such file or directory\n"


def test_names_of_files_cannot_steer_a_terminal(run: Run) -> None:
    assert check(run, "a\x1b[31m.py").err == "groundstate: error: a\\x1b[31m.py: no such file or folder\n"
