"""What the analysis of one file takes from the other files of its project.

The report of a file stays true while its own text stays and nothing changes of what its analysis asked the project:
names that are counted, functions, classes, similar names, words that may define an attribute. The questions are written
down while they are asked, each as a key: what kind of question and about what text. Which of them a change of another file
answers differently is worked out in ``changes``. Modules that the symbol index reads are not written down; ``changes``
follows them by name.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from groundstate.analysis import Workspace
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.project import ProjectFacts, Signature

NAME, FUNCTION, CLASS, CLASS_OF, MEMBERS_LIKE, PARAMETERS_LIKE, DEFINED, SUBCLASSED, TIMES_DEFINED = (
    "nfcolpdbt"
)
"""Kinds of questions: the first character of a key."""

Value = TypeVar("Value")
Members = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was asked. ``keys``: a number for each question, sorted, ``(questions,)``; two may share one, and then the file
    is looked at once too often. ``like``: texts for which similar names were asked, with the kind before each."""

    keys: NDArray[np.uint32]
    like: tuple[str, ...]

    @classmethod
    def of(cls, questions: Iterable[str]) -> Taken:
        found = set(questions)
        like = sorted(key for key in found if key[0] in (MEMBERS_LIKE, PARAMETERS_LIKE))
        return cls(numbers_of(found), tuple(like))

    def as_text(self) -> str:
        """The same without white space."""
        keys = base64.b85encode(zlib.compress(np.diff(self.keys, prepend=np.uint32(0)).tobytes(), 1)).decode()
        like = base64.b85encode(zlib.compress(json.dumps(self.like).encode(), 1)).decode()
        return f"{keys},{like}"

    @classmethod
    def from_text(cls, text: str) -> Taken:
        """What ``as_text`` wrote; raises ``ValueError`` for anything else."""
        try:
            keys, like = (zlib.decompress(base64.b85decode(part)) for part in text.split(","))
            return cls(
                np.cumsum(np.frombuffer(keys, np.uint32), dtype=np.uint32), tuple(map(str, json.loads(like)))
            )
        except (ValueError, TypeError, zlib.error) as error:
            raise ValueError(f"not what an analysis took: {error}") from None


def numbers_of(keys: Iterable[str]) -> NDArray[np.uint32]:
    """The number of each key, sorted, each once."""
    found = {zlib.crc32(key.encode("utf-8", "surrogatepass")) for key in keys}
    return np.array(sorted(found), np.uint32)


class Recorder:
    """A workspace that writes down what it is asked. Its answers are those of ``workspace``."""

    def __init__(self, workspace: Workspace) -> None:
        self._asked: set[str] = set()
        facts = None if workspace.facts is None else _Facts(workspace.facts, self._asked)
        index = None if workspace.index is None else _Index(workspace.index, self._asked)
        self.workspace = Workspace(workspace.root, facts, index)

    def taken(self) -> Taken:
        """What was asked since this was called last."""
        found = Taken.of(self._asked)
        self._asked.clear()
        return found


class _Asked(Mapping[str, Value]):
    """A mapping that writes down the keys it is asked for. It cannot be walked over: that would ask everything."""

    def __init__(self, kind: str, known: Mapping[str, Value], asked: set[str]) -> None:
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

    def __init__(self, facts: ProjectFacts, asked: set[str]) -> None:
        super().__init__(
            cast(Counter[str], _Asked(NAME, facts.names, asked)),
            cast(dict[str, Signature | None], _Asked(FUNCTION, facts.functions, asked)),
            cast(dict[str, Members], _Asked(CLASS, facts.classes, asked)),
        )
        self._facts = facts
        self._asked = asked

    def members_like(self, text: str, limit: int, least: float) -> tuple[str, ...]:
        self._asked.add(MEMBERS_LIKE + text)
        return self._facts.members_like(text, limit, least)

    def parameters_like(self, text: str, limit: int, least: float) -> tuple[str, ...]:
        self._asked.add(PARAMETERS_LIKE + text)
        return self._facts.parameters_like(text, limit, least)

    def class_of(self, name: str) -> str:
        self._asked.add(CLASS_OF + class_key(name))
        return self._facts.class_of(name)


class _Index(ProjectIndex):
    """A symbol index that writes down what it is asked about the words of all files."""

    def __init__(self, index: ProjectIndex, asked: set[str]) -> None:
        self.__dict__.update(index.__dict__)
        self._asked = asked

    def is_defined_anywhere(self, name: str) -> bool:
        self._asked.add(DEFINED + name)
        return super().is_defined_anywhere(name)

    def is_subclassed(self, name: str) -> bool:
        self._asked.add(SUBCLASSED + name)
        return super().is_subclassed(name)

    def times_defined(self, name: str) -> int:
        self._asked.add(TIMES_DEFINED + name)
        return super().times_defined(name)


def class_key(name: str) -> str:
    """What ``ProjectFacts.class_of`` compares of the name of a variable."""
    return name.replace("_", "").lower()
