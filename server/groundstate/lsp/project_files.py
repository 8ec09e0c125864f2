"""What the files of a project say about one another, kept up to date file by file. Worker thread only.

The linter reads a project once; an editor's project changes while it is open, and a keystroke can't wait for all of it
to be read again. The facts are those that the linter would make with the document's text in the place of its file.
"""

from __future__ import annotations

import bisect
import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from groundstate.analysis import Workspace
from groundstate.cache import Cache
from groundstate.discovery import surrounding_files
from groundstate.documents import MOST_BYTES, Document, read_document
from groundstate.lsp.cancellation import Token
from groundstate.settings import LoadedSettings
from groundstate.summarising import summaries_of
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.project import FileSummary, ProjectFacts

_NOTHING = FileSummary({}, {}, {})

_BATCH = 50
"""Files that are read between two looks at the token."""


@dataclass(slots=True)
class _Around:
    """The facts around the document that is being edited. ``others``: of all other files. ``facts``: with ``own``."""

    path: Path
    others: ProjectFacts
    own: FileSummary | None = None
    facts: ProjectFacts = field(default_factory=ProjectFacts)


class ProjectFiles:
    """The symbol index and the facts of the project that ``loaded`` belongs to.

    Args:
        with_facts: facts are wanted; they rank learned edits, so without a model nobody needs them.
    """

    def __init__(self, loaded: LoadedSettings, *, with_facts: bool) -> None:
        self._loaded = loaded
        self._with_facts = with_facts
        self._index = ProjectIndex(loaded.root, loaded.settings.interpreter)
        self._summaries: dict[Path, FileSummary | None] = {}
        self._unread: list[Path] | None = None
        self._was_read = False
        self._replaced: dict[Path, FileSummary | None] = {}
        self._around: _Around | None = None
        self._all: ProjectFacts | None = None

    def changed(self, paths: Iterable[Path]) -> None:
        """These files changed on disk, are new or are gone."""
        for path in paths:
            self._index.update(path)
            self._replaced.setdefault(path, self._summaries.pop(path, None))
        self._unread = None

    def read(self, token: Token) -> None:
        """Read what was not read yet, so that ``workspace`` is quick; stops, to go on later, when cancelled."""
        if not self._with_facts:
            return
        if self._unread is None:
            listed = surrounding_files(self._loaded)
            for gone in self._summaries.keys() - set(listed):
                self._replaced.setdefault(gone, self._summaries.pop(gone))
            self._unread = [path for path in listed if path not in self._summaries]
            for path in self._unread:
                self._replaced.setdefault(path, None)
            self._unread.reverse()
        while self._unread:
            token.check()
            batch = self._unread[-_BATCH:]
            with Cache(self._loaded.settings.cache_dir) as cache:
                self._summaries |= _summaries(batch, cache)
            del self._unread[-_BATCH:]
        self._was_read = True
        self._forget_facts()

    def _forget_facts(self) -> None:
        """Forget what was merged of files that say something else now; most edits change nothing that others see."""
        different = {
            path for path, old in self._replaced.items() if not _equal(old, self._summaries.get(path))
        }
        self._replaced.clear()
        if different:
            self._all = None
        if self._around is not None and different - {self._around.path}:
            self._around = None

    @property
    def is_read(self) -> bool:
        """Whether ``read`` would do nothing."""
        return not self._with_facts or self._unread == []

    @property
    def was_read(self) -> bool:
        """Whether all was read once, so that ``read`` reads what changed."""
        return not self._with_facts or self._was_read

    def workspace_of_exact_rules(self) -> Workspace:
        """The project as far as exact rules ask for it, which needs no ``read``."""
        return Workspace(self._loaded.root, None, self._index)

    def workspace(self, document: Document) -> Workspace:
        """The project around ``document``, after ``read``."""
        facts = self._facts(document) if self._with_facts else None
        return Workspace(self._loaded.root, facts, self._index)

    def workspace_of_files(self) -> Workspace:
        """The project around any file as it is on disk, after ``read``."""
        if self._with_facts and self._all is None:
            self._all = ProjectFacts.of(item for _, item in self._in_order() if item is not None)
        return Workspace(self._loaded.root, self._all, self._index)

    def _facts(self, document: Document) -> ProjectFacts:
        """The facts of all other files with those of ``document`` as it is now; the same object while they are equal.

        With a syntax error it says what it said without.

        Equal to merging all files in the order of their paths: of what merging does only the order of a class's bases
        and members depends on it, so those of the document's own classes are merged again.
        """
        path = document.path
        unread = document.not_text_at is not None or len(document.data) > MOST_BYTES
        if self._around is None or self._around.path != path:
            summaries = (item for at, item in self._in_order() if at != path and item is not None)
            self._around = _Around(path, ProjectFacts.of(summaries))
        around = self._around
        if around.own is not None and not unread and document.parsed.tree.has_errors:
            # What an error swallows is not gone: a text is broken every few letters while it is typed.
            return around.facts
        own = _NOTHING if unread else document.parsed.summary()
        if around.own is not None and _same_definitions(around.own, own):
            before, now = around.own.names.keys(), own.names.keys()
            if before != now:
                around.facts = around.facts.with_names(before - now, now - before)
            around.own = own
        else:
            facts = ProjectFacts(
                around.others.names.copy(), around.others.functions.copy(), around.others.classes.copy()
            )
            facts.add(own)
            facts.classes |= self._merged_classes(around, own)
            around.own, around.facts = own, facts
        return around.facts

    def _merged_classes(
        self, around: _Around, own: FileSummary
    ) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        path = around.path
        shared = {name for name in own.classes if name in around.others.classes}
        if not shared:
            return {}
        facts = ProjectFacts()
        entries = [(at, item) for at, item in self._in_order() if at != path]
        bisect.insort(entries, (path, own), key=lambda entry: entry[0].parts)
        for _, item in entries:
            if item is not None:
                facts.add(
                    FileSummary({}, {}, {name: item.classes[name] for name in shared & item.classes.keys()})
                )
        return facts.classes

    def _in_order(self) -> list[tuple[Path, FileSummary | None]]:
        return sorted(self._summaries.items(), key=lambda entry: entry[0].parts)


def _equal(left: FileSummary | None, right: FileSummary | None) -> bool:
    """Whether two summaries add the same to a project's facts, which count files and not uses; None adds nothing."""
    left, right = left or _NOTHING, right or _NOTHING
    return left.names.keys() == right.names.keys() and _same_definitions(left, right)


def _same_definitions(left: FileSummary, right: FileSummary) -> bool:
    return left.functions == right.functions and left.classes == right.classes


def _summaries(paths: Sequence[Path], cache: Cache) -> dict[Path, FileSummary | None]:
    """Summaries of files, from the cache that the linter keeps too; None of a file that can't be read or is no text."""
    summaries: dict[Path, FileSummary | None] = dict.fromkeys(paths)
    documents: list[Document] = []
    for path in paths:
        with contextlib.suppress(OSError):
            documents.append(read_document(path))
    for document, summary in zip(documents, summaries_of(documents, cache, jobs=1), strict=True):
        summaries[document.path] = summary
    return summaries
