"""Judge findings against known fixes: what was found, what its fix gives, and what is said about the fixed code."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.real_bugs.cases import Case, Pair
from benchmarks.real_bugs.findings import Found, best, check

from groundstate.settings import SENSITIVITIES
from groundstate_grammars.edits import apply_replacements
from groundstate_grammars.python.parsed import parse
from groundstate_grammars.python.units import UnitKind
from groundstate_grammars.text import SourceText


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a case.

    ``found``, ``repaired``: by sensitivity. ``localised``, ``joint``: of the function's best finding, known that the
    function is buggy: it is on the right line; its fix is the right one.
    """

    case: Case
    found: Mapping[str, bool]
    repaired: Mapping[str, bool]
    localised: bool
    joint: bool


@dataclass(frozen=True, slots=True)
class Quiet:
    """A fixed file: its lines, and the rule of every finding in it by the finding's budget."""

    lines: int
    alarms: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Function:
    """Byte range of an outermost function, and how many of its name came before."""

    name: str
    turn: int
    start: int
    end: int


def judge_pair(pair: Pair, model: Path | None) -> tuple[list[Verdict], list[Quiet]]:
    """Check both sides of a folder and judge each of its cases.

    Raises:
        CheckFailed: the linter ended in an error.
    """
    named = {case.path for case in pair.cases}
    before, after = check(pair.before, named, model), check(pair.after, named, model)
    verdicts = [
        judge(
            case,
            (pair.before / case.path).read_bytes(),
            (pair.after / case.path).read_bytes(),
            before.get(case.path, []),
        )
        for case in pair.cases
    ]
    files = {path.relative_to(pair.after).as_posix() for path in pair.after.rglob("*.py")} | named
    quiet = [
        Quiet(
            (pair.after / path).read_bytes().count(b"\n"),
            tuple((item.rule, item.budget) for item in after.get(path, ())),
        )
        for path in sorted(files)
    ]
    return verdicts, quiet


def judge(case: Case, before: bytes, after: bytes, found: Sequence[Found]) -> Verdict:
    """Compare the findings in the file before with its fix."""
    function = function_of(case, before)
    goal = _goal(function, after)

    def right(item: Found, sensitivity: str) -> bool:
        fix = item.fix_at(sensitivity)
        if fix is None or goal is None:
            return False
        mended = apply_replacements(before, fix.replacements)
        if function is None:
            return same_code(mended, goal)
        growth = len(mended) - len(before)
        return same_code(mended[function.start : function.end + growth], goal)

    here = [item for item in found if item.line <= case.line <= item.end_line]
    first = best([item for item in found if _inside(item, function, before)])
    return Verdict(
        case=case,
        found={level: any(item.shown_at(level) for item in here) for level in SENSITIVITIES},
        repaired={level: any(right(item, level) for item in here) for level in SENSITIVITIES},
        localised=first is not None and first in here,
        joint=first is not None and right(first, SENSITIVITIES[-1]),
    )


def functions(data: bytes) -> list[Function]:
    """The outermost functions and methods of a file, in text order."""
    turns: dict[str, int] = {}
    found = []
    for unit in sorted(parse(data).units, key=lambda unit: unit.start):
        if unit.kind is UnitKind.FUNCTION:
            turn = turns.get(unit.qualname, 0)
            turns[unit.qualname] = turn + 1
            found.append(Function(unit.qualname, turn, unit.start, unit.end))
    return found


def function_of(case: Case, before: bytes) -> Function | None:
    """The function that the case names, at its line where several have the name; without a name, around its line."""
    text = SourceText(before)
    start, end = text.line_start(case.line - 1), text.line_end(case.line - 1)
    around = [item for item in functions(before) if item.start <= end and start < item.end]
    named = [item for item in around if case.function in (None, item.name)]
    return named[0] if named else around[0] if around else None


def _goal(function: Function | None, after: bytes) -> bytes | None:
    """The fixed function, or the whole fixed file for code outside functions; None where the function is gone."""
    if function is None:
        return after
    for item in functions(after):
        if (item.name, item.turn) == (function.name, function.turn):
            return after[item.start : item.end]
    return None


def _inside(item: Found, function: Function | None, before: bytes) -> bool:
    """Whether a finding lies in the function; outside functions, in none of them."""
    text = SourceText(before)

    def covers(candidate: Function) -> bool:
        first, last = text.line_of(candidate.start) + 1, text.line_of(candidate.end) + 1
        return first <= item.line <= last

    if function is not None:
        return covers(function)
    return not any(covers(candidate) for candidate in functions(before))


def same_code(one: bytes, other: bytes) -> bool:
    """Equal but for layout, comments and redundant parentheses; where Python cannot parse it, but for white space."""
    if one == other:
        return True
    trees = _tree(one), _tree(other)
    if None in trees:
        return trees == (None, None) and b"".join(one.split()) == b"".join(other.split())
    return trees[0] == trees[1]


def _tree(code: bytes) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
