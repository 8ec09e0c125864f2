"""``textDocument/hover``: the energies of the findings at a place, term by term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.conversion import range_of
from groundstate.lsp.handlers import OnSnapshot
from groundstate.lsp.hover_text import hover_text
from groundstate.lsp.open_documents import Snapshot

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(
    server: GroundstateServer, snapshot: Snapshot, params: types.HoverParams
) -> types.Hover | None:
    analysed = await server.analysed(snapshot)
    encoding = server.client.encoding
    at = snapshot.source.offset(params.position.line, params.position.character, encoding)
    here = [item for item in analysed.report.findings if item.start <= at <= max(item.end - 1, item.start)]
    if not here:
        return None
    kind = types.MarkupKind.Markdown if server.client.markdown else types.MarkupKind.PlainText
    pages = server.pages if server.client.markdown else {}
    text = hover_text(here, pages, markdown=server.client.markdown)
    start, end = max(item.start for item in here), min(item.end for item in here)
    return types.Hover(types.MarkupContent(kind, text), range_of(snapshot.source, start, end, encoding))


HANDLER = OnSnapshot(types.TEXT_DOCUMENT_HOVER, handle)
