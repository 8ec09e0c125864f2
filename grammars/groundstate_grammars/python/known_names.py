"""Members and keywords that libraries are known to have, by the name of the receiver or of the callee.

The table beside this module, ``known_names.txt``, is made by ``groundstate_energy.training.known_names``. One line a
receiver or callee: a mark, its name, and its names, the most used first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from groundstate_grammars.similar import SimilarNames

ANYWHERE = "*"
MEMBER = "."
KEYWORD = "="
SEPARATOR = ": "


@dataclass(frozen=True, slots=True)
class KnownNames:
    """``members``: last part of a receiver, leading underscores left out -> members. ``keywords``: callee -> keywords.

    ``anywhere``: members of whatever receiver, the most used first; ``any_keyword``: keywords of whatever callee.
    """

    members: dict[str, SimilarNames]
    keywords: dict[str, tuple[str, ...]]
    anywhere: SimilarNames
    any_keyword: SimilarNames


@cache
def known_names() -> KnownNames:
    members: dict[str, SimilarNames] = {}
    keywords: dict[str, tuple[str, ...]] = {}
    anywhere = SimilarNames(())
    for line in files(__package__).joinpath("known_names.txt").read_text("utf-8").splitlines():
        head, _, rest = line.partition(SEPARATOR)
        mark, _, key = head.partition(" ")
        names = rest.split()
        if mark == MEMBER:
            members[key] = SimilarNames(names)
        elif mark == KEYWORD:
            keywords[key] = tuple(names)
        else:
            anywhere = SimilarNames(names)
    any_keyword = SimilarNames(dict.fromkeys(name for group in keywords.values() for name in group))
    return KnownNames(members, keywords, anywhere, any_keyword)
