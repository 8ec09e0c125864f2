"""Contracts of open documents: checked when the rest is shown, on a thread of their own, for a proof may take seconds.

Repairs of what is refuted are looked for after that, and complete the analysis again: code actions show them when they are
there. What is concluded completes the analysis of the same version, which is then shown again where it differs. An edit ends
the proof under way; until its version is checked, verdicts are carried over and those of changed functions marked stale.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from groundstate.analysis import ScoredEdit
from groundstate.contracts import Contracts
from groundstate.documents import Document
from groundstate.lsp.cancellation import Superseded, Token
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.snapshots import Snapshot
from groundstate.lsp.worker import Worker
from groundstate.report import Report
from groundstate_energy.contracts.check import shared_checker
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python.contracts.reading import may_have_contracts

if TYPE_CHECKING:
    from groundstate.contract_repairs import Surroundings
    from groundstate.lsp.projects import Project
    from groundstate.lsp.server import GroundstateServer

Answer = TypeVar("Answer")

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
        snapshot, report = analysed.snapshot, analysed.report
        try:
            project = await self._server.worker.run(
                lambda: self._server.examination.project_of(snapshot, token)
            )
            if project is None:
                return
            contracts = await self._on_thread(lambda: self._checked(snapshot, report, project, token))
            completed = await self._completed(analysed, contracts, project, token)
            verdicts_differ = completed.report.contracts != report.contracts
            if verdicts_differ and self._server.client.refreshes_code_lenses:
                self._server.workspace_code_lens_refresh(None)
            if contracts.findings:
                around = OnWorker(self._server.worker, contracts.document, project, token)
                mended = await self._on_thread(lambda: self._repaired(snapshot, contracts, around, token))
                await self._completed(completed, mended, project, token)
        except Superseded:
            return
        except Exception:
            logger.exception("the contracts of %s could not be checked", snapshot.uri)

    async def _completed(
        self, analysed: Analysed, contracts: Report, project: Project, token: Token
    ) -> Analysed:
        """The analysis with ``contracts``, put in the place of ``analysed`` and shown where it differs."""
        snapshot = analysed.snapshot
        token.check()
        completed = await self._server.worker.run(
            lambda: self._server.examination.with_contracts(snapshot, analysed.report, contracts, project)
        )
        if not self._server.analyses.complete(completed):
            raise Superseded
        if completed.result_id != analysed.result_id:
            await self._server.show_again([snapshot])
        return completed

    async def _on_thread(self, job: Callable[[], Report]) -> Report:
        if self._worker is None:
            self._worker = Worker(lambda: None)
        return await self._worker.run(job)

    def _checked(self, snapshot: Snapshot, report: Report, project: Project, token: Token) -> Report:
        token.check()
        self._under_way = snapshot.uri
        try:
            return self._contracts.of(report.document, project.root, project.settings)
        finally:
            self._under_way = ""

    def _repaired(self, snapshot: Snapshot, contracts: Report, around: OnWorker, token: Token) -> Report:
        token.check()
        self._under_way = snapshot.uri
        try:
            found = self._contracts.repaired(contracts, around, lambda: not token.cancelled)
        finally:
            self._under_way = ""
        token.check()
        return found


class OnWorker:
    """What a search for repairs asks, answered by the thread that knows the project.

    Made on the protocol loop, and asked on the contracts' thread.
    """

    def __init__(self, worker: Worker, document: Document, project: Project, token: Token) -> None:
        self._worker = worker
        self._loop = asyncio.get_running_loop()
        self._document = document
        self._project = project
        self._token = token

    def edits(self, at: int) -> Sequence[ScoredEdit] | None:
        return self._asked(lambda around: around.edits(at))

    def violations(self, replacements: tuple[Replacement, ...]) -> int:
        return self._asked(lambda around: around.violations(replacements))

    def _asked(self, question: Callable[[Surroundings], Answer]) -> Answer:
        """The answer of the worker, after all that a user waits for; raises ``Superseded``."""

        def job() -> Answer:
            self._token.check()
            from groundstate.contract_repairs import Project as KnownProject

            project = self._project
            workspace = project.files.workspace(self._document)
            return question(KnownProject(self._document, workspace, project.engine))

        self._token.check()
        future = asyncio.run_coroutine_threadsafe(self._worker.run(job, background=True), self._loop)
        return future.result()
