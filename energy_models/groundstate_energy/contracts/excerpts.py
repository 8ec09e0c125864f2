"""A file without what one function cannot depend on: as quick to parse again as the function itself."""

from __future__ import annotations

import re
from bisect import bisect_right

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile, parse

_WORD = re.compile(r"[^\W\d]\w*")
_IMPORTS = frozenset((py.IMPORT_STATEMENT, py.IMPORT_FROM_STATEMENT, py.FUTURE_IMPORT_STATEMENT))


def needed(parsed: ParsedFile, node: int) -> set[int]:
    """The statements of the module that what is at ``node`` may depend on, itself and imports among them.

    Those that bind a name that the statement around ``node``, or another one of them, has as a word, be it in a text: a
    contract may stand there. Empty where the file has errors.
    """
    flat = parsed.flat
    statements = flat.children(0)
    around = statements[bisect_right(statements, node) - 1] if statements and node > 0 else -1
    if around < 0 or flat.errors:
        return set()
    binders: dict[str, list[int]] = {}
    for name, group in parsed.scopes.scopes[0].bindings.items():
        for binding in group:
            item = statements[bisect_right(statements, binding.node) - 1]
            binders.setdefault(name, []).append(item)
    kept = {item for item in statements if flat.kind[item] in _IMPORTS} | {around}
    pending = [around]
    while pending:
        for word in _WORD.findall(flat.text(pending.pop()).decode("utf-8", "replace")):
            for item in binders.pop(word, ()):
                if item not in kept:
                    kept.add(item)
                    pending.append(item)
    return kept


def excerpt(parsed: ParsedFile, node: int) -> ParsedFile:
    """The file with blanks in the place of all statements but those that are ``needed`` for ``node``.

    Places in the file stay what they are. A file that cannot be cut is returned whole.
    """
    flat = parsed.flat
    kept, statements = needed(parsed, node), flat.children(0)
    if not kept or len(kept) == len(statements):
        return parsed
    data = bytearray(parsed.data)
    for item in statements:
        if item not in kept:
            start, end = flat.start[item], flat.end[item]
            data[start:end] = b" " * (end - start)
    cut = parse(bytes(data), parsed.project)
    return parsed if cut.flat.errors else cut
