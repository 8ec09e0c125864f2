"""What the hard terms read: one file, its definitions, and the index it is seen through."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from weakref import WeakKeyDictionary

from groundstate_energy.terms.mentions import Mentions
from groundstate_grammars.index import Class, Module, ProjectIndex, words_in_class_heads
from groundstate_grammars.python.definitions import Member, ModuleReader, class_of_first_parameter, is_dynamic
from groundstate_grammars.python.enclosed import Enclosed
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.scopes import Scope, Scopes
from groundstate_grammars.tree import FlatTree


@dataclass
class FileView:
    """A file seen by the hard terms; everything but the tree is made when first asked for."""

    file: ParsedFile
    index: ProjectIndex
    path: Path | None
    asked: set[str] = field(default_factory=set)
    """Names of which it was asked whether they are mentioned."""
    _mentioned_after: WeakKeyDictionary[ParsedFile, Mentions] = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    def after(self, file: ParsedFile, place: Enclosed) -> FileView:
        """The view of another version of the file, which differs by a change that is secluded (``secluded``)."""
        other = FileView(file, self.index, self.path, set(self.asked))
        other.__dict__["is_dynamic"] = self.is_dynamic
        reader = self._reader.in_version(file.flat, file.scopes, place.node, place.before)
        other.__dict__["_reader"] = reader
        if reader.module is self.module:
            other.__dict__["_lineages"] = self._lineages
        if "mentioned" in self.__dict__:
            other.__dict__["mentioned"] = self.mentioned_after(file, place)
        return other

    def mentioned_after(self, file: ParsedFile, place: Enclosed) -> Mentions:
        """What such a version mentions."""
        found = self._mentioned_after.get(file)
        if found is None:
            found = self.mentioned.after(self.flat.data, file.data, place.change)
            self._mentioned_after[file] = found
        return found

    @cached_property
    def flat(self) -> FlatTree:
        return self.file.flat

    @cached_property
    def scopes(self) -> Scopes:
        return self.file.scopes

    @cached_property
    def _reader(self) -> ModuleReader:
        return ModuleReader(self.flat, self.scopes, self.path, self.path.stem if self.path else "")

    @property
    def module(self) -> Module:
        return self._reader.module

    def member(self, scope: Scope, name: str) -> Member:
        """What ``name``, bound in a function's or the module's scope, is bound to."""
        return self._reader.member(scope, name)

    def lineage(self, cls: Class) -> tuple[Class, ...] | None:
        """The method resolution order of ``cls``, once for each class."""
        if cls not in self._lineages:
            self._lineages[cls] = self.index.lineage(cls)
        return self._lineages[cls]

    @cached_property
    def _lineages(self) -> dict[Class, tuple[Class, ...] | None]:
        return {}

    @cached_property
    def mentioned(self) -> Mentions:
        """What this file mentions other than by reading an attribute."""
        return Mentions.of(self.flat.data)

    @cached_property
    def _bases(self) -> frozenset[bytes]:
        return words_in_class_heads(self.flat.data)

    def mentions(self, name: str) -> bool:
        """Whether this file or any of the workspace mentions ``name`` other than by reading an attribute."""
        self.asked.add(name)
        return name in self.mentioned or self.index.is_defined_anywhere(name)

    @cached_property
    def is_dynamic(self) -> bool:
        """Whether names may come that the text does not show."""
        return is_dynamic(self.flat)

    @property
    def is_stub(self) -> bool:
        return self.path is not None and self.path.suffix == ".pyi"

    def text(self, node: int) -> str:
        return self.flat.text(node).decode("utf-8", "replace")

    def is_subclassed(self, name: str) -> bool:
        """Whether a class of this file or the workspace has a base of that name."""
        if name.encode("utf-8", "surrogateescape") in self._bases:
            return True
        return self.index.is_subclassed(name)

    def class_scope_of_self(self, scope: int, name: str) -> int:
        """Scope index of the class whose method has the scope ``scope`` and the first parameter ``name``, or -1."""
        return class_of_first_parameter(self.flat, self.scopes, scope, name)
