"""Outlines of files: what the symbol index can see of one, so small that two versions are quickly compared."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from groundstate.documents import MOST_BYTES, Document
from groundstate_grammars.index import Words
from groundstate_grammars.python.definitions import Class, Function, Member, read_module


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file is to other files.

    Attributes:
        kind: what holds of the module as a whole.
        members: a digest of what each name of the module is, without its place.
        stores: names of attributes that it assigns.
        words: those that the index is asked about.
    """

    kind: str
    members: Mapping[str, str] = field(default_factory=dict)
    stores: frozenset[str] = frozenset()
    words: Words = field(default_factory=Words)

    @property
    def is_read(self) -> bool:
        """Whether others can know anything of the module for certain."""
        return self.kind.startswith((_OPEN, _CLOSED))

    def as_text(self) -> str:
        words = self.words
        parts = [
            self.kind,
            dict(self.members),
            sorted(self.stores),
            sorted(words.defining),
            dict(words.functions),
            sorted(words.bases),
        ]
        return json.dumps(parts, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Outline:
        """The outline that ``as_text`` wrote; raises ``ValueError`` for anything else."""
        try:
            kind, members, stores, defining, functions, bases = json.loads(text)
            words = Words(frozenset(defining), Counter(functions), frozenset(bases))
            if not isinstance(members, dict) or not isinstance(functions, dict):
                raise TypeError("no object")
            return cls(str(kind), members, frozenset(stores), words)
        except (TypeError, AttributeError) as error:
            raise ValueError(f"not an outline: {error}") from None


NOTHING = Outline("no file")
"""The outline where there is no file."""
BROKEN = "syntax errors"
"""The kind of all modules that have such errors."""
_OPEN, _CLOSED = "open", "closed"


def outline_of(document: Document) -> Outline:
    """The outline of a document, whatever its bytes."""
    words = Words.of(document.data)
    if document.not_text_at is not None or len(document.data) > MOST_BYTES:
        return Outline(f"no text: {document.digest}", words=words)
    file, path = document.parsed, document.path
    if file.tree.has_errors:
        return Outline(BROKEN, words=words)
    module = read_module(file.flat, file.scopes, path, path.stem)
    members = {name: _digest(member) for name, member in module.members.items()}
    kind = f"{_OPEN if module.is_open else _CLOSED}{', getattr' * module.has_getattr}"
    return Outline(kind, members, module.stores, words)


def _digest(member: Member) -> str:
    text = repr(_described(member)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=9).hexdigest()


def _described(member: Member) -> object:
    """A definition without its place and its home."""
    if isinstance(member, Function):
        return ("def", member.qualname, member.parameters, member.decorators, member.is_certain)
    if isinstance(member, Class):
        return (
            "class",
            member.name,  # its qualified name has its place
            member.bases,
            sorted(member.members),
            sorted(member.attributes),
            member.is_certain,
            [(name, _described(method)) for name, method in member.methods.items()],
            [(name, _described(inner)) for name, inner in member.classes.items()],
            member.slots,
            member.metaclass,
            member.decorators,
            member.open_because,
            member.is_abstract,
            member.is_dataclass,
            member.fields,
        )
    return member
