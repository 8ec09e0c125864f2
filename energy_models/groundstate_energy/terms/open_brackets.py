"""Blocks that fail for a bracket too many or too few: then a repair that is of no bracket is no repair."""

from __future__ import annotations

import io
import re
import tokenize

from groundstate_grammars.edits import Replacement

_ABOUT_BRACKETS = ("was never closed", "unmatched", "does not match opening")
"""What Python's parser says of brackets. It says so too of errors between brackets that are closed further down."""
_MAY_CLOSE = re.compile(rb"[][(){}\"'#\\\r\n]")
"""What may change which brackets are closed."""
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class OpenBrackets:
    """Args:
    block: the text that fails. message: what Python's parser says of it.
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
    awaited: list[str] = []
    try:
        for token in tokenize.tokenize(io.BytesIO(block).readline):
            if token.type == tokenize.OP and token.string in _PAIRS:
                awaited.append(_PAIRS[token.string])
            elif token.type == tokenize.OP and token.string in ")]}":
                if not awaited or awaited.pop() != token.string:
                    return False
    except tokenize.TokenError:
        return False
    except SyntaxError:  # of the indentation: what follows was not looked at
        return True
    return not awaited
