"""Python's own parser as a judge of texts, and the tokens that repairs of texts are made of."""

from __future__ import annotations

import ast
import re
import warnings

LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
TOKEN = re.compile(
    rb"#[^\r\n]*|[A-Za-z_\x80-\xff][\w\x80-\xff]*|\d[\w.]*|\"\"\"|'''|\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*'"
    rb"|\*\*=|//=|>>=|<<=|->|:=|==|!=|<=|>=|\+\+|--|&&|\|\||[-+*/%@&|^]=|\*\*|//|<<|>>|\.\.\.|[^\s\w]"
)


def parse_error(data: bytes) -> SyntaxError | None:
    """The error of Python's parser; None when it accepts the text or fails for a reason that is not syntax."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(data)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError, OverflowError):
        return None
    return None


def parses(data: bytes) -> bool:
    """Whether Python's parser accepts the text, or gives up for a reason that is not syntax; no text has NUL bytes."""
    return b"\0" not in data and parse_error(data) is None
