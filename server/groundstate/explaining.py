"""Explaining: the energies of the candidate edits of the unit around a line, as text."""

from __future__ import annotations

from pathlib import Path

from groundstate.analysis import ScoredEdit, UnitResult, repair_title
from groundstate.cache import Cache
from groundstate.checking import Run
from groundstate.documents import Document, read_document
from groundstate.energy_words import gap_in_words
from groundstate.engine_loading import EngineError, engine_source, load_engine
from groundstate.reports.outcome import shown_path
from groundstate.reports.text import visible
from groundstate.settings import load_settings, settings_from_mapping
from groundstate_energy.terms import hard_violations
from groundstate_grammars.rules import RULES


def explain(path: Path, line: int, model: str | None) -> str:
    """The unit around ``line`` (counted from 1) with its free energy and its best edits, each with its gap by term.

    Raises:
        OSError: the file cannot be read.
        SettingsError: the project's settings are broken.
        EngineError: there is no model that can be used.
    """
    loaded = load_settings(path)
    table = {} if model is None else {"model": model}
    settings = settings_from_mapping(table, "command line", loaded.settings, Path.cwd())
    document = read_document(Path(path).absolute())
    source = engine_source(settings)
    engine = load_engine(source)
    if engine is None:
        raise EngineError("no model package is installed, so there are no energies to explain")
    if document.not_text_at is not None:
        return f"{shown_path(document.path)} is not Python text.\n"
    with Cache(settings.cache_dir) as cache:
        run = Run(loaded, source, cache, 1, [])
        workspace = run.workspace(run.surroundings([document]))
    results = engine.examine(
        document.parsed,
        workspace.facts,
        hard=lambda other: hard_violations(other, workspace.index, document.path),
    )
    wanted = document.source.line_start(line - 1)
    around = [result for result in results if result.unit.start <= wanted < max(result.unit.end, 1)]
    if not around:
        return f"{shown_path(document.path)}:{line}: no unit of code is here.\n"
    innermost = min(around, key=lambda result: result.unit.end - result.unit.start)
    return _landscape(document, innermost)


def _landscape(document: Document, result: UnitResult) -> str:
    first, _ = document.source.display(result.unit.start)
    last, _ = document.source.display(result.unit.end)
    lines = [
        f"{visible(shown_path(document.path))}: {visible(result.unit.qualname)}, lines {first} to {last}",
        f"free energy {result.free_energy:.3f} (0 when nothing beats the code as written)",
    ]
    lines += [_line(document, edit) for edit in result.edits] or ["no candidate edit"]
    return "\n".join(lines) + "\n"


def _line(document: Document, edit: ScoredEdit) -> str:
    at, column = document.source.display(edit.start)
    title = visible(repair_title(document.data, edit.edit.replacements))
    rule = f"{edit.edit.rule} {RULES[edit.edit.rule].name}"
    return (
        f"  {at}:{column} {rule}: {title}\n      {gap_in_words(edit.gap)}, probability {edit.probability:.4f}"
    )
