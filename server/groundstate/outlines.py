"""Outlines of files: what the symbol index can see of one, so small that two versions are quickly compared.

``interface`` is a digest of the definitions of the module without their places, empty where it has syntax errors. The
rest are the words of the file that the index is asked about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from groundstate.documents import MOST_BYTES, Document
from groundstate_grammars.index import Words
from groundstate_grammars.python.definitions import Class, Function, Module, read_module


@dataclass(frozen=True, slots=True)
class Outline:
    """``defining``: words that may define an attribute. ``functions``: how often each follows ``def``. ``bases``: words in
    heads of classes."""

    interface: str
    defining: frozenset[str]
    functions: Mapping[str, int]
    bases: frozenset[str]

    def as_text(self) -> str:
        parts = [self.interface, sorted(self.defining), dict(self.functions), sorted(self.bases)]
        return json.dumps(parts, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Outline:
        """The outline that ``as_text`` wrote; raises ``ValueError`` for anything else."""
        try:
            interface, defining, functions, bases = json.loads(text)
            counts = {str(name): int(count) for name, count in functions.items()}
            return cls(str(interface), frozenset(defining), counts, frozenset(bases))
        except (TypeError, AttributeError) as error:
            raise ValueError(f"not an outline: {error}") from None


def outline_of(document: Document) -> Outline:
    """The outline of a document, whatever its bytes."""
    words = Words.of(document.data)
    interface = ""
    if document.not_text_at is None and len(document.data) <= MOST_BYTES:
        file = document.parsed
        if not file.tree.tree.root_node.has_error:
            path = document.path
            interface = _interface(read_module(file.flat, file.scopes, path, path.stem))
    return Outline(
        interface,
        frozenset(map(_decoded, words.defining)),
        {_decoded(word): count for word, count in words.functions.items()},
        frozenset(map(_decoded, words.bases)),
    )


def _decoded(word: bytes) -> str:
    return word.decode("utf-8", "surrogateescape")


def _interface(module: Module) -> str:
    parts: list[object] = [
        module.is_open,
        module.has_getattr,
        sorted(module.stores),
        sorted(module.attribute_words),
    ]
    parts += [(name, _described(member)) for name, member in module.members.items()]
    parts += [_described(cls) for cls in module.class_at.values()]
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _described(member: object) -> object:
    """A definition without its place and its home. Classes inside a class are all in ``Module.class_at`` too."""
    if isinstance(member, Function):
        return ("def", member.qualname, member.parameters, member.decorators, member.is_certain)
    if isinstance(member, Class):
        return (
            "class",
            member.qualname,
            member.bases,
            sorted(member.members),
            sorted(member.attributes),
            member.is_certain,
            [(name, _described(method)) for name, method in member.methods.items()],
            [(name, inner.qualname) for name, inner in member.classes.items()],
            member.slots,
            member.metaclass,
            member.decorators,
            member.open_because,
            member.is_abstract,
            member.is_dataclass,
            member.fields,
        )
    return member
