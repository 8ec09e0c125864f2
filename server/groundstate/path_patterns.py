"""Glob patterns over paths relative to the project root, as in ``exclude`` and ``per-file-ignores``.

``*`` and ``?`` stay inside one path component, ``**`` crosses them. A pattern without a slash matches any component
of the path (``generated`` excludes every folder of that name); one with a slash is anchored at the root.
"""

from __future__ import annotations

import functools
import re
from pathlib import PurePath


def matches(pattern: str, relative: PurePath) -> bool:
    """Whether ``pattern`` matches ``relative`` or a folder above it."""
    expression = _compiled(pattern)
    if "/" not in pattern.rstrip("/"):
        return any(expression.fullmatch(part) for part in relative.parts)
    parts = relative.parts
    return any(expression.fullmatch("/".join(parts[:count])) for count in range(1, len(parts) + 1))


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    text = pattern.strip("/").removeprefix("./")
    out: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "*":
            if text.startswith("*/", position):
                out.append("(?:.*/)?")
                position += 2
            elif text.startswith("*", position):
                out.append(".*")
                position += 1
            else:
                out.append("[^/]*")
        elif character == "?":
            out.append("[^/]")
        elif character == "[" and "]" in text[position + 1 :]:
            close = text.index("]", position + 1)
            body = text[position:close].replace("\\", "\\\\").replace("[", "\\[")
            out.append(
                "[^" + body[1:] + "]" if body.startswith("!") else "[" + body.replace("^", "\\^") + "]"
            )
            position = close + 1
        else:
            out.append(re.escape(character))
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return re.compile(re.escape(text))
