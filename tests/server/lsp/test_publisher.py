"""When push diagnostics are made: at once, or after a pause where letters come faster than analyses end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

from lsprotocol import types

from groundstate.lsp.analyses import Analyses
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.open_documents import OpenDocuments
from groundstate.lsp.publisher import MOST_DELAY, Publisher
from groundstate.lsp.snapshots import Snapshot
from groundstate.report import Report
from groundstate_grammars.text import PositionEncoding

URI = "file:///a.py"


@dataclass
class _Analyses:
    """Takes ``taken`` seconds for each version, as it says."""

    taken: float
    begun: list[int | None] = field(default_factory=list)

    def seconds(self, uri: str) -> float:
        return self.taken

    async def first(self, snapshot: Snapshot) -> None:
        return None

    async def of(self, snapshot: Snapshot) -> Analysed:
        self.begun.append(snapshot.version)
        await asyncio.sleep(self.taken)
        return Analysed(snapshot, Report(snapshot.document, (), 0), (), (), "", {}, {})


@dataclass
class _Sender:
    published: list[int | None] = field(default_factory=list)

    def text_document_publish_diagnostics(self, params: types.PublishDiagnosticsParams) -> None:
        self.published.append(params.version)


async def _typed(taken: float, pauses: list[float]) -> tuple[list[int | None], list[int | None]]:
    """Versions whose analysis began and that were published, when letters come after ``pauses``."""
    documents = OpenDocuments(PositionEncoding.UTF16)
    analyses, sender = _Analyses(taken), _Sender()
    publisher = Publisher(documents, cast(Analyses, analyses), sender)
    documents.open(types.TextDocumentItem(URI, types.LanguageKind.Python, 0, "x"))
    for version, pause in enumerate(pauses, 1):
        await asyncio.sleep(pause)
        change = types.TextDocumentContentChangeWholeDocument("x" * version)
        snapshot = documents.change(URI, version, [change])
        assert snapshot is not None
        publisher.schedule(snapshot)
    await asyncio.sleep(2 * min(taken, MOST_DELAY) + taken + 0.05)
    return analyses.begun, sender.published


def test_letters_slower_than_analyses_are_each_analysed_at_once() -> None:
    begun, published = asyncio.run(_typed(0.02, [0.0, 0.1, 0.1]))
    assert begun == published == [1, 2, 3]


def test_letters_faster_than_analyses_are_analysed_after_a_pause() -> None:
    begun, published = asyncio.run(_typed(0.12, [0.0, 0.01, 0.01, 0.01]))
    assert begun == [1, 4]
    assert published == [4]


def test_the_first_letter_waits_for_nothing() -> None:
    async def first() -> float:
        loop = asyncio.get_running_loop()
        documents = OpenDocuments(PositionEncoding.UTF16)
        snapshot = documents.open(types.TextDocumentItem(URI, types.LanguageKind.Python, 0, "x"))
        analyses = _Analyses(5.0)
        publisher = Publisher(documents, cast(Analyses, analyses), _Sender())
        started = loop.time()
        publisher.schedule(snapshot)
        while not analyses.begun:
            await asyncio.sleep(0.001)
        return loop.time() - started

    assert asyncio.run(first()) < MOST_DELAY
