"""``--changed-since`` in real git repositories: commits, what is staged and not, new files, moved files, odd names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server.command_line import Run

from groundstate.changed_lines import TARGET_BRANCHES, ChangedLinesError, changed_lines

LINES = "".join(f"a{number} = undefined_{number}\n" for number in range(1, 10))


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """On the branch ``work``, at the commit that ``main`` has too; every line of ``a.py`` is a finding."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.com")
    for name in (*TARGET_BRANCHES, "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        monkeypatch.delenv(name, raising=False)
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.py").write_text(LINES, encoding="utf-8")
    (folder / ".gitignore").write_text(".cache\nignored.py\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    git(folder, "switch", "-qc", "work")
    return folder


def change(repository: Path, line: int, text: str, name: str = "a.py") -> None:
    path = repository / name
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[line - 1] = text
    path.write_text("".join(lines), encoding="utf-8")


def found(run: Run, *arguments: str) -> list[str]:
    """Path and line of each finding."""
    ran = run("check", "--select", "GS1", "--output-format", "concise", *arguments)
    assert ran.code in (0, 1), ran.err
    return [":".join(line.split(":")[:2]) for line in ran.out.splitlines()[:-1]]


def test_only_changed_lines(run: Run, repository: Path) -> None:
    assert found(run, "--changed-since", "main") == []
    change(repository, 2, "b = other\n")
    git(repository, "commit", "-qam", "two")
    change(repository, 5, "c = another\n")
    git(repository, "add", ".")
    change(repository, 8, "d = third\nd = fourth\n")
    assert found(run, "--changed-since", "main") == ["a.py:2", "a.py:5", "a.py:8", "a.py:9"]
    assert found(run, "--changed-since", "HEAD") == ["a.py:5", "a.py:8", "a.py:9"]
    ran = run("check", "--select", "GS1", "--changed-since", "HEAD")
    assert ran.out.endswith("3 findings (7 on lines that did not change); 1 file checked.\n")


def test_what_the_other_branch_did_is_no_change(run: Run, repository: Path) -> None:
    change(repository, 2, "b = other\n")
    git(repository, "commit", "-qam", "two")
    git(repository, "switch", "-q", "main")
    change(repository, 7, "c = theirs\n")
    git(repository, "commit", "-qam", "three")
    git(repository, "switch", "-q", "work")
    assert found(run, "--changed-since", "main") == ["a.py:2"]


def test_new_files_but_no_ignored_ones(run: Run, repository: Path) -> None:
    (repository / "new.py").write_text("x = unknown\n", encoding="utf-8")
    (repository / "ignored.py").write_text("x = unknown\n", encoding="utf-8")
    assert found(run, "--changed-since", "HEAD") == ["new.py:1"]


def test_a_moved_file_and_removed_lines_have_no_changes(run: Run, repository: Path) -> None:
    git(repository, "mv", "a.py", "b.py")
    assert found(run, "--changed-since", "HEAD") == []
    change(repository, 3, "", "b.py")
    assert found(run, "--changed-since", "HEAD") == []
    change(repository, 3, "x = unknown\n", "b.py")
    assert found(run, "--changed-since", "HEAD") == ["b.py:3"]


def test_a_finding_over_several_lines_counts_with_each(run: Run, repository: Path) -> None:
    text = "def f(a):\n    return a\n\n\nf(\n    1,\n    2,\n)\n"
    (repository / "a.py").write_text(text, encoding="utf-8")
    git(repository, "commit", "-qam", "two")
    (repository / "a.py").write_text(text.replace("2,", "3,"), encoding="utf-8")
    whole = run("check", "--select", "GS1", "--output-format", "concise").out
    assert "GS104" in whole
    assert len(found(run, "--changed-since", "HEAD")) == 1


def test_a_call_that_no_longer_fits_the_definition_that_changed(run: Run, repository: Path) -> None:
    text = "def f(a, b):\n    return a, b\n\n\nf(1, 2)\nf(1)\n"
    (repository / "a.py").write_text(text, encoding="utf-8")
    git(repository, "commit", "-qam", "two")
    assert found(run, "--changed-since", "HEAD") == []
    (repository / "a.py").write_text(text.replace("a, b", "a"), encoding="utf-8")
    assert found(run, "--changed-since", "HEAD") == ["a.py:5"]


def test_from_a_folder_below_and_with_other_names(
    run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository / "sub dir"
    folder.mkdir()
    names = ["é.py", 'quo"te.py', "tab\t.py", "-x.py", "line\nfeed.py", "script"]
    for name in names:
        (folder / name).write_text(LINES, encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "two")
    for name in names:
        change(folder, 4, "x = unknown\n", name)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "diff.mnemonicPrefix")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    monkeypatch.setenv("GIT_CONFIG_KEY_1", "diff.noprefix")
    monkeypatch.setenv("GIT_CONFIG_VALUE_1", "true")
    assert len(found(run, "--changed-since", "HEAD")) == 5
    assert len(found(run, "--changed-since", "HEAD", ".", "script")) == 6


def test_a_text_without_a_last_line_end_and_one_that_looks_like_a_diff(run: Run, repository: Path) -> None:
    (repository / "a.py").write_text("x = one", encoding="utf-8")
    (repository / "b.py").write_text("x = one\n", encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "two")
    (repository / "a.py").write_text("++ b\n@@ -1 +1 @@", encoding="utf-8")
    changes = changed_lines([repository], "HEAD")
    assert changes.ranges == {str(repository / "a.py"): ((1, 2),)}


def test_fixes_are_made_on_changed_lines_only(run: Run, repository: Path) -> None:
    text = "def f(total):\n    x = totl\n    return totl, x\n"
    (repository / "a.py").write_text(text, encoding="utf-8")
    git(repository, "commit", "-qam", "two")
    change(repository, 2, "    x = 1 + totl\n")
    ran = run("check", "--select", "GS1", "--changed-since", "HEAD", "--fix", "--unsafe-fixes")
    assert (ran.code, ran.err) == (0, "groundstate: fixed 1 in 1 file\n")
    assert (repository / "a.py").read_text(encoding="utf-8") == text.replace("x = totl", "x = 1 + total")


def test_in_a_hook_of_git_and_before_the_first_commit(run: Run, repository: Path) -> None:
    fresh = repository / "sub" / "fresh"
    fresh.mkdir(parents=True)
    git(fresh, "init", "-q")
    (fresh / "package").mkdir()
    (fresh / "package" / "a.py").write_text("x = unknown\n", encoding="utf-8")
    git(fresh, "add", ".")
    hook = fresh / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    command = f"{sys.executable} -m groundstate check --select GS1 --changed-since HEAD package/a.py"
    hook.write_text(f"#!/bin/sh\nexec {command} >&2\n", encoding="utf-8")
    hook.chmod(0o755)

    def commit() -> str:
        done = subprocess.run(
            ["git", "commit", "-aqm", "m"], cwd=fresh, capture_output=True, text=True, check=False
        )
        return done.stderr if done.returncode else "committed"

    assert "package/a.py:1:5: GS102" in commit()
    (fresh / "package" / "a.py").write_text("x = unknown  # groundstate: ignore\n", encoding="utf-8")
    assert commit() == "committed"
    (fresh / "package" / "a.py").write_text("x = unknown\ny = 1\n", encoding="utf-8")
    assert "package/a.py:1:5: GS102" in commit()


def test_auto(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(repository, 2, "b = other\n")
    git(repository, "commit", "-qam", "two")
    assert found(run, "--changed-since", "auto") == ["a.py:2"]
    git(repository, "update-ref", "refs/remotes/origin/release", "work")
    for variable in TARGET_BRANCHES:
        monkeypatch.setenv(variable, "release")
        assert found(run, "--changed-since", "auto") == []
        monkeypatch.delenv(variable)
    monkeypatch.setenv("CI_MERGE_REQUEST_DIFF_BASE_SHA", "main~0")
    assert found(run, "--changed-since", "auto") == ["a.py:2"]


def test_what_cannot_be_told_is_code_2(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for revision in ("nope", "--output=x", "HEAD:a.py"):
        ran = run("check", f"--changed-since={revision}")
        assert ran.code == 2
        assert f"git knows no revision `{revision}`; in CI" in ran.err
    git(repository, "checkout", "-q", "--orphan", "apart")
    git(repository, "commit", "-qm", "apart")
    assert "have no history in common" in run("check", "--changed-since", "main").err
    assert run("check", "--changed-since", "main", "--stdin-filename", "a.py").code == 2
    monkeypatch.setenv("PATH", "")
    assert run("check", "--changed-since", "main").err == (
        "groundstate: error: --changed-since needs git, which is not installed\n"
    )


def test_outside_of_a_repository(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    ran = run("check", "--changed-since", "HEAD")
    assert ran.code == 2
    assert f"{folder}: not in a git repository" in ran.err


def test_auto_without_anything_to_compare_with(repository: Path) -> None:
    git(repository, "branch", "-D", "main")
    with pytest.raises(ChangedLinesError, match="name a revision"):
        changed_lines([repository], "auto", {})


def test_a_linked_folder(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(repository, 2, "b = other\n")
    link = repository.parent / f"{repository.name}-link"
    os.symlink(repository, link)
    monkeypatch.chdir(link)
    assert found(run, "--changed-since", "HEAD", str(link)) == [f"{link}/a.py:2"]
