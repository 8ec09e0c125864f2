"""What a hard term finds."""

from __future__ import annotations

from dataclasses import dataclass

from groundstate_grammars.edits import Edit

_TERM_OF_RULE = {
    "GS101": "syntax",
    "GS102": "names",
    "GS103": "names",
    "GS104": "calls",
    "GS105": "calls",
    "GS106": "calls",
    "GS107": "attributes",
    "GS201": "contracts",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A place (byte range in the same file) and why it matters."""

    start: int
    end: int
    message: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A fact that makes the text wrong. ``start``, ``end``: byte range. ``repairs``: unranked, at most 5."""

    rule: str
    start: int
    end: int
    message: str
    repairs: tuple[Edit, ...] = ()
    evidence: tuple[Reason, ...] = ()

    @property
    def term(self) -> str:
        """Id of the term that found it: ``syntax``, ``names``, ``calls``, ``attributes`` or ``contracts``."""
        return _TERM_OF_RULE[self.rule]
