"""The calls term: too many arguments, unknown keywords, missing arguments, where the callee is certain.

A callee is certain when its name has one unconditional definition without a decorator that may replace it, here or in a
module that the index knows; for a class, when no metaclass or ``__new__`` of its lineage comes between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundstate_energy.terms.guards import expects_failure
from groundstate_energy.terms.nearest import nearest_names
from groundstate_energy.terms.receivers import Receivers
from groundstate_energy.terms.view import FileView
from groundstate_energy.terms.violation import Reason, Violation
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.index import Class, Function
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.definitions import Parameter, ParameterKind
from groundstate_grammars.tree import FlatTree

_CAUGHT = frozenset((b"TypeError",))
_MOST_REPAIRS = 5


@dataclass(slots=True)
class _Arguments:
    """Arguments of one call. ``positional``: their nodes; ``keywords``: name -> node of the name."""

    positional: list[int]
    keywords: dict[str, int]
    has_star: bool
    has_double_star: bool
    node: int


def call_violations(
    view: FileView, receivers: Receivers, first: int = 0, stop: int | None = None
) -> Iterator[Violation]:
    """GS104, GS105 and GS106 of the nodes from ``first`` up to ``stop``; without them, of the whole file."""
    flat = view.flat
    for node in flat.of_kind(py.CALL, first, stop):
        callee = _callee(view, receivers, node + 1)
        if callee is None:
            continue
        name, parameters, definition = callee
        arguments = _read_arguments(flat, node)
        if arguments is None:
            continue
        found = list(_compare(view, node, name, parameters, arguments, definition))
        if (
            found
            and not expects_failure(flat, node, _CAUGHT)
            and _is_settled(view, receivers, node + 1, name)
        ):
            yield from found


def _callee(
    view: FileView, receivers: Receivers, node: int
) -> tuple[str, tuple[Parameter, ...], Function | Class] | None:
    """Name, parameters that the arguments fill, and definition of the callee at ``node``, when certain."""
    flat = view.flat
    if flat.kind[node] not in (py.IDENTIFIER, py.ATTRIBUTE):
        return None
    definition = receivers.definition(node)
    if isinstance(definition, Function):
        parameters: tuple[Parameter, ...] | None = definition.parameters
        if flat.kind[node] == py.ATTRIBUTE and isinstance(receivers.definition(node + 1), Class):
            if definition.name in ("__new__", "__init_subclass__", "__class_getitem__"):
                return None
            if "classmethod" in definition.decorators:
                parameters = definition.bound()
        if parameters is None or receivers.is_version_dependent(definition, node):
            return None
        return definition.name, parameters, definition
    if isinstance(definition, Class):
        parameters = receivers.constructor(definition)
        if parameters is None or receivers.is_version_dependent(definition, node):
            return None
        return definition.name, parameters, definition
    if flat.kind[node] == py.ATTRIBUTE:
        return _method(view, receivers, node)
    return None


def _method(
    view: FileView, receivers: Receivers, node: int
) -> tuple[str, tuple[Parameter, ...], Function | Class] | None:
    """The method that ``receiver.name`` calls, for an instance of a certain class."""
    flat = view.flat
    name_node = flat.child_by_field(node, py.FIELD_ATTRIBUTE)
    if name_node < 0:
        return None
    name = view.text(name_node)
    method = receivers.method(node + 1, name)
    if method is None:
        return None
    parameters = method.bound()
    if parameters is None or receivers.is_version_dependent(method, node):
        return None
    return name, parameters, method


def _is_settled(view: FileView, receivers: Receivers, callee: int, name: str) -> bool:
    """Whether a method called on ``self`` cannot be another one; asked last, since it reads the workspace."""
    return view.flat.kind[callee] != py.ATTRIBUTE or receivers.is_never_overridden(callee + 1, name)


def _read_arguments(flat: FlatTree, call: int) -> _Arguments | None:
    node = flat.child_by_field(call, py.FIELD_ARGUMENTS)
    if node < 0:
        return None
    found = _Arguments([], {}, False, False, node)
    if flat.kind[node] == py.GENERATOR_EXPRESSION:
        found.positional.append(node)
        return found
    for child in flat.children(node):
        kind = flat.kind[child]
        if kind == py.LIST_SPLAT:
            found.has_star = True
        elif kind == py.DICTIONARY_SPLAT:
            found.has_double_star = True
        elif kind == py.KEYWORD_ARGUMENT:
            name = flat.child_by_field(child, py.FIELD_NAME)
            found.keywords[flat.text(name).decode("utf-8", "replace")] = name
        elif kind not in _PUNCTUATION:
            found.positional.append(child)
    return found


_PUNCTUATION = frozenset((py.token("("), py.token(")"), py.token(","), py.COMMENT, py.LINE_CONTINUATION))


def _compare(
    view: FileView,
    call: int,
    name: str,
    parameters: tuple[Parameter, ...],
    arguments: _Arguments,
    definition: Function | Class,
) -> Iterator[Violation]:
    flat = view.flat
    kinds = {parameter.kind for parameter in parameters}
    slots = [
        item for item in parameters if item.kind in (ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL)
    ]
    named = {
        item.name: item
        for item in parameters
        if item.kind in (ParameterKind.POSITIONAL, ParameterKind.KEYWORD_ONLY)
    }
    evidence = _evidence(view, name, definition)
    takes_any_keyword = ParameterKind.ANY_KEYWORD in kinds
    if len(arguments.positional) > len(slots) and ParameterKind.ANY_POSITIONAL not in kinds:
        excess = arguments.positional[len(slots) :]
        start, end = flat.start[excess[0]], flat.end[excess[-1]]
        most = (
            "no positional argument" if not slots else f"at most {_count(len(slots), 'positional argument')}"
        )
        given = len(arguments.positional)
        repairs = () if arguments.has_star else _removals(flat, arguments, excess, named)
        yield Violation("GS104", start, end, f"`{name}` takes {most}, {given} given", repairs, evidence)
    missing_keywords = [item for item in named.values() if item.name not in arguments.keywords]
    unknown = [] if takes_any_keyword else [key for key in arguments.keywords if key not in named]
    for key in unknown:
        node = arguments.keywords[key]
        start, end = flat.start[node], flat.end[node]
        near = nearest_names(key, (item.name for item in missing_keywords), _MOST_REPAIRS)
        repairs = tuple(Edit("GS105", (Replacement(start, end, other.encode()),)) for other in near)
        yield Violation("GS105", start, end, f"`{name}` has no parameter `{key}`", repairs, evidence)
    if arguments.has_double_star:
        return
    unfilled = [] if arguments.has_star else slots[len(arguments.positional) :]
    unfilled = unfilled + [item for item in parameters if item.kind is ParameterKind.KEYWORD_ONLY]
    missing = [
        item
        for item in unfilled
        if not item.has_default
        and (item.kind is ParameterKind.POSITIONAL_ONLY or item.name not in arguments.keywords)
    ]
    if missing:
        function = call + 1
        start, end = flat.start[function], flat.end[function]
        names = ", ".join(f"`{item.name}`" for item in missing)
        repairs = () if unknown else _additions(view, call, arguments, missing)
        yield Violation("GS106", start, end, f"the call of `{name}` lacks {names}", repairs, evidence)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _evidence(view: FileView, name: str, definition: Function | Class) -> tuple[Reason, ...]:
    """Where the callee is defined, when that is in this file."""
    flat = view.flat
    node = definition.node
    if definition.home is not view.module:
        return ()
    place = flat.child_by_field(node, py.FIELD_NAME)
    return (Reason(flat.start[place], flat.end[place], f"`{name}` is defined here"),)


def _removals(
    flat: FlatTree, arguments: _Arguments, excess: list[int], named: dict[str, Parameter]
) -> tuple[Edit, ...]:
    """Drop the excess arguments, or give the only one the name of a keyword-only parameter."""
    if flat.kind[arguments.node] == py.GENERATOR_EXPRESSION:
        return ()
    before = arguments.positional[: len(arguments.positional) - len(excess)]
    start = flat.end[before[-1]] if before else flat.start[excess[0]]
    edits = []
    if before or not arguments.keywords:
        edits.append(Edit("GS104", (Replacement(start, flat.end[excess[-1]], b""),)))
    if len(excess) == 1:
        place = flat.start[excess[0]]
        edits.extend(
            Edit("GS104", (Replacement(place, place, f"{item.name}=".encode()),))
            for item in named.values()
            if item.kind is ParameterKind.KEYWORD_ONLY and item.name not in arguments.keywords
        )
    return tuple(edits[:_MOST_REPAIRS])


def _additions(
    view: FileView, call: int, arguments: _Arguments, missing: list[Parameter]
) -> tuple[Edit, ...]:
    """Pass a variable of the parameter's own name, where one is in scope."""
    flat = view.flat
    if len(missing) != 1 or flat.kind[arguments.node] != py.ARGUMENT_LIST:
        return ()
    name = missing[0].name
    target = view.scopes.resolve(name, view.scopes.scope_of[call])
    if target <= 0 or missing[0].kind is ParameterKind.POSITIONAL_ONLY:
        return ()
    place = flat.end[arguments.node] - 1
    text = flat.data[flat.start[arguments.node] + 1 : place].rstrip()
    comma = b"" if not text or text.endswith(b",") else b", "
    return (Edit("GS106", (Replacement(place, place, comma + f"{name}={name}".encode()),)),)
