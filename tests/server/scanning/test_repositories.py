"""Repositories by name, their commits as git says, and results that hold what UTF-8 cannot."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstate.scanning.repositories import commit_of, repositories_of


def _git(folder: Path, *arguments: str) -> str:
    names = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", "-C", folder, *names, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_commit_is_the_one_that_git_says(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    assert commit_of(clone) is None
    _git(clone, "init", "-q")
    assert commit_of(clone) is None
    _git(clone, "commit", "-q", "--allow-empty", "-m", "one")
    first = _git(clone, "rev-parse", "HEAD")
    assert commit_of(clone) == first
    _git(clone, "pack-refs", "--all")
    assert commit_of(clone) == first
    _git(clone, "worktree", "add", "-q", "../beside")
    assert commit_of(tmp_path / "beside") == first
    _git(clone, "checkout", "-q", "--detach")
    assert commit_of(clone) == first


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), min_size=1, max_size=6))
def test_names_are_short_and_differ(parts: list[list[str]]) -> None:
    words = ["/nowhere/" + "/".join(path) for path in parts]
    repositories = repositories_of(words)
    assert [str(item.path) for item in repositories] == list(dict.fromkeys(words))
    assert len({item.name for item in repositories}) == len(repositories)
    assert all(str(item.path).endswith("/" + item.name) for item in repositories)


def test_a_list_is_relative_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "all.txt").write_text(f"../a\n{tmp_path}/b # the second\n../a\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    found = repositories_of(["lists/all.txt", "a", "c"])
    assert [item.path for item in found] == [tmp_path / name for name in "abc"]
