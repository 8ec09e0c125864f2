"""Hard terms: syntax, names, calls, attributes, contracts. Exact or silent: where Python leaves doubt, nothing is said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate_energy.terms.judged import JudgedFile
from groundstate_energy.terms.violation import Reason, Violation
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.contracts.reading import may_have_contracts
from groundstate_grammars.python.parsed import ParsedFile

if TYPE_CHECKING:
    from groundstate_energy.terms.contracts import ContractTerm

__all__ = ["JudgedFile", "Reason", "Violation", "contract_term", "hard_violations", "new_violations"]


def hard_violations(
    file: ParsedFile, index: ProjectIndex | None, path: Path | None = None
) -> list[Violation]:
    """All violations of ``file`` in text order. Deterministic.

    Args:
        file: the parsed text.
        index: what is known about the project; without it only the file itself is known.
        path: where the file lies; without it relative imports stay unresolved.

    A file with a syntax error has that as its only violation.
    """
    return list(JudgedFile.of(file, index if index is not None else ProjectIndex(None), path).violations)


def contract_term(file: ParsedFile) -> ContractTerm | None:
    """The contract term of ``file``; None, at the cost of a look at its bytes, where it has no contract.

    Unlike the others it says nothing of ``file`` itself, only of edits of it: what is refuted as written is found by
    ``groundstate_energy.contracts``, which proves too.
    """
    if not may_have_contracts(file.data):
        return None
    from groundstate_energy.terms.contracts import ContractTerm

    return ContractTerm(file)


def new_violations(
    before: ParsedFile, after: ParsedFile, index: ProjectIndex | None, path: Path | None = None
) -> int:
    """How many violations an edit adds anywhere in the file; 0 does not veto it. Moved violations are not new."""
    old = Counter((violation.rule, violation.message) for violation in hard_violations(before, index, path))
    new = Counter((violation.rule, violation.message) for violation in hard_violations(after, index, path))
    return (new - old).total()
