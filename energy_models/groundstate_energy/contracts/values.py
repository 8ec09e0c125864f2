"""Values of the interpreter: Python's own ints, floats, texts, tuples, lists, dicts and sets, made by us alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LARGEST = 1 << 4096
"""Ints beyond this are not computed with: the run is given up."""
LONGEST = 10_000
"""Items or characters beyond which a container or text is not built."""


class Exhausted(BaseException):
    """The run used up its fuel, or would build something too large. Nothing follows from it."""


class NotModelled(BaseException):
    """The run met something whose result CPython does not promise. Nothing follows from it."""


class Raised(Exception):
    """An exception that a ``raise`` statement raised, not an operation. ``kind``: the name of its class."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Failed(AssertionError):
    """An assert did not hold. ``clause``: the clause that it is, or -1."""

    def __init__(self, clause: int) -> None:
        super().__init__()
        self.clause = clause


class Violated(BaseException):
    """An assert that is a precondition failed: the call is outside the contract."""


def exception_name(error: Exception) -> str:
    """The class that the exception has in Python."""
    if isinstance(error, Raised):
        return error.kind
    return "AssertionError" if isinstance(error, Failed) else type(error).__name__


def copied(value: object) -> object:
    """A deep copy; two references to one list stay two references to one list."""
    return _copied(value, {})


def _copied(value: object, seen: dict[int, object]) -> object:
    if isinstance(value, list | dict | set | tuple):
        if id(value) in seen:
            return seen[id(value)]
        made: object
        if isinstance(value, list):
            made = seen[id(value)] = [_copied(item, seen) for item in value]
        elif isinstance(value, dict):
            made = seen[id(value)] = {key: _copied(item, seen) for key, item in value.items()}
        elif isinstance(value, set):
            made = seen[id(value)] = set(value)
        else:
            made = seen[id(value)] = tuple(_copied(item, seen) for item in value)
        return made
    return value


def shown(value: object, longest: int = 80) -> str:
    """The value as a person reads it."""
    text = repr(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def exact_text(value: object) -> str:
    """``repr(value)``; raises ``NotModelled`` where it depends on the order of a set."""
    stack = [value]
    while stack:
        at = stack.pop()
        if isinstance(at, set) and len(at) > 1:
            raise NotModelled
        if isinstance(at, list | tuple | set):
            stack.extend(at)
        elif isinstance(at, dict):
            stack.extend((*at.keys(), *at.values()))
        elif not isinstance(at, int | float | str | type(None)):
            raise NotModelled
    return repr(value)


def add(left: Any, right: Any) -> object:
    """``left + right``, where it stays small enough."""
    result = left + right
    if isinstance(result, int):
        if not -LARGEST < result < LARGEST:
            raise Exhausted
    elif isinstance(result, str | list | tuple) and len(result) > LONGEST:
        raise Exhausted
    return result


def multiply(left: Any, right: Any) -> object:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, str | list | tuple) and isinstance(other, int) and len(one) * other > LONGEST:
            raise Exhausted
    result = left * right
    if isinstance(result, int) and not -LARGEST < result < LARGEST:
        raise Exhausted
    return result


def power(left: Any, right: Any) -> object:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > 4096:
        raise Exhausted
    result = left**right
    if isinstance(result, complex):
        raise NotModelled
    return result


def shift_left(left: Any, right: Any) -> object:
    if isinstance(left, int) and isinstance(right, int) and right > 4096:
        raise Exhausted
    result = left << right
    if not -LARGEST < result < LARGEST:
        raise Exhausted
    return result


def modulo(left: Any, right: Any) -> object:
    if isinstance(left, str):
        raise NotModelled
    return left % right


_SINGLETONS = (type(None), bool)


def identical(left: object, right: object) -> bool:
    """``left is right``, where CPython promises an answer."""
    if isinstance(left, _SINGLETONS) or isinstance(right, _SINGLETONS):
        return left is right
    if isinstance(left, list | dict | set) and isinstance(right, list | dict | set):
        return left is right
    if type(left) is not type(right):
        return False
    raise NotModelled


def ordered(value: Any) -> Any:
    """What a loop goes through; sets have no order that a program may rely on, and iterators are used up."""
    if isinstance(value, set | frozenset) and len(value) > 1:
        raise NotModelled
    return value


def bounded(value: Any) -> Any:
    """An argument of a builtin that goes through all of it."""
    if isinstance(value, range | str | list | tuple | dict | set) and len(value) > LONGEST:
        raise Exhausted
    return value


_STR = {
    name: getattr(str, name)
    for name in [
        "startswith",
        "endswith",
        "find",
        "rfind",
        "index",
        "rindex",
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "split",
        "isdigit",
        "isalpha",
        "isalnum",
        "isspace",
        "isupper",
        "islower",
        "isidentifier",
        "isdecimal",
        "isnumeric",
        "title",
        "capitalize",
        "swapcase",
        "partition",
        "rpartition",
        "removeprefix",
        "removesuffix",
        "splitlines",
        "count",
        "casefold",
    ]
}


def _replace(text: str, *arguments: Any) -> str:
    if len(arguments) >= 2 and all(isinstance(item, str) for item in arguments[:2]):
        if (len(text) + 1) * (len(str(arguments[1])) + 1) > LONGEST:
            raise Exhausted
    return text.replace(*arguments)


def _join(text: str, items: Any) -> str:
    if isinstance(items, set) and len(items) > 1:
        raise NotModelled
    bounded(items)
    return text.join(items)


def _extend(target: list[object], items: Any) -> None:
    target.extend(ordered(bounded(items)))
    if len(target) > LONGEST:
        raise Exhausted


def _pop_of_set(target: set[object]) -> object:
    if len(target) > 1:
        raise NotModelled
    return target.pop()


_LIST = {
    name: getattr(list, name)
    for name in ["append", "pop", "insert", "remove", "index", "count", "sort", "reverse", "copy", "clear"]
}
_DICT = {
    name: getattr(dict, name)
    for name in ["get", "items", "keys", "values", "pop", "setdefault", "update", "copy", "clear"]
}
_SET = {
    name: getattr(set, name)
    for name in [
        "add",
        "remove",
        "discard",
        "copy",
        "clear",
        "union",
        "intersection",
        "difference",
        "issubset",
        "issuperset",
        "isdisjoint",
        "update",
    ]
}


def _delete(target: Any, index: object) -> None:
    del target[index]


METHODS: dict[type, dict[str, Callable[..., object]]] = {
    str: {**_STR, "replace": _replace, "join": _join},
    list: {**_LIST, "extend": _extend, "__delitem__": _delete},
    tuple: {"index": tuple.index, "count": tuple.count},
    dict: {**_DICT, "__delitem__": _delete},
    set: {**_SET, "pop": _pop_of_set},
    int: {"bit_length": int.bit_length},
    bool: {"bit_length": int.bit_length},
    float: {"is_integer": float.is_integer},
}
"""Methods that can be called, by the exact type of the receiver."""


def call_method(name: str, receiver: object, arguments: list[object]) -> object:
    kind = type(receiver)
    method = METHODS.get(kind, {}).get(name)
    if method is None:
        if hasattr(kind, name):
            raise NotModelled
        raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
    return method(receiver, *arguments)
