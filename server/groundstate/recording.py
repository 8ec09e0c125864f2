"""Recording: a workspace that writes down what an analysis asks it.

Of modules it is the data that is wrapped, not the methods that read it, so that whoever looks into a module asks. What the
symbol index remembers is remembered with the questions that it rests on.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import TypeVar, cast

from groundstate.analysis import Workspace
from groundstate.taken import (
    BYTES,
    CLASS,
    CLASS_OF,
    DEFINED,
    FOUND,
    FUNCTION,
    JUDGED,
    MEMBER,
    MEMBERS,
    MEMBERS_LIKE,
    MODULE,
    NAME,
    PARAMETERS_LIKE,
    STORED,
    STORES,
    SUBCLASSED,
    TIMES_DEFINED,
    Taken,
    about,
)
from groundstate_grammars.index import Class, Definition, Import, Module, ProjectIndex
from groundstate_grammars.project import ProjectFacts, Signature, key_of_variable
from groundstate_grammars.python.definitions import Member
from groundstate_grammars.similar import similarity

Value = TypeVar("Value")
Members = tuple[tuple[str, ...], tuple[str, ...]]


class Recorder:
    """A workspace that writes down what it is asked. Its answers are those of ``workspace``."""

    def __init__(self, workspace: Workspace) -> None:
        self._asked = Questions()
        facts = None if workspace.facts is None else _Facts(workspace.facts, self._asked)
        index = None if workspace.index is None else _Index(workspace.index, self._asked)
        self.workspace = Workspace(workspace.root, facts, index)

    def taken(self, *, judged: bool) -> Taken:
        """What was asked since this was called last. ``judged``: whether what is certain of other files had a say."""
        if judged:
            self._asked.add(JUDGED)
        return self._asked.taken()


class Questions:
    """Questions that were asked, as keys."""

    def __init__(self) -> None:
        self._like: dict[str, float] = {}
        self._open: list[set[str]] = [set()]
        self._rests: dict[Hashable, frozenset[str]] = {}
        self._pending: dict[Hashable, None] = {}
        self._circular: set[Hashable] = set()

    def add(self, key: str) -> None:
        self._open[-1].add(key)

    def add_like(self, kind: str, text: str, answer: tuple[str, ...], limit: int, least: float) -> None:
        """Similar names were asked for: at most ``limit`` whose similarity is at least ``least``."""
        if len(answer) == limit:
            least = similarity(text, answer[-1])
        key = kind + text
        self._like[key] = min(least, self._like.get(key, 1.0))

    def remembered(self, key: Hashable, answer: Callable[[], Value]) -> Value:
        """``answer()``, which may be remembered by ``key`` and ask nothing: what it asked the first time is asked again.

        What leads back to itself rests on all that is asked until the first of these questions has its answer.
        """
        rests = self._rests.get(key)
        if rests is not None:
            self._open[-1] |= rests
            return answer()
        if key in self._pending:
            self._circular.update(self._pending)
            return answer()
        self._pending[key] = None
        self._open.append(set())
        try:
            found = answer()
        except BaseException:
            self._open, self._pending, self._circular = [set()], {}, set()
            raise
        own = self._open.pop()
        self._open[-1] |= own
        if key not in self._circular:
            self._settle((key,), own)
        elif len(self._open) == 1:
            self._settle(self._circular, own)
            self._circular.clear()
        return found

    def _settle(self, keys: Iterable[Hashable], rests: set[str]) -> None:
        for key in keys:
            self._rests[key] = frozenset(rests)
            del self._pending[key]

    def taken(self) -> Taken:
        """What was asked since this was called last."""
        (asked,) = self._open
        found = Taken.of(asked, self._like)
        asked.clear()
        self._like.clear()
        return found


class _Asked(Mapping[str, Value]):
    """A mapping that writes down the keys it is asked for. It cannot be walked over: that would ask everything."""

    def __init__(self, kind: str, known: Mapping[str, Value], asked: Questions) -> None:
        self._kind = kind
        self._known = known
        self._asked = asked

    def __getitem__(self, key: str) -> Value:
        self._asked.add(self._kind + key)
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        raise TypeError("what an analysis takes from its project is asked by name")

    def __len__(self) -> int:
        raise TypeError("what an analysis takes from its project is asked by name")


class _Facts(ProjectFacts):
    """The facts of a project that write down what they are asked."""

    __slots__ = ("_asked", "_facts")

    def __init__(self, facts: ProjectFacts, asked: Questions) -> None:
        super().__init__(
            cast(Counter[str], _Asked(NAME, facts.names, asked)),
            cast(dict[str, Signature | None], _Asked(FUNCTION, facts.functions, asked)),
            cast(dict[str, Members], _Asked(CLASS, facts.classes, asked)),
        )
        self._facts = facts
        self._asked = asked

    def members_like(self, text: str, limit: int, least: float) -> tuple[str, ...]:
        found = self._facts.members_like(text, limit, least)
        self._asked.add_like(MEMBERS_LIKE, text, found, limit, least)
        return found

    def look_for_members(self, texts: Iterable[str], limit: int, least: float) -> None:
        self._facts.look_for_members(texts, limit, least)

    def parameters_like(self, text: str, limit: int, least: float) -> tuple[str, ...]:
        found = self._facts.parameters_like(text, limit, least)
        self._asked.add_like(PARAMETERS_LIKE, text, found, limit, least)
        return found

    def look_for_parameters(self, texts: Iterable[str], limit: int, least: float) -> None:
        self._facts.look_for_parameters(texts, limit, least)

    def class_of(self, name: str) -> str:
        self._asked.add(CLASS_OF + key_of_variable(name))
        return self._facts.class_of(name)


class _Members(Mapping[str, Member]):
    """What the names of a module are."""

    def __init__(self, module: str, known: Mapping[str, Member], asked: Questions) -> None:
        self._module = module
        self._known = known
        self._asked = asked

    def __getitem__(self, key: str) -> Member:
        self._asked.add(MEMBER + about(self._module, key))
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        self._asked.add(MEMBERS + self._module)
        return iter(self._known)

    def __len__(self) -> int:
        self._asked.add(MEMBERS + self._module)
        return len(self._known)


class _Stores(Set[str]):
    """The names of attributes that a module assigns."""

    def __init__(self, module: str, known: frozenset[str], asked: Questions) -> None:
        self._module = module
        self._known = known
        self._asked = asked

    @classmethod
    def _from_iterable(cls, items: Iterable[str]) -> frozenset[str]:  # type: ignore[override]  # no set of a module
        return frozenset(items)

    def __contains__(self, word: object) -> bool:
        self._asked.add(STORED + about(self._module, str(word)))
        return word in self._known

    def __iter__(self) -> Iterator[str]:
        self._asked.add(STORES + self._module)
        return iter(self._known)

    def __len__(self) -> int:
        self._asked.add(STORES + self._module)
        return len(self._known)


class _Index(ProjectIndex):
    """A symbol index that writes down what it is asked. What it remembers is its own."""

    def __init__(self, index: ProjectIndex, asked: Questions) -> None:
        self.__dict__.update(index.__dict__)
        self._asked = asked
        self._places: dict[Path, str] = {}
        self._modules, self._located, self._imports, self._lineages = {}, {}, {}, {}

    def is_defined_anywhere(self, name: str) -> bool:
        self._asked.add(DEFINED + name)
        return super().is_defined_anywhere(name)

    def is_subclassed(self, name: str) -> bool:
        self._asked.add(SUBCLASSED + name)
        return super().is_subclassed(name)

    def times_defined(self, name: str) -> int:
        self._asked.add(TIMES_DEFINED + name)
        return super().times_defined(name)

    def lineage(self, cls: Class) -> tuple[Class, ...] | None:
        found = super().lineage
        if not self._remembers(cls):
            return found(cls)
        return self._asked.remembered(cls, lambda: found(cls))

    def _import(self, module: Module, item: Import, hops: int) -> Definition | None:
        found = super()._import
        if module.path is None:
            return found(module, item, hops)
        return self._asked.remembered((module.path, item), lambda: found(module, item, hops))

    def _locate(self, parts: tuple[str, ...], near: Path | None) -> Path | None:
        found = super()._locate
        return self._asked.remembered((self._start(near), parts), lambda: found(parts, near))

    def _find(self, folder: Path, parts: tuple[str, ...]) -> Path | None:
        for part in parts:
            self._asked.add(FOUND + part)
        return super()._find(folder, parts)

    def _load(self, path: Path) -> Module | None:
        place = self._places.get(path)
        if place is None:
            place = self._places[path] = os.path.realpath(path)
        # What is installed is read in another way than an outline is.
        self._asked.add((BYTES if self._is_foreign(path) else MODULE) + place)
        is_new = path not in self._modules
        module = super()._load(path)
        if module is not None and is_new and not self._is_foreign(path):
            module.members = cast(dict[str, Member], _Members(place, module.members, self._asked))
            module.stores = cast(frozenset[str], _Stores(place, module.stores, self._asked))
        return module
