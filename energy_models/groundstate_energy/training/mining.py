"""Real one-site bug fixes, mined out of git histories.

A fix is kept when its commit message reads like a fix, the commit changes few files and lines outside tests,
and one function differs in exactly one small site that a rule of ours covers. Renames, log levels,
documentation, versions, deprecations and the Python 3 migration are dropped. What is written are facts
(repository, commit, path, function, byte positions, rule, blob ids), never source text: ``rebuild`` gets the texts
back out of clones.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstate_energy.training.fix_filters import (
    LONE,
    Bounds,
    bounds_for,
    is_cosmetic,
    is_mined,
    is_test,
    may_be_one_site,
    small_change,
)
from groundstate_energy.training.histories import Blobs, Commit, FileDiff, Hunk, commits
from groundstate_energy.training.single_site import (
    RULE_OF_CLASS,
    Change,
    Function,
    Token,
    compare,
    functions,
    parse,
    parse_again,
    tokens,
)

_LARGEST_FILE = 600_000


@dataclass(frozen=True, slots=True)
class RawFix:
    """One real fix: where it is, which rule it falls under, and the change itself.

    The positions in ``change``, ``before_start`` and ``before_end`` (the function) are byte offsets into the file
    before; ``after_start`` and ``after_end`` bound the function in the file after. ``digest`` names the two
    token sequences, one half each, to find the same fix in a fork or a backport, and its opposite.
    """

    repo: str
    commit: str
    subject: str
    path: str
    function: str
    before_start: int
    before_end: int
    after_start: int
    after_end: int
    change: Change
    before_blob: str
    after_blob: str
    digest: str

    def facts(self) -> dict[str, object]:
        """What may be kept in the tree: positions, ids and kinds, no text of the source but the function's name."""
        return {
            "repo": self.repo,
            "commit": self.commit,
            "path": self.path,
            "function": self.function,
            "class": self.change.kind,
            "rule": RULE_OF_CLASS[self.change.kind],
            "before": [self.before_start, self.before_end],
            "after": [self.after_start, self.after_end],
            "site": [self.change.start, self.change.end],
            "spans": [list(span) for span in self.change.spans],
            "old_kinds": list(self.change.old_kinds),
            "new_kinds": list(self.change.new_kinds),
            "before_blob": self.before_blob,
            "after_blob": self.after_blob,
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True)
class Pair:
    """A function before and after its fix, rebuilt from facts, inside the texts of its files."""

    facts: Mapping[str, object]
    before_file: bytes
    after_file: bytes
    before: bytes
    after: bytes


@dataclass(slots=True)
class Counts:
    """What the mining of one repository saw: for its yield, and so that nothing is lost in silence."""

    matching: int = 0
    read_like_fixes: int = 0
    small: int = 0
    parsed: int = 0
    fixes: int = 0


def raw_fixes(
    gitdir: Path, repo: str = "", limit: int = 30_000, counts: Counts | None = None
) -> Iterator[RawFix]:
    """The one-site fixes in the history of a repository, newest first; a fix that was later undone is left out.

    Args:
        gitdir: a bare repository or a ``.git`` folder; nothing in it is run or changed.
        repo: ``owner/name`` for the records; the folder's name without it.
        limit: look at no more than so many commits whose message matches.
        counts: filled while reading.
    """
    counts = counts if counts is not None else Counts()
    repo = repo or gitdir.name.removesuffix(".git")
    seen: set[str] = set()
    with Blobs(gitdir) as blobs:
        for commit in commits(gitdir, limit):
            counts.matching += 1
            bounds = bounds_for(commit.subject, commit.body)
            if bounds is None:
                continue
            counts.read_like_fixes += bounds is not LONE
            files = small_change(commit, bounds)
            if files is None:
                continue
            counts.small += 1
            found = _fixes_of(commit, files, bounds, blobs, repo, counts)
            for fix in found:
                if fix.digest not in seen and _opposite(fix.digest) not in seen:
                    seen.add(fix.digest)
                    counts.fixes += 1
                    yield fix


def _opposite(digest: str) -> str:
    return digest[len(digest) // 2 :] + digest[: len(digest) // 2]


@dataclass(frozen=True, slots=True)
class _Version:
    """One side of a file: bytes, functions, and where lines begin."""

    data: bytes
    functions: list[Function]
    lines: list[int]


@dataclass(frozen=True, slots=True)
class _Found:
    file: FileDiff
    before: Function
    after: Function
    change: Change
    old_tokens: list[Token]
    new_tokens: list[Token]


def _fixes_of(
    commit: Commit, files: list[FileDiff], bounds: Bounds, blobs: Blobs, repo: str, counts: Counts
) -> list[RawFix]:
    found: list[_Found] = []
    texts: dict[str, tuple[bytes, bytes]] = {}
    for file in files:
        if is_test(file.path) or not file.modified:
            continue
        if not bounds.alone and (not is_mined(file.path) or not any(map(may_be_one_site, file.hunks))):
            continue
        before, after = blobs.read(file.old_blob), blobs.read(file.new_blob)
        if before is None or after is None or max(len(before), len(after)) > _LARGEST_FILE:
            if bounds.alone:
                return []
            continue
        counts.parsed += 1
        changes = _changes_of(file, before, after, bounds.alone)
        if changes is None:
            return []
        if is_mined(file.path):
            found.extend(changes)
        elif changes:
            return []
        texts[file.path] = before, after
        if len(found) > bounds.fixes:
            return []
    return [
        _record(commit, item, repo)
        for item in found
        if not is_cosmetic(item.change, bounds, files, texts[item.file.path][0], texts[item.file.path][1])
    ]


def _record(commit: Commit, item: _Found, repo: str) -> RawFix:
    return RawFix(
        repo=repo,
        commit=commit.sha,
        subject=commit.subject,
        path=item.file.path,
        function=item.before.name,
        before_start=item.before.node.start_byte,
        before_end=item.before.node.end_byte,
        after_start=item.after.node.start_byte,
        after_end=item.after.node.end_byte,
        change=item.change,
        before_blob=item.file.old_blob,
        after_blob=item.file.new_blob,
        digest=_digest(item.old_tokens) + _digest(item.new_tokens),
    )


def _digest(side: list[Token]) -> str:
    return hashlib.blake2b(b" ".join(token.text for token in side), digest_size=6).hexdigest()


def _changes_of(file: FileDiff, before: bytes, after: bytes, alone: bool) -> list[_Found] | None:
    """The single-site functions of a file; None when they must be ``alone`` and other code changes too."""
    lines = _line_starts(before), _line_starts(after)
    tree = parse(before)
    trees = tree, parse_again(tree, before, lines[0], after, lines[1], _changed_rows(file.hunks))
    sides = tuple(map(_Version, (before, after), map(functions, trees), lines))
    touched: set[tuple[str, int]] = set()
    keys = tuple(_keys(side.functions) for side in sides)
    for hunk in file.hunks:
        for side, tree, named, first, count in (
            (sides[0], trees[0], keys[0], hunk.old_start, len(hunk.old)),
            (sides[1], trees[1], keys[1], hunk.new_start, len(hunk.new)),
        ):
            for line in range(first - 1, first - 1 + count):
                if line >= len(side.lines):
                    continue
                start = side.lines[line]
                end = side.lines[line + 1] if line + 1 < len(side.lines) else len(side.data)
                text = side.data[start:end]
                code = start + len(text) - len(text.lstrip())
                stop = start + len(text.rstrip())
                if code >= stop or side.data[code : code + 1] == b"#":
                    continue
                inside = _function_at(side.functions, code)
                if inside is not None:
                    touched.add(named[inside])
                    continue
                node = tree.root_node.descendant_for_byte_range(code, stop)
                if alone and (node is None or node.type not in ("string", "string_content", "comment")):
                    return None
    found: list[_Found] = []
    places = tuple({key: place for place, key in named.items()} for named in keys)
    for key in sorted(touched):
        if key not in places[0] or key not in places[1]:
            if alone:
                return None
            continue
        old, new = sides[0].functions[places[0][key]], sides[1].functions[places[1][key]]
        old_tokens, new_tokens = tokens(old.node, before), tokens(new.node, after)
        if [(t.text, t.depth) for t in old_tokens] == [(t.text, t.depth) for t in new_tokens]:
            continue
        change = None
        if not old.node.has_error and not new.node.has_error:
            change = compare(trees[0], old_tokens, trees[1], new_tokens)
        if change is None:
            if alone:
                return None
            continue
        found.append(_Found(file, old, new, change, old_tokens, new_tokens))
    return found


def _line_starts(data: bytes) -> list[int]:
    starts = [0]
    for line in data.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    starts.pop()
    return starts


def _changed_rows(hunks: Iterable[Hunk]) -> tuple[int, int, int]:
    """First row that may differ, and the first rows behind the last difference before and after (0-based)."""
    first, last, shift = 1 << 60, 0, 0
    for hunk in hunks:
        row = hunk.old_start - 1 if hunk.old else hunk.old_start
        first, last = min(first, row), row + len(hunk.old)
        shift += len(hunk.new) - len(hunk.old)
    return first, last, last + shift


def _keys(defined: list[Function]) -> dict[int, tuple[str, int]]:
    """Position in the list -> (name, how many of that name came before)."""
    before: dict[str, int] = {}
    keys = {}
    for place, function in enumerate(defined):
        keys[place] = (function.name, before.get(function.name, 0))
        before[function.name] = before.get(function.name, 0) + 1
    return keys


def _function_at(defined: list[Function], offset: int) -> int | None:
    low, high = 0, len(defined)
    while low < high:
        middle = (low + high) // 2
        if defined[middle].node.start_byte <= offset:
            low = middle + 1
        else:
            high = middle
    return low - 1 if low and offset < defined[low - 1].node.end_byte else None


def mine(repositories: Iterable[tuple[str, Path]], out: Path, limit: int = 30_000) -> dict[str, Counts]:
    """Mine every repository and write the facts, one JSON object a line; a fix found twice is written once.

    Args:
        repositories: ``owner/name`` and git directory of each.
        out: the file to write; compressed when its name ends in ``.gz``.

    Returns:
        What was seen in each repository.
    """
    seen: set[str] = set()
    counts: dict[str, Counts] = {}
    lines: list[str] = []
    for repo, gitdir in repositories:
        counts[repo] = Counts()
        for fix in raw_fixes(gitdir, repo, limit, counts[repo]):
            if fix.digest not in seen:
                seen.add(fix.digest)
                lines.append(json.dumps(fix.facts(), separators=(",", ":")))
    write_lines(out, lines)
    return counts


def write_lines(out: Path, lines: Iterable[str]) -> None:
    """Write text lines, compressed when the name ends in ``.gz``; the same lines give the same bytes."""
    text = "".join(line + "\n" for line in lines).encode()
    out.write_bytes(gzip.compress(text, 9, mtime=0) if out.suffix == ".gz" else text)


def read_facts(path: Path) -> Iterator[dict[str, object]]:
    """The records of a facts file, compressed or not."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    for line in text.splitlines():
        if line:
            yield json.loads(line)


def git_directory(clones: Path, repo: str) -> Path | None:
    """Where the clone of ``owner/name`` is below ``clones``, whichever way it is laid out; None if absent.

    Looks for ``owner/name``, ``owner+name``, ``owner__name`` and ``name``, bare or with a ``.git`` folder.
    """
    owner, _, name = repo.partition("/")
    for base in (f"{owner}/{name}", f"{owner}+{name}", f"{owner}__{name}", name):
        for rest in ("", ".git", "repo", "repo/.git"):
            found = clones / base / rest
            if (found / "HEAD").is_file() and (found / "objects").is_dir():
                return found
        if (clones / f"{base}.git" / "HEAD").is_file():
            return clones / f"{base}.git"
    return None


def rebuild(facts: Iterable[Mapping[str, object]], clones: Path) -> Iterator[Pair]:
    """The functions before and after each fix, read out of clones of the repositories.

    Records whose clone or blob is absent are left out. Facts come fastest grouped by repository.

    Args:
        facts: records as ``mine`` writes them.
        clones: the folder that has the clones; see ``git_directory`` for the layouts that are found.
    """
    by_repo: dict[str, list[Mapping[str, object]]] = {}
    for record in facts:
        by_repo.setdefault(str(record["repo"]), []).append(record)
    for repo, records in by_repo.items():
        gitdir = git_directory(clones, repo)
        if gitdir is None:
            continue
        with Blobs(gitdir) as blobs:
            for record in records:
                before, after = blobs.read(str(record["before_blob"])), blobs.read(str(record["after_blob"]))
                if before is None or after is None:
                    continue
                functions_text = _slice(before, record["before"]), _slice(after, record["after"])
                yield Pair(record, before, after, *functions_text)


def write_pairs(facts: Iterable[Mapping[str, object]], clones: Path, out: Path) -> int:
    """Rebuild fixes and write them as training records, one JSON object a line; returns how many.

    A record has ``repository``, ``kind`` (the class), ``before`` (the whole file), ``start`` and ``end`` (the function
    in it), ``after`` (the function, fixed) and ``site`` (a byte inside the function, at the fix). Bytes that are not
    UTF-8 are kept as surrogates.
    """
    written = 0
    with out.open("w", encoding="utf-8") as stream:
        for pair in rebuild(facts, clones):
            before, site = pair.facts["before"], pair.facts["site"]
            assert isinstance(before, list)
            assert isinstance(site, list)
            record = {
                "repository": pair.facts["repo"],
                "kind": pair.facts["class"],
                "before": pair.before_file.decode("utf-8", "surrogateescape"),
                "start": before[0],
                "end": before[1],
                "after": pair.after.decode("utf-8", "surrogateescape"),
                "site": min(site[0], before[1] - 1),
            }
            stream.write(json.dumps(record) + "\n")
            written += 1
    return written


def _slice(data: bytes, bounds: object) -> bytes:
    assert isinstance(bounds, list)
    return data[bounds[0] : bounds[1]]
