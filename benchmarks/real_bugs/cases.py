"""Cases: code before and after known fixes, and where each fix is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groundstate_grammars.rules import RULES


class CasesError(Exception):
    """A folder of cases that cannot be used; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Case:
    """A known bug. ``line`` counts from 1 in the file before; ``rule`` is None where no rule of ours covers it.

    ``function``: dotted name of the outermost function around it; None to take the one around the line.
    """

    path: str
    line: int
    rule: str | None
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A folder with ``before/``, ``after/`` and the cases in them."""

    folder: Path
    cases: tuple[Case, ...]

    @property
    def before(self) -> Path:
        return self.folder / "before"

    @property
    def after(self) -> Path:
        return self.folder / "after"


def read_pairs(folder: Path) -> list[Pair]:
    """``folder`` itself where it has a ``cases.jsonl``, else all folders in it that have one.

    Raises:
        CasesError: there is none, or one is damaged.
    """
    folders = [folder] if (folder / "cases.jsonl").is_file() else sorted(folder.glob("*/"))
    pairs = [_read_pair(item) for item in folders if (item / "cases.jsonl").is_file()]
    if not pairs:
        raise CasesError(f"{folder}: no cases.jsonl here or in its folders")
    return pairs


def _read_pair(folder: Path) -> Pair:
    file = folder / "cases.jsonl"
    cases = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            case = Case(raw["path"], int(raw["line"]), raw.get("rule"), raw.get("function"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CasesError(f"{file}:{number}: not a case: {error!r}") from None
        path = PurePosixPath(str(case.path))
        if path.is_absolute() or ".." in path.parts:
            raise CasesError(f"{file}:{number}: {case.path}: outside the folder")
        if case.rule is not None and case.rule not in RULES:
            raise CasesError(f"{file}:{number}: no rule {case.rule}")
        for side in ("before", "after"):
            if not (folder / side / path).is_file():
                raise CasesError(f"{file}:{number}: no file {side}/{case.path}")
        cases.append(case)
    return Pair(folder, tuple(cases))
