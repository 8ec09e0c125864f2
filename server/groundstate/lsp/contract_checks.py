"""Contracts of open documents: checked when the rest is shown, on a thread of their own, for a proof may take seconds.

What is concluded completes the analysis of the same version, which is then shown again where it differs. An edit ends
the proof under way; until its version is checked, verdicts are carried over and those of changed functions marked stale.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from groundstate.contracts import Contracts
from groundstate.lsp.cancellation import Superseded, Token
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.snapshots import Snapshot
from groundstate.lsp.worker import Worker
from groundstate.report import Report
from groundstate_energy.contracts.check import shared_checker
from groundstate_grammars.python.contracts.reading import may_have_contracts

if TYPE_CHECKING:
    from groundstate.lsp.projects import Project
    from groundstate.lsp.server import GroundstateServer

logger = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds for one proof while a user waits."""


class ContractChecks:
    """At most one check for each open document; runs on the protocol loop, but for the checking itself."""

    def __init__(self, server: GroundstateServer) -> None:
        self._server = server
        self._worker: Worker | None = None
        self._contracts = Contracts(PATIENCE)
        self._running: dict[str, tuple[Token, asyncio.Task[None]]] = {}
        self._under_way = ""

    def analysed(self, analysed: Analysed) -> None:
        """A document was analysed: look at its contracts, if it may have any."""
        snapshot = analysed.snapshot
        self.changed(snapshot.uri)
        if not snapshot.is_python or snapshot.is_notebook or not may_have_contracts(snapshot.document.data):
            return
        token = Token()
        task = asyncio.create_task(self._check(analysed, token))
        self._running[snapshot.uri] = token, task

    def changed(self, uri: str) -> None:
        """The document has a new version or was closed: what is being proved of it is of no use any more."""
        token, _ = self._running.pop(uri, (None, None))
        if token is not None:
            token.cancel()
            if self._under_way == uri:
                shared_checker().prover.interrupt()

    async def _check(self, analysed: Analysed, token: Token) -> None:
        snapshot = analysed.snapshot
        try:
            completed = await self._completed(snapshot, analysed.report, token)
        except Superseded:
            return
        except Exception:
            logger.exception("the contracts of %s could not be checked", snapshot.uri)
            return
        if completed is None or not self._server.analyses.complete(completed):
            return
        if completed.result_id != analysed.result_id:
            await self._server.show_again([snapshot])
        if (
            completed.report.contracts != analysed.report.contracts
            and self._server.client.refreshes_code_lenses
        ):
            self._server.workspace_code_lens_refresh(None)

    async def _completed(self, snapshot: Snapshot, report: Report, token: Token) -> Analysed | None:
        server = self._server
        project = await server.worker.run(lambda: server.examination.project_of(snapshot, token))
        if project is None:
            return None
        if self._worker is None:
            self._worker = Worker(lambda: None)
        contracts = await self._worker.run(lambda: self._checked(snapshot, report, project, token))
        token.check()
        return await server.worker.run(
            lambda: server.examination.with_contracts(snapshot, report, contracts, project)
        )

    def _checked(self, snapshot: Snapshot, report: Report, project: Project, token: Token) -> Report:
        token.check()
        self._under_way = snapshot.uri
        try:
            return self._contracts.of(report.document, project.root, project.settings)
        finally:
            self._under_way = ""
