"""Where the time goes: ``python -m benchmarks.speed.stages TREE [FILE]``.

Processor time of each stage, what other stages take inside it left out, on one core and in this process: for a keystroke
into FILE, or for 1,000 lines of the files of TREE one after the other. Typing is as in ``keystrokes``.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.speed.keystrokes import STATEMENT, statement_ends

from groundstate.analysis import Engine, analyse, analysis_of
from groundstate.discovery import surrounding_files
from groundstate.documents import Document, read_document
from groundstate.engine_loading import engine_source, load_engine
from groundstate.lsp.cancellation import Token
from groundstate.lsp.project_files import ProjectFiles
from groundstate.lsp.versions import Versions
from groundstate.provisional import Typing
from groundstate.settings import LoadedSettings, load_settings
from groundstate_energy import engine, scorer
from groundstate_energy.recollection import Recollection
from groundstate_energy.scorer import Scorer
from groundstate_energy.terms import JudgedFile
from groundstate_grammars.python import parsed
from groundstate_grammars.python.candidates import Candidates
from groundstate_grammars.python.edited import EditedUnit
from groundstate_grammars.python.scopes import Scopes
from groundstate_grammars.tree import SyntaxTree

STAGES: tuple[tuple[str, Any, str], ...] = (
    ("tree, changed", SyntaxTree, "edited"),
    ("tree as arrays", SyntaxTree, "flat"),
    ("scopes", Scopes, "__init__"),
    ("tokens", parsed, "lexical_tokens"),
    ("units", parsed, "split_units"),
    ("facts", parsed, "file_facts"),
    ("the function alone", EditedUnit, "__init__"),
    ("facts of the project", ProjectFiles, "workspace"),
    ("hard terms", JudgedFile, "of"),
    ("hard terms", JudgedFile, "after"),
    ("what is known already", Recollection, "recall"),
    ("candidates", Candidates, "of_all"),
    ("features and windows", engine, "encode_units"),
    ("batches", Scorer, "gaps"),
    ("network", scorer, "_pass"),
)
REST = "all else"


class Watch:
    """Seconds of processor time by stage. Stages may run on several threads; each counts its own."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._inside = threading.local()

    def watch(self, stage: str, owner: Any, name: str) -> None:
        setattr(owner, name, self.timed(stage, getattr(owner, name)))

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*arguments: Any, **options: Any) -> Any:
            before = getattr(self._inside, "seconds", 0.0)
            self._inside.seconds = 0.0
            started = time.thread_time()
            try:
                return function(*arguments, **options)
            finally:
                taken = time.thread_time() - started
                self.seconds[stage] += taken - self._inside.seconds
                self._inside.seconds = before + taken

        return call


def main() -> int:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.stages", description=__doc__)
    parser.add_argument("tree", type=Path, metavar="TREE")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="type into this file of TREE")
    parser.add_argument("--json", action="store_true", help="print milliseconds by stage as JSON")
    arguments = parser.parse_args()
    watch = Watch()
    for stage in STAGES:
        watch.watch(*stage)
    loaded = load_settings(arguments.tree.resolve())
    files = ProjectFiles(loaded, with_facts=True)
    files.read(Token())
    typed: Path | None = arguments.file
    engine = load_engine(engine_source(loaded.settings), threads=1, remembers=typed is not None)
    if typed is None:
        count, unit = _check(loaded, files, engine, watch) / 1000, "1,000 lines"
    else:
        count, unit = _type(typed.resolve(), loaded, files, engine, watch), "keystroke"
    total = sum(watch.seconds.values())
    if arguments.json:
        print(json.dumps({name: 1000 * seconds / count for name, seconds in watch.seconds.items()}))
        return 0
    print(f"| stage | ms of one core a {unit} | share |\n| --- | --- | --- |")
    for name in (*dict.fromkeys(stage[0] for stage in STAGES), REST):
        print(f"| {name} | {1000 * watch.seconds[name] / count:.1f} | {watch.seconds[name] / total:.0%} |")
    print(f"| sum | {1000 * total / count:.1f} | |")
    return 0


def _check(loaded: LoadedSettings, files: ProjectFiles, engine: Engine | None, watch: Watch) -> int:
    """Analyse every file; the number of lines."""
    workspace = files.workspace_of_files()
    one = watch.timed(REST, lambda document: analyse(document, workspace, engine, loaded.settings))
    watch.seconds.clear()
    lines = 0
    for path in surrounding_files(loaded):
        document = read_document(path)
        lines += document.data.count(b"\n")
        one(document)
    return lines


def _type(
    path: Path, loaded: LoadedSettings, files: ProjectFiles, engine: Engine | None, watch: Watch
) -> int:
    """Type into a file; the number of keystrokes."""
    text = path.read_text("utf-8")
    lines = text.split("\n")
    versions = Versions()
    settings = loaded.settings
    document = versions.follow("", Document(path, text.encode()))
    around = files.workspace(document)
    typing = Typing(analysis_of(document, around, engine, settings), around, settings)

    def see(now: str) -> None:
        nonlocal typing
        document = versions.follow("", Document(path, now.encode()))
        if typing.report(document, engine) is None:
            around = files.workspace(document)
            typing = Typing(analysis_of(document, around, engine, settings), around, settings)

    keystroke = watch.timed(REST, see)
    count = 0
    kept: Counter[str] = Counter()
    for line, indent, column in statement_ends(text, random.Random(0)):
        before, after = [*lines[:line], lines[line][:column]], [lines[line][column:], *lines[line + 1 :]]
        see("\n".join([*before, indent + after[0], *after[1:]]))
        watch.seconds.clear()
        for letters in range(1, len(STATEMENT) + 1):
            keystroke("\n".join([*before, indent + STATEMENT[:letters] + after[0], *after[1:]]))
        count += len(STATEMENT)
        kept.update(watch.seconds)
        see(text)
    watch.seconds = kept
    return count


if __name__ == "__main__":
    sys.exit(main())
