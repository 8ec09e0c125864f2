"""Units that an edit elsewhere in their file cannot have changed: what was found of them still holds, exactly.

The energies of a unit depend on its own text and on its file: on how often the texts occur that stand in it or are
offered there, on the n-grams around its sites, on the members of its receivers and of its class, on what the module
binds. So a version of a file is compared with the last one known. Their tokens differ in one stretch; the texts whose
counts, roles or bindings changed are few, and so are the n-grams. A unit is known when it stands as it stood and reads
none of them. Whatever is compared as a whole and differs makes every unit unknown: the error is always on the side of
looking again.
"""

from __future__ import annotations

import hashlib
import threading
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.distinct_values import distinct_values
from groundstate_energy.encoding import Window
from groundstate_energy.features import FEATURE_COUNT, Counted
from groundstate_energy.minimiser import Encoded
from groundstate_energy.ngrams import Ids, KeyCounts, keys_of
from groundstate_grammars.edits import Replacement
from groundstate_grammars.lexicon import Lexicon
from groundstate_grammars.python.candidates import NAME_RULES, CandidateSet
from groundstate_grammars.python.facts import FileFacts
from groundstate_grammars.python.header import context_header
from groundstate_grammars.python.lexical import Role
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.units import Unit
from groundstate_grammars.rules import SOFT_RULES
from groundstate_grammars.similar import SimilarNames

VERSIONS = 4
"""Files whose last version is kept."""
_MOST_TEXTS = 500_000
"""Distinct texts after which everything is forgotten; n-gram keys have room for a million."""
ALIKE_NAMES = 0.4
ALIKE = 0.5
"""Similarity from which candidates take a name of the module, or any other text of file and project, for like another."""

_POOLS = ("_globals", "_names", "_attributes", "_methods", "_strings")
"""Shared lists of which a unit reads only what it uses itself or what is like that."""
_SETS = ("_callables", "_imported")
"""Shared sets that a unit asks only about its own texts."""
_BY_TEXT = frozenset(("counts", "counts_by_role", "keys", "keywords", "functions", "imported", "globals"))
_ID_SETS = ("defined_methods", "called_members", "uncalled_members")
_BY_RECEIVER = frozenset(("receivers", "receiver_of"))
_BY_CLASS = frozenset(("classes", "assigned", "class_name_of", "self_name_of"))
"""Fields of ``FileFacts`` by how they are compared; any other is compared as a whole."""

_UNCOUNTED = frozenset(
    (
        Role.LAYOUT,
        Role.KEYWORD,
        Role.OPERATOR,
        Role.STRING,
        Role.NUMBER,
        Role.CONSTANT,
        Role.PUNCTUATION,
    )
)
# By number: indexing with an array of roles or rules takes a tenth of what `isin` takes.
_IS_COUNTED = np.array([role not in _UNCOUNTED for role in Role])
"""Roles of tokens whose counts are observed; of the others only n-grams are."""
_IS_MEMBER = np.array(
    [role in (Role.ATTRIBUTE, Role.ATTRIBUTE_BOUND, Role.METHOD, Role.STRING) for role in Role]
)
_IS_NAME = np.array([role in (Role.READ, Role.BOUND, Role.FUNCTION) for role in Role])
_IS_NAME_RULE = np.array([rule in NAME_RULES for rule in range(len(SOFT_RULES))])

Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class Kept(Generic[Result]):
    """What was found of a ``unit``: the ``result``, its candidates and windows. ``version``: the one they are from, until
    what they read of it is worked out."""

    unit: Unit
    result: Result
    candidates: CandidateSet
    windows: list[Window]
    version: _Version | None
    reads: _Reads | None = None


@dataclass(frozen=True, slots=True)
class _Reads:
    """What of its file a unit reads, as numbers of texts: its own and its candidates', and those of them that are counted;
    its members and strings, its names and its keywords, for which similar texts are offered; whether it has strings that
    are keys; receivers, classes; keys of n-grams, sorted. ``unknown``: texts whose count says whether they look misspelt."""

    texts: Ids
    counted: Ids
    unknown: Ids
    members: Ids
    names: Ids
    keywords: Ids
    keys: bool
    receivers: frozenset[str]
    classes: frozenset[str]
    ngrams: Ids
    features: Counted


@dataclass(frozen=True, slots=True)
class Recalled(Generic[Result]):
    """What is known of the units of a file, by node; of those of which only counts changed, candidates and windows; and
    which ``stood`` in the version before as they stand now."""

    version: _Version
    units: Mapping[int, Kept[Result]]
    recounted: Mapping[int, Encoded]
    reads: Mapping[int, _Reads]
    stood: Set[int]


class Recollection(Generic[Result]):
    """The units of the files that were looked at last."""

    def __init__(self) -> None:
        self._texts = Lexicon()
        self._versions: list[tuple[_Version, dict[bytes, Kept[Result]]]] = []
        self._lock = threading.Lock()

    def recall(self, file: ParsedFile) -> Recalled[Result]:
        """What is known of ``file`` from the version that it has most units in common with."""
        with self._lock:
            if len(self._texts) > _MOST_TEXTS:
                self._texts = Lexicon()
                self._versions.clear()
            version = _Version(file, self._texts)
            nearest = self._nearest(version)
            if nearest is None:
                return Recalled(version, {}, {}, {}, frozenset())
            earlier, kept = self._versions[nearest]
            known = {node: kept[key] for node, key in version.keys.items() if key in kept}
            reads = {node: _reads_of(entry) for node, entry in known.items()}
            change = _Change.between(earlier, version)
            if change is None:
                return Recalled(version, {}, {}, {}, known.keys())
            units: dict[int, Kept[Result]] = {}
            recounted: dict[int, Encoded] = {}
            for unit in file.units:
                entry = known.get(unit.node)
                if entry is None or change.touches(reads[unit.node]):
                    continue
                if not change.counts_for(reads[unit.node]):
                    units[unit.node] = entry
                else:
                    recounted[unit.node] = version.recounted(entry, reads[unit.node], unit)
            return Recalled(
                version, units, recounted, {node: reads[node] for node in recounted}, known.keys()
            )

    def keep(self, recalled: Recalled[Result], found: Mapping[int, tuple[Result, Encoded]]) -> None:
        """Keep what was recalled of a file, and what was ``found`` of its units by node, which comes first. Of a unit that
        is in neither, nothing is known."""
        version = recalled.version
        kept: dict[bytes, Kept[Result]] = {}
        for unit in version.file.units:
            key = version.keys.get(unit.node)
            if key is None:
                continue
            if unit.node in found:
                result, (candidates, windows) = found[unit.node]
                reads = recalled.reads.get(unit.node)
                origin = version if reads is None else None
                kept[key] = Kept(unit, result, candidates, windows, origin, reads)
            elif unit.node in recalled.units:
                kept[key] = recalled.units[unit.node]
        with self._lock:
            if version.texts is not self._texts:
                return
            nearest = self._nearest(version)
            if nearest is not None:
                del self._versions[nearest]
            self._versions = [*self._versions, (version, kept)][-VERSIONS:]

    def _nearest(self, version: _Version) -> int | None:
        """The place of the version that has most units in common with ``version``; None without any."""
        keys = set(version.keys.values())
        common = [(len(kept.keys() & keys), number) for number, (_, kept) in enumerate(self._versions)]
        most, number = max(common, default=(0, 0))
        return number if most else None


class _Version:
    """A version of a file with its texts numbered as in all other versions of all files."""

    def __init__(self, file: ParsedFile, texts: Lexicon) -> None:
        self.file = file
        self.texts = texts
        self._numbers = np.zeros(0, np.int64)

    def numbers(self) -> Ids:
        """The number of each text of the file's lexicon."""
        have, texts = len(self._numbers), self.file.lexicon.texts
        if have < len(texts):
            new = list(map(self.texts.id, texts[have:]))
            self._numbers = np.concatenate([self._numbers, np.array(new, np.int64)])
        return self._numbers

    def named(self, names: Iterable[str]) -> set[int]:
        """The numbers of texts."""
        return set(map(self.texts.id, names))

    @cached_property
    def tokens(self) -> Ids:
        return self.numbers()[self.file.tokens.lex]

    @cached_property
    def roles(self) -> NDArray[np.int64]:
        return np.array(self.file.tokens.role, np.int64)

    @cached_property
    def keys(self) -> dict[int, bytes]:
        """By node, a hash of how a unit stands in the text; units that stand there twice have none."""
        file, flat = self.file, self.file.flat
        kind, size = array("H", flat.kind).tobytes(), array("I", flat.size).tobytes()
        role = self.roles.astype(np.int8)
        scopes = self.scopes_of_units
        found: dict[int, bytes] = {}
        for unit in file.units:
            node, stop = unit.node, unit.node + flat.size[unit.node]
            digest = hashlib.blake2b(flat.data[unit.start : unit.end], digest_size=16)
            digest.update(kind[2 * node : 2 * stop])
            digest.update(size[4 * node : 4 * stop])
            digest.update(role[np.array(unit.tokens, np.intp)].tobytes())
            digest.update(repr((unit.kind, unit.qualname, scopes.get(node))).encode("utf-8", "surrogatepass"))
            found[node] = digest.digest()
        twice = {key for key, count in Counter(found.values()).items() if count > 1}
        return {node: key for node, key in found.items() if key not in twice}

    @cached_property
    def scopes_of_units(self) -> dict[int, list[tuple[str | None, str | None]]]:
        """By node of a unit, the class and the first parameter of the method that each of its scopes is in."""
        facts = self.file.facts
        found: dict[int, list[tuple[str | None, str | None]]] = {}
        size = self.file.flat.size
        nodes = sorted(unit.node for unit in self.file.units)
        around_unit: dict[int, int] = {}
        open_units: list[int] = []
        for node in nodes:
            while open_units and open_units[-1] + size[open_units[-1]] <= node:
                open_units.pop()
            around_unit[node] = open_units[-1] if open_units else -1
            open_units.append(node)
        for scope in self.file.scopes.scopes:
            around = (facts.class_name_of.get(scope.index), facts.self_name_of.get(scope.index))
            at = bisect_right(nodes, scope.node) - 1
            node = nodes[at] if at >= 0 else -1
            while node >= 0:
                if scope.node < node + size[node]:
                    found.setdefault(node, []).append(around)
                node = around_unit[node]
        return found

    def recounted(self, kept: Kept[Result], reads: _Reads, unit: Unit) -> Encoded:
        """Candidates and windows of a unit that stands where ``unit`` is now, and of which only counts changed."""
        by, old = unit.start - kept.unit.start, kept.candidates
        candidates = replace(
            old,
            unit=unit,
            site_start=old.site_start + by,
            site_end=old.site_end + by,
            structural={
                candidate: tuple(Replacement(r.start + by, r.end + by, r.new) for r in replacements)
                for candidate, replacements in old.structural.items()
            },
        )
        if not kept.windows:
            return candidates, []
        features = np.zeros((len(old), FEATURE_COUNT), np.float32)
        for window in kept.windows:
            features[window.candidates] = window.features
        counts, by_role = self.counts
        features = reads.features.recounted(features, counts, by_role, self.ngrams)
        return candidates, [replace(window, features=features[window.candidates]) for window in kept.windows]

    @cached_property
    def counts(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Occurrences of each text, in all and by role, by number."""
        facts, own = self.file.facts, self.first_uses
        counts = np.zeros(len(self.texts), np.float32)
        by_role = np.zeros((len(facts.counts_by_role), len(self.texts)), np.float32)
        counts[own] = facts.counts
        by_role[:, own] = facts.counts_by_role
        return counts, by_role

    @cached_property
    def ngrams(self) -> KeyCounts:
        """Keys of the n-grams of the whole file."""
        return KeyCounts(keys_of(self.tokens))

    @cached_property
    def first_uses(self) -> Ids:
        """The texts of the tokens in the order of their first use."""
        return self.numbers()[: len(self.file.facts.counts)]

    def presence(self, text: int) -> tuple[bool, ...]:
        """Whether a text occurs in the file, and whether as a name, a function, an attribute, a method."""
        at, facts = self.file.lexicon.find(self.texts.texts[text]), self.file.facts
        if not 0 <= at < len(facts.counts):
            return (False,) * 5
        return (bool(facts.counts[at]), *(facts.counts_by_role[:, at] > 0).tolist())

    @cached_property
    def shared(self) -> dict[str, object]:
        """What the candidates of every unit are made from, with numbers of texts for ids."""
        numbers_of = self.numbers
        found: dict[str, object] = {}
        for name, value in self.file.candidates.shared().items():
            if isinstance(value, np.ndarray):
                found[name] = numbers_of()[value]
            elif isinstance(value, frozenset):
                found[name] = frozenset(numbers_of()[list(value)].tolist())
            elif not isinstance(value, SimilarNames):
                found[name] = value
        return found

    @cached_property
    def bindings(self) -> dict[str, object]:
        """What the module binds, and how."""
        return {name: group[0].kind for name, group in self.file.scopes.scopes[0].bindings.items()}

    @cached_property
    def keywords(self) -> tuple[str, ...]:
        """Keywords of all calls of the file, as similar ones are looked for among them."""
        return self.file.candidates.keywords.names

    @cached_property
    def flags(self) -> dict[int, int]:
        """For members by lexicon id, whether they are defined, called, used without a call."""
        found = Counter[int]()
        for bit, name in enumerate(_ID_SETS):
            found.update(dict.fromkeys(getattr(self.file.facts, name), 1 << bit))
        return found

    @cached_property
    def marks(self) -> dict[str, object]:
        """By text: how often it is a key, and its flags as a member."""
        texts, keys, flags = self.file.lexicon.texts, self.file.facts.keys, self.flags
        return {texts[at]: (keys.get(at, 0), flags.get(at, 0)) for at in keys.keys() | flags.keys()}

    @cached_property
    def receivers(self) -> dict[str, object]:
        """For each receiver its members in order with their counts and flags, and those that its name promises."""
        file, flags, texts = self.file, self.flags, self.file.lexicon.texts
        return {
            receiver: (
                [(texts[member], count, flags.get(member, 0)) for member, count in group.items()],
                None if receiver.startswith("self@") else file.members_by_name(receiver),
            )
            for receiver, group in file.facts.receivers.items()
        }

    @cached_property
    def classes(self) -> dict[str, object]:
        """For each class its bases, and its members with their flags."""
        file, flags, find = self.file, self.flags, self.file.lexicon.find
        return {
            name: (bases, [(member, flags.get(find(member), 0)) for member in file.class_members(name)])
            for name, (bases, _) in file.facts.classes.items()
        }


@dataclass(frozen=True, slots=True)
class _Change:
    """What is different between two versions: texts that are there, bound or known differently; texts that are counted
    differently; what is like one of them, as a member, a name of the module or a keyword; the strings that are keys;
    receivers, classes; keys of n-grams."""

    texts: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    members: NDArray[np.bool_]
    names: NDArray[np.bool_]
    keywords: NDArray[np.bool_]
    keys: bool
    receivers: frozenset[str]
    classes: frozenset[str]
    ngrams: Ids

    @classmethod
    def between(cls, old: _Version, new: _Version) -> _Change | None:
        """None when every unit may have changed."""
        projects = _project_names(old.file, new.file)
        if projects is None:
            return None
        before, after = old.file.facts, new.file.facts
        for field in fields(FileFacts):
            known = _BY_TEXT | _BY_RECEIVER | _BY_CLASS | set(_ID_SETS)
            if field.name not in known and getattr(before, field.name) != getattr(after, field.name):
                return None
        if old.file.scopes.scopes[0].is_open != new.file.scopes.scopes[0].is_open:
            return None
        counted, moved, ngrams = _of_tokens(old, new)
        names = {*projects, *(before.imported ^ after.imported), *_different(old.bindings, new.bindings)}
        names |= _different(before.functions, after.functions) | _different(before.keywords, after.keywords)
        names |= _different(old.marks, new.marks)
        texts = new.named(names) | moved
        for name in _SETS:
            texts |= cast(frozenset[int], old.shared[name]) ^ cast(frozenset[int], new.shared[name])
        either = texts | counted
        changed = np.array(sorted(either), np.int64)
        keywords = set(old.keywords) ^ set(new.keywords)
        if [n for n in old.keywords if n not in keywords] != [n for n in new.keywords if n not in keywords]:
            return None
        for name, value in new.shared.items():
            other = old.shared[name]
            if isinstance(value, np.ndarray) and isinstance(other, np.ndarray):
                if name in _POOLS:
                    value, other = (part[~np.isin(part, changed)] for part in (value, other))
                if name != "_keys" and not np.array_equal(value, other):
                    return None
            elif name not in _SETS and value != other:
                return None
        modules = new.named({*old.bindings, *new.bindings})
        similar_keywords = new.named(keywords)
        return cls(
            texts=_marked(texts, new),
            counted=_marked(counted, new),
            members=_alike(either, ALIKE, new),
            names=_alike(either & modules, ALIKE_NAMES, new),
            keywords=_alike(similar_keywords, ALIKE, new),
            keys=not np.array_equal(cast(Ids, old.shared["_keys"]), cast(Ids, new.shared["_keys"])),
            receivers=frozenset(_different(old.receivers, new.receivers)),
            classes=frozenset(_different(old.classes, new.classes)),
            ngrams=ngrams,
        )

    def touches(self, reads: _Reads) -> bool:
        """Whether a unit that reads ``reads`` may have other candidates."""
        return bool(
            self.texts[reads.texts].any()
            or self.counted[reads.unknown].any()
            or self.members[reads.members].any()
            or self.names[reads.names].any()
            or self.keywords[reads.keywords].any()
            or (self.keys and reads.keys)
            or not self.receivers.isdisjoint(reads.receivers)
            or not self.classes.isdisjoint(reads.classes)
        )

    def counts_for(self, reads: _Reads) -> bool:
        """Whether something is counted differently that a unit observes of its candidates."""
        if self.counted[reads.counted].any():
            return True
        if not len(self.ngrams) or not len(reads.ngrams):
            return False
        at = np.minimum(np.searchsorted(reads.ngrams, self.ngrams), len(reads.ngrams) - 1)
        return bool((reads.ngrams[at] == self.ngrams).any())


def _project_names(old: ParsedFile, new: ParsedFile) -> frozenset[str] | None:
    """Names that the projects of two versions count differently; None when more may be different."""
    if old.project is None or new.project is None:
        return frozenset() if old.project is new.project else None
    return new.project.names_changed_since(old.project.serial)


def _of_tokens(old: _Version, new: _Version) -> tuple[set[int], set[int], Ids]:
    """Texts that are counted differently; those of them that came or went, in some role or at all, or that are first used
    at another place among the others; keys of n-grams that are counted differently."""
    left = old.tokens << 8 | old.roles
    right = new.tokens << 8 | new.roles
    shorter = min(len(left), len(right))
    differs = left[:shorter] != right[:shorter]
    start = int(differs.argmax()) if differs.any() else shorter
    differs = left[len(left) - shorter + start :][::-1] != right[len(right) - shorter + start :][::-1]
    common = int(differs.argmax()) if differs.any() else shorter - start
    stops = len(left) - common, len(right) - common
    here, there = (
        Counter(side[start:stop].tolist()) for side, stop in zip((left, right), stops, strict=True)
    )
    counted = {key >> 8 for key in here.keys() | there.keys() if here[key] != there[key]}
    moved = {text for text in counted if old.presence(text) != new.presence(text)}
    moved |= _moved(
        old.first_uses, new.first_uses, {key >> 8 for key in here.keys() | there.keys()} - moved, moved
    )
    runs = [
        Counter(keys_of(side[max(start - 2, 0) : stop + 2]).tolist())
        for side, stop in zip((old.tokens, new.tokens), stops, strict=True)
    ]
    keys = sorted(key for key in runs[0].keys() | runs[1].keys() if runs[0][key] != runs[1][key])
    return counted, moved, np.array(keys, np.int64)


def _moved(old: Ids, new: Ids, near: set[int], gone: set[int]) -> set[int]:
    """Those of the texts ``near`` an edit that are first used at another place among all texts but ``gone``."""
    sides: list[dict[int, int]] = []
    for uses in (old, new):
        others = np.cumsum(~np.isin(uses, list(near | gone)))
        at = np.flatnonzero(np.isin(uses, list(near)))
        sides.append(dict(zip(uses[at].tolist(), others[at].tolist(), strict=True)))
    left, right = sides
    found = {text for text in near if left.get(text) != right.get(text)}
    order = [[text for text in side if text not in found] for side in sides]
    return found if order[0] == order[1] else near


def _different(left: Mapping[str, object], right: Mapping[str, object]) -> set[str]:
    """Keys that are in one only or have other values."""
    missing = object()
    return {key for key in left.keys() | right.keys() if left.get(key, missing) != right.get(key, missing)}


def _marked(texts: set[int], version: _Version) -> NDArray[np.bool_]:
    marked = np.zeros(len(version.texts), np.bool_)
    marked[list(texts)] = True
    return marked


def _alike(texts: set[int], least: float, version: _Version) -> NDArray[np.bool_]:
    """Which of all texts have a similarity of ``least`` or more with one of ``texts``."""
    every = np.arange(len(version.texts))
    found = np.zeros(len(every), np.bool_)
    for text in texts:
        found |= version.texts.similarity(text, every.astype(np.int32)) >= least
    return found


def _reads_of(kept: Kept[Result]) -> _Reads:
    """What a unit reads, worked out when it is first asked for: most units are never seen again."""
    if kept.reads is None:
        assert kept.version is not None
        kept.reads = _reads(kept.version, kept.unit, kept.candidates)
        kept.version = None
    return kept.reads


def _reads(version: _Version, unit: Unit, candidates: CandidateSet) -> _Reads:
    file, numbers = version.file, version.numbers()
    tokens = np.array(unit.tokens, np.intp)
    roles = candidates.role
    header = np.array([version.texts.id(text) for text, _ in context_header(file, unit)], np.int64)
    ids = np.concatenate(
        [
            candidates.lex,
            candidates.site_current,
            candidates.site_slot,
            candidates.site_sibling,
            candidates.candidate_lex,
        ]
    )
    own = numbers[candidates.lex]
    facts = file.facts
    scopes = version.scopes_of_units.get(unit.node, [])
    receivers = {facts.receiver_of[token] for token in tokens.tolist() if token in facts.receiver_of}
    classes = {name for name, _ in scopes if name is not None} | {file.class_name(unit)}
    features = Counted.of(candidates, file.lexicon, numbers)
    named = _IS_NAME_RULE[candidates.site_rule]
    counted = [
        own[_IS_COUNTED[roles]],
        numbers[candidates.site_current[named]],
        numbers[candidates.candidate_lex[named[candidates.candidate_site]]],
    ]
    return _Reads(
        counted=distinct_values(np.concatenate(counted)),
        unknown=distinct_values(numbers[candidates.site_current[~candidates.site_known & ~named]]),
        texts=distinct_values(np.concatenate([numbers[ids[ids >= 0]], header])),
        members=distinct_values(own[_IS_MEMBER[roles]]),
        names=distinct_values(own[_IS_NAME[roles]]),
        keywords=distinct_values(own[roles == Role.KEYWORD_NAME]),
        keys=not facts.keys.keys().isdisjoint(candidates.lex.tolist()),
        receivers=frozenset(receivers),
        classes=frozenset(classes),
        ngrams=distinct_values(np.concatenate([features.offered.ravel(), features.as_written.ravel()])),
        features=features,
    )
