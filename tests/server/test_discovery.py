"""Discovery: which files are checked, and what happens with those that cannot be."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

import pytest

from groundstate.discovery import discover
from groundstate.path_patterns import matches


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")


def names(root: Path, *paths: Path, exclude: tuple[str, ...] = ()) -> list[str]:
    found = discover(paths or (root,), root, exclude)
    assert not found.problems
    return [path.relative_to(root).as_posix() for path in found.files]


def test_python_files_are_found_and_others_are_skipped(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b.pyi", "c.txt", "d/e.py", ".git/f.py", "d/node_modules/g.py", "build/h.py")
    make(tmp_path, "env/pyvenv.cfg", "env/lib/i.py", "d/__pycache__/j.py")
    assert names(tmp_path) == ["a.py", "b.pyi", "d/e.py"]


def test_a_named_path_is_always_taken(tmp_path: Path) -> None:
    make(tmp_path, "script", ".venv/lib/a.py", "skipped/b.py")
    named = (tmp_path / "script", tmp_path / ".venv", tmp_path / "skipped" / "b.py")
    assert names(tmp_path, *named, exclude=("skipped",)) == [".venv/lib/a.py", "script", "skipped/b.py"]


def test_what_is_named_is_excluded_by_force(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "build", ".venv/lib/b.py", "skipped/c.py")
    named = [tmp_path / name for name in ("a.py", "build", ".venv/lib/b.py", "skipped/c.py", "skipped")]
    found = discover(named, tmp_path, ("skipped",), force_exclude=True)
    assert [path.name for path in found.files] == ["a.py", "build"]


def test_a_file_named_twice_is_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.py")
    monkeypatch.chdir(tmp_path)
    assert names(tmp_path, Path("a.py"), tmp_path, Path("./a.py")) == ["a.py"]


def test_missing_files_are_problems_and_the_others_are_found(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    found = discover((tmp_path / "none.py", tmp_path / "a.py", Path("a\0b")), tmp_path)
    assert [path.name for path in found.files] == ["a.py"]
    assert [problem.path for problem in found.problems] == [str(tmp_path / "none.py"), "a\0b"]
    assert found.problems[0].message == "no such file or folder"


def test_an_unreadable_folder_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.py", "secret/b.py")
    listed = os.scandir

    def refuse(path: str | Path) -> object:
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = discover((tmp_path,), tmp_path)
    assert [path.name for path in found.files] == ["a.py"]
    assert [(Path(problem.path).name, problem.message) for problem in found.problems] == [
        ("secret", "no permission to read it")
    ]


def test_links_may_loop(tmp_path: Path) -> None:
    make(tmp_path, "a/b.py")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "self.py").symlink_to(tmp_path / "a" / "self.py")
    (tmp_path / "a" / "gone.py").symlink_to(tmp_path / "nowhere.py")
    assert names(tmp_path) == ["a/b.py"]


def test_a_notebook_is_not_read_as_python(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b.ipynb")
    assert names(tmp_path) == ["a.py"]
    found = discover((tmp_path / "b.ipynb", tmp_path / "a.py"), tmp_path)
    assert found.files == (tmp_path / "a.py",)
    assert [problem.message for problem in found.problems] == ["notebooks are checked in editors only"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert discover((tmp_path,), tmp_path).files == ()
    assert discover((tmp_path / "pipe.py",), tmp_path).problems[0].message == "not a regular file"


@pytest.mark.parametrize(
    ("pattern", "path", "matched"),
    [
        ("generated", "a/generated/b.py", True),
        ("generated", "a/generated.py", False),
        ("*_pb2.py", "a/b/c_pb2.py", True),
        ("a/*.py", "a/b.py", True),
        ("a/*.py", "a/b/c.py", False),
        ("a/**", "a/b/c.py", True),
        ("a/", "a/b.py", True),
        ("a/b", "a/b/c.py", True),
        ("**/c.py", "c.py", True),
        ("**/c.py", "a/b/c.py", True),
        ("x?.py", "xy.py", True),
        ("[!x]y.py", "xy.py", False),
        ("[xz]y.py", "zy.py", True),
        ("[z-a].py", "b.py", False),
        ("[", "[", True),
    ],
)
def test_patterns(pattern: str, path: str, matched: bool) -> None:
    assert matches(pattern, PurePath(path)) is matched
