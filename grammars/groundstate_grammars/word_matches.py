"""Matches of an expression that begin with one of a few words, looked for where the words stand.

That is many times as fast as trying the expression at every byte of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence


def matches_from(
    words: Sequence[bytes], expression: re.Pattern[bytes], data: bytes
) -> Iterator[re.Match[bytes]]:
    """What ``expression.finditer(data)`` gives, each match of which begins with one of ``words`` and is not empty."""
    places = {word: at for word in words if (at := data.find(word)) >= 0}
    while places:
        at = min(places.values())
        match = expression.match(data, at)
        if match is not None:
            yield match
        at = at + 1 if match is None else match.end()
        for word, place in list(places.items()):
            if place < at:
                later = data.find(word, at)
                if later < 0:
                    del places[word]
                else:
                    places[word] = later
