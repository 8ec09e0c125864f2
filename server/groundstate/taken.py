"""What the analysis of one file takes from the other files of its project.

The report of a file stays true while its own text stays and nothing changes of what its analysis asked the project:
names that are counted, functions, classes, similar names, words that may define an attribute, members of modules. The
questions are written down while they are asked (``recording``), each as a key: what kind of question and about what text.
Which of them a change of another file answers differently is worked out in ``changes``.
"""

from __future__ import annotations

import binascii
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

NAME, FUNCTION, CLASS, CLASS_OF, MEMBERS_LIKE, PARAMETERS_LIKE, DEFINED, SUBCLASSED, TIMES_DEFINED = (
    "nfcolpdbt"
)
"""Kinds of questions about facts and words of all files: the first character of a key."""
JUDGED = "!"
"""No question, but written down with them: that what is certain of other files may have had a say (``Report``)."""
FOUND, BYTES, MODULE, MEMBER, MEMBERS, STORED, STORES = "FBMmWsS"
"""Kinds of questions about modules: whether there is one of a name; anything at all of the text at a place, or of the module
as a whole; what a name is in it, and all its names; whether it assigns an attribute, and all that it assigns."""


@dataclass(frozen=True)
class Taken:
    """What was asked. ``keys``: a number for each question, sorted, ``(questions,)``; two may share one, and then the file
    is looked at once too often. ``packed``: ``like`` as text, for few changes need it."""

    keys: NDArray[np.uint32]
    packed: str

    @classmethod
    def of(cls, questions: Iterable[str], like: Mapping[str, float]) -> Taken:
        """``like``: texts for which similar names were asked, with the kind before each, and how similar a name must at
        least be to make another answer."""
        text = json.dumps(dict(sorted(like.items())), separators=(",", ":"))
        return cls(numbers_of(questions), _packed(zlib.compress(text.encode(), 1)))

    @cached_property
    def like(self) -> Mapping[str, float]:
        """What ``of`` was given; raises ``ValueError`` where the text is anything else."""
        try:
            found = json.loads(zlib.decompress(binascii.a2b_base64(self.packed)))
            return {str(key): float(least) for key, least in found.items()}
        except (TypeError, AttributeError, zlib.error) as error:
            raise ValueError(f"not what an analysis took: {error}") from None

    def as_text(self) -> str:
        """The same without white space."""
        return f"{_packed(self.keys.tobytes())},{self.packed}"

    @classmethod
    def from_text(cls, text: str) -> Taken:
        """What ``as_text`` wrote; raises ``ValueError`` for anything else."""
        keys, comma, like = text.partition(",")
        if not comma:
            raise ValueError("not what an analysis took")
        return cls(np.frombuffer(binascii.a2b_base64(keys), np.uint32), like)


def _packed(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def numbers_of(keys: Iterable[str]) -> NDArray[np.uint32]:
    """The number of each key, sorted, each once."""
    found = {zlib.crc32(key.encode("utf-8", "surrogatepass")) for key in keys}
    return np.array(sorted(found), np.uint32)


def about(module: str, name: str) -> str:
    """What is asked about a name of the module at a place."""
    return f"{module}\0{name}"
