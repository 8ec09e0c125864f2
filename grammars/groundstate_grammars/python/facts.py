"""Facts of one file that candidates and features are made from: counts, receivers, signatures, members, keys."""

from __future__ import annotations

import keyword
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.lexicon import Lexicon
from groundstate_grammars.project import FileSummary, Signature
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.enclosed import Enclosed
from groundstate_grammars.python.lexical import Role, Tokens
from groundstate_grammars.python.scopes import BindingKind, ScopeKind, Scopes
from groundstate_grammars.python.units import Unit
from groundstate_grammars.tree import FlatTree

ROLE_ROWS: tuple[tuple[Role, ...], ...] = (
    (Role.READ, Role.BOUND, Role.FUNCTION, Role.DEFINITION, Role.IMPORTED, Role.ANNOTATION),
    (Role.FUNCTION,),
    (Role.ATTRIBUTE, Role.ATTRIBUTE_BOUND),
    (Role.METHOD,),
)
"""Roles counted in each row of ``FileFacts.counts_by_role``."""
ROLE_MASKS = np.array([[role in row for role in range(32)] for row in ROLE_ROWS])
"""``ROLE_MASKS[row, role]``: whether the row counts the role; indexing with an array of roles beats ``isin``."""
_LISTED = np.array(
    [
        role in (Role.ATTRIBUTE, Role.METHOD, Role.ATTRIBUTE_BOUND, Role.KEYWORD_NAME, Role.STRING)
        for role in range(32)
    ]
)
# Python 3.11 takes nine times as long to find a member of an enumeration as a name of the module.
_CLASS, _FUNCTION, _TYPE_PARAMETERS = ScopeKind.CLASS, ScopeKind.FUNCTION, ScopeKind.TYPE_PARAMETERS
_PARAMETER, _FUNCTION_BINDING, _IMPORT = BindingKind.PARAMETER, BindingKind.FUNCTION, BindingKind.IMPORT
_SELF = "self@"
"""Before the name of a class, the receiver that a method's first parameter is."""
_MAX_RECEIVER = 48
_NO_NAMES = frozenset(keyword.kwlist) - {"async", "await"}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Facts of one file. Arrays over lexicon ids are as long as the lexicon was when the file was read.

    ``counts``: occurrences of each text; ``counts_by_role``: shape ``(4, texts)``, rows name, function, attribute,
    method. ``receivers``: receiver text (``self@Class`` for methods' first parameter) -> member id -> occurrences.
    """

    counts: NDArray[np.int32]
    counts_by_role: NDArray[np.int32]
    receivers: Mapping[str, Mapping[int, int]]
    receiver_of: Mapping[int, str]
    """Token index of a member -> its receiver text; absent where the receiver is a longer expression."""
    functions: Mapping[str, Signature]
    """Functions, methods and constructors of the file whose definitions of a name agree."""
    classes: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    assigned: Mapping[str, Mapping[str, int]]
    """Class name -> member -> how often a method of the file assigns it through its first parameter."""
    class_name_of: Mapping[int, str]
    """Scope index -> name of the class whose method it is in (nested functions included)."""
    self_name_of: Mapping[int, str]
    """Scope index -> name of the first parameter of the method it is in."""
    keywords: Mapping[str, tuple[str, ...]]
    """Callee name -> keywords seen in calls of it."""
    keys: Mapping[int, int]
    """Lexicon id of a string used as a key -> occurrences."""
    defined_methods: frozenset[int]
    """Functions defined in classes, those that a decorator makes attributes left out."""
    called_members: frozenset[int]
    uncalled_members: frozenset[int]
    imported: frozenset[str]
    globals: tuple[str, ...]
    """Names bound in the module scope, in order of first binding."""
    read: Reading | None = field(default=None, repr=False, compare=False)
    """What the next version takes over."""

    def summary(self, lexicon: Lexicon) -> FileSummary:
        """What the file contributes to its project's facts.

        Where a bracket is open the parser takes keywords for names, and a count of them would be news to every file.
        """
        texts = lexicon.texts
        names = {
            texts[i]: int(self.counts[i])
            for i in np.flatnonzero(self.counts_by_role.sum(0)).tolist()
            if texts[i] not in _NO_NAMES
        }
        return FileSummary(names, dict(self.functions), dict(self.classes))


def signature_of(flat: FlatTree, function: int, is_method: bool) -> Signature:
    """The signature of a function definition; a method's first positional parameter is left out."""
    parameters = flat.child_by_field(function, py.FIELD_PARAMETERS)
    positional: list[str] = []
    keyword_only: list[str] = []
    takes_any = False
    after_star = False
    for child in flat.children(parameters) if parameters >= 0 else ():
        kind = flat.kind[child]
        node = child
        if kind in (py.DEFAULT_PARAMETER, py.TYPED_DEFAULT_PARAMETER, py.TYPED_PARAMETER):
            node = child + 1
            kind = flat.kind[node]
        if kind == py.LIST_SPLAT_PATTERN:
            takes_any = after_star = True
        elif kind == py.DICTIONARY_SPLAT_PATTERN:
            takes_any = True
        elif kind == py.KEYWORD_SEPARATOR:
            after_star = True
        elif kind == py.IDENTIFIER:
            name = flat.text(node).decode("utf-8", "replace")
            (keyword_only if after_star else positional).append(name)
    if is_method and positional and not _is_static(flat, function):
        positional = positional[1:]
    return Signature(tuple(positional), tuple(keyword_only), takes_any)


def _decorators(flat: FlatTree, function: int) -> list[bytes]:
    """Texts of the decorators of a function."""
    around = flat.parent[function]
    if around < 0 or flat.kind[around] != py.DECORATED_DEFINITION:
        return []
    return [flat.text(child).strip() for child in flat.children(around) if flat.kind[child] == py.DECORATOR]


def _is_static(flat: FlatTree, function: int) -> bool:
    return b"@staticmethod" in _decorators(flat, function)


def _is_property(flat: FlatTree, function: int) -> bool:
    return any(text.endswith((b"property", b".setter", b".getter")) for text in _decorators(flat, function))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of definitions and tokens.

    ``functions``: signatures by name, None where definitions differ. ``properties``: names of methods that a decorator makes
    attributes. ``imported``, ``class_name_of``, ``self_name_of``, ``receiver_of``: as in ``FileFacts``. ``keys``: tokens
    that are strings used as a key. ``callee_of``: token index of a keyword -> name of the callee.
    """

    functions: Mapping[str, Signature | None]
    properties: frozenset[str]
    imported: frozenset[str]
    class_name_of: Mapping[int, str]
    self_name_of: Mapping[int, str]
    receiver_of: dict[int, str] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)
    callee_of: dict[int, str] = field(default_factory=dict)


def file_facts(flat: FlatTree, scopes: Scopes, tokens: Tokens, lexicon: Lexicon) -> FileFacts:
    """One pass over the scopes and one over the tokens."""
    read = _read_definitions(flat, scopes)
    roles = np.frombuffer(bytes(tokens.role), np.uint8)
    _read_tokens(read, flat, scopes, tokens, np.flatnonzero(_LISTED[roles]).tolist())
    return _facts(read, flat, scopes, tokens, lexicon)


@dataclass(frozen=True, slots=True)
class KeptReading:
    """What holds of what was read of an earlier version: all but the tokens from ``first`` up to ``stop``, those of the only
    function that changed. Those after them are ``more`` tokens later now."""

    read: Reading
    first: int
    stop: int
    more: int

    @classmethod
    def of(
        cls, facts: FileFacts, place: Enclosed, unit: Unit, scopes: tuple[Scopes, Scopes], more: int
    ) -> KeptReading | None:
        """None where the function defines something, as it was or as it is.

        Args:
            facts: of the version before, whose function is the ``unit``. place: how the other differs.
            scopes: of both. more: tokens that the other has more.
        """
        function, stops = place.node, (place.node + place.before, place.node + place.after)
        if facts.read is None or len(scopes[0].scopes) != len(scopes[1].scopes):
            return None
        if any(_defines(own, function, stop) for own, stop in zip(scopes, stops, strict=True)):
            return None
        return cls(facts.read, unit.tokens[0], unit.tokens[-1] + 1, more)


def _defines(scopes: Scopes, function: int, stop: int) -> bool:
    """Whether functions or classes are defined in a function, or something is imported."""
    own = scopes.scopes_in(function, stop)
    return sum(at.kind is _FUNCTION or at.kind is _CLASS for at in own) > 1 or any(
        binding.kind is _IMPORT for at in own for group in at.bindings.values() for binding in group
    )


def facts_after(
    kept: KeptReading, flat: FlatTree, scopes: Scopes, tokens: Tokens, lexicon: Lexicon
) -> FileFacts:
    """Facts of a version of a file of which only the body of one function is read."""
    before, first, stop, more = kept.read, kept.first, kept.stop, kept.more
    read = Reading(
        before.functions, before.properties, before.imported, before.class_name_of, before.self_name_of
    )
    read.keys.extend(token for token in before.keys if token < first)
    read.receiver_of.update((token, text) for token, text in before.receiver_of.items() if token < first)
    read.callee_of.update((token, text) for token, text in before.callee_of.items() if token < first)
    listed = [token for token in range(first, stop + more) if _LISTED[tokens.role[token]]]
    _read_tokens(read, flat, scopes, tokens, listed)
    read.keys.extend(token + more for token in before.keys if token >= stop)
    read.receiver_of.update(
        (token + more, text) for token, text in before.receiver_of.items() if token >= stop
    )
    read.callee_of.update((token + more, text) for token, text in before.callee_of.items() if token >= stop)
    return _facts(read, flat, scopes, tokens, lexicon)


def _read_definitions(flat: FlatTree, scopes: Scopes) -> Reading:
    class_name_of: dict[int, str] = {}
    self_name_of: dict[int, str] = {}
    functions: dict[str, Signature | None] = {}
    properties: set[str] = set()
    for scope in scopes.scopes:
        if scope.parent >= 0:
            if scope.kind is _CLASS:
                class_name_of.pop(scope.index, None)
            elif scope.parent in class_name_of and scopes.scopes[scope.parent].kind is not _CLASS:
                class_name_of[scope.index] = class_name_of[scope.parent]
                if scope.parent in self_name_of:
                    self_name_of[scope.index] = self_name_of[scope.parent]
        if scope.kind is _CLASS:
            class_name_of[scope.index] = _definition_name(flat, scope.node)
        elif scope.kind is _FUNCTION:
            outer = scope.parent
            while scopes.scopes[outer].kind is _TYPE_PARAMETERS:
                outer = scopes.scopes[outer].parent
            in_class = scopes.scopes[outer].kind is _CLASS
            signature = signature_of(flat, scope.node, in_class)
            name = _definition_name(flat, scope.node)
            if in_class:
                if _is_property(flat, scope.node):
                    properties.add(name)
                class_name_of[scope.index] = class_name_of[outer]
                first = next((n for n, b in scope.bindings.items() if b[0].kind is _PARAMETER), None)
                if first is not None and not _is_static(flat, scope.node):
                    self_name_of[scope.index] = first
                if name == "__init__":
                    name = class_name_of[outer]
            if (
                not (name.startswith("__") and name.endswith("__"))
                and functions.setdefault(name, signature) != signature
            ):
                functions[name] = None
    imported = frozenset(
        binding.name
        for scope in scopes.scopes
        for group in scope.bindings.values()
        for binding in group
        if binding.kind is _IMPORT
    )
    return Reading(functions, frozenset(properties), imported, class_name_of, self_name_of)


def _read_tokens(
    read: Reading, flat: FlatTree, scopes: Scopes, tokens: Tokens, listed: Iterable[int]
) -> None:
    """Read the tokens ``listed``: members, keywords and strings."""
    kinds, parents, starts, ends, data = flat.kind, flat.parent, flat.start, flat.end, flat.data
    class_name_of, self_name_of = read.class_name_of, read.self_name_of
    string, keyword_name = int(Role.STRING), int(Role.KEYWORD_NAME)
    for index in listed:
        node = tokens.node[index]
        parent = parents[node]
        role = tokens.role[index]
        if role == string:
            if is_key(flat, node):
                read.keys.append(index)
        elif role == keyword_name:
            callee = callee_name(flat, parents[parents[parent]])
            if callee:
                read.callee_of[index] = callee
        else:
            object_node = parent + 1
            if ends[object_node] - starts[object_node] > _MAX_RECEIVER or kinds[object_node] not in (
                py.IDENTIFIER,
                py.ATTRIBUTE,
            ):
                continue
            receiver = data[starts[object_node] : ends[object_node]].decode("utf-8", "replace")
            scope_index = scopes.scope_of[node]
            if receiver == self_name_of.get(scope_index):
                receiver = _SELF + class_name_of[scope_index]
            read.receiver_of[index] = receiver


def _facts(read: Reading, flat: FlatTree, scopes: Scopes, tokens: Tokens, lexicon: Lexicon) -> FileFacts:
    """Facts of what was read of definitions and tokens."""
    lex, texts = tokens.lex, lexicon.texts
    lex_list = lex.tolist()
    roles = np.frombuffer(bytes(tokens.role), np.uint8)
    size = len(lexicon)
    by_role = np.zeros((4, size), np.int32)
    for row, mask in enumerate(ROLE_MASKS):
        by_role[row] = np.bincount(lex[mask[roles]], minlength=size)[:size]
    assigned: dict[str, dict[str, int]] = defaultdict(dict)
    receivers: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    keywords: dict[str, dict[str, None]] = defaultdict(dict)
    keys: dict[int, int] = defaultdict(int)
    attribute_bound = int(Role.ATTRIBUTE_BOUND)
    for index, receiver in read.receiver_of.items():
        receivers[receiver][lex_list[index]] += 1
        if tokens.role[index] == attribute_bound and receiver.startswith(_SELF):
            stored = assigned[receiver[len(_SELF) :]]
            member = texts[lex_list[index]]
            stored[member] = stored.get(member, 0) + 1
    for index, callee in read.callee_of.items():
        keywords[callee][texts[lex_list[index]]] = None
    for index in read.keys:
        keys[lex_list[index]] += 1
    bases: dict[str, tuple[str, ...]] = {}
    members: dict[str, dict[str, int]] = {}
    properties = {lexicon.find(name) for name in read.properties}
    for scope in scopes.scopes:
        if scope.kind is _CLASS:
            name = _definition_name(flat, scope.node)
            bases[name] = bases.get(name, ()) + _bases(flat, scope.node)
            members.setdefault(name, {}).update(dict.fromkeys(scope.bindings, 0))
    defined = frozenset(
        found
        for scope in scopes.scopes
        if scope.kind is _CLASS
        for name, group in scope.bindings.items()
        if group[0].kind is _FUNCTION_BINDING
        and (found := lexicon.find(name)) >= 0
        and found not in properties
    )
    return FileFacts(
        counts=np.bincount(lex, minlength=size).astype(np.int32),
        counts_by_role=by_role,
        receivers={receiver: dict(group) for receiver, group in receivers.items()},
        receiver_of=read.receiver_of,
        functions={name: found for name, found in read.functions.items() if found is not None},
        classes={
            name: (bases.get(name, ()), tuple(group | assigned.get(name, {})))
            for name, group in members.items()
        },
        assigned=dict(assigned),
        class_name_of=read.class_name_of,
        self_name_of=read.self_name_of,
        keywords={name: tuple(group) for name, group in keywords.items()},
        keys=dict(keys),
        defined_methods=defined,
        called_members=defined | frozenset(np.flatnonzero(by_role[3]).tolist()),
        uncalled_members=frozenset(np.flatnonzero(by_role[2]).tolist()),
        imported=read.imported,
        globals=tuple(scopes.scopes[0].bindings),
        read=read,
    )


def _bases(flat: FlatTree, node: int) -> tuple[str, ...]:
    """Last parts of the names of a class's bases."""
    supers = flat.child_by_field(node, py.FIELD_SUPERCLASSES)
    return tuple(
        flat.text(child).decode("utf-8", "replace").rpartition(".")[2]
        for child in (flat.children(supers) if supers >= 0 else ())
        if flat.kind[child] in (py.IDENTIFIER, py.ATTRIBUTE)
    )


def _definition_name(flat: FlatTree, node: int) -> str:
    name = flat.child_by_field(node, py.FIELD_NAME)
    return flat.text(name).decode("utf-8", "replace") if name >= 0 else "<error>"


def callee_name(flat: FlatTree, call: int) -> str:
    """Last part of the callee's name in a call (``c`` in ``a.b.c(…)``), or an empty text."""
    if call < 0 or flat.kind[call] != py.CALL:
        return ""
    function = call + 1
    if flat.kind[function] == py.ATTRIBUTE:
        function = flat.child_by_field(function, py.FIELD_ATTRIBUTE)
    if function < 0 or flat.kind[function] != py.IDENTIFIER:
        return ""
    return flat.text(function).decode("utf-8", "replace")


_KEY_METHODS = frozenset((b"get", b"pop", b"setdefault", b"getattr", b"hasattr", b"setattr"))


def is_key(flat: FlatTree, node: int) -> bool:
    """Whether a string is used as a key: a subscript, a dictionary key, compared (alone or in a
    tuple), or the first argument of ``get``."""
    parent = flat.parent[node]
    kind = flat.kind[parent]
    if kind == py.SUBSCRIPT:
        return flat.field[node] == py.FIELD_SUBSCRIPT
    if kind == py.PAIR:
        return flat.field[node] == py.FIELD_KEY
    if kind == py.COMPARISON_OPERATOR:
        return True
    if kind in (py.TUPLE, py.LIST, py.SET):
        return flat.kind[flat.parent[parent]] == py.COMPARISON_OPERATOR
    if kind == py.ARGUMENT_LIST:
        return callee_name(flat, flat.parent[parent]).encode() in _KEY_METHODS
    return False
