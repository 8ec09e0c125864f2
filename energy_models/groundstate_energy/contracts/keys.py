"""Names for what a verdict depends on, and the byte ranges that it speaks of: what was concluded of a function holds for
an equal one at another place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields, replace

from groundstate_energy.contracts import core
from groundstate_energy.contracts.budget import Budget
from groundstate_energy.contracts.core import Range
from groundstate_energy.contracts.lowering import passed
from groundstate_energy.contracts.verdicts import Evidence
from groundstate_grammars.python.contracts.clauses import FunctionContracts

VERSION = 2
"""Of the semantics: verdicts of another version are not reused."""


def key_of(program: core.Program, contract: FunctionContracts, budget: Budget) -> str:
    """A name for what a verdict depends on: comments, white space and names of locals are not in it."""
    digest = hashlib.sha256(f"{VERSION} {budget} {program.main}".encode())
    for name in sorted(program.functions):
        _digest(program.functions[name], digest.update)
    digest.update(repr(sorted(program.exceptions.items())).encode())
    digest.update(repr([(clause.kind.value, clause.exceptions) for clause in contract.clauses]).encode())
    digest.update(repr([item.reason for item in contract.unread]).encode())
    return str(digest.hexdigest())


def _digest(function: core.Function, update: Callable[[bytes], None]) -> None:
    renamed: dict[str, str] = {}
    for parameter in function.parameters:
        renamed[parameter.name] = parameter.name
        renamed[passed(parameter.name)] = passed(parameter.name)

    def visit(node: object) -> None:
        if isinstance(node, core.Const):
            update(repr(node).encode() + b";")
        elif isinstance(node, core.Type):
            update(f"{node};".encode())
        elif isinstance(node, tuple):
            update(b"(")
            for item in node:
                visit(item)
            update(b")")
        elif hasattr(node, "__dataclass_fields__"):
            update(type(node).__name__.encode() + b"(")
            for item in fields(node):  # type: ignore[arg-type]  # a dataclass, by the test above
                value = getattr(node, item.name)
                if item.name in ("at", "text", "detached"):
                    continue
                if (
                    item.name == "name"
                    and isinstance(node, core.Name | core.Walrus)
                    and not value.startswith("@")
                ):
                    value = renamed.setdefault(value, f"local {len(renamed)}")
                visit(value)
            update(b")")
        else:
            update(f"{node!r};".encode())

    visit(function)


def ranges_of(program: core.Program, contract: FunctionContracts) -> tuple[Range, ...]:
    """All byte ranges of a function, what it calls and its clauses, in an order that only its structure decides."""
    found: list[Range] = []
    for name in sorted(program.functions):
        function = program.functions[name]
        found.append(function.at)
        for node in core.walk((function.body, function.olds, function.conditions)):
            at = getattr(node, "at", None)
            if at is not None:
                found.append(at)
    for clause in contract.clauses:
        found.append((clause.start, clause.end))
    found.extend((item.start, item.end) for item in contract.unread)
    return tuple(found)


def placed(kept: Evidence, places: dict[Range, Range], now: Evidence) -> Evidence | None:
    """What was found of an equal function, with the ranges that it has now; None where one has no counterpart."""
    try:
        unmodelled = kept.unmodelled
        if unmodelled is not None:
            unmodelled = (unmodelled[0], places[unmodelled[1]])
        refutation = kept.refutation
        if refutation is not None:
            found = refutation.counterexample
            where = places[found.where] if found.where is not None else None
            path = tuple(places[at] for at in found.path)
            refutation = replace(refutation, counterexample=replace(found, path=path, where=where))
        proof = kept.proof
        if proof is not None:
            obligations = [replace(item, at=places[item.at]) for item in proof.obligations]
            told = proof.unmodelled
            if told is not None:
                told = (told[0], places[told[1]])
            proof = replace(proof, obligations=obligations, unmodelled=told)
    except KeyError:
        return None
    return replace(
        kept,
        node=now.node,
        at=now.at,
        qualname=now.qualname,
        claims=now.claims,
        unread=now.unread,
        unmodelled=unmodelled,
        refutation=refutation,
        proof=proof,
    )
