"""A parsed Python file: every product of the grammar, made when first asked for and kept."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from functools import cached_property

from groundstate_grammars.edits import Replacement, apply_replacements, difference
from groundstate_grammars.lexicon import Lexicon
from groundstate_grammars.project import FileSummary, ProjectFacts, Signature
from groundstate_grammars.python.candidates import Candidates
from groundstate_grammars.python.enclosed import Enclosed, enclosed_change
from groundstate_grammars.python.facts import FileFacts, KeptReading, facts_after, file_facts
from groundstate_grammars.python.lexical import Tokens, lexical_tokens, tokens_after
from groundstate_grammars.python.mended import mended
from groundstate_grammars.python.scopes import Binding, Scopes
from groundstate_grammars.python.syntax import LANGUAGE, STATEMENT_LISTS
from groundstate_grammars.python.units import Unit, split_units, units_after
from groundstate_grammars.tree import FlatTree, SyntaxTree

_MAX_PROJECT_MEMBERS = 16


class ParsedFile:
    """One version of a file. Immutable towards its users; parsing never fails and nothing is executed.

    Args:
        tree: the syntax tree.
        project: soft facts of the project the file is in; without them only the file itself is known.
        before: an earlier version, of which as much is taken over as holds; it is let go then.
    """

    def __init__(
        self, tree: SyntaxTree, project: ProjectFacts | None = None, before: ParsedFile | None = None
    ) -> None:
        self.tree = tree
        self.project = project
        self._before = before if before is not None and "scopes" in before.__dict__ else None
        # The version whose tokens are known.
        self._known: ParsedFile | None = before
        if before is not None and "tokens" not in before.__dict__:
            self._known = before._known
        # Where this one has syntax errors, that without them which was edited.
        self._whole: ParsedFile | None = None
        self._kept: KeptReading | None = None
        self._since: tuple[weakref.ref[ParsedFile], Enclosed | None] | None = None
        self.lexicon = Lexicon()
        self._outer: dict[int, dict[str, list[Binding]]] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._member_sets: dict[str, frozenset[str]] = {}
        self._by_use: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._named: dict[str, tuple[str, ...]] = {}

    @property
    def data(self) -> bytes:
        return self.tree.data

    def edited(self, replacements: Sequence[Replacement]) -> ParsedFile:
        """The file after ``replacements``, parsed incrementally.

        Of one with syntax errors that is as if the last version without them had been edited, of which more holds.
        """
        if self._whole is not None and self.tree.has_errors:
            change = difference(self._whole.data, apply_replacements(self.data, replacements))
            return self._whole if change is None else self._whole.edited([change])
        known = self.__dict__
        tree = self.tree.edited(replacements, known.get("flat"), STATEMENT_LISTS)
        made = ParsedFile(tree, self.project, self)
        if tree.has_errors and not self.tree.has_errors:
            made._whole = self
        return made

    def enclosed_since(self, before: ParsedFile) -> Enclosed | None:
        """How this version differs from ``before`` where that is inside one function; else None, and where one has errors:
        a line end that is missing is none of the tree's visible nodes."""
        if self._since is None or self._since[0]() is not before:
            broken = before.tree.has_errors or self.tree.has_errors
            place = None if broken else enclosed_change(before.flat, self.flat)
            self._since = weakref.ref(before), place
        return self._since[1]

    def within(self, project: ProjectFacts | None) -> ParsedFile:
        """The same text seen inside a project; what does not depend on the project is shared."""
        other = ParsedFile(self.tree, project)
        for name in ("flat", "scopes", "tokens", "units", "facts"):
            other.__dict__[name] = getattr(self, name)
        other.lexicon = self.lexicon.copy()
        return other

    @cached_property
    def flat(self) -> FlatTree:
        return self.tree.flat()

    @cached_property
    def scopes(self) -> Scopes:
        before, self._before = self._before, None
        place = None if before is None else self.enclosed_since(before)
        if before is None or place is None:
            return Scopes(self.flat)
        return before.scopes.after(self.flat, place.node, place.before)

    @cached_property
    def tokens(self) -> Tokens:
        known, self._known = self._known, None
        place = None if known is None else self.enclosed_since(known)
        if known is not None and place is not None:
            made = tokens_after(known.tokens, known.lexicon, known.flat, place, self.scopes)
            if made is not None:
                tokens, lexicon = made
                self.lexicon.become(lexicon)
                self._take(known, place, tokens)
                return tokens
        return lexical_tokens(self.flat, self.scopes, self.lexicon)

    def _take(self, known: ParsedFile, place: Enclosed, tokens: Tokens) -> None:
        """Take over what an earlier version made of its tokens; that version is let go after this."""
        made, more = known.__dict__, len(tokens) - len(known.tokens)
        if "units" not in made:
            return
        self.__dict__["units"] = units_after(known.units, known.flat, place, self.flat, tokens, more)
        if "facts" in made:
            unit = next(unit for unit in known.units if unit.node == place.node)
            self._kept = KeptReading.of(known.facts, place, unit, (known.scopes, self.scopes), more)

    @cached_property
    def units(self) -> list[Unit]:
        tokens = self.tokens
        made: list[Unit] | None = self.__dict__.get("units")
        return split_units(self.flat, self.scopes, tokens) if made is None else made

    @cached_property
    def facts(self) -> FileFacts:
        tokens = self.tokens
        kept, self._kept = self._kept, None
        if kept is not None:
            return facts_after(kept, self.flat, self.scopes, tokens, self.lexicon)
        return file_facts(self.flat, self.scopes, tokens, self.lexicon)

    @cached_property
    def candidates(self) -> Candidates:
        return Candidates(self)

    def summary(self) -> FileSummary:
        """What the file contributes to its project's facts; with syntax errors, what it does once it is ``mended``."""
        meant = mended(self.data) if self.tree.has_errors else self.data
        file = self if meant == self.data else parse(meant)
        return file.facts.summary(file.lexicon)

    def signature(self, callee: str) -> Signature | None:
        """The signature of a function by name, from the file or its project; None when unknown or ambiguous."""
        if not callee:
            return None
        found = self.facts.functions.get(callee)
        if found is None and self.project is not None:
            found = self.project.functions.get(callee)
        return found

    def outer_bindings(self, unit: Unit) -> dict[str, list[Binding]]:
        """The module's bindings as ``unit`` sees them when it is read on its own.

        Nodes of another tree mean nothing there: what is bound before the unit stands at its first node, the rest at
        its last.
        """
        found = self._outer.get(unit.node)
        if found is None:
            found = self._outer[unit.node] = {
                name: [Binding(name, group[0].kind, 0 if group[0].node < unit.node else -1)]
                for name, group in self.scopes.scopes[0].bindings.items()
            }
        return found

    def class_name(self, unit: Unit) -> str:
        """Name of the class whose method ``unit`` is, or an empty text."""
        return unit.qualname.rpartition(".")[0].rpartition(".")[2] if unit.class_node >= 0 else ""

    def class_members(self, name: str) -> tuple[str, ...]:
        """Members of a class and of its bases by name, as far as the file and the project know them."""
        found = self._members.get(name)
        if found is None:
            members: dict[str, None] = {}
            queue, seen = [name], set()
            while queue:
                at = queue.pop(0)
                if at in seen:
                    continue
                seen.add(at)
                for classes in (self.facts.classes, self.project.classes if self.project is not None else {}):
                    if at in classes:
                        bases, own = classes[at]
                        members.update(dict.fromkeys(own))
                        queue.extend(bases)
            found = self._members[name] = tuple(members)
        return found

    def class_member_set(self, name: str) -> frozenset[str]:
        found = self._member_sets.get(name)
        if found is None:
            found = self._member_sets[name] = frozenset(self.class_members(name))
        return found

    def attributes_and_methods(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Members of a class that the file calls nowhere, and those that it calls."""
        found = self._by_use.get(name)
        if found is None:
            called, find = self.facts.called_members, self.lexicon.find
            members = self.class_members(name)
            uses = [find(member) in called for member in members]
            found = self._by_use[name] = (
                tuple(member for member, use in zip(members, uses, strict=True) if not use),
                tuple(member for member, use in zip(members, uses, strict=True) if use),
            )
        return found

    def members_by_name(self, receiver: str) -> tuple[str, ...]:
        """Members of the class that a receiver is likely to be: of its last part, the class itself or one of its name."""
        name = receiver.rpartition(".")[2]
        found = self._named.get(name)
        if found is None:
            known = self.facts.classes
            if name in known or self.project is None:
                found = self.class_members(name)
            elif name in self.project.classes:
                found = tuple(self.project.members(name))
            else:
                found = tuple(self.project.members(self.project.class_of(name)))
            found = tuple(member for member in found if not member.startswith("__"))[:_MAX_PROJECT_MEMBERS]
            self._named[name] = found
        return found


def parse(data: bytes, project: ProjectFacts | None = None) -> ParsedFile:
    """Parse a file's bytes; any bytes are accepted."""
    return ParsedFile(SyntaxTree(LANGUAGE, data), project)
