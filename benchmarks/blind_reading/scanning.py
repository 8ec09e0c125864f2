"""What the linter finds in a repository at ``explore``, and the best edits of units in which it finds nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from groundstate.analysis import analyse
from groundstate.cache import Cache
from groundstate.checking import Run
from groundstate.discovery import discover
from groundstate.documents import Document, read_document
from groundstate.engine_loading import engine_source, load_engine
from groundstate.findings import Finding
from groundstate.settings import LoadedSettings, settings_from_mapping
from groundstate_energy.engine import LEARNED_UNITS
from groundstate_grammars.rules import RULES

SHOWN = 40
"""Characters kept of an edit's text; a swap may move whole expressions."""
QUIET_FILES = 6
"""One file in so many is looked at for what stays below every budget: a tenth of its units is more than enough, and
looking at them all nearly doubles the time."""


@dataclass(frozen=True, slots=True)
class Place:
    """An edit that the engine scored. ``line`` counts from 1; ``edit`` is what is replaced by what.

    ``budget``: the quietest sensitivity that shows it; ``all`` where none of the alarm budgets does.
    """

    repository: str
    path: str
    line: int
    start: int
    rule: str
    edit: tuple[tuple[str, str], ...]
    probability: float
    budget: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What a model package says of a repository. ``below``: what stayed below every alarm budget."""

    found: tuple[Place, ...]
    below: tuple[Place, ...]

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> Scan:
        table = json.loads(text)
        found, below = (tuple(map(_place_of, table[key])) for key in ("found", "below"))
        return cls(found, below)


def scan(root: Path, model: Path | None, cache_folder: Path | None = None) -> Scan:
    """Findings of the learned rules in all files of ``root``, and what stayed below every alarm budget.

    ``root`` is checked as a project of its own, whatever is around it, by one process. Of what stayed below there is at
    most one for each unit of a kind that findings are shown in, the best edit that adds no hard violation.
    ``cache_folder`` keeps what files contribute to their project, whatever the model.

    Raises:
        UserError: the model package cannot be loaded, or there is none.
    """
    root = root.resolve()
    learned = [code for code, rule in RULES.items() if not rule.hard]
    package = {} if model is None else {"model": str(model.resolve())}
    explore, everything = (
        settings_from_mapping({"select": learned, "sensitivity": level, **package}, "benchmark")
        for level in ("explore", "all")
    )
    source = engine_source(explore)
    documents = [read_document(path) for path in discover([root], root, explore.exclude).files]
    with Cache(cache_folder, enabled=cache_folder is not None) as cache:
        workspace = Run(LoadedSettings(explore, root, None), source, cache, 1, []).workspace(documents)
    engine = load_engine(source, threads=1)
    looked_at = random.Random(root.name).sample(range(len(documents)), -(-len(documents) // QUIET_FILES))
    found: list[Place] = []
    below: list[Place] = []
    for number, read in enumerate(documents):
        document = Document(read.path, read.data)  # its tree goes when its turn is over
        shown = analyse(document, workspace, engine, explore).findings
        found += [_place(root, document, finding) for finding in shown]
        if number in looked_at:
            best = analyse(document, workspace, engine, everything).findings
            below += [_place(root, document, finding) for finding in _quiet(document, best, shown)]
    return Scan(tuple(found), tuple(below))


def _quiet(document: Document, best: Sequence[Finding], shown: Sequence[Finding]) -> Iterator[Finding]:
    """Of ``best``, one of each unit in which nothing is shown."""
    for unit in document.parsed.units:
        if unit.kind in LEARNED_UNITS and not any(unit.start <= item.start < unit.end for item in shown):
            yield from [item for item in best if unit.start <= item.start < unit.end][:1]


def _place(root: Path, document: Document, finding: Finding) -> Place:
    data = document.data
    edits = finding.repairs[0].replacements
    assert finding.probability is not None
    return Place(
        repository=root.name.replace("+", "/", 1),
        path=document.path.relative_to(root).as_posix(),
        line=document.source.line_of(finding.start) + 1,
        start=finding.start,
        rule=finding.rule,
        edit=tuple((shown(data[edit.start : edit.end]), shown(edit.new)) for edit in edits),
        probability=finding.probability,
        budget=finding.budget,
    )


def _place_of(table: dict[str, Any]) -> Place:
    return Place(**{**table, "edit": tuple((old, new) for old, new in table["edit"])})


def shown(text: bytes) -> str:
    """A text of an edit as items have it: on one line, at most ``SHOWN`` characters."""
    decoded = " ".join(text.decode("utf-8", "replace").split())
    return decoded if len(decoded) <= SHOWN else decoded[: SHOWN - 1] + "…"
