"""What the files of a project say about one another, kept up to date file by file. Worker thread only.

The linter reads a project once; an editor's project changes while it is open, and a keystroke can't wait for all of it
to be read again. The facts are those that the linter would make with the document's text in the place of its file.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from pathlib import Path

from groundstate.analysis import Workspace
from groundstate.cache import Cache, report_key
from groundstate.discovery import surrounding_files
from groundstate.documents import MOST_BYTES, Document, read_document
from groundstate.lsp.cancellation import Token
from groundstate.parallel import summarise
from groundstate.settings import LoadedSettings
from groundstate.summaries import is_summary, summary_from_text
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.project import FileSummary, ProjectFacts

_BATCH = 50
"""Files that are read between two looks at the token."""


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
        self._others: dict[Path, ProjectFacts] = {}

    def changed(self, paths: Iterable[Path]) -> None:
        """These files changed on disk, are new or are gone."""
        for path in paths:
            self._index.update(path)
            self._summaries.pop(path, None)
        self._unread = None
        self._others.clear()

    def read(self, token: Token) -> None:
        """Read what was not read yet, so that ``workspace`` is quick; stops, to go on later, when cancelled."""
        if not self._with_facts:
            return
        if self._unread is None:
            listed = surrounding_files(self._loaded)
            self._summaries = {path: self._summaries[path] for path in listed if path in self._summaries}
            self._unread = [path for path in listed if path not in self._summaries]
            self._unread.reverse()
        while self._unread:
            token.check()
            batch = self._unread[-_BATCH:]
            with Cache(self._loaded.settings.cache_dir) as cache:
                self._summaries |= _summaries(batch, cache)
            del self._unread[-_BATCH:]

    @property
    def is_read(self) -> bool:
        """Whether ``read`` would do nothing."""
        return not self._with_facts or self._unread == []

    def workspace(self, document: Document) -> Workspace:
        """The project around ``document``, after ``read``."""
        facts = self._facts(document) if self._with_facts else None
        return Workspace(self._loaded.root, facts, self._index)

    def _facts(self, document: Document) -> ProjectFacts:
        """The facts of all other files with those of ``document`` as it is now.

        Equal to merging all files in the order of their paths: of what merging does only the order of a class's bases
        and members depends on it, so those of the document's own classes are merged again.
        """
        path = document.path
        if path not in self._others:
            summaries = (item for at, item in self._in_order() if at != path and item is not None)
            # One at a time: those around the document that is being edited.
            self._others = {path: ProjectFacts.of(summaries)}
        others = self._others[path]
        unread = document.not_text_at is not None or len(document.data) > MOST_BYTES
        own = None if unread else document.parsed.summary()
        if own is None:
            return others
        facts = ProjectFacts(others.names.copy(), others.functions.copy(), others.classes.copy())
        facts.add(own)
        facts.classes |= self._merged_classes(path, own)
        return facts

    def _merged_classes(
        self, path: Path, own: FileSummary
    ) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        shared = {name for name in own.classes if name in self._others[path].classes}
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


def _summaries(paths: Iterable[Path], cache: Cache) -> dict[Path, FileSummary | None]:
    """Summaries of files, from the cache that the linter keeps too; None of a file that can't be read or is no text."""
    documents: dict[Path, Document] = {}
    summaries: dict[Path, FileSummary | None] = {}
    for path in paths:
        summaries[path] = None
        try:
            documents[path] = read_document(path)
        except OSError:
            continue
    keys = {path: report_key("summary", document.digest) for path, document in documents.items()}
    texts = {key: text for key, text in cache.get(keys.values()).items() if is_summary(text)}
    made: dict[str, str] = {}
    for path, key in keys.items():
        if key not in texts:
            texts[key] = made[key] = summarise(Document(path, documents[path].data))
        summaries[path] = summary_from_text(texts[key])
    cache.put(made)
    return summaries
