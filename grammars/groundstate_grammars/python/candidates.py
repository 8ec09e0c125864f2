"""Sites and candidate edits of a unit, for every learned rule.

Name-like candidates are slices of arrays prepared once per scope and receiver, so a unit costs a few array operations a
site; the few structural edits are listed one by one. Nothing is scored here: a candidate carries the raw observations
(receiver counts, slot and sibling texts, whether it is bound before the site) that the usage term turns into features.
"""

from __future__ import annotations

import builtins
import re
import tomllib
import weakref
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.lexicon import Signatures
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.facts import callee_name, is_key
from groundstate_grammars.python.known_names import known_names
from groundstate_grammars.python.lexical import MAX_TEXT, Role
from groundstate_grammars.python.scopes import BindingKind, ScopeKind
from groundstate_grammars.python.units import Unit, UnitKind
from groundstate_grammars.rules import SOFT_RULES
from groundstate_grammars.similar import SimilarNames

if TYPE_CHECKING:
    from groundstate_grammars.python.parsed import ParsedFile

Ids = NDArray[np.int32]
_NOTHING: Ids = np.zeros(0, np.int32)

WRONG_NAME = SOFT_RULES.index("GS301")
WRONG_ATTRIBUTE = SOFT_RULES.index("GS302")
WRONG_METHOD = SOFT_RULES.index("GS303")
WRONG_FUNCTION = SOFT_RULES.index("GS304")
WRONG_KEYWORD = SOFT_RULES.index("GS305")
SWAPPED_ARGUMENTS = SOFT_RULES.index("GS306")
SWAPPED_OPERANDS = SOFT_RULES.index("GS307")
SELF_OR_NAME = SOFT_RULES.index("GS308")
MISSING_CALL = SOFT_RULES.index("GS309")
WRONG_OPERATOR = SOFT_RULES.index("GS310")
WRONG_ASSIGNMENT = SOFT_RULES.index("GS311")
WRONG_COMPARISON = SOFT_RULES.index("GS312")
WRONG_BOOLEAN = SOFT_RULES.index("GS313")
NEGATION = SOFT_RULES.index("GS314")
WRONG_LITERAL = SOFT_RULES.index("GS315")
SIGN = SOFT_RULES.index("GS316")
OFF_BY_ONE = SOFT_RULES.index("GS317")

NAME_RULES = frozenset((WRONG_NAME, WRONG_ATTRIBUTE, WRONG_METHOD, WRONG_FUNCTION, WRONG_KEYWORD))
"""Rules whose candidates replace one identifier by another."""

_MAX_LOCALS = 64
_MAX_MODULE_LOCALS = 24
_MAX_GLOBALS = 16
_MAX_FUNCTIONS = 32
_MAX_MEMBERS = 48
_MAX_FILE_MEMBERS = 20
_MAX_SIMILAR = 8
_SIMILAR = 0.5
_LOOSELY_SIMILAR = 0.4
_MAX_IMPORTS = 12
_MAX_TYPES = 10
_MAX_OWNERS = 5
_MAX_LIKE = 12
_MAX_KNOWN = 5
_MAX_KEYWORDS = 6
_MAX_INTEGERS = 6
_MAX_KEYS = 20

DELETED = "<del>"
INSERTED_NOT = "<not>"
INSERTED_MINUS = "<minus>"
PLUS_ONE = "<+1>"
MINUS_ONE = "<-1>"
SWAPPED = "<swap>"
CALLED = "<call>"
AS_SELF = "<self.>"


@dataclass(frozen=True, slots=True)
class LanguageData:
    """``language.toml``, indexed."""

    operators: dict[str, tuple[str, ...]]
    assignment_operators: dict[str, tuple[str, ...]]
    comparisons: dict[str, tuple[str, ...]]
    literals: dict[str, tuple[str, ...]]
    integers: tuple[int, ...]
    integer_families: dict[int, tuple[int, ...]]
    functions: dict[str, tuple[str, ...]]
    methods: dict[str, tuple[str, ...]]
    attributes: dict[str, tuple[str, ...]]
    types: tuple[str, ...]


def _others(families: list[dict[str, list[str]]], key: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for entry in families:
        family = entry.get(key, [])
        for text in family:
            found.setdefault(text, {}).update(dict.fromkeys(other for other in family if other != text))
    return {text: tuple(others) for text, others in found.items()}


@cache
def language_data() -> LanguageData:
    raw: dict[str, Any] = tomllib.loads(files(__package__).joinpath("language.toml").read_text("utf-8"))
    literals = {
        key: tuple(value)
        for key, value in raw["literals"].items()
        if key not in ("integers", "integer-families")
    }
    families: list[list[int]] = raw["literals"]["integer-families"]
    return LanguageData(
        operators=_others(raw["operators"], "family"),
        assignment_operators=_others(raw["assignment-operators"], "family"),
        comparisons={key: tuple(value) for key, value in raw["comparisons"].items()},
        literals=literals,
        integers=tuple(raw["literals"]["integers"]),
        integer_families={
            number: tuple(dict.fromkeys(n for family in families if number in family for n in family))
            for number in {number for family in families for number in family}
        },
        functions=_others(raw["siblings"], "functions"),
        methods=_others(raw["siblings"], "methods"),
        attributes=_others(raw["siblings"], "attributes"),
        types=tuple(raw["types"]["common"]),
    )


BUILTINS = frozenset(name for name in dir(builtins)) | {
    "__file__", "__name__", "__doc__", "__package__", "__path__", "__spec__", "__loader__", "__builtins__",
    "unicode", "basestring", "long", "xrange", "raw_input", "reduce", "unichr", "file", "cmp", "WindowsError",
}  # fmt: skip


_STRING, _INTEGER = 1, 2


def _literal_kind(text: str) -> int:
    """Whether a text is a short plain string, a short decimal integer or neither (0)."""
    if text[:1] in ("'", '"'):
        return _STRING if 3 < len(text) < MAX_TEXT else 0
    return _INTEGER if len(text) < 7 and text.isdecimal() else 0


_BUILTINS = SimilarNames(sorted(BUILTINS))


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """Sites and candidates of one unit as arrays. ``T`` tokens, ``S`` sites, ``C`` candidates (sorted by site).

    Token positions count within the unit. Lexicon ids belong to ``ParsedFile.lexicon``.
    """

    unit: Unit
    lex: Ids
    """Lexicon id of each token of the unit, ``(T,)``."""
    role: NDArray[np.int8]
    site_token: Ids
    site_other: Ids
    """Second token of a pair site (the other argument or operand), else the token itself, ``(S,)``."""
    site_rule: NDArray[np.int8]
    site_start: Ids
    site_end: Ids
    """Byte range that a replacing candidate replaces."""
    site_current: Ids
    """Lexicon id of the text as written."""
    site_slot: Ids
    """Lexicon id of the name of what the expression fills (formal parameter, keyword, assignment target), or -1."""
    site_sibling: Ids
    """Lexicon id of the other operand or the neighbouring argument when it is one identifier, or -1."""
    site_received: Ids
    """How often the current member occurs on the same receiver in the file, this occurrence left out."""
    site_known: NDArray[np.bool_]
    candidate_site: Ids
    candidate_lex: Ids
    candidate_received: Ids
    candidate_local: NDArray[np.bool_]
    structural: dict[int, tuple[Replacement, ...]]
    """Candidates that are not the replacement of the site's range by a text."""
    texts: list[str]

    def __len__(self) -> int:
        return len(self.candidate_site)

    def edit(self, candidate: int) -> Edit:
        """The candidate as replacements in the file's bytes."""
        site = int(self.candidate_site[candidate])
        rule = SOFT_RULES[int(self.site_rule[site])]
        replacements = self.structural.get(candidate)
        if replacements is None:
            text = self.texts[int(self.candidate_lex[candidate])].encode("utf-8")
            replacements = (Replacement(int(self.site_start[site]), int(self.site_end[site]), text),)
        return Edit(rule, replacements)

    def edits(self) -> Iterator[Edit]:
        return (self.edit(candidate) for candidate in range(len(self)))


class Candidates:
    """Makes the candidate sets of a file's units; holds what is shared between them."""

    def __init__(self, file: ParsedFile, base: Candidates | None = None) -> None:
        """``base``: the candidates of the file that ``file`` is an edited unit of; their lexicon ids agree."""
        # The file has these candidates: without a weak reference it would be garbage that only a collection frees, and a
        # version of a long file is a hundred megabytes.
        self._weak_file = weakref.ref(file)
        self._data = language_data()
        self._visible: dict[int, tuple[Ids, list[int]]] = {}
        self._similar_found: dict[tuple[int, int], Ids] = {}
        self._signatures: dict[int, Signatures] = {}
        self._ids: dict[tuple[str, ...], Ids] = {}
        self._alone: dict[int, Ids] = {}
        self._members: dict[tuple[str, bool], tuple[Ids, Ids]] = {}
        self._elsewhere: dict[tuple[int, str], Ids] = {}
        self._named: dict[tuple[str, str], tuple[str, ...]] = base._named if base is not None else {}
        self.keywords: SimilarNames
        self._types: Ids
        self._imports: Ids
        self._callables: frozenset[int]
        self._imported: frozenset[int]
        self._globals: Ids
        self._variables: Ids
        self._top_callables: Ids
        self._similar_globals: dict[str, Ids]
        self._keys: Ids
        facts, lexicon = file.facts, file.lexicon
        counts = facts.counts_by_role
        if base is not None:
            self._globals, self._variables, self._top_callables = (
                base._globals,
                base._variables,
                base._top_callables,
            )
            self._types, self._imports = base._types, base._imports
            self._callables, self._imported = base._callables, base._imported
            self._similar_globals = base._similar_globals
        else:
            variables: list[int] = []
            callables: list[int] = []
            others: list[int] = []
            imports: list[int] = []
            for name, group in file.scopes.scopes[0].bindings.items():
                identity = lexicon.id(name)
                kind = group[0].kind
                if kind in (BindingKind.FUNCTION, BindingKind.CLASS):
                    callables.append(identity)
                elif kind is BindingKind.IMPORT:
                    imports.append(identity)
                    (callables if identity < counts.shape[1] and counts[1, identity] else others).append(
                        identity
                    )
                else:
                    variables.append(identity)
            self._globals = np.array(variables + callables + others, np.int32)
            self._variables = self._most_used(np.array(variables, np.int32), _MAX_GLOBALS)
            self._top_callables = self._most_used(np.array(callables, np.int32), _MAX_FUNCTIONS)
            self._types = self._most_used(np.array(callables, np.int32), _MAX_TYPES)
            self._imports = self._most_used(np.array(imports, np.int32), _MAX_IMPORTS)
            self._callables = frozenset(callables)
            self._imported = frozenset(imports)
            self._similar_globals = {}
        self.place_of_global: dict[int, int] = (
            base.place_of_global
            if base is not None
            else {identity: at for at, identity in enumerate(self._globals.tolist())}
        )
        self._names = np.flatnonzero(counts.sum(0)).astype(np.int32)
        self._attributes = counts[2].nonzero()[0].astype(np.int32)
        self._methods = counts[3].nonzero()[0].astype(np.int32)
        self._top_attributes = self._most_used(self._attributes, _MAX_FILE_MEMBERS)
        self._top_methods = self._most_used(self._methods, _MAX_FILE_MEMBERS)
        before = base._literal if base is not None else np.zeros(0, np.int8)
        new = [_literal_kind(text) for text in lexicon.texts[len(before) : len(facts.counts)]]
        self._literal: NDArray[np.int8] = np.concatenate([before, np.array(new, np.int8)])
        used = self._literal * (facts.counts > 0)
        self._strings = np.flatnonzero(used == _STRING).astype(np.int32)
        integers = np.flatnonzero(used == _INTEGER)
        counted = zip((-facts.counts[integers]).tolist(), integers.tolist(), strict=True)
        most = sorted((count, int(lexicon.texts[i])) for count, i in counted)[:_MAX_INTEGERS]
        self.integers = [number for _, number in most]
        self.keywords = (
            base.keywords
            if base is not None
            else SimilarNames(dict.fromkeys(name for group in facts.keywords.values() for name in group))
        )
        if base is not None and facts.keys == base._file.facts.keys:
            self._keys = base._keys
        else:
            keys = sorted(facts.keys.items(), key=lambda item: -item[1])
            short = [identity for identity, _ in keys if len(lexicon.texts[identity]) < MAX_TEXT]
            self._keys = np.array(short, np.int32)

    @property
    def _file(self) -> ParsedFile:
        file = self._weak_file()
        assert file is not None, "candidates are asked for only while their file is there"
        return file

    def shared(self) -> dict[str, object]:
        """By name, all that the candidates of every unit are made from; not what is remembered on the way."""
        return {name: value for name, value in vars(self).items() if name not in _REMEMBERED}

    def _most_used(self, ids: Ids, limit: int) -> Ids:
        if len(ids) <= limit:
            return ids
        counts = self._file.facts.counts
        used = np.where(ids < len(counts), counts[np.minimum(ids, len(counts) - 1)], 0)
        return ids[np.sort(np.argsort(-used, kind="stable")[:limit])]

    def _similar(self, current: int, pool: Ids, limit: int = _MAX_SIMILAR, least: float = _SIMILAR) -> Ids:
        """The members of ``pool`` whose text is like that of ``current``, at most ``limit``.

        ``pool`` is one of the arrays that live as long as the file; results are kept by (text, pool).
        """
        if not len(pool):
            return pool
        key = (current, id(pool))
        found = self._similar_found.get(key)
        if found is not None:
            return found
        lexicon = self._file.lexicon
        signatures = self._signatures.get(id(pool))
        if signatures is None:
            signatures = self._signatures[id(pool)] = lexicon.signatures(pool)
        similarity = lexicon.similarity_to(current, signatures)
        best = (similarity >= least).nonzero()[0]
        if len(best) > limit:
            best = best[np.argsort(-similarity[best], kind="stable")[:limit]]
        found = self._similar_found[key] = pool[best]
        return found

    def alone(self, identity: int) -> Ids:
        """``[identity]``."""
        found = self._alone.get(identity)
        if found is None:
            found = self._alone[identity] = np.array([identity], np.int32)
        return found

    def ids(self, texts: tuple[str, ...]) -> Ids:
        """Lexicon ids of texts that are offered again and again."""
        found = self._ids.get(texts)
        if found is None:
            identity = self._file.lexicon.id
            found = self._ids[texts] = np.array([identity(text) for text in texts], np.int32)
        return found

    def similar_globals(self, current: int) -> Ids:
        """Names of the module that are like ``current``; remembered for the file and its edited units alike."""
        text = self._file.lexicon.texts[current]
        found = self._similar_globals.get(text)
        if found is None:
            found = self._similar(current, self._globals, 2 * _MAX_SIMILAR, _LOOSELY_SIMILAR)
            self._similar_globals[text] = found
        return found

    def visible(self, scope: int) -> tuple[Ids, list[int]]:
        """Local names readable in ``scope`` with the byte position from which they are bound, in that order.

        Module names are left out unless the scope is the module. Names of enclosing functions have position -1:
        the inner function runs later.
        """
        found = self._visible.get(scope)
        if found is not None:
            return found
        file = self._file
        scopes, flat, lexicon = file.scopes.scopes, file.flat, file.lexicon
        at: dict[int, int] = {}
        deferred = False
        index = scope
        while index > 0 or (index == 0 and scope == 0):
            current = scopes[index]
            if current.kind is not ScopeKind.CLASS or index == scope:
                for name, group in current.bindings.items():
                    kind = group[0].kind
                    if kind in (BindingKind.DELETE, BindingKind.TYPE_PARAMETER):
                        continue
                    identity = lexicon.id(name)
                    if identity in at:
                        continue
                    if deferred:
                        at[identity] = -1
                    elif current.kind is ScopeKind.COMPREHENSION:
                        at[identity] = flat.start[current.node]
                    else:
                        at[identity] = flat.start[group[0].node]
            if current.kind is ScopeKind.FUNCTION:
                deferred = True
            if index == 0:
                break
            index = current.parent
        ordered = sorted(at.items(), key=lambda item: item[1])
        found = (np.array([i for i, _ in ordered], np.int32), [p for _, p in ordered])
        self._visible[scope] = found
        return found

    def spelt_like(self, current: int) -> Ids:
        """Strings of names of the file and of the project that are like the string ``current``, in its quotes."""
        key = (current, "'")
        found = self._elsewhere.get(key)
        if found is None:
            file, lexicon = self._file, self._file.lexicon
            text = lexicon.texts[current]
            name, quote = text[1:-1], text[0]
            names: list[str] = []
            if name.isidentifier() and quote in "'\"" and text[-1] == quote:
                names += [lexicon.texts[i] for i in self._similar(current, self._names).tolist()]
                if file.project is not None:
                    names += file.project.members_like(name, 3, 0.6)
            found = np.array([lexicon.id(quote + name + quote) for name in names], np.int32)
            self._elsewhere[key] = found
        return found

    def members_elsewhere(self, current: int, receiver: str) -> Ids:
        """Members that no code of the file shows on ``receiver``: names of the project or of libraries like ``current``,
        and the members that are most used on a receiver of that name."""
        key = (current, receiver)
        found = self._elsewhere.get(key)
        if found is None:
            names = self._names_elsewhere(self._file.lexicon.texts[current], receiver)
            identity = self._file.lexicon.id
            found = self._elsewhere[key] = np.array([identity(name) for name in names], np.int32)
        return found

    def _names_elsewhere(self, text: str, receiver: str) -> tuple[str, ...]:
        """Texts of ``members_elsewhere``; remembered for the file and its edited units alike."""
        remembered = self._named.get((text, receiver))
        if remembered is not None:
            return remembered
        file, known = self._file, known_names()
        names: dict[str, None] = {}
        if receiver and not receiver.startswith("self@"):
            names.update(dict.fromkeys(file.members_by_name(receiver)))
            group = known.members.get(receiver.rpartition(".")[2].lstrip("_"))
            if group is not None:
                names.update(dict.fromkeys(group.like(text, _MAX_KNOWN, 0.35)))
                names.update(dict.fromkeys(group.names[:_MAX_KNOWN]))
        if file.project is not None:
            names.update(dict.fromkeys(file.project.members_like(text, 6, 0.5)))
        names.update(dict.fromkeys(known.anywhere.like(text, 3, 0.6)))
        found = self._named[text, receiver] = tuple(names)
        return found

    def members(self, receiver: str, called: bool) -> tuple[Ids, Ids]:
        """Member ids seen on ``receiver`` (or defined by its class) and how often, methods or attributes."""
        key = (receiver, called)
        found = self._members.get(key)
        if found is not None:
            return found
        file = self._file
        facts, lexicon = file.facts, file.lexicon
        wanted, unwanted = (
            (facts.called_members, facts.uncalled_members)
            if called
            else (facts.uncalled_members, facts.called_members)
        )
        counts: dict[int, int] = {
            member: count
            for member, count in facts.receivers.get(receiver, {}).items()
            if member in wanted or member not in unwanted
        }
        if receiver.startswith("self@"):
            name = receiver[5:]
            for member in file.class_members(name):
                identity = lexicon.id(member)
                if identity in wanted or identity not in unwanted:
                    counts.setdefault(identity, 0)
        ordered = sorted(counts.items(), key=lambda item: -item[1])[:_MAX_MEMBERS]
        found = (
            np.array([i for i, _ in ordered], np.int32),
            np.array([c for _, c in ordered], np.int32),
        )
        self._members[key] = found
        return found

    def of(self, unit: Unit) -> CandidateSet:
        """Sites and candidates of ``unit``."""
        return _Builder(self, self._file, unit).build()


_REMEMBERED = frozenset(
    (
        "_weak_file",
        "_data",
        "_visible",
        "_similar_found",
        "_signatures",
        "_ids",
        "_alone",
        "_members",
        "_elsewhere",
        "_named",
        "_similar_globals",
        "_literal",
        "place_of_global",
    )
)
"""Attributes of ``Candidates`` that say nothing new: the file itself, and what was worked out from it."""


def _changed(text: str, negative: bool) -> list[int]:
    """Integers that a slip makes of a decimal one: a factor of 2 or 10, two digits in the wrong order."""
    value = int(text)
    if value < 2:
        return []
    found = [value * 10, value * 2]
    found += [value // factor for factor in (2, 10) if value % factor == 0]
    if len(text) > 2:
        digits = (text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1))
        found += [int(swapped) for swapped in digits if swapped[0] != "0"]
    return [-number for number in found] if negative else found


def _kept_apart(data: bytes, replacement: Replacement) -> Replacement:
    """``replacement`` with a space where two words would become one: no `returnnot[x]` of `return[x]`."""
    start, end, new = replacement.start, replacement.end, replacement.new
    before, after = data[start - 1 : start], data[end : end + 1]
    if not new:
        return Replacement(start, end, b" ") if _is_word(before) and _is_word(after) else replacement
    front = b" " if _is_word(before) and _is_word(new[:1]) else b""
    back = b" " if _is_word(after) and _is_word(new[-1:]) else b""
    return Replacement(start, end, front + new + back)


def _is_word(byte: bytes) -> bool:
    """Whether one byte (or none) can be part of a name, a keyword or a number."""
    return byte.isalnum() or byte == b"_" or byte >= b"\x80"


class _Builder:
    """Collects the sites of one unit."""

    def __init__(self, shared: Candidates, file: ParsedFile, unit: Unit) -> None:
        self.shared = shared
        self.file = file
        self.unit = unit
        self.flat = file.flat
        self.lexicon = file.lexicon
        self.data = language_data()
        tokens = file.tokens
        self.index = unit.tokens
        self.lex = tokens.lex[np.array(unit.tokens, np.intp)]
        self.lex_list: list[int] = self.lex.tolist()
        role = tokens.role
        self.role = [role[i] for i in unit.tokens]
        self.local = {token: i for i, token in enumerate(unit.tokens)}
        self.sites: list[tuple[int, ...]] = []
        self.cand_lex: list[Ids] = []
        self.cand_count: list[int] = []
        self.cand_received: list[tuple[int, Ids]] = []
        self.cand_locals: list[tuple[int, int]] = []
        self.structural: list[tuple[int, tuple[Replacement, ...]]] = []
        # What of the unit is offered anywhere in it: names of the module, members, integers; and what stands before a dot.
        place = shared.place_of_global
        self.unit_globals = shared._globals[sorted({place[lex] for lex in self.lex_list if lex in place})]
        attributes: set[int] = set()
        methods: set[int] = set()
        integers: set[int] = set()
        self.owners: set[int] = set()
        texts, kinds, parents, node_of = self.lexicon.texts, file.flat.kind, file.flat.parent, tokens.node
        read, method, number = Role.READ, Role.METHOD, Role.NUMBER
        for lex, own, token in zip(self.lex_list, self.role, unit.tokens, strict=True):
            if own == read:
                if kinds[parents[node_of[token]]] == py.ATTRIBUTE:
                    self.owners.add(lex)
            elif own == method:
                methods.add(lex)
            elif own in _MEMBERS:
                attributes.add(lex)
            elif own == number and (text := texts[lex]).isdecimal() and len(text) < 7:
                integers.add(int(text))
        self.unit_attributes = np.array(sorted(attributes), np.int32)
        self.unit_methods = np.array(sorted(methods), np.int32)
        self.integers = sorted(integers)[:8]
        self.pools: dict[tuple[int, int, int], tuple[list[Ids], int]] = {}
        outer, _, function = unit.qualname.rpartition(".")
        self.function_name = self._own_name(function) if unit.kind is UnitKind.FUNCTION else -1
        self.class_name = self._own_name(outer.rpartition(".")[2]) if unit.class_node >= 0 else -1

    def _own_name(self, name: str) -> int:
        """Lexicon id of a name that is defined around here; -1 for one so long that its token is cut."""
        return self.lexicon.find(name) if len(name.encode("utf-8", "replace")) <= MAX_TEXT else -1

    # One site with candidates that replace its range.
    def site(
        self,
        token: int,
        rule: int,
        start: int,
        end: int,
        candidates: Sequence[Ids],
        *,
        current: int = -1,
        other: int = -1,
        slot: int = -1,
        sibling: int = -1,
        received: int = 0,
        candidate_received: Ids | None = None,
        locals_first: int = 0,
        known: bool = True,
    ) -> int:
        site = len(self.sites)
        if other < 0:
            other = token
        if current < 0:
            current = self.lex_list[token]
        self.sites.append((token, other, rule, start, end, current, slot, sibling, received, known))
        self.cand_lex += candidates
        self.cand_count.append(sum(map(len, candidates)))
        if candidate_received is not None:
            self.cand_received.append((site, candidate_received))
        if locals_first:
            self.cand_locals.append((site, locals_first))
        return site

    def structural_site(
        self, token: int, rule: int, form: str, replacements: tuple[Replacement, ...], *, other: int = -1,
        slot: int = -1, candidate: int = -1, current: int = -1,
    ) -> None:  # fmt: skip
        """A site with one candidate that is not the replacement of one range by a text."""
        identity = candidate if candidate >= 0 else self.lexicon.id(form)
        replacements = tuple(_kept_apart(self.flat.data, replacement) for replacement in replacements)
        site = self.site(
            token, rule, replacements[0].start, replacements[-1].end, (self.shared.alone(identity),),
            other=other, slot=slot, current=current,
        )  # fmt: skip
        self.structural.append((site, replacements))

    def ids(self, texts: list[str]) -> Ids:
        """Lexicon ids of texts of this place alone; ``Candidates.ids`` remembers those that come again."""
        identity = self.lexicon.id
        return np.array([identity(text) for text in texts], np.int32)

    def build(self) -> CandidateSet:
        flat = self.flat
        tokens = self.file.tokens
        kinds, parents, fields = flat.kind, flat.parent, flat.field
        # A member of an enumeration takes longer to find than anything else in this loop.
        read, bound, function, keyword_name = Role.READ, Role.BOUND, Role.FUNCTION, Role.KEYWORD_NAME
        number, constant, string, punctuation = Role.NUMBER, Role.CONSTANT, Role.STRING, Role.PUNCTUATION
        for at, (token, role) in enumerate(zip(self.index, self.role, strict=True)):
            if role not in _WITH_SITES:
                continue
            node = tokens.node[token]
            parent = parents[node]
            if role == punctuation:
                if kinds[parent] == py.ARGUMENT_LIST and node == parent + 1:
                    self._arguments(at, parent)
                elif kinds[parent] == py.SUBSCRIPT and flat.data[flat.start[node]] == _OPEN_BRACKET:
                    self._index(parent)
            elif role == read or (role == bound and kinds[parent] == py.AUGMENTED_ASSIGNMENT):
                self._read(at, node, parent)
            elif role in _OPERATORS:
                self._operator(at, node, parent, kinds[parent], fields[node])
            elif role in _MEMBERS:
                self._member(at, token, node, parent, role)
            elif role == function:
                self._function(at, node, parent)
            elif role == string:
                if kinds[node] == py.STRING and is_key(flat, node):
                    self._key(at, node)
            elif role == keyword_name:
                self._keyword(at, node, parent)
            elif role == number:
                self._number(at, node, parent)
            elif role == constant:
                self._constant(at, node)
        return self._finish()

    def _finish(self) -> CandidateSet:
        counts = np.array(self.cand_count, np.int32)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        first = offsets.tolist()
        total = first[-1]
        received = np.zeros(total, np.int32)
        local = np.zeros(total, np.bool_)
        for site, values in self.cand_received:
            received[first[site] : first[site] + len(values)] = values
        for site, count in self.cand_locals:
            local[first[site] : first[site] + count] = True
        columns = np.array(self.sites, np.int32).reshape(-1, 10).T.copy()
        token, other, rule, start, end, current, slot, sibling, site_received, known = columns
        lex = np.concatenate(self.cand_lex).astype(np.int32, copy=False) if self.cand_lex else _NOTHING
        site_of = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        structural = {first[site]: edit for site, edit in self.structural}
        # A text may be offered twice at one site (as a local and as a similar global): the first stands.
        key = site_of * np.int64(len(self.lexicon) + 1) + lex
        order = key.argsort(kind="stable")
        ordered = key[order]
        again = np.zeros(total, np.bool_)
        again[order[1:]] = ordered[1:] == ordered[:-1]
        keep = (lex != current[site_of]) & ~again
        keep[list(structural)] = True
        position = np.cumsum(keep) - 1
        return CandidateSet(
            unit=self.unit,
            lex=self.lex,
            role=np.array(self.role, np.int8),
            site_token=token,
            site_other=other,
            site_rule=rule.astype(np.int8),
            site_start=start,
            site_end=end,
            site_current=current,
            site_slot=slot,
            site_sibling=sibling,
            site_received=site_received,
            site_known=known.astype(np.bool_),
            candidate_site=site_of[keep],
            candidate_lex=lex[keep],
            candidate_received=received[keep],
            candidate_local=local[keep],
            structural={int(position[c]): edit for c, edit in structural.items()},
            texts=self.lexicon.texts,
        )

    # Names.

    def _read(self, at: int, node: int, parent: int) -> None:
        flat, shared = self.flat, self.shared
        kind = flat.kind[parent]
        if kind in (py.GLOBAL_STATEMENT, py.NONLOCAL_STATEMENT, py.DOTTED_NAME):
            return
        current = self.lex_list[at]
        start, end = flat.start[node], flat.end[node]
        scope = self.file.scopes.scope_of[node]
        text = self.lexicon.texts[current]
        slot, sibling = self._slot(node), self._sibling(node)
        if kind == py.ATTRIBUTE and text == self.file.facts.self_name_of.get(scope):
            self._drop_self(at, node, parent, scope)
            owners = self._owners(scope, start)
            if len(owners):
                self.site(
                    at, WRONG_NAME, start, end, (owners,),
                    slot=slot, sibling=sibling, locals_first=len(owners),
                )  # fmt: skip
            return
        candidates, first = self._name_pool(scope, current, start, called=False)
        candidates += self._other_names(current, text, kind, parent)
        self.site(
            at, WRONG_NAME, start, end, candidates,
            slot=slot, sibling=sibling, locals_first=first, known=self._is_known(text, scope),
        )  # fmt: skip
        self._as_self(at, node, scope, text, slot)
        if kind in _VALUES and (current in shared._callables or current in shared._imported):
            self._add_call(at, node)
        self._counted(node, text)

    def _other_names(self, current: int, text: str, kind: int, parent: int) -> list[Ids]:
        """Names that stand where names of the kind of ``current`` stand: classes, imported modules, builtins."""
        shared = self.shared
        parts: list[Ids] = []
        if kind == py.ATTRIBUTE:
            if current in shared._imported:
                parts.append(shared._imports)
            return parts
        siblings = self.data.functions.get(text)
        if siblings:
            parts.append(shared.ids(siblings))
        if kind == py.ARGUMENT_LIST:
            callee = callee_name(self.flat, self.flat.parent[parent])
            if callee in ("isinstance", "issubclass"):
                parts += [shared._types, shared._imports, shared.ids(self.data.types)]
            elif current in shared._callables or text in BUILTINS:
                parts.append(shared._types)
            if self.class_name >= 0 and callee in ("super", "isinstance", "issubclass", "getattr"):
                parts.append(shared.alone(self.class_name))
        return parts

    def _owners(self, scope: int, start: int) -> Ids:
        """Local names bound before ``start`` whose members the unit uses, and the parameters: what may
        stand for `self` before a dot."""
        ids, positions = self.shared.visible(scope)
        bound = ids[: bisect_left(positions, start)]
        owners = np.array([name for name in bound.tolist() if name in self.owners][:_MAX_OWNERS], np.int32)
        bindings = self.file.scopes.scopes[scope].bindings.items()
        parameters = [name for name, group in bindings if group[0].kind is BindingKind.PARAMETER]
        return np.concatenate([owners, self.ids(parameters[1:_MAX_OWNERS])])

    def _function(self, at: int, node: int, parent: int) -> None:
        flat = self.flat
        current = self.lex_list[at]
        start, end = flat.start[node], flat.end[node]
        scope = self.file.scopes.scope_of[node]
        text = self.lexicon.texts[current]
        candidates, first = self._name_pool(scope, current, start, called=True)
        siblings = self.data.functions.get(text)
        if siblings:
            candidates.append(self.shared.ids(siblings))
        known = self._is_known(text, scope)
        if not known:
            candidates.append(self.shared.ids(_BUILTINS.like(text, 3, _SIMILAR)))
        if current == self.class_name:
            own = self.file.facts.self_name_of.get(scope)
            if own is not None:
                candidates.append(self.shared.ids((own,)))
        self.site(
            at, WRONG_FUNCTION, start, end, candidates,
            slot=self._slot(parent), locals_first=first, known=known,
        )  # fmt: skip
        self._as_self(at, node, scope, text, -1)
        self._drop_call(at, parent)
        self._counted(parent, text)

    def _is_known(self, text: str, scope: int) -> bool:
        return text in BUILTINS or self.file.scopes.resolve(text, scope) >= 0

    def _name_pool(self, scope: int, current: int, start: int, *, called: bool) -> tuple[list[Ids], int]:
        """Names that may stand here in a new list, locals first; the number of locals."""
        ids, positions = self.shared.visible(scope)
        bound = bisect_left(positions, start)
        key = (scope, current * 2 + called, bound)
        found = self.pools.get(key)
        if found is not None:
            return found[0][:], found[1]
        shared = self.shared
        limit = _MAX_MODULE_LOCALS if scope == 0 else _MAX_LOCALS
        if called and scope != 0:
            usable = ids[:bound]
            counts = self.file.facts.counts_by_role[1]
            inside = usable < len(counts)
            used = inside & (counts[np.where(inside, usable, 0)] > 0)
            near = shared._similar(current, ids)
            local = np.concatenate([usable[used], near])
        else:
            local = ids[max(0, bound - limit) : bound]
        if called:
            parts = [local, shared._top_callables, shared.similar_globals(current)]
        else:
            parts = [local, self.unit_globals, shared._variables, shared.similar_globals(current)]
            if bound > limit:
                parts.append(shared._similar(current, ids))
        self.pools[key] = (parts, len(local))
        return parts[:], len(local)

    def _as_self(self, at: int, node: int, scope: int, text: str, slot: int) -> None:
        """`x` where `self.x` was meant."""
        facts = self.file.facts
        own = facts.self_name_of.get(scope)
        if own is None or text == own:
            return
        class_name = facts.class_name_of[scope]
        if text in self.file.class_member_set(class_name) or not self._is_known(text, scope):
            start = self.flat.start[node]
            replacement = Replacement(start, start, own.encode() + b".")
            self.structural_site(at, SELF_OR_NAME, AS_SELF, (replacement,), slot=slot)

    def _drop_self(self, at: int, node: int, attribute: int, scope: int) -> None:
        """`self.x` where `x` was meant."""
        flat = self.flat
        member = flat.child_by_field(attribute, py.FIELD_ATTRIBUTE)
        if member < 0 or flat.field[attribute] == py.FIELD_LEFT:
            return
        name = self.lexicon.id(flat.text(member).decode("utf-8", "replace"))
        ids, positions = self.shared.visible(scope)
        bound = bisect_left(positions, flat.start[node])
        if name in self.shared.place_of_global or name in ids[:bound]:
            replacement = Replacement(flat.start[attribute], flat.start[member], b"")
            self.structural_site(
                at, SELF_OR_NAME, DELETED, (replacement,), other=self._at(member, at), slot=self._slot(attribute)
            )  # fmt: skip

    def _at(self, node: int, default: int) -> int:
        """Position in the unit of a token node, or of the first token inside ``node``."""
        of_node = self.file.tokens.of_node
        for inner in range(node, node + self.flat.size[node]):
            token = of_node.get(inner)
            if token is not None:
                return self.local.get(token, default)
        return default

    # Members and keywords.

    def _member(self, at: int, token: int, node: int, parent: int, role: int) -> None:
        flat, shared, facts = self.flat, self.shared, self.file.facts
        current = self.lex_list[at]
        called = role == Role.METHOD
        receiver = facts.receiver_of.get(token, "")
        own, counts = shared.members(receiver, called) if receiver else (_NOTHING, _NOTHING)
        text = self.lexicon.texts[current]
        parts = [own]
        if called:
            parts += [self.unit_methods, shared._top_methods]
            siblings = self.data.methods.get(text)
            if siblings:
                parts.append(shared.ids(siblings))
        else:
            parts += [self.unit_attributes, shared._top_attributes]
            siblings = self.data.attributes.get(text)
            if siblings:
                parts.append(shared.ids(siblings))
        parts += [
            shared._similar(current, shared._names, _MAX_LIKE),
            shared.members_elsewhere(current, receiver),
        ]
        if self.function_name >= 0:
            parts.append(shared.alone(self.function_name))
        slot = self._slot(parent)
        if slot >= 0 and self.lexicon.texts[slot].isidentifier():
            parts.append(shared.alone(slot))
        received = facts.receivers.get(receiver, {}).get(current, 0)
        known = received > 1
        if receiver.startswith("self@"):
            known = known or text in self.file.class_member_set(receiver[5:])
        self.site(
            at, WRONG_METHOD if called else WRONG_ATTRIBUTE, flat.start[node], flat.end[node], parts,
            slot=slot, sibling=self._sibling(parent),
            received=max(received - 1, 0),
            candidate_received=counts, known=known,
        )  # fmt: skip
        if called:
            self._drop_call(at, flat.parent[parent])
            self._counted(flat.parent[parent], text)
        elif role == Role.ATTRIBUTE and flat.kind[flat.parent[parent]] != py.ATTRIBUTE:
            project = self.file.project
            if (
                current in facts.called_members
                or flat.kind[flat.parent[parent]] in _VALUES
                or (project is not None and text in project.functions)
            ):
                self._add_call(at, parent)
            self._counted(parent, text)

    def _add_call(self, at: int, node: int) -> None:
        """`x` where `x()` was meant."""
        end = self.flat.end[node]
        self.structural_site(
            at, MISSING_CALL, CALLED, (Replacement(end, end, b"()"),), slot=self._slot(node)
        )  # fmt: skip

    def _drop_call(self, at: int, call: int) -> None:
        """`x()` where `x` was meant."""
        flat = self.flat
        arguments = flat.child_by_field(call, py.FIELD_ARGUMENTS)
        if (
            arguments >= 0
            and flat.size[arguments] == 3
            and flat.kind[flat.parent[call]] != py.EXPRESSION_STATEMENT
        ):
            replacement = Replacement(flat.start[arguments], flat.end[arguments], b"")
            self.structural_site(at, MISSING_CALL, DELETED, (replacement,), slot=self._slot(call))

    def _keyword(self, at: int, node: int, parent: int) -> None:
        flat = self.flat
        arguments = flat.parent[parent]
        callee = callee_name(flat, flat.parent[arguments])
        if not callee:
            return
        signature = self.file.signature(callee)
        names = dict.fromkeys(signature.names if signature is not None else ())
        names.update(dict.fromkeys(self.file.facts.keywords.get(callee, ())))
        text = self.lexicon.texts[self.lex_list[at]]
        known = signature is not None and text in signature.names
        value = flat.child_by_field(parent, py.FIELD_VALUE)
        slot = self._last_name(value) if value >= 0 else -1
        library = known_names()
        names.update(dict.fromkeys(library.keywords.get(callee, ())[:_MAX_KEYWORDS]))
        names.update(dict.fromkeys(self.shared.keywords.like(text, 3, _SIMILAR)))
        if self.file.project is not None:
            names.update(dict.fromkeys(self.file.project.parameters_like(text, 3, _SIMILAR)))
        if slot >= 0 and flat.kind[value] in (py.IDENTIFIER, py.ATTRIBUTE):
            names[self.lexicon.texts[slot]] = None
        if not known:
            names.update(dict.fromkeys(library.any_keyword.like(text, 2, _SIMILAR)))
        for child in flat.children(arguments):
            if flat.kind[child] == py.KEYWORD_ARGUMENT and child != parent:
                names.pop(flat.text(child + 1).decode("utf-8", "replace"), None)
        if names:
            self.site(
                at, WRONG_KEYWORD, flat.start[node], flat.end[node], (self.ids(list(names)),), slot=slot, known=known
            )  # fmt: skip

    # Arguments and operands.

    def _arguments(self, at: int, arguments: int) -> None:
        """Pairs of positional arguments that may be swapped."""
        flat = self.flat
        positional = []
        for child in flat.children(arguments):
            kind = flat.kind[child]
            if kind in (py.LIST_SPLAT, py.DICTIONARY_SPLAT, py.KEYWORD_ARGUMENT):
                break
            if flat.size[child] > 1 or child in self.file.tokens.of_node:
                if kind != py.COMMENT and flat.text(child) not in (b"(", b")", b","):
                    positional.append(child)
        count = len(positional)
        callee = callee_name(flat, flat.parent[arguments])
        if callee == "range":
            for bound in positional:
                self._plus_minus_one(bound)
        if count < 2 or count > 6:
            return
        signature = self.file.signature(callee)
        for i in range(count - 1):
            for j in range(i + 1, count if count == 3 else i + 2):
                left, right = positional[i], positional[j]
                one, two = flat.text(left), flat.text(right)
                if one == two:
                    continue
                slot = -1
                if signature is not None and i < len(signature.positional):
                    slot = self.lexicon.id(signature.positional[i])
                self.structural_site(
                    self._at(left, at), SWAPPED_ARGUMENTS, SWAPPED,
                    (
                        Replacement(flat.start[left], flat.end[left], two),
                        Replacement(flat.start[right], flat.end[right], one),
                    ),
                    other=self._at(right, at), slot=slot, current=self._last_name(left), candidate=self._last_name(right),
                )  # fmt: skip

    def _index(self, subscript: int) -> None:
        """Indices and slice bounds that may be one off, and the two of `[i, :]` that may be swapped."""
        flat = self.flat
        pair = [child for child in flat.children(subscript) if flat.field[child] == py.FIELD_SUBSCRIPT]
        if len(pair) == 2:
            self._swap(self._at(pair[0], -1), *pair)
        for child in flat.children(subscript):
            if flat.field[child] != py.FIELD_SUBSCRIPT:
                continue
            if flat.kind[child] == py.SLICE:
                for bound in flat.children(child):
                    self._plus_minus_one(bound)
            else:
                self._plus_minus_one(child)

    def _swap(self, at: int, left: int, right: int) -> None:
        flat = self.flat
        one, two = flat.text(left), flat.text(right)
        if one == two:
            return
        self.structural_site(
            self._at(left, at), SWAPPED_OPERANDS, SWAPPED,
            (
                Replacement(flat.start[left], flat.end[left], two),
                Replacement(flat.start[right], flat.end[right], one),
            ),
            other=self._at(right, at), current=self._last_name(left), candidate=self._last_name(right),
        )  # fmt: skip

    def _operator(self, at: int, node: int, parent: int, kind: int, field: int) -> None:
        flat, data = self.flat, self.data
        text = self.lexicon.texts[self.lex_list[at]]
        start, end = flat.start[node], flat.end[node]
        if kind == py.BINARY_OPERATOR and field == py.FIELD_OPERATOR:
            left = flat.child_by_field(parent, py.FIELD_LEFT)
            right = flat.child_by_field(parent, py.FIELD_RIGHT)
            strings = (py.STRING, py.CONCATENATED_STRING)
            if left < 0 or right < 0 or flat.kind[left] in strings or flat.kind[right] in strings:
                return
            others = data.operators.get(text)
            if others:
                self.site(at, WRONG_OPERATOR, start, end, (self.shared.ids(others),), sibling=-1)
            if text in ("-", "/", "//", "%", "**", "<<", ">>"):
                self._swap(at, left, right)
            if text in ("+", "-") and flat.text(right) == b"1":
                self.structural_site(
                    at, OFF_BY_ONE, DELETED, (Replacement(flat.end[left], flat.end[right], b""),)
                )  # fmt: skip
        elif kind == py.COMPARISON_OPERATOR:
            self._comparison(at, node, text, start, end)
        elif flat.kind[flat.parent[parent]] == py.COMPARISON_OPERATOR and kind in _COMPOUND:
            if node == parent + 1:
                whole = b" ".join(flat.text(child) for child in flat.children(parent)).decode()
                self._comparison(at, parent, whole, flat.start[parent], flat.end[parent])
        elif kind == py.BOOLEAN_OPERATOR and field == py.FIELD_OPERATOR:
            other = "or" if text == "and" else "and"
            self.site(at, WRONG_BOOLEAN, start, end, (self.shared.ids((other,)),))
            for side in (py.FIELD_LEFT, py.FIELD_RIGHT):
                operand = flat.child_by_field(parent, side)
                if operand >= 0:
                    self._insert_not(operand)
        elif kind == py.NOT_OPERATOR and text == "not":
            argument = flat.child_by_field(parent, py.FIELD_ARGUMENT)
            if argument >= 0:
                self.structural_site(
                    at, NEGATION, DELETED, (Replacement(start, flat.start[argument], b""),), other=self._at(argument, at)
                )  # fmt: skip
        elif kind == py.UNARY_OPERATOR and text == "-":
            argument = flat.child_by_field(parent, py.FIELD_ARGUMENT)
            if argument >= 0:
                self.structural_site(
                    at, SIGN, DELETED, (Replacement(start, flat.start[argument], b""),), other=self._at(argument, at)
                )  # fmt: skip
        elif kind == py.AUGMENTED_ASSIGNMENT and field == py.FIELD_OPERATOR:
            others = data.assignment_operators.get(text)
            if others:
                self.site(at, WRONG_ASSIGNMENT, start, end, (self.shared.ids(others),))
        elif kind == py.ASSIGNMENT and text == "=":
            self._assignment(at, parent, start, end)
        elif text in ("if", "elif", "while", "assert") and kind in _CONDITIONED:
            self._condition(at, node, parent, kind)
        elif text == "return" and kind == py.RETURN_STATEMENT and flat.size[parent] > 2:
            self._insert_not(parent + 2)

    def _comparison(self, at: int, node: int, text: str, start: int, end: int) -> None:
        flat = self.flat
        others = self.data.comparisons.get(text, ())
        if not (flat.data[start - 1 : start].isspace() and flat.data[end : end + 1].isspace()):
            others = tuple(other for other in others if not other[0].isalpha())  # `a==b` cannot become `aisb`
        if not others:
            return
        current = self.lexicon.id(text)
        self.site(at, WRONG_COMPARISON, start, end, (self.shared.ids(others),), current=current)
        before = after = -1
        previous = -1
        for child in flat.children(flat.parent[node]):
            if previous == node:
                after = child
                break
            if child == node:
                before = previous
            previous = child
        if before < 0 or after < 0:
            return
        if text in ("in", "not in"):
            self._swap(at, before, after)
        if text in ("<", "<=", ">", ">="):
            self._plus_minus_one(after)

    def _assignment(self, at: int, parent: int, start: int, end: int) -> None:
        """`=` where `+=`, `-=` or `|=` was meant: the target has to exist before."""
        flat = self.flat
        left = parent + 1
        kind = flat.kind[left]
        if flat.kind[flat.parent[parent]] == py.ASSIGNMENT or flat.child_by_field(parent, py.FIELD_TYPE) >= 0:
            return
        right = flat.child_by_field(parent, py.FIELD_RIGHT)
        if right < 0 or flat.kind[right] in (
            py.ASSIGNMENT,
            py.LAMBDA,
            py.NONE,
            py.TRUE,
            py.FALSE,
            py.DICTIONARY,
        ):
            return
        if kind == py.IDENTIFIER:
            identity = self.lex_list[at - 1] if at else -1
            if identity not in self.lex_list[: max(at - 1, 0)]:
                return
        elif kind not in (py.ATTRIBUTE, py.SUBSCRIPT):
            return
        self.site(at, WRONG_ASSIGNMENT, start, end, (self.shared.ids(("+=", "-=", "|=")),))

    def _condition(self, at: int, node: int, parent: int, kind: int) -> None:
        flat = self.flat
        if kind == py.CONDITIONAL_EXPRESSION:
            children = [c for c in flat.children(parent) if flat.kind[c] != py.COMMENT]
            if len(children) == 5:
                self._insert_not(children[2])
                self._swap(at, children[0], children[4])
            return
        condition = flat.child_by_field(parent, py.FIELD_CONDITION)
        if condition < 0:
            following = node + flat.size[node]
            condition = following if following < parent + flat.size[parent] else -1
        if condition >= 0:
            self._insert_not(condition)

    def _insert_not(self, operand: int) -> None:
        """A missing `not` before an operand of a boolean context."""
        flat = self.flat
        kind = flat.kind[operand]
        token = self._at(operand, -1)
        if token < 0:
            return
        start, end = flat.start[operand], flat.end[operand]
        if kind in (
            py.IDENTIFIER,
            py.ATTRIBUTE,
            py.CALL,
            py.SUBSCRIPT,
            py.PARENTHESIZED_EXPRESSION,
            py.AWAIT,
        ):
            self.structural_site(token, NEGATION, INSERTED_NOT, (Replacement(start, start, b"not "),))
        elif kind in (py.BOOLEAN_OPERATOR, py.CONDITIONAL_EXPRESSION):
            self.structural_site(
                token, NEGATION, INSERTED_NOT, (Replacement(start, start, b"not ("), Replacement(end, end, b")"))
            )  # fmt: skip

    # Literals.

    def _number(self, at: int, node: int, parent: int) -> None:
        flat, shared = self.flat, self.shared
        text = self.lexicon.texts[self.lex_list[at]]
        start, end = flat.start[node], flat.end[node]
        negative = (
            flat.kind[parent] == py.UNARY_OPERATOR and flat.data[flat.start[parent] : start].strip() == b"-"
        )
        if text.isdecimal() and len(text) < 7:
            value = -int(text) if negative else int(text)
            others = dict.fromkeys((value + 1, value - 1, *self.data.integers, *self.integers))
            others.update(dict.fromkeys(shared.integers))
            others.update(dict.fromkeys(_changed(text, negative)))
            others.update(dict.fromkeys(self.data.integer_families.get(value, ())))
            others.pop(value, None)
            if negative and start == flat.start[parent] + 1:
                start = flat.start[parent]
            if flat.kind[parent] == py.POSITIONAL_SEPARATOR:
                return
            after_word = negative and _is_word(flat.data[start - 1 : start])  # `else-1` cannot become `else0`
            texts = [str(other) for other in others if other < 0 or not after_word]
            stored = flat.parent[parent] if negative else parent
            if value in (0, 1, -1) and flat.kind[stored] in _OPTIONAL and self._stands_apart(start, end):
                texts.append("None")
            self.site(
                at, WRONG_LITERAL, start, end, (self.ids(texts),),
                current=self.lexicon.id(str(value)), slot=self._slot(parent if negative else node),
            )  # fmt: skip
        elif not negative and text in ("0.0", "1.0"):
            texts = ["1.0" if text == "0.0" else "0.0"]
            if self._stands_apart(start, end):
                texts.append("None")
            self.site(at, WRONG_LITERAL, start, end, (self.ids(texts),), slot=self._slot(node))
        if not negative and text.strip("0.") and flat.kind[parent] in _SIGNED:
            place = flat.start[node]
            self.structural_site(
                at, SIGN, INSERTED_MINUS, (Replacement(place, place, b"-"),), slot=self._slot(node)
            )  # fmt: skip

    def _stands_apart(self, start: int, end: int) -> bool:
        """Whether a word in place of these bytes would not run into another, as in `0if x`."""
        data = self.flat.data
        return not _is_word(data[start - 1 : start]) and not _is_word(data[end : end + 1])

    def _constant(self, at: int, node: int) -> None:
        others = self.data.literals.get(self.lexicon.texts[self.lex_list[at]])
        if others:
            self.site(
                at, WRONG_LITERAL, self.flat.start[node], self.flat.end[node], (self.shared.ids(others),),
                slot=self._slot(node),
            )  # fmt: skip

    def _key(self, at: int, node: int) -> None:
        current = self.lex_list[at]
        keys = self.shared._keys
        shared = self.shared
        near = shared._similar(current, keys)
        slot = self._slot(self.flat.parent[node])
        parts = [
            near,
            keys[:_MAX_KEYS],
            shared._similar(current, shared._strings),
            shared.spelt_like(current),
        ]
        self.site(
            at, WRONG_LITERAL, self.flat.start[node], self.flat.end[node], parts,
            slot=slot,
            known=self.file.facts.keys.get(current, 0) > 1,
        )  # fmt: skip

    def _counted(self, node: int, name: str) -> None:
        """An index or a count by its name, where it is passed on, stored or returned."""
        flat = self.flat
        parent = flat.parent[node]
        if flat.kind[parent] in _PASSED and flat.field[node] != py.FIELD_LEFT and _COUNT.search(name):
            if flat.kind[parent] != py.ARGUMENT_LIST or callee_name(flat, flat.parent[parent]) != "range":
                self._plus_minus_one(node)

    def _plus_minus_one(self, node: int) -> None:
        """`x` where `x + 1` or `x - 1` was meant: bounds of ranges, slices, subscripts and comparisons, and counts."""
        flat = self.flat
        if flat.kind[node] not in (py.IDENTIFIER, py.ATTRIBUTE, py.CALL, py.SUBSCRIPT, py.BINARY_OPERATOR):
            return
        if flat.kind[node] == py.BINARY_OPERATOR and flat.text(node)[-1:] == b"1":
            return
        token = self._at(node, -1)
        if token < 0:
            return
        end = flat.end[node]
        for form, new in ((PLUS_ONE, b" + 1"), (MINUS_ONE, b" - 1")):
            self.structural_site(token, OFF_BY_ONE, form, (Replacement(end, end, new),))

    # What surrounds a site.

    def _slot(self, node: int) -> int:
        """Lexicon id of the name of what ``node`` fills: formal parameter, keyword, assignment target; -1 without one."""
        flat = self.flat
        if flat.parent[node] < 0:
            return -1
        parent = flat.parent[node]
        kind = flat.kind[parent]
        if kind == py.KEYWORD_ARGUMENT and flat.field[node] == py.FIELD_VALUE:
            return self._text_id(parent + 1)
        if kind == py.ASSIGNMENT and flat.field[node] == py.FIELD_RIGHT:
            return self._last_name(parent + 1)
        if kind == py.PAIR and flat.field[node] == py.FIELD_VALUE:
            key = flat.child_by_field(parent, py.FIELD_KEY)
            return self._text_id(key) if key >= 0 and flat.kind[key] == py.STRING else -1
        if kind == py.ARGUMENT_LIST:
            callee = callee_name(flat, flat.parent[parent])
            if not callee:
                return -1
            signature = self.file.signature(callee)
            if signature is None:
                return -1
            position = 0
            for child in flat.children(parent):
                if child == node:
                    break
                if flat.kind[child] in (py.LIST_SPLAT, py.KEYWORD_ARGUMENT):
                    return -1
                if flat.data[flat.start[child] : flat.end[child]] == b",":
                    position += 1
            if position < len(signature.positional):
                return self.lexicon.id(signature.positional[position])
        return -1

    def _text_id(self, node: int) -> int:
        token = self.file.tokens.of_node.get(node)
        if token is None:
            return -1
        at = self.local.get(token)
        return self.lex_list[at] if at is not None else int(self.file.tokens.lex[token])

    def _last_name(self, node: int) -> int:
        """Lexicon id of the identifier that an expression ends in (`c` in `a.b.c`, `f` in `f(x)`), or -1."""
        flat = self.flat
        kind = flat.kind[node]
        if kind == py.CALL:
            node += 1
            kind = flat.kind[node]
        if kind == py.ATTRIBUTE:
            node = flat.child_by_field(node, py.FIELD_ATTRIBUTE)
        elif kind == py.SUBSCRIPT:
            return self._last_name(node + 1) if flat.kind[node + 1] in (py.IDENTIFIER, py.ATTRIBUTE) else -1
        elif kind not in (py.IDENTIFIER, py.STRING, py.INTEGER, py.TRUE, py.FALSE, py.NONE):
            return -1
        return self._text_id(node) if node >= 0 else -1

    def _sibling(self, node: int) -> int:
        """Lexicon id of the other operand of a binary, boolean or comparison operator, or of a neighbouring argument."""
        flat = self.flat
        parent = flat.parent[node]
        if flat.kind[parent] in (
            py.BINARY_OPERATOR,
            py.BOOLEAN_OPERATOR,
            py.COMPARISON_OPERATOR,
            py.ARGUMENT_LIST,
        ):
            children = flat.children(parent)
            position = children.index(node)
            for other in (position - 2, position + 2):
                if 0 <= other < len(children):
                    found = self._last_name(children[other])
                    if found >= 0:
                        return found
        return -1


_MEMBERS = frozenset(map(int, (Role.ATTRIBUTE, Role.ATTRIBUTE_BOUND, Role.METHOD)))
_OPERATORS = frozenset(map(int, (Role.OPERATOR, Role.KEYWORD)))
_WITH_SITES = (
    _MEMBERS
    | _OPERATORS
    | frozenset(
        map(
            int,
            (
                Role.READ,
                Role.BOUND,
                Role.FUNCTION,
                Role.KEYWORD_NAME,
                Role.NUMBER,
                Role.CONSTANT,
                Role.STRING,
                Role.PUNCTUATION,
            ),
        )
    )
)
"""Roles of tokens that may be sites: no layout, and no names that are defined, imported or annotate."""
_PASSED = frozenset(
    (py.ASSIGNMENT, py.RETURN_STATEMENT, py.ARGUMENT_LIST, py.KEYWORD_ARGUMENT, py.EXPRESSION_LIST)
)
_COUNT = re.compile(
    r"(^|_)(i|j|k|n|x|y|idx|ind|index|pos|position|end|start|stop|count|size|length|len|num|number|line|lineno|row|col"
    r"|column|colno|offset|level|levels|first|last|max|min|step|width|height|total|depth|epoch|page|nvec|bins|ndim|round"
    r"|maxsize|find|rfind)($|_|\d)"
)
"""Names of what is counted."""
_OPTIONAL = frozenset(
    (
        py.ASSIGNMENT,
        py.KEYWORD_ARGUMENT,
        py.DEFAULT_PARAMETER,
        py.TYPED_DEFAULT_PARAMETER,
        py.RETURN_STATEMENT,
        py.CONDITIONAL_EXPRESSION,
    )
)
"""Parents of a number where `None` may have been meant."""
_OPEN_BRACKET = ord("[")
_COMPOUND = frozenset((py.token("not in"), py.token("is not")))
_CONDITIONED = frozenset(
    (
        py.IF_STATEMENT,
        py.ELIF_CLAUSE,
        py.WHILE_STATEMENT,
        py.ASSERT_STATEMENT,
        py.IF_CLAUSE,
        py.CONDITIONAL_EXPRESSION,
    )
)
_VALUES = _CONDITIONED | frozenset(
    (
        py.NOT_OPERATOR,
        py.BOOLEAN_OPERATOR,
        py.COMPARISON_OPERATOR,
        py.EXPRESSION_STATEMENT,
        py.RETURN_STATEMENT,
        py.FOR_STATEMENT,
        py.FOR_IN_CLAUSE,
        py.ASSIGNMENT,
        py.INTERPOLATION,
        py.PAIR,
    )
)
"""Parents of a value that is used at once: a function there is mostly called."""
_SIGNED = frozenset(
    (
        py.ASSIGNMENT,
        py.ARGUMENT_LIST,
        py.KEYWORD_ARGUMENT,
        py.SUBSCRIPT,
        py.SLICE,
        py.RETURN_STATEMENT,
        py.COMPARISON_OPERATOR,
        py.BINARY_OPERATOR,
        py.TUPLE,
        py.LIST,
    )
)


def candidate_edits(file: ParsedFile) -> Iterator[Edit]:
    """All candidate edits of a file, unit by unit."""
    for unit in file.units:
        yield from file.candidates.of(unit).edits()
