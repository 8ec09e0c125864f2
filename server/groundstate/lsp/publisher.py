"""Push diagnostics, for clients that do not pull them.

What was published stays until the findings of a newer version replace it; nothing is published for a version that is
not current any more. Of a document that was just opened the findings of exact rules are published while the model is loaded,
of one that is typed into those of a provisional analysis; the whole analysis follows, and is published where it differs.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterable
from typing import Protocol

from lsprotocol import types

from groundstate.lsp.analyses import Analyses
from groundstate.lsp.cancellation import Superseded
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.open_documents import OpenDocuments
from groundstate.lsp.snapshots import Snapshot

logger = logging.getLogger(__name__)

MOST_DELAY = 0.15
"""Seconds without a keystroke after which a document is analysed at the latest, however long that takes."""


class Sender(Protocol):
    """What sends notifications to the client."""

    def text_document_publish_diagnostics(self, params: types.PublishDiagnosticsParams) -> None: ...


class Publisher:
    """Analyses documents when they change, and publishes what is found.

    An analysis starts at once, unless the changes follow each other faster than the document's last analysis took: then
    it waits until there is a pause of that length, up to ``MOST_DELAY``, for what is begun at every letter of a word is
    never finished.
    """

    def __init__(self, documents: OpenDocuments, analyses: Analyses, sender: Sender) -> None:
        self._documents = documents
        self._analyses = analyses
        self._sender = sender
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._scheduled: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def schedule(self, snapshot: Snapshot, pause: float = 0.0) -> None:
        """Publish the findings of ``snapshot`` soon but not before ``pause`` seconds, unless it is superseded."""
        self._cancel(snapshot.uri)
        loop = asyncio.get_running_loop()
        now, taken = loop.time(), self._analyses.seconds(snapshot.uri)
        since = now - self._scheduled.get(snapshot.uri, -math.inf)
        self._scheduled[snapshot.uri] = now
        delay = pause if since > taken else max(pause, min(taken, MOST_DELAY))
        self._timers[snapshot.uri] = loop.call_later(delay, self._start, snapshot)

    def clear(self, uris: Iterable[str]) -> None:
        """Take back what was published for documents or cells that are gone."""
        for uri in uris:
            self._sender.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def stop(self, uri: str) -> None:
        """Publish nothing more of a document."""
        self._scheduled.pop(uri, None)
        self._cancel(uri)

    def _cancel(self, uri: str) -> None:
        timer = self._timers.pop(uri, None)
        if timer is not None:
            timer.cancel()

    def _start(self, snapshot: Snapshot) -> None:
        self._timers.pop(snapshot.uri, None)
        task = asyncio.create_task(self._publish(snapshot))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _publish(self, snapshot: Snapshot) -> None:
        if self._documents.get(snapshot.uri) is not snapshot:
            return
        try:
            first = await self._analyses.first(snapshot)
            if first is None:
                analysed = await self._analyses.of(snapshot)
            else:
                self._send(first)
                analysed = await self._analyses.settled(first)
        except Superseded:
            return
        except Exception:
            logger.exception("%s could not be analysed", snapshot.uri)
            return
        if first is None or analysed.result_id != first.result_id:
            self._send(analysed)

    def _send(self, analysed: Analysed) -> None:
        if self._documents.get(analysed.snapshot.uri) is analysed.snapshot:
            for part in analysed.snapshot.parts:
                self._sender.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(part.uri, analysed.of(part.uri), part.version)
                )
