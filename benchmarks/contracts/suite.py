"""The contracted suite: its functions, with and without their loop invariants, and one-edit mutants of them."""

from __future__ import annotations

import ast
import copy
import functools
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contracts.replay import Outcome, Program
from benchmarks.contracts.samples import argument_lists

from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import ClauseKind
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import parse

FOLDER = Path(__file__).parent / "suite"
MUTANTS_OF_EACH = 4
_SEEN_BY_TYPE_CHECKERS = ("NameError", "UnboundLocalError", "TypeError", "AttributeError")

_COMPARISONS = {"<": ("<=", ">"), "<=": ("<", ">="), ">": (">=", "<"), ">=": (">", "<="), "==": ("!=",)}
_COMPARISONS["!="] = ("==",)
_ARITHMETIC = {
    "+": ("-",),
    "-": ("+",),
    "*": ("+",),
    "//": ("*",),
    "%": ("//",),
    "+=": ("-=",),
    "-=": ("+=",),
}
_ARITHMETIC["*="] = ("+=",)
_ARITHMETIC["//="] = ("-=",)
_BOOLEAN = {"and": ("or",), "or": ("and",), "True": ("False",), "False": ("True",), "not": ("",)}
_SWAPPED = {"min": ("max",), "max": ("min",), "startswith": ("endswith",), "endswith": ("startswith",)}
_REPLACED = {**_COMPARISONS, **_ARITHMETIC, **_BOOLEAN, **_SWAPPED}


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the suite as a file of its own. ``has_loop``: it repeats something by a statement."""

    name: str
    text: str
    has_loop: bool


@dataclass(frozen=True, slots=True)
class Mutant:
    """``text``: the function after one edit. ``witness``: arguments for which CPython sees the contract broken."""

    name: str
    function: Function
    text: str
    edit: str
    witness: str


def functions() -> list[Function]:
    """The functions as written: those with loops carry invariants, most of them enough for a proof."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        text = path.read_text("utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                own = ast.get_source_segment(text, node)
                assert own is not None
                loops = any(isinstance(inner, ast.For | ast.While) for inner in ast.walk(node))
                found.append(Function(node.name, own + "\n", loops))
    return found


def without_invariants(function: Function) -> Function:
    """The same function with the asserts at its loops' heads removed."""
    data = function.text.encode()
    (contract,) = read_contracts(parse(data).flat)
    gone = []
    for clause in contract.clauses:
        if clause.kind is ClauseKind.LOOP_INVARIANT and clause.statement is not None:
            start, end = clause.statement
            line = data.rfind(b"\n", 0, start) + 1
            gone.append(Replacement(line, data.find(b"\n", end) + 1, b""))
    return Function(function.name, apply_replacements(data, gone).decode(), function.has_loop)


def wrong_call(text: str, name: str) -> tuple[dict[str, object], Outcome] | None:
    """The first sample arguments for which CPython sees a contract broken; None when there are none."""
    program = Program(text)
    definition = ast.parse(text).body[0]
    assert isinstance(definition, ast.FunctionDef)
    namespace = program.module()
    for given in argument_lists(definition):
        shown = copy.deepcopy(given)
        outcome = program.call(name, given, namespace)
        if outcome.verdict == "violated":
            return shown, outcome
    return None


@functools.cache
def mutants() -> tuple[Mutant, ...]:
    """Up to four one-edit mutants of each function that CPython shows to break the contract, spread over its text.

    An edit changes one operator, literal or name in the body; contracts and invariants stay. Edits that no sample
    arguments tell from the original are left out: they may be equivalent to it. So are those that end in a type error
    or an unbound name.
    """
    found = []
    for function in functions():
        broken = []
        for edit, text in _edits(function):
            try:
                shown = wrong_call(text, function.name)
            except SyntaxError:
                continue
            if shown is not None and not shown[1].error.startswith(_SEEN_BY_TYPE_CHECKERS):
                broken.append((edit, text, repr(shown[0])))
        step = max(1, len(broken) // MUTANTS_OF_EACH)
        for at, (edit, text, witness) in enumerate(broken[::step][:MUTANTS_OF_EACH]):
            found.append(Mutant(f"{function.name}.{at}", function, text, edit, witness))
    return tuple(found)


def _edits(function: Function) -> list[tuple[str, str]]:
    """Every one-edit change of a function's body: (what changed, the text after it)."""
    data = function.text.encode()
    file = parse(data)
    flat = file.flat
    (contract,) = read_contracts(flat)
    spared = [clause.statement or (clause.start, clause.end) for clause in contract.clauses]
    definition = ast.parse(function.text).body[0]
    assert isinstance(definition, ast.FunctionDef)
    names = sorted(
        {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
        & ({part.arg for part in definition.args.args} | _assigned(definition))
    )
    header = flat.start[flat.kind.index(py.BLOCK)]
    found = []
    for node in range(len(flat)):
        start, end = flat.start[node], flat.end[node]
        if flat.size[node] != 1 or start < header or any(low <= start < high for low, high in spared):
            continue
        token = flat.text(node).decode()
        for new in _replacements(token, names):
            changed = apply_replacements(data, [Replacement(start, end, new.encode())]).decode()
            line = data.count(b"\n", 0, start) + 1
            found.append((f"line {line}: {token} -> {new or 'nothing'}", changed))
    return found


def _replacements(token: str, names: list[str]) -> tuple[str, ...]:
    if token in _REPLACED:
        return _REPLACED[token]
    if token.isdigit():
        return (str(int(token) + 1), *((str(int(token) - 1),) if token != "0" else ()))
    if token in names:
        after = names[(names.index(token) + 1) % len(names)]
        return (after,) if after != token else ()
    return ()


def _assigned(definition: ast.FunctionDef) -> set[str]:
    return {
        node.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
