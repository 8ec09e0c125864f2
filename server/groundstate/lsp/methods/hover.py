"""``textDocument/hover``: the energies of the findings at a place, term by term; what an ignore comment hides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.findings import Finding
from groundstate.ignores import IgnoreComment, ignores_of
from groundstate.lsp.contract_text import contract_text
from groundstate.lsp.handlers import OnSnapshot
from groundstate.lsp.hover_text import hover_text, ignore_text
from groundstate.lsp.snapshots import Snapshot
from groundstate.report import ContractStatus

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(
    server: GroundstateServer, snapshot: Snapshot, params: types.HoverParams
) -> types.Hover | None:
    analysed = await server.analysed(snapshot)
    encoding = server.client.encoding
    at = snapshot.offset(params.text_document.uri, params.position, encoding)
    here = [item for item in analysed.report.findings if item.start <= at <= max(item.end - 1, item.start)]
    comments = await server.worker.run(lambda: ignores_of(analysed.report.document).comments)
    comment = next((item for item in comments if item.start <= at < item.end and snapshot.is_python), None)
    contract = next(
        (item for item in analysed.report.contracts if item.start <= at < item.end and snapshot.is_python),
        None,
    )
    if not here and comment is None and contract is None:
        return None
    markdown = server.client.markdown
    pages = server.pages if markdown else {}
    texts = [hover_text(here, analysed.report.sensitivity, pages, markdown=markdown)] if here else []
    if comment is not None:
        texts.append(ignore_text(comment, pages, markdown=markdown))
    if contract is not None:
        texts.append(contract_text(contract, markdown=markdown))
    places: Sequence[Finding | IgnoreComment | ContractStatus] = here or [
        item for item in (comment, contract) if item is not None
    ]
    start, end = max(item.start for item in places), min(item.end for item in places)
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, "\n\n".join(texts)), snapshot.range_of(start, end, encoding))


HANDLER = OnSnapshot(types.TEXT_DOCUMENT_HOVER, handle)
