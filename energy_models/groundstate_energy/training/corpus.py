"""The corpus: deduplicated functions of many repositories with the project facts of each, on disk.

A repository is a folder; everything below it is one project. Functions are dropped when their token text was seen before
(exact) or when most of their token 5-grams were (near: MinHash with locality-sensitive hashing). One JSON-lines file a
repository: the first line holds the project's facts, every other line a file with the units to learn from.

MinHash is written here in numpy rather than taken from datasketch: with 32 permutations over hashed token ids it costs
about 50 µs a function, against about a millisecond there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.project import ProjectFacts, Signature
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.test_code import is_test
from groundstate_grammars.python.units import Unit, UnitKind

MIN_TOKENS = 16
MAX_TOKENS = 2_000
MAX_FILE_BYTES = 400_000
MAX_UNITS = 6_000
"""Units kept of one repository, so that no project dominates."""
TEST_SHARE = 0.3
"""Share of test files that is kept."""

_PERMUTATIONS = 32
_BANDS = 8
_SHINGLE = 5
_SKIP = re.compile(
    r"(^|/)(\.git|node_modules|site-packages|_?vendor(ed)?|third_party|extern(al)?s?|migrations|build|dist)/"
    r"|_pb2(_grpc)?\.py$|(^|/)(versioneer|_version|setup)\.py$"
)


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One file of the corpus. ``units``: indices into ``ParsedFile.units``."""

    path: str
    text: bytes
    units: tuple[int, ...]


@dataclass(slots=True)
class Repository:
    """One repository of the corpus, loaded."""

    name: str
    project: ProjectFacts
    files: list[CorpusFile]


class Deduplicator:
    """Remembers functions; says whether one was seen before, exactly or nearly.

    Near: estimated Jaccard similarity of token 5-grams above about 0.8 (8 bands of 4 rows of MinHash).
    """

    def __init__(self, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self._a = rng.integers(1, 2**61, _PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
        self._b = rng.integers(0, 2**61, _PERMUTATIONS, dtype=np.uint64)
        self._exact: set[bytes] = set()
        self._bands: set[bytes] = set()
        self.exact = 0
        self.near = 0

    def is_new(self, hashes: NDArray[np.uint64]) -> bool:
        """Whether a function with these token hashes is new; a new one is remembered."""
        digest = hashlib.blake2b(hashes.tobytes(), digest_size=12).digest()
        if digest in self._exact:
            self.exact += 1
            return False
        self._exact.add(digest)
        width = len(hashes) - _SHINGLE + 1
        shingles = np.zeros(max(width, 1), np.uint64)
        for offset in range(_SHINGLE if width > 0 else 0):
            shingles = shingles * np.uint64(0x9E3779B97F4A7C15) + hashes[offset : offset + width]
        shingles ^= shingles >> np.uint64(29)
        minimum = (shingles[None, :] * self._a[:, None] + self._b[:, None]).min(1)
        rows = minimum.reshape(_BANDS, -1)
        keys = [
            bytes([band]) + hashlib.blake2b(row.tobytes(), digest_size=10).digest()
            for band, row in enumerate(rows)
        ]
        seen = sum(key in self._bands for key in keys)
        self._bands.update(keys)
        if seen >= 2:
            self.near += 1
            return False
        return True


def token_hashes(file: ParsedFile, unit: Unit) -> NDArray[np.uint64]:
    """A hash of each token's text of a unit, layout tokens included."""
    texts = file.lexicon.texts
    lex = file.tokens.lex
    return np.array(
        [zlib.crc32(texts[lex[i]].encode("utf-8", "surrogatepass")) for i in unit.tokens], np.uint64
    )


def source_files(root: Path) -> Iterator[tuple[str, bytes]]:
    """Relative path and bytes of the Python files worth learning from, in sorted order."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            if not name.endswith(".py"):
                continue
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            if _SKIP.search(relative) or path.is_symlink():
                continue
            if is_test(relative) and zlib.crc32(relative.encode()) % 100 >= 100 * TEST_SHARE:
                continue
            try:
                data = path.read_bytes()
            except OSError:
                continue
            if 0 < len(data) <= MAX_FILE_BYTES:
                yield relative, data


def files_left_out(listing: Path) -> dict[str, frozenset[str]]:
    """By folder name (owner+name), the files that a corpus listing such as ``corpus.toml`` leaves out."""
    found = tomllib.loads(listing.read_text("utf-8"))["repository"]
    return {entry["name"].replace("/", "+", 1): frozenset(entry.get("left_out", ())) for entry in found}


def gather(
    roots: list[Path],
    out: Path,
    *,
    seed: int = 0,
    evaluation: frozenset[str] = frozenset(),
    left_out: Mapping[str, frozenset[str]] | None = None,
    progress: Callable[[str], None] = print,
) -> None:
    """Build the corpus of ``roots`` in ``out``; repositories that are there already are kept (resumable).

    What is new is compared with the functions of those that are there, wherever their names stand in the order.

    ``evaluation``: names of repositories that must not be used; a root of such a name raises ``ValueError``.
    ``left_out``: by the name of a root, paths of files that are passed over.
    Writes ``statistics.json`` with the number of repositories that use each name, and the counts of every text.
    """
    out.mkdir(parents=True, exist_ok=True)
    seen = Deduplicator(seed)
    names: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    kept_total = 0
    there = [shard for root in roots if _is_gathered(shard := out / f"{root.name}.jsonl")]
    if len(there) < len(roots):
        for shard in sorted(there):
            _remember(seen, shard)
    for number, root in enumerate(sorted(roots)):
        if root.name.replace("+", "/").casefold() in evaluation:
            raise ValueError(f"{root.name} is an evaluation repository: it must not be trained on")
        target = out / f"{root.name}.jsonl"
        state = out / f"{root.name}.counts.json"
        if _is_gathered(target):
            counts = json.loads(state.read_text("utf-8"))
            names.update(counts["names"].keys())
            texts.update(counts["texts"])
            kept_total += counts["units"]
            continue
        repository_texts: Counter[str] = Counter()
        facts = ProjectFacts()
        records: list[tuple[str, bytes, list[int]]] = []
        kept = 0
        passed_over = left_out.get(root.name, frozenset()) if left_out is not None else frozenset()
        for path, data in source_files(root):
            if path in passed_over:
                continue
            file = parse(data)
            if file.flat.errors:
                continue
            facts.add(file.summary())
            units = []
            for index, unit in enumerate(file.units):
                if (
                    unit.kind is UnitKind.FUNCTION
                    and MIN_TOKENS <= len(unit.tokens) <= MAX_TOKENS
                    and kept < MAX_UNITS
                ):
                    if seen.is_new(token_hashes(file, unit)):
                        units.append(index)
                        kept += 1
            if units:
                records.append((path, data, units))
                repository_texts.update(
                    {
                        file.lexicon.texts[i]: int(count)
                        for i, count in enumerate(file.facts.counts.tolist())
                        if count
                    }
                )
        with target.with_suffix(".part").open("w", encoding="utf-8") as stream:
            stream.write(json.dumps(_facts_record(facts)) + "\n")
            for path, data, units in records:
                text = data.decode("utf-8", "surrogateescape")
                stream.write(json.dumps({"path": path, "text": text, "units": units}) + "\n")
        target.with_suffix(".part").replace(target)
        used = dict.fromkeys(facts.names, 1)
        state.write_text(json.dumps({"names": used, "texts": repository_texts, "units": kept}), "utf-8")
        names.update(used.keys())
        texts.update(repository_texts)
        kept_total += kept
        progress(
            f"gather {number + 1}/{len(roots)} {root.name}: {kept} functions ({kept_total} in all, "
            f"{seen.exact} exact and {seen.near} near duplicates dropped)"
        )
    shared = {name: count for name, count in names.most_common(60_000) if count >= 3}
    (out / "statistics.json").write_text(
        json.dumps(
            {"repositories": shared, "texts": dict(texts.most_common(400_000)), "functions": kept_total}
        ),
        "utf-8",
    )


def _is_gathered(shard: Path) -> bool:
    return shard.exists() and shard.with_suffix(".counts.json").exists()


def _remember(seen: Deduplicator, shard: Path) -> None:
    """Let ``seen`` know the functions of a repository gathered before; its counts of duplicates stay as they are."""
    exact, near = seen.exact, seen.near
    for source in load_repository(shard).files:
        file = parse(source.text)
        for index in source.units:
            seen.is_new(token_hashes(file, file.units[index]))
    seen.exact, seen.near = exact, near


def _facts_record(facts: ProjectFacts) -> dict[str, Any]:
    return {
        "names": {name: count for name, count in facts.names.items() if count > 1},
        "functions": {name: asdict(s) for name, s in facts.functions.items() if s is not None},
        "classes": facts.classes,
    }


def load_repository(path: Path) -> Repository:
    """Read one repository of the corpus."""
    with path.open("r", encoding="utf-8") as stream:
        raw = json.loads(stream.readline())
        project = ProjectFacts(
            Counter(raw["names"]),
            {
                name: Signature(tuple(s["positional"]), tuple(s["keyword_only"]), s["takes_any"])
                for name, s in raw["functions"].items()
            },
            {name: (tuple(bases), tuple(members)) for name, (bases, members) in raw["classes"].items()},
        )
        files = []
        for line in stream:
            record = json.loads(line)
            text = record["text"].encode("utf-8", "surrogateescape")
            files.append(CorpusFile(record["path"], text, tuple(record["units"])))
    return Repository(path.stem, project, files)
