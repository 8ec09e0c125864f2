"""The command ``groundstate.addToBaseline``: a finding that is there for now; the baseline's file is written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from groundstate.baseline import Baseline, BaselineError, added, read_baseline, write_baseline
from groundstate.lsp.actions import ADD_TO_BASELINE
from groundstate.lsp.cancellation import Superseded
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.handlers import Command, content_modified

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, arguments: Sequence[Any]) -> None:
    match arguments:
        case [{"uri": str(uri), "fingerprint": str(fingerprint)}]:
            pass
        case _:
            raise JsonRpcInvalidParams('write [{"uri": …, "fingerprint": …}]')
    snapshot = server.documents.get(uri)
    if snapshot is None:
        raise content_modified()
    try:
        analysed = await server.analysed(snapshot)
    except Superseded:
        raise content_modified() from None
    try:
        await server.worker.run(lambda: _add(analysed, fingerprint))
    except BaselineError as error:
        server.warn(f"{error}")
        raise JsonRpcException(str(error), types.LSPErrorCodes.RequestFailed.value) from None
    server.worker.give(server.projects.forget_settings)
    await server.outdated()


def _add(analysed: Analysed, fingerprint: str) -> None:
    """Write the finding into the baseline, which is made where there is none yet."""
    finding, path = analysed.fingerprints.get(fingerprint), analysed.baseline
    if finding is None or path is None:
        return
    baseline = read_baseline(path) if os.path.lexists(path) else Baseline(path, {})
    write_baseline(added(baseline, analysed.snapshot.document.path, finding))


HANDLER = Command(ADD_TO_BASELINE, handle)
