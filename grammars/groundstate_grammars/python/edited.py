"""One unit of a file after an edit, without reading the rest of the file again.

Mutants in training need the sites, candidates and counts of an edited unit, thousands of times, and so does every letter
that is typed into a function of a long file. Only the unit's own text is parsed (inside a one-line class where it is a
method); what the rest of the file contributes is taken from the file, less what the unit contributed before the edit, plus
what it contributes now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.candidates import Candidates, CandidateSet
from groundstate_grammars.python.facts import ROLE_MASKS, FileFacts, file_facts, is_key
from groundstate_grammars.python.lexical import Role
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.scopes import Scopes
from groundstate_grammars.python.units import Unit, UnitKind
from groundstate_grammars.tree import SyntaxTree


class EditedUnit(ParsedFile):
    """A function unit of ``base`` after ``replacements`` (offsets in the base file, inside the unit or the blank lines
    after it).

    ``unit`` is the edited unit or None when it does not parse; ``shift`` is added to an offset here to give the offset
    in the edited file. Raises ``ValueError`` for units that are not functions.
    """

    def __init__(self, base: ParsedFile, unit: Unit, replacements: Sequence[Replacement]) -> None:
        if unit.kind is not UnitKind.FUNCTION:
            raise ValueError(
                f"only functions can be read on their own, {unit.qualname} is a {unit.kind.value}"
            )
        prefix, start = _prefix(base, unit)
        text = prefix + base.data[start : max([unit.end, *(r.end for r in replacements)])]
        moved = tuple(
            Replacement(r.start - start + len(prefix), r.end - start + len(prefix), r.new)
            for r in replacements
        )
        self.original = text
        super().__init__(SyntaxTree(base.tree.language, apply_replacements(text, moved)), base.project)
        self.base = base
        self.base_unit = unit
        self.shift = start - len(prefix)
        self.lexicon = base.lexicon.copy()

    @cached_property
    def scopes(self) -> Scopes:
        scopes = Scopes(self.flat)
        scopes.scopes[0].bindings = self.base.outer_bindings(self.base_unit)
        scopes.scopes[0].is_open = self.base.scopes.scopes[0].is_open
        return scopes

    @cached_property
    def candidates(self) -> Candidates:
        return Candidates(self, self.base.candidates)

    @cached_property
    def unit(self) -> Unit | None:
        if self.flat.errors:
            return None
        name = self.base_unit.qualname.rpartition(".")[2]
        for unit in self.units:
            if unit.kind is UnitKind.FUNCTION and unit.qualname.rpartition(".")[2] == name:
                return replace(unit, qualname=self.base_unit.qualname)
        return None

    def way_back(self, candidates: CandidateSet, near: int) -> int | None:
        """The candidate of the edited unit that undoes the edit, if it is offered; ``near``: where the edit was, here."""
        return repair_of(self.data, self.original, candidates, near)

    @cached_property
    def facts(self) -> FileFacts:
        tokens = self.tokens
        now = file_facts(self.flat, self.scopes, tokens, self.lexicon)
        base, facts = self.base, self.base.facts
        before = self.base_unit.tokens
        unit = self.unit
        own = np.array(unit.tokens if unit is not None else (), np.intp)
        size = len(self.lexicon)
        counts = np.zeros(size, np.int32)
        counts[: len(facts.counts)] = facts.counts
        by_role = np.zeros((4, size), np.int32)
        by_role[:, : facts.counts_by_role.shape[1]] = facts.counts_by_role
        _count(
            counts,
            by_role,
            base.tokens.lex[np.array(before, np.intp)],
            [base.tokens.role[i] for i in before],
            -1,
        )
        _count(counts, by_role, tokens.lex[own], [tokens.role[i] for i in own.tolist()], 1)
        receivers = dict(facts.receivers)
        changed: dict[str, dict[int, int]] = {}
        keys = dict(facts.keys)
        name = base.class_name(self.base_unit)
        assigned = dict(facts.assigned.get(name, {}))
        for old, sign in ((True, -1), (False, 1)):
            source = base if old else self
            receiver_of = facts.receiver_of if old else now.receiver_of
            for token in before if old else own.tolist():
                lex = int(source.tokens.lex[token])
                receiver = receiver_of.get(token)
                if receiver is not None:
                    group = changed.get(receiver)
                    if group is None:
                        group = changed[receiver] = dict(receivers.get(receiver, {}))
                        receivers[receiver] = group
                    if source.tokens.role[token] == Role.ATTRIBUTE_BOUND and receiver.startswith("self@"):
                        member = self.lexicon.texts[lex]
                        assigned[member] = assigned.get(member, 0) + sign
                    group[lex] = group.get(lex, 0) + sign
                    if not group[lex]:
                        del group[lex]
                elif source.tokens.role[token] == Role.STRING and is_key(
                    source.flat, source.tokens.node[token]
                ):
                    keys[lex] = keys.get(lex, 0) + sign
                    if not keys[lex]:
                        del keys[lex]
        classes = dict(facts.classes)
        if name in classes:
            bases, members = classes[name]
            kept = [m for m in members if assigned.get(m, 1) > 0]
            classes[name] = (bases, tuple(dict.fromkeys((*kept, *(m for m, n in assigned.items() if n > 0)))))
        return FileFacts(
            counts=counts,
            counts_by_role=by_role,
            receivers=receivers,
            receiver_of=now.receiver_of,
            functions=facts.functions,
            classes=classes,
            assigned=facts.assigned,
            class_name_of=now.class_name_of,
            self_name_of=now.self_name_of,
            keywords=facts.keywords,
            keys=keys,
            defined_methods=facts.defined_methods,
            called_members=facts.defined_methods | frozenset(np.flatnonzero(by_role[3]).tolist()),
            uncalled_members=frozenset(np.flatnonzero(by_role[2]).tolist()),
            imported=facts.imported | now.imported,
            globals=facts.globals,
        )


def _count(
    counts: NDArray[np.int32], by_role: NDArray[np.int32], lex: NDArray[np.int32], roles: list[int], sign: int
) -> None:
    np.add.at(counts, lex, sign)
    role = np.array(roles, np.int8)
    for row, mask in enumerate(ROLE_MASKS):
        np.add.at(by_role[row], lex[mask[role]], sign)


def _prefix(base: ParsedFile, unit: Unit) -> tuple[bytes, int]:
    """What stands before the unit's text so that it reads as it does in its file, and where that text starts."""
    flat = base.flat
    start = unit.start
    around = flat.parent[unit.node]
    if around >= 0 and flat.kind[around] == py.DECORATED_DEFINITION:
        start = flat.start[around]
    if unit.class_node < 0:
        return b"", start
    name = flat.child_by_field(unit.class_node, py.FIELD_NAME)
    line = flat.data.rfind(b"\n", 0, start) + 1
    indentation = flat.data[line:start]
    if indentation.strip():
        indentation = b" "
    return b"class " + flat.text(name) + b":\n" + (indentation or b" "), start


_SPACE = b"() \t\n\\"


def repair_of(text: bytes, wanted: bytes, candidates: CandidateSet, near: int) -> int | None:
    """Index of the candidate that turns ``text`` into ``wanted`` (parentheses and blanks aside), tried near a byte."""
    goal = wanted.translate(None, _SPACE)
    site = candidates.candidate_site
    close = np.flatnonzero(
        (candidates.site_start[site] <= near + 400) & (candidates.site_end[site] >= near - 400)
    )
    growth = len(wanted) - len(text)
    for candidate in close.tolist():
        if candidate not in candidates.structural:
            new = candidates.texts[int(candidates.candidate_lex[candidate])].encode("utf-8", "surrogatepass")
            if not wanted.startswith(new, int(candidates.site_start[site[candidate]])):
                continue
        replacements = candidates.edit(candidate).replacements
        change = sum(len(r.new) - (r.end - r.start) for r in replacements)
        if abs(change - growth) > 3:
            continue
        if replacements[0].start > near + 2 and replacements[-1].end > near + 400:
            continue
        if apply_replacements(text, replacements).translate(None, _SPACE) == goal:
            return candidate
    return None
