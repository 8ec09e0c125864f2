"""A function with a contract as one version of a file has it, ready to be tried on arguments."""

from __future__ import annotations

from dataclasses import dataclass

from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.lowering import Programs
from groundstate_energy.contracts.module import Module
from groundstate_energy.contracts.search import Contract
from groundstate_grammars.python.contracts.clauses import FunctionContracts
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import ParsedFile


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
