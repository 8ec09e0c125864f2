"""Blocks that fail for a bracket too many or too few: then a repair that is of no bracket is no repair."""

from __future__ import annotations

import io
import re
import tokenize

from groundstate_grammars.edits import Replacement
from groundstate_grammars.python.brackets import CLOSING

_ABOUT_BRACKETS = ("was never closed", "unmatched", "does not match opening")
"""What Python's parser says of brackets. It says so too of errors between brackets that are closed further down."""
_MAY_CLOSE = re.compile(rb"[][(){}\"'#\\\r\n]")
"""What may change which brackets are closed."""


class OpenBrackets:
    """Whether a block fails for a bracket, and which repairs leave that bracket as it is.

    Args:
        block: the text that fails.
        message: what Python's parser says of it.
    """

    def __init__(self, block: bytes, message: str) -> None:
        self._block = block
        self._is_open = any(part in message for part in _ABOUT_BRACKETS) and not _is_balanced(block)

    def remain_after(self, repair: Replacement) -> bool:
        """Whether ``repair`` certainly leaves a bracket that fails where the block fails; offsets are the block's."""
        return self._is_open and (
            _MAY_CLOSE.search(self._block, repair.start, repair.end) is None
            and _MAY_CLOSE.search(repair.new) is None
        )


def _is_balanced(block: bytes) -> bool:
    """Whether each bracket of the block has its other end; strings and comments are no brackets."""
    awaited: list[bytes] = []
    try:
        for token in tokenize.tokenize(io.BytesIO(block).readline):
            sign = token.string.encode() if token.type == tokenize.OP else b""
            if sign in CLOSING:
                awaited.append(CLOSING[sign])
            elif sign in CLOSING.values() and (not awaited or awaited.pop() != sign):
                return False
    except tokenize.TokenError:
        return False
    except SyntaxError:  # of the indentation: what follows was not looked at
        return True
    return not awaited
