"""All contracts of a file, syntax by syntax."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from groundstate_grammars.python.contracts.annotated import annotated_clauses
from groundstate_grammars.python.contracts.asserts import assert_clauses
from groundstate_grammars.python.contracts.clauses import Clause, FunctionContracts, Unread
from groundstate_grammars.python.contracts.deal import deal_clauses, deal_invariants
from groundstate_grammars.python.contracts.definitions import ContractFile, Definition
from groundstate_grammars.python.contracts.doctests import doctest_clauses
from groundstate_grammars.python.contracts.hypothesis import hypothesis_clauses
from groundstate_grammars.python.contracts.icontract import icontract_clauses, icontract_invariants
from groundstate_grammars.python.contracts.nagini import nagini_clauses
from groundstate_grammars.python.contracts.pep316 import pep316_clauses, pep316_invariants
from groundstate_grammars.tree import FlatTree

_Reader = Callable[[ContractFile, Definition], Iterator[Clause | Unread]]

_IN_DOCSTRINGS = (b"pre:", b"post:", b"post[", b"inv:", b"raises:")
_OF_FUNCTIONS: tuple[tuple[_Reader, tuple[bytes, ...]], ...] = (
    (assert_clauses, (b"assert",)),
    (icontract_clauses, (b"icontract",)),
    (deal_clauses, (b"deal",)),
    (pep316_clauses, _IN_DOCSTRINGS),
    (annotated_clauses, (b"annotated_types",)),
    (doctest_clauses, (b">>>",)),
    (nagini_clauses, (b"nagini",)),
    (hypothesis_clauses, (b"hypothesis",)),
)
"""What reads the contracts of a function in each syntax, and what one of stands in every file that uses it."""
_OF_CLASSES: tuple[_Reader, ...] = (icontract_invariants, deal_invariants, pep316_invariants)


def contracts_of(flat: FlatTree) -> list[FunctionContracts]:
    """The functions of a file that have a contract, in text order; nothing is imported or run."""
    file = ContractFile(flat)
    invariants = {
        defined.node: [item for read in _OF_CLASSES for item in read(file, defined)]
        for defined in file.classes
    }
    readers = [read for read, signs in _OF_FUNCTIONS if any(sign in flat.data for sign in signs)]
    found = []
    for function in file.functions:
        items = [item for read in readers for item in read(file, function)]
        if _keeps_invariants(file, function):
            items.extend(invariants.get(function.class_node, ()))
        if not items:
            continue
        items.sort(key=lambda item: (item.start, item.end))
        found.append(
            FunctionContracts(
                function.node,
                function.qualname,
                function.class_node,
                tuple(item for item in items if isinstance(item, Clause)),
                tuple(item for item in items if isinstance(item, Unread)),
            )
        )
    return found


def _keeps_invariants(file: ContractFile, function: Definition) -> bool:
    """Public and special methods of an instance do; private ones may break them for a while."""
    if function.class_node < 0:
        return False
    decorators = {file.flat.text(node) for node in function.decorators}
    if decorators & {b"staticmethod", b"classmethod"} or function.name == "__new__":
        return False
    return not function.name.startswith("_") or (
        function.name.startswith("__") and function.name.endswith("__")
    )
