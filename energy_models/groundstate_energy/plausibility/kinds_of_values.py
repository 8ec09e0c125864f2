"""What kind of value an expression surely has, from its text: literals, displays, well-known builtins."""

from __future__ import annotations

from groundstate_energy.plausibility.edited_file import assigned_value, bindings_of, without_parentheses
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.scopes import BindingKind, ScopeKind

NUMBER, TEXT, BYTES, LIST, TUPLE, SET, DICTIONARY, NOTHING = (
    "number",
    "text",
    "bytes",
    "list",
    "tuple",
    "set",
    "dictionary",
    "None",
)
COLLECTIONS = frozenset((LIST, TUPLE, SET, DICTIONARY))

_BY_NODE = {
    py.INTEGER: NUMBER,
    py.FLOAT: NUMBER,
    py.TRUE: NUMBER,
    py.FALSE: NUMBER,
    py.NOT_OPERATOR: NUMBER,
    py.LIST: LIST,
    py.LIST_COMPREHENSION: LIST,
    py.TUPLE: TUPLE,
    py.SET: SET,
    py.SET_COMPREHENSION: SET,
    py.DICTIONARY: DICTIONARY,
    py.DICTIONARY_COMPREHENSION: DICTIONARY,
    py.NONE: NOTHING,
}
_BY_BUILTIN = {
    b"len": NUMBER,
    b"int": NUMBER,
    b"float": NUMBER,
    b"bool": NUMBER,
    b"ord": NUMBER,
    b"id": NUMBER,
    b"hash": NUMBER,
    b"isinstance": NUMBER,
    b"issubclass": NUMBER,
    b"hasattr": NUMBER,
    b"callable": NUMBER,
    b"str": TEXT,
    b"repr": TEXT,
    b"ascii": TEXT,
    b"chr": TEXT,
    b"hex": TEXT,
    b"bin": TEXT,
    b"oct": TEXT,
    b"format": TEXT,
    b"bytes": BYTES,
    b"list": LIST,
    b"sorted": LIST,
    b"dir": LIST,
    b"tuple": TUPLE,
    b"set": SET,
    b"frozenset": SET,
    b"dict": DICTIONARY,
}
_TEXT_METHODS = frozenset(
    (b"join", b"format", b"strip", b"lower", b"upper", b"replace", b"title", b"lstrip", b"rstrip", b"center")
)


def kind_of_value(file: ParsedFile, node: int) -> str:
    """The kind of the value at ``node``; empty where the text does not settle it.

    Kinds never compare equal to each other: whole and broken numbers and booleans are one kind, so are sets that can and
    cannot change. A local name has the kind of the one value that is assigned to it.
    """
    return _kind(file, node, followed=False)


def _kind(file: ParsedFile, node: int, *, followed: bool) -> str:
    flat = file.flat
    node = without_parentheses(flat, node)
    kind = flat.kind[node]
    if kind in _BY_NODE:
        return _BY_NODE[kind]
    if kind in (py.STRING, py.CONCATENATED_STRING):
        prefix = flat.text(node).lstrip()[:3].partition(b'"')[0].partition(b"'")[0]
        return BYTES if b"b" in prefix.lower() else TEXT
    if kind == py.UNARY_OPERATOR:
        inner = flat.child_by_field(node, py.FIELD_ARGUMENT)
        return NUMBER if flat.kind[inner] in (py.INTEGER, py.FLOAT) else ""
    if kind == py.CALL:
        return _kind_of_call(file, node)
    if kind == py.IDENTIFIER and not followed:
        value = only_value(file, node)
        return _kind(file, value, followed=True) if value >= 0 else ""
    return ""


def _kind_of_call(file: ParsedFile, call: int) -> str:
    flat = file.flat
    callee = call + 1
    if flat.kind[callee] == py.IDENTIFIER:
        name = flat.text(callee)
        found = _BY_BUILTIN.get(name, "")
        scope = file.scopes.scope_of[callee]
        return found if found and file.scopes.resolve(name.decode(), scope) < 0 else ""
    if flat.kind[callee] == py.ATTRIBUTE and flat.kind[callee + 1] == py.STRING:
        method = flat.text(flat.child_by_field(callee, py.FIELD_ATTRIBUTE))
        return _kind(file, callee + 1, followed=True) if method in _TEXT_METHODS else ""
    return ""


def only_value(file: ParsedFile, identifier: int) -> int:
    """The node of the one value that a function ever assigns to the local name at ``identifier``, or -1."""
    at, group = bindings_of(file, identifier)
    if at < 0 or file.scopes.scopes[at].kind is not ScopeKind.FUNCTION:
        return -1
    if len(group) != 1 or group[0].kind is not BindingKind.ASSIGNMENT:
        return -1
    return assigned_value(file.flat, group[0])
