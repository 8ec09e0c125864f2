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
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate, chain, pairwise
from types import MappingProxyType
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
from groundstate_grammars.similar import SimilarNames, look_for_each

if TYPE_CHECKING:
    from groundstate_grammars.python.parsed import ParsedFile

Ids = NDArray[np.int32]
_Visible = tuple[Ids, list[int], dict[int, int]]
_NOTHING: Ids = np.zeros(0, np.int32)
_NO_MEMBERS: Mapping[int, int] = MappingProxyType({})

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
_MAX_KNOWN = 5
_SIMILAR = 0.5
_LIKE_GLOBALS = (2 * _MAX_SIMILAR, 0.4)
_LIKE_MEMBERS = (6, 0.5)
_LIKE_ANYWHERE = (3, 0.6)
_LIKE_STRINGS = (3, 0.6)
_LIKE_BUILTINS = (3, 0.5)
_LIKE_KEYWORDS = (3, 0.5)
_LIKE_ANY_KEYWORD = (2, 0.5)
_LIKE_KNOWN = (_MAX_KNOWN, 0.35)
_MAX_IMPORTS = 12
_MAX_TYPES = 10
_MAX_OWNERS = 5
_MAX_LIKE = 12
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
        self._visible: dict[int, _Visible] = {}
        self._similar_found: dict[tuple[int, int], Ids] = {}
        self._signatures: dict[int, Signatures] = {}
        self._ids: dict[tuple[str, ...], Ids] = {}
        self._alone: dict[int, Ids] = {}
        self._forms: dict[str, int] = {}
        self._integers: dict[int, int] = {}
        self._used: dict[int, NDArray[np.bool_]] = {}
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
        self.token_lex: Callable[[int], int] = file.tokens.lex.item
        self.token_role = np.frombuffer(bytes(file.tokens.role), np.int8)
        self._places = np.zeros(0, np.int32)
        self.closing = np.zeros(len(lexicon), np.bool_)
        self.closing[[at for at in map(lexicon.find, _CLOSING) if at >= 0]] = True
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
        self._find_similar((current,), pool, limit, least)
        return self._similar_found[key]

    def _find_similar(
        self,
        texts: Iterable[int],
        pool: Ids,
        limit: int = _MAX_SIMILAR,
        least: float = _SIMILAR,
    ) -> None:
        """Answer at once what ``_similar`` will be asked of some texts."""
        known, which = self._similar_found, id(pool)
        new = [text for text in texts if (text, which) not in known]
        if not new or not len(pool):
            return
        lexicon = self._file.lexicon
        signatures = self._signatures.get(which)
        if signatures is None:
            signatures = self._signatures[which] = lexicon.signatures(pool)
        found = lexicon.most_similar(new, pool, signatures, limit, least)
        known.update(zip(((text, which) for text in new), found, strict=True))

    def has_similar(self, current: int, pool: Ids) -> bool:
        """Whether ``_similar`` has been found."""
        return not len(pool) or (current, id(pool)) in self._similar_found

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

    def integer(self, number: int) -> int:
        """Lexicon id of an integer."""
        found = self._integers.get(number)
        if found is None:
            found = self._integers[number] = self._file.lexicon.id(str(number))
        return found

    def form(self, form: str) -> int:
        """Lexicon id of a structural form."""
        found = self._forms.get(form)
        if found is None:
            found = self._forms[form] = self._file.lexicon.id(form)
        return found

    def place_of_token(self, lex: Ids) -> Ids:
        """The place of texts of tokens among the names of the module, -1 without one."""
        size = len(self._file.lexicon)
        if len(self._places) < size:
            self._places = np.full(size, -1, np.int32)
            self._places[self._globals] = np.arange(len(self._globals), dtype=np.int32)
        return self._places[lex]

    def similar_globals(self, current: int) -> Ids:
        """Names of the module that are like ``current``; remembered for the file and its edited units alike."""
        text = self._file.lexicon.texts[current]
        found = self._similar_globals.get(text)
        if found is None:
            found = self._similar(current, self._globals, *_LIKE_GLOBALS)
            self._similar_globals[text] = found
        return found

    def visible(self, scope: int) -> _Visible:
        """Local names readable in ``scope`` with the byte position from which they are bound, in that order, and the place
        of each.

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
        names = [name for name, _ in ordered]
        found = (
            np.array(names, np.int32),
            [at for _, at in ordered],
            {name: i for i, name in enumerate(names)},
        )
        self._visible[scope] = found
        return found

    def called_locals(self, scope: int, bound: int) -> Ids:
        """The first ``bound`` of the local names readable in ``scope`` that the file calls somewhere."""
        ids = self.visible(scope)[0]
        used = self._used.get(scope)
        if used is None:
            counts = self._file.facts.counts_by_role[1]
            inside = ids < len(counts)
            used = self._used[scope] = inside & (counts[np.where(inside, ids, 0)] > 0)
        return ids[:bound][used[:bound]]

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
                    names += file.project.members_like(name, *_LIKE_STRINGS)
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
            group = known.members.get(_known_as(receiver))
            if group is not None:
                names.update(dict.fromkeys(group.like(text, *_LIKE_KNOWN)))
                names.update(dict.fromkeys(group.names[:_MAX_KNOWN]))
        if file.project is not None:
            names.update(dict.fromkeys(file.project.members_like(text, *_LIKE_MEMBERS)))
        names.update(dict.fromkeys(known.anywhere.like(text, *_LIKE_ANYWHERE)))
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
        return self.of_all((unit,))[0]

    def of_all(self, units: Sequence[Unit], proceed: Callable[[], None] = lambda: None) -> list[CandidateSet]:
        """Sites and candidates of each of some units; ``proceed`` is called before each."""
        if not units:
            return []
        builder = _Builder(self, self._file, units)
        self._look_for(builder.index, builder.lex, builder.role)
        for number in range(len(units)):
            proceed()
            builder.add(number)
        return builder.build()

    def _look_for(self, token: NDArray[np.intp], lex: Ids, role: NDArray[np.int8]) -> None:
        """Find at once the similar names that are offered where some tokens stand."""
        file = self._file
        texts, project = file.lexicon.texts, file.project

        def distinct(has_role: NDArray[np.bool_]) -> list[int]:
            return list(dict.fromkeys(lex[has_role[role]].tolist()))

        known_globals = self._similar_globals
        names = [name for name in distinct(_IS_NAME) if texts[name] not in known_globals]
        self._find_similar(names, self._globals, *_LIKE_GLOBALS)
        self._look_for_locals(token[_IS_FUNCTION[role]].tolist())
        called = [texts[name] for name in distinct(_IS_FUNCTION)]
        _BUILTINS.look_for([text for text in called if text not in BUILTINS], *_LIKE_BUILTINS)
        keys = file.facts.keys
        strings = [text for text in distinct(_IS_STRING) if text in keys]
        self._find_similar(strings, self._keys)
        self._find_similar(strings, self._strings)
        spelt = [text for text in strings if texts[text][1:-1].isidentifier()]
        self._find_similar(spelt, self._names)
        group_of = known_names().members.get
        receiver_of = file.facts.receiver_of
        asked = set()
        for at in token[_IS_MEMBER[role]].tolist():
            receiver = receiver_of.get(at)
            group = group_of(_known_as(receiver)) if receiver else None
            if group is not None:
                asked.add((group, texts[self.token_lex(at)]))
        look_for_each(asked, *_LIKE_KNOWN)
        members = distinct(_IS_MEMBER)
        self._find_similar(members, self._names, _MAX_LIKE)
        written = [texts[member] for member in members]
        known_names().anywhere.look_for(written, *_LIKE_ANYWHERE)
        keywords = [texts[name] for name in distinct(_IS_KEYWORD_NAME)]
        self.keywords.look_for(keywords, *_LIKE_KEYWORDS)
        known_names().any_keyword.look_for(keywords, *_LIKE_ANY_KEYWORD)
        if project is not None:
            project.look_for_members(written, *_LIKE_MEMBERS)
            project.look_for_members([texts[text][1:-1] for text in spelt], *_LIKE_STRINGS)
            project.look_for_parameters(keywords, *_LIKE_KEYWORDS)

    def _look_for_locals(self, tokens: Iterable[int]) -> None:
        """The same of the local names that are like functions called at some tokens."""
        file, known = self._file, self._similar_found
        node, scope_of = file.tokens.node, file.scopes.scope_of
        asked: dict[tuple[int, int], Ids] = {}
        for token in tokens:
            scope = scope_of[node[token]]
            if scope:
                ids = self.visible(scope)[0]
                key = (self.token_lex(token), id(ids))
                if len(ids) and key not in known:
                    asked[key] = ids
        if asked:
            found = file.lexicon.most_similar_of_each(
                [text for text, _ in asked], list(asked.values()), _MAX_SIMILAR, _SIMILAR
            )
            known.update(zip(asked, found, strict=True))


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
        "_forms",
        "_integers",
        "_used",
        "_places",
        "closing",
        "token_lex",
        "token_role",
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


def _known_as(receiver: str) -> str:
    """What libraries' members are known under."""
    return receiver.rpartition(".")[2].lstrip("_")


def _kept_apart(data: bytes, start: int, end: int, new: bytes) -> Replacement:
    """A replacement with a space where two words would become one: no `returnnot[x]` of `return[x]`."""
    before = start > 0 and _IN_WORDS[data[start - 1]]
    after = end < len(data) and _IN_WORDS[data[end]]
    if not new:
        return Replacement(start, end, b" " if before and after else b"")
    if before and _IN_WORDS[new[0]]:
        new = b" " + new
    if after and _IN_WORDS[new[-1]]:
        new += b" "
    return Replacement(start, end, new)


def _is_word(byte: bytes) -> bool:
    """Whether one byte (or none) can be part of a name, a keyword or a number."""
    return byte.isalnum() or byte == b"_" or byte >= b"\x80"


_IN_WORDS = tuple(_is_word(bytes((byte,))) for byte in range(256))


@lru_cache(maxsize=20_000)
def _counts_something(name: str) -> bool:
    """Whether it is a name of what is counted."""
    return _COUNT.search(name) is not None


def _ranges(starts: NDArray[np.int64], lengths: Sequence[int]) -> NDArray[np.int64]:
    """The numbers of ranges, one range after the other."""
    before = np.cumsum([0, *lengths])
    return np.repeat(starts - before[:-1], lengths) + np.arange(before[-1])


def _by_unit(unit: NDArray[np.intp], values: Ids, units: int) -> list[Ids]:
    """The distinct values of each unit but -1, in order."""
    there = np.flatnonzero(values >= 0)
    keys = (unit[there] << 32) + values[there]
    keys.sort()
    first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    keys = keys[first]
    bounds = np.searchsorted(keys, np.arange(units + 1) << 32).tolist()
    found = (keys & 0xFFFFFFFF).astype(np.int32)
    return [found[start:stop] for start, stop in pairwise(bounds)]


class _Builder:
    """Collects the sites of some units, one unit after the other."""

    def __init__(self, shared: Candidates, file: ParsedFile, units: Sequence[Unit]) -> None:
        self.shared = shared
        self.file = file
        self.flat = file.flat
        self.lexicon = file.lexicon
        self.data = language_data()
        self.units = units
        tokens = file.tokens
        self.of_node = tokens.of_node
        self.scope_of = file.scopes.scope_of
        self.self_name_of = file.facts.self_name_of
        self.token_lex = shared.token_lex
        self.callees: dict[int, str] = {}
        self.formals: dict[int, dict[int, int]] = {}
        self.known: dict[tuple[str, int], bool] = {}
        # The tokens of all units, one unit after the other.
        self.bounds = [0, *accumulate(len(unit.tokens) for unit in units)]
        self.index = index = np.fromiter(
            chain.from_iterable(unit.tokens for unit in units), np.intp, self.bounds[-1]
        )
        self.lex = tokens.lex[index]
        self.role = shared.token_role[index]
        # What of a unit is offered anywhere in it: names of the module and members.
        unit = np.repeat(np.arange(len(units)), np.diff(self.bounds))
        self.globals = [
            shared._globals[own] for own in _by_unit(unit, shared.place_of_token(self.lex), len(units))
        ]
        self.attributes, self.methods = (
            _by_unit(unit, np.where(there[self.role], self.lex, -1), len(units))
            for there in (_IS_ATTRIBUTE, _IS_METHOD)
        )
        self.places = np.flatnonzero(_HAS_SITES[self.role] & ~shared.closing[self.lex]).tolist()
        self.first_sites: list[int] = []
        # Ten numbers of each site, one after the other; the parts of its candidates, and how many there are.
        self.sites: list[int] = []
        self.site_count = 0
        self.parts: list[Ids] = []
        self.part_counts: list[int] = []
        self.received: list[tuple[int, Ids]] = []
        self.locals_first: list[tuple[int, int]] = []
        self.structural: list[tuple[int, tuple[Replacement, ...]]] = []

    def begin(self, number: int) -> None:
        """Turn to a unit."""
        unit = self.units[number]
        first, stop = self.bounds[number], self.bounds[number + 1]
        self.first_sites.append(self.site_count)
        self.unit = unit
        self.tokens = unit.tokens
        self.lex_list: list[int] = self.lex[first:stop].tolist()
        self.role_list: list[int] = self.role[first:stop].tolist()
        self.unit_globals = self.globals[number]
        self.unit_attributes, self.unit_methods = self.attributes[number], self.methods[number]
        self._unit_owners: set[int] | None = None
        self._unit_integers: list[int] | None = None
        self.pools: dict[tuple[int, int, int], tuple[list[Ids], int]] = {}
        self.owner_pools: dict[tuple[int, int], Ids] = {}
        self.number_pools: dict[tuple[str, int, bool], Ids] = {}
        outer, _, function = unit.qualname.rpartition(".")
        self.function_name = self._own_name(function) if unit.kind is UnitKind.FUNCTION else -1
        self.class_name = self._own_name(outer.rpartition(".")[2]) if unit.class_node >= 0 else -1

    @property
    def owners(self) -> set[int]:
        """What stands before a dot in the unit."""
        found = self._unit_owners
        if found is None:
            kinds, parents, nodes = self.flat.kind, self.flat.parent, self.file.tokens.node
            found = self._unit_owners = {
                lex
                for lex, role, token in zip(self.lex_list, self.role_list, self.tokens, strict=True)
                if role == _READ and kinds[parents[nodes[token]]] == py.ATTRIBUTE
            }
        return found

    @property
    def integers(self) -> list[int]:
        """Integers of the unit."""
        found = self._unit_integers
        if found is None:
            texts = self.lexicon.texts
            numbers = {
                texts[lex] for lex, role in zip(self.lex_list, self.role_list, strict=True) if role == _NUMBER
            }
            short = {int(text) for text in numbers if text.isdecimal() and len(text) < 7}
            found = self._unit_integers = sorted(short)[:8]
        return found

    def _own_name(self, name: str) -> int:
        """Lexicon id of a name that is defined around here; -1 for one so long that its token is cut."""
        return self.lexicon.find(name) if len(name.encode("utf-8", "replace")) <= MAX_TEXT else -1

    def _place(self, token: int, default: int) -> int:
        """Position of a token in the unit."""
        index = self.tokens
        at = bisect_left(index, token)
        return at if at < len(index) and index[at] == token else default

    def callee(self, call: int) -> str:
        """Name of the callee of a call, as ``callee_name`` gives it."""
        found = self.callees.get(call)
        if found is None:
            found = self.callees[call] = callee_name(self.flat, call)
        return found

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
        """The number of the new site. ``candidates``: at least one array, which may be empty."""
        site = self.site_count
        self.site_count = site + 1
        if other < 0:
            other = token
        if current < 0:
            current = self.lex_list[token]
        self.sites += (token, other, rule, start, end, current, slot, sibling, received, known)
        self.parts += candidates
        self.part_counts.append(len(candidates))
        if candidate_received is not None:
            self.received.append((site, candidate_received))
        if locals_first:
            self.locals_first.append((site, locals_first))
        return site

    def structural_site(
        self, token: int, rule: int, form: str, *replacements: tuple[int, int, bytes], other: int = -1,
        slot: int = -1, candidate: int = -1, current: int = -1,
    ) -> None:  # fmt: skip
        """A site with one candidate that is not the replacement of one range by a text. ``replacements``: start, end, new
        text of each."""
        identity = candidate if candidate >= 0 else self.shared.form(form)
        data = self.flat.data
        kept_apart = (
            (_kept_apart(data, *replacements[0]),)
            if len(replacements) == 1
            else tuple([_kept_apart(data, *replacement) for replacement in replacements])
        )
        site = self.site(
            token, rule, replacements[0][0], replacements[-1][1], (self.shared.alone(identity),),
            other=other, slot=slot, current=current,
        )  # fmt: skip
        self.structural.append((site, kept_apart))

    def ids(self, texts: list[str]) -> Ids:
        """Lexicon ids of texts of this place alone; ``Candidates.ids`` remembers those that come again."""
        identity = self.lexicon.id
        return np.array([identity(text) for text in texts], np.int32)

    def add(self, number: int) -> None:
        """The sites of the next unit."""
        self.begin(number)
        flat = self.flat
        kinds, parents, fields, nodes = flat.kind, flat.parent, flat.field, self.file.tokens.node
        index, roles = self.tokens, self.role_list
        first = self.bounds[number]
        start, stop = bisect_left(self.places, first), bisect_left(self.places, self.bounds[number + 1])
        for place in self.places[start:stop]:
            at = place - first
            token, role = index[at], roles[at]
            node = nodes[token]
            parent = parents[node]
            kind = kinds[parent]
            if role == _READ or (role == _BOUND and kind == py.AUGMENTED_ASSIGNMENT):
                self._read(at, node, parent)
            elif role == _PUNCTUATION:
                if kind == py.ARGUMENT_LIST and node == parent + 1:
                    self._arguments(at, parent)
                elif kind == py.SUBSCRIPT and flat.data[flat.start[node]] == _OPEN_BRACKET:
                    self._index(parent)
            elif role in _OPERATORS:
                if kind in _OPERATED:
                    self._operator(at, node, parent, kind, fields[node])
            elif role in _MEMBERS:
                self._member(at, token, node, parent, role)
            elif role == _FUNCTION:
                self._function(at, node, parent)
            elif role == _STRING_ROLE:
                if kinds[node] == py.STRING and is_key(flat, node):
                    self._key(at, node)
            elif role == _KEYWORD_NAME:
                self._keyword(at, node, parent)
            elif role == _NUMBER:
                self._number(at, node, parent)
            elif role == _CONSTANT:
                self._constant(at, node)

    def build(self) -> list[CandidateSet]:
        """What was collected of each unit. The arrays of all units are made at once, and cut."""
        count = self.site_count
        parts = np.fromiter(map(len, self.parts), np.int64, len(self.parts))
        starts = np.cumsum([0, *self.part_counts])[:-1]
        counts = np.add.reduceat(parts, starts) if count else np.zeros(0, np.int64)
        offsets = np.zeros(count + 1, np.int64)
        np.cumsum(counts, out=offsets[1:])
        total = int(offsets[-1])
        received = np.zeros(total, np.int32)
        if self.received:
            sites, values = zip(*self.received, strict=True)
            received[_ranges(offsets[list(sites)], list(map(len, values)))] = np.concatenate(values)
        local = np.zeros(total, np.bool_)
        if self.locals_first:
            sites, lengths = zip(*self.locals_first, strict=True)
            local[_ranges(offsets[list(sites)], list(lengths))] = True
        columns = np.frombuffer(array("i", self.sites), np.int32).reshape(-1, 10).T.copy()
        token, other, rule, start, end, current, slot, sibling, site_received, known = columns
        rules, is_known = rule.astype(np.int8), known.astype(np.bool_)
        lex = np.concatenate(self.parts) if self.parts else _NOTHING
        site_of = np.repeat(np.arange(count, dtype=np.int32), counts)
        # A text may be offered twice at one site (as a local and as a similar global): the first stands.
        bits = max(total, 1).bit_length()
        keys = site_of * np.int64(len(self.lexicon) + 1) + lex
        keys <<= bits
        keys += np.arange(total)
        keys.sort()
        same = np.flatnonzero(keys[1:] >> bits == keys[:-1] >> bits)
        keep = lex != current[site_of]
        keep[keys[same + 1] & ((1 << bits) - 1)] = False
        forms = offsets[[site for site, _ in self.structural]]
        keep[forms] = True
        kept = np.flatnonzero(keep)
        site_of, lex, received, local = site_of[kept], lex[kept], received[kept], local[kept]
        site_bounds = [*self.first_sites, count]
        bounds = np.searchsorted(kept, offsets[site_bounds]).tolist()
        site_of -= np.repeat(np.array(self.first_sites, np.int32), np.diff(bounds))
        places = np.searchsorted(kept, forms).tolist()
        found = []
        form = 0
        for unit, t0, t1, s0, s1, c0, c1 in zip(
            self.units,
            self.bounds,
            self.bounds[1:],
            site_bounds,
            site_bounds[1:],
            bounds,
            bounds[1:],
            strict=False,
        ):
            structural = {}
            while form < len(places) and places[form] < c1:
                structural[places[form] - c0] = self.structural[form][1]
                form += 1
            found.append(
                CandidateSet(
                    unit=unit,
                    lex=self.lex[t0:t1],
                    role=self.role[t0:t1],
                    site_token=token[s0:s1],
                    site_other=other[s0:s1],
                    site_rule=rules[s0:s1],
                    site_start=start[s0:s1],
                    site_end=end[s0:s1],
                    site_current=current[s0:s1],
                    site_slot=slot[s0:s1],
                    site_sibling=sibling[s0:s1],
                    site_received=site_received[s0:s1],
                    site_known=is_known[s0:s1],
                    candidate_site=site_of[c0:c1],
                    candidate_lex=lex[c0:c1],
                    candidate_received=received[c0:c1],
                    candidate_local=local[c0:c1],
                    structural=structural,
                    texts=self.lexicon.texts,
                )
            )
        return found

    # Names.

    def _read(self, at: int, node: int, parent: int) -> None:
        flat, shared = self.flat, self.shared
        kind = flat.kind[parent]
        if kind in _NO_NAMES:
            return
        current = self.lex_list[at]
        start, end = flat.start[node], flat.end[node]
        scope = self.scope_of[node]
        text = self.lexicon.texts[current]
        slot = self._slot(node) if kind in _FILLED else -1
        sibling = self._sibling(node) if kind in _BESIDE else -1
        own = self.self_name_of.get(scope)
        if kind == py.ATTRIBUTE and text == own:
            self._drop_self(at, node, parent, scope)
            owners = self._owners(scope, start)
            if len(owners):
                self.site(
                    at, WRONG_NAME, start, end, (owners,),
                    slot=slot, sibling=sibling, locals_first=len(owners),
                )  # fmt: skip
            return
        pool, first = self._name_pool(scope, current, start, called=False)
        others = self._other_names(current, text, kind, parent)
        self.site(
            at, WRONG_NAME, start, end, pool + others if others else pool,
            slot=slot, sibling=sibling, locals_first=first, known=self._is_known(text, scope),
        )  # fmt: skip
        if own is not None:
            self._as_self(at, start, scope, text, own, slot)
        if kind in _VALUES and (current in shared._callables or current in shared._imported):
            self._add_call(at, node)
        if kind in _PASSED:
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
            callee = self.callee(self.flat.parent[parent])
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
        ids, positions, _ = self.shared.visible(scope)
        bound = bisect_left(positions, start)
        found = self.owner_pools.get((scope, bound))
        if found is None:
            used = self.owners
            owners = [name for name in ids[:bound].tolist() if name in used][:_MAX_OWNERS]
            bindings = self.file.scopes.scopes[scope].bindings.items()
            parameters = [name for name, group in bindings if group[0].kind is BindingKind.PARAMETER]
            owners += map(self.lexicon.id, parameters[1:_MAX_OWNERS])
            found = self.owner_pools[scope, bound] = np.array(owners, np.int32)
        return found

    def _function(self, at: int, node: int, parent: int) -> None:
        flat = self.flat
        current = self.lex_list[at]
        start, end = flat.start[node], flat.end[node]
        scope = self.scope_of[node]
        text = self.lexicon.texts[current]
        pool, first = self._name_pool(scope, current, start, called=True)
        candidates = pool[:]
        siblings = self.data.functions.get(text)
        if siblings:
            candidates.append(self.shared.ids(siblings))
        known = self._is_known(text, scope)
        if not known:
            candidates.append(self.shared.ids(_BUILTINS.like(text, *_LIKE_BUILTINS)))
        own = self.self_name_of.get(scope)
        if own is not None and current == self.class_name:
            candidates.append(self.shared.ids((own,)))
        self.site(
            at, WRONG_FUNCTION, start, end, candidates,
            slot=self._slot(parent), locals_first=first, known=known,
        )  # fmt: skip
        if own is not None:
            self._as_self(at, start, scope, text, own, -1)
        self._drop_call(at, parent)
        self._counted(parent, text)

    def _is_known(self, text: str, scope: int) -> bool:
        found = self.known.get((text, scope))
        if found is None:
            found = text in BUILTINS or self.file.scopes.resolve(text, scope) >= 0
            self.known[text, scope] = found
        return found

    def _name_pool(self, scope: int, current: int, start: int, *, called: bool) -> tuple[list[Ids], int]:
        """Names that may stand here, locals first, which are not to be changed; the number of locals."""
        shared = self.shared
        ids, positions, _ = shared.visible(scope)
        bound = bisect_left(positions, start)
        key = (scope, current * 2 + called, bound)
        found = self.pools.get(key)
        if found is not None:
            return found
        limit = _MAX_MODULE_LOCALS if scope == 0 else _MAX_LOCALS
        if called and scope != 0:
            parts = [shared.called_locals(scope, bound), shared._similar(current, ids)]
        else:
            parts = [ids[max(0, bound - limit) : bound]]
        local = sum(map(len, parts))
        if called:
            parts += [shared._top_callables, shared.similar_globals(current)]
        else:
            parts += [self.unit_globals, shared._variables, shared.similar_globals(current)]
            if bound > limit:
                parts.append(self._like_locals(current, ids))
        found = self.pools[key] = (parts, local)
        return found

    def _like_locals(self, current: int, ids: Ids) -> Ids:
        """Those of local names that are like ``current``; of all names that are read in the unit they are found at once."""
        shared = self.shared
        if not shared.has_similar(current, ids):
            roles = zip(self.lex_list, self.role_list, strict=True)
            shared._find_similar(
                dict.fromkeys((current, *(lex for lex, role in roles if role == _READ))), ids
            )
        return shared._similar(current, ids)

    def _as_self(self, at: int, start: int, scope: int, text: str, own: str, slot: int) -> None:
        """`x` where `self.x` was meant. ``own``: the name of the first parameter of the method around."""
        if text == own:
            return
        class_name = self.file.facts.class_name_of[scope]
        if text in self.file.class_member_set(class_name) or not self._is_known(text, scope):
            self.structural_site(
                at, SELF_OR_NAME, AS_SELF, (start, start, own.encode() + b"."), slot=slot
            )  # fmt: skip

    def _drop_self(self, at: int, node: int, attribute: int, scope: int) -> None:
        """`self.x` where `x` was meant."""
        flat, shared = self.flat, self.shared
        member = flat.child_by_field(attribute, py.FIELD_ATTRIBUTE)
        if member < 0 or flat.field[attribute] == py.FIELD_LEFT:
            return
        name = self.lexicon.id(flat.text(member).decode("utf-8", "replace"))
        _, positions, places = shared.visible(scope)
        place = places.get(name)
        is_local = place is not None and place < bisect_left(positions, flat.start[node])
        if is_local or name in shared.place_of_global:
            self.structural_site(
                at, SELF_OR_NAME, DELETED, (flat.start[attribute], flat.start[member], b""),
                other=self._at(member, at), slot=self._slot(attribute),
            )  # fmt: skip

    def _at(self, node: int, default: int) -> int:
        """Position in the unit of a token node, or of the first token inside ``node``."""
        of_node = self.of_node
        for inner in range(node, node + self.flat.size[node]):
            token = of_node.get(inner)
            if token is not None:
                return self._place(token, default)
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
        received = facts.receivers.get(receiver, _NO_MEMBERS).get(current, 0)
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
        self.structural_site(at, MISSING_CALL, CALLED, (end, end, b"()"), slot=self._slot(node))

    def _drop_call(self, at: int, call: int) -> None:
        """`x()` where `x` was meant."""
        flat = self.flat
        arguments = flat.child_by_field(call, py.FIELD_ARGUMENTS)
        if (
            arguments >= 0
            and flat.size[arguments] == 3
            and flat.kind[flat.parent[call]] != py.EXPRESSION_STATEMENT
        ):
            replacement = (flat.start[arguments], flat.end[arguments], b"")
            self.structural_site(at, MISSING_CALL, DELETED, replacement, slot=self._slot(call))

    def _keyword(self, at: int, node: int, parent: int) -> None:
        flat = self.flat
        arguments = flat.parent[parent]
        callee = self.callee(flat.parent[arguments])
        if not callee:
            return
        shared = self.shared
        signature = self.file.signature(callee)
        names = dict.fromkeys(signature.names if signature is not None else ())
        names.update(dict.fromkeys(self.file.facts.keywords.get(callee, ())))
        text = self.lexicon.texts[self.lex_list[at]]
        known = signature is not None and text in signature.names
        value = flat.child_by_field(parent, py.FIELD_VALUE)
        slot = self._last_name(value) if value >= 0 else -1
        library = known_names()
        names.update(dict.fromkeys(library.keywords.get(callee, ())[:_MAX_KEYWORDS]))
        names.update(dict.fromkeys(shared.keywords.like(text, *_LIKE_KEYWORDS)))
        if self.file.project is not None:
            names.update(dict.fromkeys(self.file.project.parameters_like(text, *_LIKE_KEYWORDS)))
        if slot >= 0 and flat.kind[value] in (py.IDENTIFIER, py.ATTRIBUTE):
            names[self.lexicon.texts[slot]] = None
        if not known:
            names.update(dict.fromkeys(library.any_keyword.like(text, *_LIKE_ANY_KEYWORD)))
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
        kinds, sizes, starts, ends, data = flat.kind, flat.size, flat.start, flat.end, flat.data
        if sizes[arguments] <= 3:  # brackets around nothing
            return
        positional = []
        child, stop = arguments + 1, arguments + sizes[arguments]
        while child < stop:
            kind = kinds[child]
            if kind in _NOT_POSITIONAL:
                break
            if kind != py.COMMENT and (sizes[child] > 1 or child in self.of_node):
                if ends[child] - starts[child] != 1 or data[starts[child]] not in b"(),":
                    positional.append(child)
            child += sizes[child]
        count = len(positional)
        callee = self.callee(flat.parent[arguments])
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
                    (starts[left], ends[left], two),
                    (starts[right], ends[right], one),
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
            (flat.start[left], flat.end[left], two),
            (flat.start[right], flat.end[right], one),
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
                    at, OFF_BY_ONE, DELETED, (flat.end[left], flat.end[right], b"")
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
                    at, NEGATION, DELETED, (start, flat.start[argument], b""), other=self._at(argument, at)
                )  # fmt: skip
        elif kind == py.UNARY_OPERATOR and text == "-":
            argument = flat.child_by_field(parent, py.FIELD_ARGUMENT)
            if argument >= 0:
                self.structural_site(
                    at, SIGN, DELETED, (start, flat.start[argument], b""), other=self._at(argument, at)
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
            if at == 0 or self.lex_list.index(self.lex_list[at - 1]) == at - 1:
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
            self.structural_site(token, NEGATION, INSERTED_NOT, (start, start, b"not "))
        elif kind in (py.BOOLEAN_OPERATOR, py.CONDITIONAL_EXPRESSION):
            self.structural_site(
                token, NEGATION, INSERTED_NOT, (start, start, b"not ("), (end, end, b")")
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
            if negative and start == flat.start[parent] + 1:
                start = flat.start[parent]
            if flat.kind[parent] == py.POSITIONAL_SEPARATOR:
                return
            after_word = negative and _is_word(flat.data[start - 1 : start])  # `else-1` cannot become `else0`
            parts = [self._other_integers(text, value, after_word=after_word)]
            stored = flat.parent[parent] if negative else parent
            if value in (0, 1, -1) and flat.kind[stored] in _OPTIONAL and self._stands_apart(start, end):
                parts.append(shared.ids(("None",)))
            self.site(
                at, WRONG_LITERAL, start, end, parts,
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
                at, SIGN, INSERTED_MINUS, (place, place, b"-"), slot=self._slot(node)
            )  # fmt: skip

    def _other_integers(self, text: str, value: int, *, after_word: bool) -> Ids:
        """Integers that may have been meant for ``value``, written as ``text`` but for its sign."""
        found = self.number_pools.get((text, value, after_word))
        if found is None:
            others = dict.fromkeys((value + 1, value - 1, *self.data.integers, *self.integers))
            others.update(dict.fromkeys(self.shared.integers))
            others.update(dict.fromkeys(_changed(text, value < 0)))
            others.update(dict.fromkeys(self.data.integer_families.get(value, ())))
            others.pop(value, None)
            integer = self.shared.integer
            ids = [integer(other) for other in others if other < 0 or not after_word]
            found = self.number_pools[text, value, after_word] = np.array(ids, np.int32)
        return found

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
        if flat.kind[parent] in _PASSED and flat.field[node] != py.FIELD_LEFT and _counts_something(name):
            if flat.kind[parent] != py.ARGUMENT_LIST or self.callee(flat.parent[parent]) != "range":
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
            self.structural_site(token, OFF_BY_ONE, form, (end, end, new))

    # What surrounds a site.

    def _slot(self, node: int) -> int:
        """Lexicon id of the name of what ``node`` fills: formal parameter, keyword, assignment target; -1 without one."""
        flat = self.flat
        parent = flat.parent[node]
        if parent < 0:
            return -1
        kind = flat.kind[parent]
        if kind not in _FILLED:
            return -1
        if kind == py.ARGUMENT_LIST:
            return self._formal(parent, node)
        if kind == py.KEYWORD_ARGUMENT:
            return self._text_id(parent + 1) if flat.field[node] == py.FIELD_VALUE else -1
        if kind == py.ASSIGNMENT:
            return self._last_name(parent + 1) if flat.field[node] == py.FIELD_RIGHT else -1
        if flat.field[node] != py.FIELD_VALUE:
            return -1
        key = flat.child_by_field(parent, py.FIELD_KEY)
        return self._text_id(key) if key >= 0 and flat.kind[key] == py.STRING else -1

    def _formal(self, arguments: int, node: int) -> int:
        """Lexicon id of the formal parameter that an argument is given to by its place, or -1."""
        callee = self.callee(self.flat.parent[arguments])
        if not callee:
            return -1
        signature = self.file.signature(callee)
        if signature is None:
            return -1
        places = self.formals.get(arguments)
        if places is None:
            places = self.formals[arguments] = self._argument_places(arguments)
        place = places.get(node, -1)
        return self.lexicon.id(signature.positional[place]) if 0 <= place < len(signature.positional) else -1

    def _argument_places(self, arguments: int) -> dict[int, int]:
        """The place of each argument, as far as places say which parameter an argument is given to."""
        flat = self.flat
        kinds, sizes, starts, ends, data = flat.kind, flat.size, flat.start, flat.end, flat.data
        places: dict[int, int] = {}
        place = 0
        child, stop = arguments + 1, arguments + sizes[arguments]
        while child < stop:
            places[child] = place
            if kinds[child] in _NOT_BY_PLACE:
                break
            if ends[child] - starts[child] == 1 and data[starts[child]] == _COMMA:
                place += 1
            child += sizes[child]
        return places

    def _text_id(self, node: int) -> int:
        token = self.of_node.get(node)
        return -1 if token is None else self.token_lex(token)

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
        elif kind not in _NAMED:
            return -1
        return self._text_id(node) if node >= 0 else -1

    def _sibling(self, node: int) -> int:
        """Lexicon id of the other operand of a binary, boolean or comparison operator, or of a neighbouring argument."""
        flat = self.flat
        parent = flat.parent[node]
        if flat.kind[parent] not in _BESIDE:
            return -1
        # The last two children before ``node``, and the first two after it.
        sizes = flat.size
        stop = parent + sizes[parent]
        before2 = before = -1
        child = parent + 1
        while child != node:
            before2, before = before, child
            child += sizes[child]
        if before2 >= 0:
            found = self._last_name(before2)
            if found >= 0:
                return found
        child += sizes[child]
        if child < stop:
            child += sizes[child]
            if child < stop:
                return self._last_name(child)
        return -1


# A member of an enumeration takes longer to find and to compare than a number.
_READ, _BOUND, _FUNCTION, _METHOD = (
    int(role) for role in (Role.READ, Role.BOUND, Role.FUNCTION, Role.METHOD)
)
_KEYWORD_NAME, _NUMBER, _CONSTANT = (int(role) for role in (Role.KEYWORD_NAME, Role.NUMBER, Role.CONSTANT))
_STRING_ROLE, _PUNCTUATION = int(Role.STRING), int(Role.PUNCTUATION)
_MEMBERS = frozenset(map(int, (Role.ATTRIBUTE, Role.ATTRIBUTE_BOUND, Role.METHOD)))
_OPERATORS = frozenset(map(int, (Role.OPERATOR, Role.KEYWORD)))


def _by_role(*roles: Role) -> NDArray[np.bool_]:
    """For each role whether it is one of ``roles``."""
    return np.array([role in roles for role in Role])


_IS_NAME, _IS_METHOD = _by_role(Role.READ, Role.FUNCTION), _by_role(Role.METHOD)
_IS_FUNCTION = _by_role(Role.FUNCTION)
_IS_ATTRIBUTE = _by_role(Role.ATTRIBUTE, Role.ATTRIBUTE_BOUND)
_IS_MEMBER = _IS_ATTRIBUTE | _IS_METHOD
_IS_STRING, _IS_KEYWORD_NAME = _by_role(Role.STRING), _by_role(Role.KEYWORD_NAME)
_HAS_SITES = (
    _IS_NAME
    | _IS_MEMBER
    | _IS_STRING
    | _IS_KEYWORD_NAME
    | _by_role(Role.BOUND, Role.OPERATOR, Role.KEYWORD, Role.NUMBER, Role.CONSTANT, Role.PUNCTUATION)
)
"""Of tokens that may be sites: no layout, and no names that are defined, imported or annotate."""
_CLOSING = (")", "]", "{", "}", ",", ":", ".", ";", "->", "@")
"""Punctuation that begins neither arguments nor an index."""
_COMMA = ord(",")
_NO_NAMES = frozenset((py.GLOBAL_STATEMENT, py.NONLOCAL_STATEMENT, py.DOTTED_NAME))
_FILLED = frozenset((py.KEYWORD_ARGUMENT, py.ASSIGNMENT, py.PAIR, py.ARGUMENT_LIST))
"""Parents of what fills something that has a name."""
_NOT_BY_PLACE = frozenset((py.LIST_SPLAT, py.KEYWORD_ARGUMENT))
_NOT_POSITIONAL = _NOT_BY_PLACE | {py.DICTIONARY_SPLAT}
_NAMED = frozenset((py.IDENTIFIER, py.STRING, py.INTEGER, py.TRUE, py.FALSE, py.NONE))
_BESIDE = frozenset((py.BINARY_OPERATOR, py.BOOLEAN_OPERATOR, py.COMPARISON_OPERATOR, py.ARGUMENT_LIST))
"""Parents of operands and arguments, every other child of which is one."""
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
_OPERATED = (
    _CONDITIONED
    | _COMPOUND
    | {
        py.BINARY_OPERATOR,
        py.COMPARISON_OPERATOR,
        py.BOOLEAN_OPERATOR,
        py.NOT_OPERATOR,
        py.UNARY_OPERATOR,
        py.AUGMENTED_ASSIGNMENT,
        py.ASSIGNMENT,
        py.RETURN_STATEMENT,
    }
)
"""Parents of the operators and keywords that are sites."""
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
