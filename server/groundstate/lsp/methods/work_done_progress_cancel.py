"""``window/workDoneProgress/cancel``: the user does not want to wait for a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: types.WorkDoneProgressCancelParams) -> None:
    server.progress_shown.cancel(params.token)


HANDLER = OnLoop(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, handle)
