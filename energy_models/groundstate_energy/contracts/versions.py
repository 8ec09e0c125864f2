"""A function with a contract as one version of a file has it, ready to be tried on arguments."""

from __future__ import annotations

from dataclasses import dataclass

from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.lowering import Programs
from groundstate_energy.contracts.module import Module
from groundstate_energy.contracts.search import Contract
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import ClauseKind, FunctionContracts
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.tree import FlatTree


@dataclass(frozen=True, slots=True)
class Version:
    """``said``: its contract as written. ``contract``: the same with the function, lowered."""

    said: FunctionContracts
    programs: Programs
    contract: Contract


def version_at(parsed: ParsedFile, start: int) -> Version | None:
    """The function whose definition begins at byte ``start``.

    None where it has no contract, one that is not read, a parameter without an annotation, or is not modelled.
    """
    contracts = read_contracts(parsed.flat)
    said = next((item for item in contracts if parsed.flat.start[item.node] == start), None)
    if said is None or said.unread:
        return None
    programs = Programs(Module(parsed, contracts))
    try:
        contract = Contract(programs.program(said.node))
    except Unmodelled:
        return None
    if any(parameter.type is None for parameter in contract.function.parameters):
        return None
    return Version(said, programs, contract)


def has_bare_parameter(flat: FlatTree, said: FunctionContracts) -> bool:
    """Whether a function of ``flat`` has a parameter of which nothing says what it is: ``version_at`` then finds none.

    That is seen in the tree, where a version needs its module read and its body lowered.
    """
    if any(clause.kind is ClauseKind.DOMAIN for clause in said.clauses):
        return False
    listed = flat.child_by_field(said.node, py.FIELD_PARAMETERS)
    plain = (
        [child for child in flat.children(listed) if flat.kind[child] in _PARAMETERS] if listed >= 0 else []
    )
    if said.class_node >= 0:
        plain = plain[1:]
    return any(flat.kind[child] in _BARE for child in plain)


_BARE = frozenset((py.IDENTIFIER, py.DEFAULT_PARAMETER))
_PARAMETERS = _BARE | {py.TYPED_PARAMETER, py.TYPED_DEFAULT_PARAMETER}
