"""Changed lines: what the working tree has that a git revision does not, so that only findings there are reported.

What changed is counted from where the work left the revision (their merge base), as a merge request shows it: commits
since then, what is staged and what is not, and files that git does not know yet. A file that was moved and not edited
has no changed lines.
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstate.discovery import SUFFIXES
from groundstate.errors import UserError
from groundstate.report import Report

AUTO = "auto"
"""The revision that stands for the target of the merge request that CI runs for, or else the default branch."""

TARGET_BRANCHES = (
    "GITHUB_BASE_REF",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "CHANGE_TARGET",  # Jenkins
    "SYSTEM_PULLREQUEST_TARGETBRANCHNAME",  # Azure Pipelines
)
"""Where CI systems tell the branch that a merge request is for; GitLab tells the very commit."""

_SET_BY_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What git tells its hooks holds for the folder that they start in, not for the one that we ask about."""

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}

_FULL_HISTORY = (
    "in CI, where often only the last commit is fetched, fetch the history too"
    " (GitHub: `fetch-depth: 0` of actions/checkout; GitLab: `GIT_DEPTH: 0`)"
)


class ChangedLinesError(UserError):
    """The changes cannot be told; the message is one line: what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """``ranges``: by real path, the first and the last changed line of each run, counted from 1 as git counts.

    None in the place of ranges: the whole file is new.
    """

    ranges: Mapping[str, tuple[tuple[int, int], ...] | None]

    def touches(self, path: Path) -> bool:
        """Whether the file has changed lines."""
        return os.path.realpath(path) in self.ranges

    def findings_in(self, report: Report) -> Report:
        """The report with only those findings that lie on a changed line with at least one of theirs.

        A finding of an exact rule also where what it follows from does: a call that no longer fits the definition.
        """
        ranges = self.ranges.get(os.path.realpath(report.document.path), ())
        if ranges is None:
            return report
        data = report.document.data

        def has_changed(start: int, end: int) -> bool:
            # git ends a line at a line feed only.
            first = data.count(b"\n", 0, start) + 1
            last = first + data.count(b"\n", start, max(start, end - 1))
            return any(begin <= last and first <= stop for begin, stop in ranges)

        kept = tuple(
            finding
            for finding in report.findings
            if has_changed(finding.start, finding.end)
            or (
                finding.probability is None
                and any(has_changed(item.start, item.end) for item in finding.evidence)
            )
        )
        elsewhere = report.elsewhere + len(report.findings) - len(kept)
        return dataclasses.replace(report, findings=kept, elsewhere=elsewhere)


def changed_lines(
    paths: Sequence[Path], revision: str, environment: Mapping[str, str] = os.environ
) -> ChangedLines:
    """The lines that changed since ``revision`` in the git repository around the first of ``paths``.

    Args:
        paths: what is checked; of files that have not the name of a Python file, only those among them are compared.
        revision: anything git understands, or ``AUTO``.
        environment: where ``AUTO`` looks for what the CI system says of the merge request.

    Raises:
        ChangedLinesError: no git, no repository, no such revision, or no history in common with it.
    """
    start = Path(os.path.abspath(paths[0]))
    folder = next(folder for folder in (start, *start.parents) if folder.is_dir())
    top = _git(
        folder, "rev-parse", "--show-toplevel", failed=f"{folder}: not in a git repository"
    ).removesuffix(b"\n")
    root = Path(os.fsdecode(top))
    if revision == AUTO:
        revision = _target(root, environment)
    base = _merge_base(root, revision)
    diff = _git(
        root,
        *("-c", "core.quotePath=false", "diff", "--unified=0", "--find-renames", "--text", "--no-color"),
        *(
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            base,
            "--",
        ),
        *(f"*{suffix}" for suffix in SUFFIXES),
        *_named(paths, root),
        failed="git cannot tell what changed",
    )
    untracked = _git(
        root, "ls-files", "--others", "--exclude-standard", "-z", failed="git cannot tell which files are new"
    )
    ranges: dict[str, tuple[tuple[int, int], ...] | None] = {
        os.path.realpath(root / os.fsdecode(name)): found for name, found in _added(diff).items()
    }
    for name in untracked.split(b"\0"):
        if name:
            ranges[os.path.realpath(root / os.fsdecode(name))] = None
    return ChangedLines(ranges)


def _named(paths: Sequence[Path], root: Path) -> list[str]:
    """Pathspecs of the files among ``paths``."""
    files = (Path(os.path.realpath(path)) for path in paths if path.is_file())
    return [f":(literal){file.relative_to(root).as_posix()}" for file in files if file.is_relative_to(root)]


def _merge_base(root: Path, revision: str) -> str:
    unknown = f"--changed-since: git knows no revision `{revision}`; {_FULL_HISTORY}"
    if revision.startswith("-"):
        raise ChangedLinesError(unknown)
    if revision == "HEAD" and not _succeeds(root, "rev-parse", "--verify", "--quiet", "HEAD"):
        # No commit yet: everything is new, compared with a tree without files.
        return _git(root, "hash-object", "-t", "tree", "--stdin", failed=unknown).strip().decode()
    commit = (
        _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", failed=unknown)
        .strip()
        .decode()
    )
    nothing = f"--changed-since: `{revision}` and the work here have no history in common; {_FULL_HISTORY}"
    return _git(root, "merge-base", commit, "HEAD", failed=nothing).strip().decode()


def _target(root: Path, environment: Mapping[str, str]) -> str:
    """The revision that ``AUTO`` stands for."""
    if base := environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        return base
    for variable in TARGET_BRANCHES:
        if branch := environment.get(variable):
            return f"origin/{branch}"
    for name in ("origin/HEAD", "origin/main", "origin/master", "main", "master"):
        if _succeeds(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
            return name
    raise ChangedLinesError(
        "--changed-since auto: this is no merge request, and there is no branch `main` or `master`; name a revision"
    )


def _added(diff: bytes) -> dict[bytes, tuple[tuple[int, int], ...]]:
    """Runs of added lines by path, from a diff without context."""
    found: dict[bytes, list[tuple[int, int]]] = {}
    name: bytes | None = None
    lines = iter(diff.split(b"\n"))
    for line in lines:
        if line.startswith(b"+++ "):
            name = _path(line[4:])
        elif hunk := _HUNK.match(line):
            removed, start, added = (1 if count is None else int(count) for count in hunk.groups())
            left = removed + added
            while left:
                left -= not next(lines).startswith(b"\\")  # "\ No newline at end of file" is no line of it
            if name is not None and added:
                found.setdefault(name, []).append((start, start + added - 1))
    return {path: tuple(ranges) for path, ranges in found.items()}


def _path(shown: bytes) -> bytes | None:
    """The path in a ``+++`` line, which git quotes as C does where it must; None of a file that was deleted."""
    shown = shown.removesuffix(b"\t")
    if shown.startswith(b'"'):
        shown = _ESCAPE.sub(
            lambda match: (
                bytes([int(match[1], 8)]) if len(match[1]) == 3 else _ESCAPED.get(match[1], match[1])
            ),
            shown[1:-1],
        )
    return shown[2:] if shown.startswith(b"b/") else None


def _git(folder: Path, *arguments: str, failed: str) -> bytes:
    """What git prints; ``failed``: what to say when it cannot."""
    environment = {name: value for name, value in os.environ.items() if name not in _SET_BY_HOOKS}
    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=environment,
        )
    except FileNotFoundError:
        raise ChangedLinesError("--changed-since needs git, which is not installed") from None
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise ChangedLinesError(f"{failed} (git: {said})" if said else failed)
    return done.stdout


def _succeeds(folder: Path, *arguments: str) -> bool:
    try:
        _git(folder, *arguments, failed="")
    except ChangedLinesError:
        return False
    return True
