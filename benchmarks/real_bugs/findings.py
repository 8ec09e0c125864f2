"""Run ``groundstate check`` as a user would, and read what it found out of its SARIF."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from groundstate.settings import SENSITIVITIES
from groundstate_grammars.edits import Replacement
from groundstate_grammars.text import BYTE_ORDER_MARK, PositionEncoding, SourceText


class CheckFailed(Exception):
    """``groundstate check`` did not do its work; the message is its exit code and its last line."""


@dataclass(frozen=True, slots=True)
class Fix:
    """``budget``: the quietest sensitivity that shows it. ``replacements``: byte ranges of the checked file."""

    budget: str
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: its lines (from 1, the last one included) and its fixes, best first."""

    rule: str
    line: int
    end_line: int
    budget: str
    energy: float
    fixes: tuple[Fix, ...]

    def shown_at(self, sensitivity: str) -> bool:
        return within(self.budget, sensitivity)

    def fix_at(self, sensitivity: str) -> Fix | None:
        """The first fix that ``sensitivity`` shows."""
        return next((fix for fix in self.fixes if within(fix.budget, sensitivity)), None)


def within(budget: str, sensitivity: str) -> bool:
    return SENSITIVITIES.index(budget) <= SENSITIVITIES.index(sensitivity)


def check(
    tree: Path, named: Iterable[str], model: Path | None, sensitivity: str = "all"
) -> dict[str, list[Found]]:
    """Findings by path in all Python files below ``tree``, and in ``named`` ones whatever folder they are in.

    A copy is checked, as a project of its own: neither settings nor sources around ``tree`` count.

    Raises:
        CheckFailed: the run ended in an error.
    """
    with tempfile.TemporaryDirectory(prefix="groundstate-bugs-") as folder:
        copy = Path(folder).resolve() / "tree"
        shutil.copytree(tree, copy)
        if not (copy / "pyproject.toml").is_file():
            (copy / "pyproject.toml").write_text("")
        command = [sys.executable, "-m", "groundstate", "check", "--no-cache", "--sensitivity", sensitivity]
        command += ["--output-format", "sarif", "--output", str(Path(folder) / "found.sarif")]
        if model is not None:
            command += ["--model", str(model.resolve())]
        run = subprocess.run(
            [*command, "--", ".", *sorted(set(named))], cwd=copy, capture_output=True, check=False
        )
        if run.returncode not in (0, 1) or b"Traceback (most recent call last)" in run.stderr:
            last = (run.stderr.strip().splitlines() or [b""])[-1].decode(errors="replace")
            raise CheckFailed(f"exit {run.returncode}: {last[:300]}")
        return read_sarif(json.loads((Path(folder) / "found.sarif").read_text("utf-8")), copy)


def read_sarif(log: dict[str, Any], tree: Path) -> dict[str, list[Found]]:
    """Findings by path; the files below ``tree`` tell which bytes a fix replaces."""
    texts: dict[str, SourceText] = {}
    found: dict[str, list[Found]] = {}
    for result in log["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        path = unquote(place["artifactLocation"]["uri"])
        if path not in texts:
            texts[path] = SourceText((tree / path).read_bytes())
        properties = result["properties"]
        fixes = [
            Fix(fix["properties"]["budget"], _replacements(fix["artifactChanges"][0], texts[path]))
            for fix in result.get("fixes", ())
        ]
        hard = properties["probability"] is None
        found.setdefault(path, []).append(
            Found(
                rule=result["ruleId"],
                line=place["region"]["startLine"],
                end_line=place["region"]["endLine"],
                budget=properties["budget"],
                energy=float("-inf") if hard else properties["deltaEnergy"],
                fixes=tuple(fixes),
            )
        )
    return found


def _replacements(change: dict[str, Any], text: SourceText) -> tuple[Replacement, ...]:
    return tuple(
        Replacement(
            _offset(text, item["deletedRegion"]["startLine"], item["deletedRegion"]["startColumn"]),
            _offset(text, item["deletedRegion"]["endLine"], item["deletedRegion"]["endColumn"]),
            item["insertedContent"]["text"].encode(),
        )
        for item in change["replacements"]
    )


def _offset(text: SourceText, line: int, column: int) -> int:
    mark = line == 1 and text.data.startswith(BYTE_ORDER_MARK)
    return text.offset(line - 1, column - 1 + mark, PositionEncoding.UTF32)


def best(found: Sequence[Found]) -> Found | None:
    """The finding of least energy; a hard one is below every soft one."""
    return min(found, key=lambda item: (item.energy, item.line), default=None)
