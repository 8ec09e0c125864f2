"""What a client is told that it can pull: the documents, and the workspace only where a user wants that.

A client that hears of workspace diagnostics relies on them: Neovim then asks for nothing else when it is told to
refresh. So they are offered only in the mode that has them, by registration where the client can be told later, else by
what is known when it connects.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

IDENTIFIER = "groundstate"


class PullRegistration:
    """The registration of ``textDocument/diagnostic``, kept as the settings want it."""

    def __init__(self, server: GroundstateServer) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._registered: tuple[str, bool] | None = None

    async def refresh(self) -> None:
        """Have the client pull what it shows."""
        client, whole = self._server.client, self._registered is not None and self._registered[1]
        if whole and client.refreshes_workspace_only:
            await self.update(renew=True)  # whereupon it pulls its open documents
        if client.refreshes:
            await self._server.workspace_diagnostic_refresh_async(None)

    async def update(self, *, renew: bool = False) -> None:
        """Register anew where the mode changed, or in any case."""
        if not self._server.client.registers_pull:
            return
        whole, before = self._server.configuration.scans_workspace, self._registered
        if before is not None and before[1] == whole and not renew:
            return
        method, number = types.TEXT_DOCUMENT_DIAGNOSTIC, f"groundstate:pull-{next(self._numbers)}"
        self._registered = (number, whole)
        if before is not None:
            gone = types.Unregistration(before[0], method)
            await self._server.client_unregister_capability_async(types.UnregistrationParams([gone]))
        options = types.DiagnosticRegistrationOptions(
            inter_file_dependencies=True, workspace_diagnostics=whole, identifier=IDENTIFIER
        )
        new = types.Registration(number, method, options)
        await self._server.client_register_capability_async(types.RegistrationParams([new]))

    def offered(self) -> types.DiagnosticOptions | None:
        """What the answer to ``initialize`` says; None where the client does not pull, or is told later."""
        client = self._server.client
        if not client.pulls or client.registers_pull:
            return None
        whole = self._server.configuration.sent[0].diagnostic_mode == "workspace"
        return types.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=whole, identifier=IDENTIFIER
        )
