"""Arguments to try: small values of each annotated type, the same ones every time."""

from __future__ import annotations

import ast
import copy
import itertools
import random
from collections.abc import Iterator
from typing import Any

_INTEGERS = (0, 1, -1, 2, 3, 5, -2, 7, 12, -7)
_STRINGS = ("", "a", "b", " ", "ab", "a b", "=", "a=b", "x/y", "aa", "Az9", "=b=", "a/b/c")
_MOST = 200


def argument_lists(function: ast.FunctionDef) -> Iterator[dict[str, Any]]:
    """Up to 200 combinations of arguments for a function whose parameters are all annotated."""
    names = [parameter.arg for parameter in function.args.args]
    values = [_values(parameter.annotation) for parameter in function.args.args]
    total = 1
    for choices in values:
        total *= len(choices)
    if total <= _MOST:
        combinations: Iterator[tuple[Any, ...]] = itertools.product(*values)
    else:
        draw = random.Random(function.name)
        combinations = (tuple(draw.choice(choices) for choices in values) for _ in range(_MOST))
    for combination in combinations:
        yield copy.deepcopy(dict(zip(names, combination, strict=True)))


def _values(annotation: ast.expr | None) -> list[Any]:
    """Small values of a type. Raises ``ValueError`` for one that is not listed here."""
    match annotation:
        case ast.Name("int"):
            return list(_INTEGERS)
        case ast.Name("bool"):
            return [False, True]
        case ast.Name("str"):
            return list(_STRINGS)
        case ast.Constant(None):
            return [None]
        case ast.BinOp(left, ast.BitOr(), right):
            return [*_values(left), *_values(right)]
        case ast.Subscript(ast.Name("list"), element):
            items = _values(element)
            short = [list(chosen) for n in range(3) for chosen in itertools.product(items[:7], repeat=n)]
            draw = random.Random(ast.unparse(element))
            longer = [[draw.choice(items) for _ in range(draw.randrange(3, 7))] for _ in range(40)]
            in_order = [sorted(chosen) for chosen in longer]
            return [*short, *longer, *in_order]
    raise ValueError(f"no values of {ast.unparse(annotation) if annotation else 'no annotation'}")
