"""Samples: measured values by name in one JSON file that is written after each, so that a run that was cut off goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path


class Samples:
    """Values by key, for one subject; a file about another subject is begun anew.

    What failed is tried again by the next run.

    Args:
        subject: what the values depend on besides the code: the tree, its lines, the machine.
    """

    def __init__(self, path: Path, subject: Mapping[str, object]) -> None:
        self._path = path
        self._subject = dict(subject)
        self.values: dict[str, list[float]] = {}
        self.problems: dict[str, str] = {}
        self.facts: dict[str, object] = {}
        if path.exists():
            known = json.loads(path.read_text("utf-8"))
            if known.get("subject") == json.loads(json.dumps(self._subject)):
                self.values = known["values"]
                self.facts = known["facts"]

    def missing(self, key: str, wanted: int) -> bool:
        """Whether ``key`` has fewer than ``wanted`` values and no problem."""
        return key not in self.problems and len(self.values.get(key, ())) < wanted

    def add(self, key: str, *values: float) -> None:
        """Add values and write the file."""
        self.values.setdefault(key, []).extend(values)
        self._write()

    def fail(self, key: str, problem: str) -> None:
        """Note why ``key`` could not be measured."""
        self.problems[key] = problem
        self._write()

    def fact(self, key: str, make: Callable[[], object]) -> None:
        """Store what is measured once, unless it is known."""
        if key not in self.facts and key not in self.problems:
            self.facts[key] = make()
            self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        found = {
            "subject": self._subject,
            "facts": self.facts,
            "problems": self.problems,
            "values": self.values,
        }
        part.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        part.replace(self._path)
