"""Answers of a tool on the suite, kept in a file as they come, so that a long comparison is measured in pieces."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What one tool with one setting said of one case.

    Attributes:
        setting: of the tool, in words.
        verdict: ours or CrossHair's, ``spurious`` where a counterexample breaks nothing in CPython.
        seconds: of the wall. cpu_seconds: child processes included.
        detail: the call that was found, or what was printed.
    """

    case: str
    part: str
    tool: str
    setting: str
    verdict: str
    seconds: float
    cpu_seconds: float
    detail: str = ""


class Record:
    """A JSON file: ``sittings``, each with its date, machine and versions, and ``answers``, in the order they came."""

    def __init__(self, path: Path | None, versions: dict[str, str]) -> None:
        self._path = path
        self._sittings: list[dict[str, Any]] = []
        self.answers: list[Answer] = []
        if path is not None and path.exists():
            kept = json.loads(path.read_text("utf-8"))
            self._sittings = kept["sittings"]
            self.answers = [Answer(**item) for item in kept["answers"]]
        self._now = {
            "date": datetime.now(UTC).isoformat(timespec="minutes"),
            "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} logical cores",
            "load": os.getloadavg(),
            "versions": {"python": platform.python_version(), "z3-solver": version("z3-solver"), **versions},
            "answers": 0,
        }

    def has(self, part: str, case: str, tool: str, setting: str) -> bool:
        asked = (part, case, tool, setting)
        return any((item.part, item.case, item.tool, item.setting) == asked for item in self.answers)

    def add(self, answer: Answer) -> None:
        if not self._now["answers"]:
            self._sittings.append(self._now)
        self._now["answers"] += 1
        self.answers.append(answer)
        if self._path is not None:
            sittings = [json.dumps(item) for item in self._sittings]
            answers = [json.dumps(asdict(item)) for item in self.answers]
            text = '{"sittings": [\n%s\n],\n"answers": [\n%s\n]}\n'
            self._path.write_text(text % (",\n".join(sittings), ",\n".join(answers)), "utf-8")
