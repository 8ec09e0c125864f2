"""Explaining: the energies of the candidate edits of the unit around a line, as text or as a page."""

from __future__ import annotations

from pathlib import Path

from groundstate.analysis import ScoredEdit, repair_title
from groundstate.cache import Cache
from groundstate.checking import Run
from groundstate.documents import Document, read_document
from groundstate.energy_words import gap_in_words, probability_in_words
from groundstate.engine_loading import EngineError, engine_source, load_engine
from groundstate.errors import UserError
from groundstate.landscape import Landscape, landscape
from groundstate.reports.outcome import shown_path
from groundstate.reports.text import visible
from groundstate.settings import load_settings, settings_from_mapping
from groundstate_grammars.rules import RULES

MOST_EDITS = 20
"""Edits in the text, the best first."""


def landscape_around(path: Path, line: int, model: str | None) -> tuple[Document, Landscape]:
    """The landscape of the unit around ``line``, counted from 1, and its document.

    Raises:
        OSError: the file cannot be read.
        UserError: the project's settings are broken, there is no model that can be used, or no unit is there.
    """
    loaded = load_settings(path)
    table = {} if model is None else {"model": model}
    settings = settings_from_mapping(table, "command line", loaded.settings, Path.cwd())
    document = read_document(Path(path).absolute())
    source = engine_source(settings)
    engine = load_engine(source)
    if engine is None:
        raise EngineError("no model package is installed, so there are no energies to explain")
    where = f"{shown_path(document.path)}:{line}"
    last = document.source.line_of(len(document.data) - 1) + 1
    if line > last:
        raise UserError(f"{where}: the file has only {last} line{'' if last == 1 else 's'}")
    with Cache(settings.cache_dir) as cache:
        run = Run(loaded, source, cache, 1, [])
        workspace = run.workspace(run.surroundings([document]))
    start = document.source.line_start(line - 1)
    text = document.source.line(line - 1)
    found = landscape(document, workspace, engine, start + len(text) - len(text.lstrip()))
    if found is None:
        raise UserError(f"{where}: nothing here can be edited, so there are no energies")
    return document, found


def lines_of(document: Document, found: Landscape) -> tuple[int, int]:
    """The first and the last line of the unit, counted from 1."""
    source, unit = document.source, found.unit
    return source.line_of(unit.start) + 1, source.line_of(max(unit.start, unit.end - 1)) + 1


def landscape_in_words(document: Document, found: Landscape) -> str:
    """The unit with its free energy and its best edits, each with its gap by term."""
    first, last = lines_of(document, found)
    name = visible(found.unit.qualname or "module")
    lines = [
        f"{visible(shown_path(document.path))}: {name}, lines {first} to {last}",
        f"free energy {found.free_energy:.3f} (0 when nothing beats the code as written)",
    ]
    lines += [_line(document, edit) for edit in found.edits[:MOST_EDITS]] or ["no candidate edit"]
    return "\n".join(lines) + "\n"


def _line(document: Document, edit: ScoredEdit) -> str:
    at, column = document.source.display(edit.start)
    title = visible(repair_title(document.data, edit.edit.replacements))
    rule = f"{edit.edit.rule} {RULES[edit.edit.rule].name}"
    shown = f"{gap_in_words(edit.gap)}, {probability_in_words(edit.probability)}"
    return f"  {at}:{column} {rule}: {title}\n      {shown}"
