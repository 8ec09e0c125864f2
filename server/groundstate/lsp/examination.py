"""The job of the worker: one snapshot to its diagnostics, by the function that the linter calls too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from groundstate.analysis import analyse, analysis_of
from groundstate.contracts import Verdicts, together, without_contracts
from groundstate.discovery import is_excluded
from groundstate.documents import MOST_BYTES, Document
from groundstate.engine_loading import EngineError
from groundstate.landscape import Landscape, landscape
from groundstate.lsp.cancellation import CancellableEngine, Token
from groundstate.lsp.client import Client
from groundstate.lsp.diagnostics import Analysed, analysed
from groundstate.lsp.notebooks import in_their_cells, without_shell_names
from groundstate.lsp.projects import Project, Projects
from groundstate.lsp.snapshots import Snapshot
from groundstate.lsp.versions import Versions
from groundstate.provisional import Typing
from groundstate.report import Report, UnitEnergy
from groundstate.unused_ignores import UNUSED_IGNORE
from groundstate_grammars.python.units import UnitKind


@dataclass(frozen=True, slots=True)
class _Typed:
    """What is typed into an open document since its last whole analysis, and the project that was made in."""

    typing: Typing
    project: Project


class Examination:
    """Keeps the last parse of each open document and what was said of it, for the next to start from. Worker thread only."""

    def __init__(self, projects: Projects, client: Client, pages: Mapping[str, str]) -> None:
        self._projects = projects
        self._client = client
        self._pages = pages
        self._versions = Versions()
        self._contracts: dict[str, Verdicts] = {}
        self._typed: dict[str, _Typed] = {}

    def __call__(self, snapshot: Snapshot, token: Token) -> Analysed:
        """The findings of ``snapshot`` as diagnostics; raises ``Superseded`` when the token is cancelled on the way."""
        return self._analysed(snapshot, token)

    def once(self, snapshot: Snapshot, token: Token) -> Analysed:
        """The same of a file as it is on disk: its parse is not kept, and its project is as it was read."""
        return self._analysed(snapshot, token, is_file=True)

    def of_exact_rules(self, snapshot: Snapshot) -> Analysed | None:
        """What the whole analysis will find with exact rules, while the model or the project is loaded for the first time.

        All of it will be among the findings of the whole analysis. None where that can be had as quickly.
        """
        path = snapshot.document.path
        if not snapshot.is_python or not self._projects.checks(path):
            return None
        project = self._projects.of_exact_rules(path)
        if project is None or is_excluded(path, project.root, project.settings.exclude):
            return None
        document = self._versions.follow(snapshot.uri, snapshot.document)
        report = analyse(document, project.files.workspace_of_exact_rules(), None, project.settings)
        # An ignore comment that hides nothing of these rules may hide what a learned one finds.
        kept = tuple(item for item in report.findings if item.rule != UNUSED_IGNORE)
        report = replace(report, findings=kept)
        if project.baseline is not None:
            report = project.baseline.new_in(report)
        if snapshot.is_notebook:
            report = in_their_cells(without_shell_names(report), snapshot)
        return analysed(snapshot, report, self._client, self._pages, project.settings.baseline)

    def provisional(self, snapshot: Snapshot, token: Token) -> Analysed | None:
        """What can be found at once of a document that was analysed before; None where only a whole analysis can tell.

        Raises:
            Superseded: the token is cancelled on the way.
        """
        typed = self._typed.get(snapshot.uri)
        if typed is None or self._projects.loaded(snapshot.document.path) != typed.project:
            return None
        project = typed.project
        engine = CancellableEngine(project.engine, token) if project.engine is not None else None
        report = typed.typing.report(self._versions.follow(snapshot.uri, snapshot.document), engine)
        if report is None:
            return None
        if project.baseline is not None:
            report = project.baseline.new_in(report)
        return self._rendered(snapshot, report, project, is_typed=True)

    def energies(self, snapshot: Snapshot, token: Token) -> tuple[UnitEnergy, ...]:
        """The energies of all functions of ``snapshot``, also of those an analysis does not look at; none without a model.

        Raises:
            Superseded: the token is cancelled on the way.
        """
        path = snapshot.document.path
        if not snapshot.is_python or not self._projects.checks(path):
            return ()
        project = self._projects.of(path, token)
        if project.engine is None or is_excluded(path, project.root, project.settings.exclude):
            return ()
        document = self._versions.follow(snapshot.uri, snapshot.document)
        settings = replace(project.settings, sensitivity="all")
        engine = CancellableEngine(project.engine, token)
        report = analyse(document, project.files.workspace(document), engine, settings)
        functions = {
            (unit.start, unit.end) for unit in document.parsed.units if unit.kind is UnitKind.FUNCTION
        }
        return tuple(item for item in report.energies if (item.start, item.end) in functions)

    def landscape(self, snapshot: Snapshot, at: int, token: Token) -> Landscape | None:
        """The energy landscape around byte ``at`` of ``snapshot``.

        Raises:
            Superseded: the token is cancelled on the way.
            EngineError: there is no model, so no energies.
        """
        project = self._projects.of(snapshot.document.path, token)
        if project.engine is None:
            raise EngineError("there are no energies: no model can be used, or no learned rule is selected")
        document = self._versions.follow(snapshot.uri, snapshot.document)
        token.check()
        return landscape(document, project.files.workspace(document), project.engine, at)

    def project_of(self, snapshot: Snapshot, token: Token) -> Project | None:
        """The project whose contract rules hold for ``snapshot``; None where it is not checked."""
        path = snapshot.document.path
        if not snapshot.is_python or snapshot.is_notebook or not self._projects.checks(path):
            return None
        project = self._projects.of(path, token)
        return None if is_excluded(path, project.root, project.settings.exclude) else project

    def with_contracts(
        self, snapshot: Snapshot, report: Report, contracts: Report, project: Project
    ) -> Analysed:
        """``report`` and the ``contracts`` of the same text as diagnostics; later versions carry the contracts over."""
        self._contracts[snapshot.uri] = Verdicts(contracts)
        own = contracts if project.baseline is None else project.baseline.new_in(contracts)
        whole = together(without_contracts(report), own)
        return analysed(snapshot, whole, self._client, self._pages, project.settings.baseline)

    def outdated(self) -> None:
        """Settings, files or the model changed: what is typed next has to be looked at whole."""
        self._typed.clear()

    def forget(self, uri: str) -> None:
        self._versions.forget(uri)
        self._contracts.pop(uri, None)
        self._typed.pop(uri, None)

    def forget_all(self) -> None:
        self._versions.forget_all()
        self._contracts.clear()
        self._typed.clear()

    def _analysed(self, snapshot: Snapshot, token: Token, *, is_file: bool = False) -> Analysed:
        path, project = snapshot.document.path, None
        if snapshot.is_python and self._projects.checks(path):
            project = self._projects.of(path, token)
        if project is None or is_excluded(path, project.root, project.settings.exclude):
            baseline = None if project is None else project.settings.baseline
            return analysed(snapshot, Report(snapshot.document, (), 0), self._client, self._pages, baseline)
        files = project.files
        if is_file:
            document, workspace = snapshot.document, files.workspace_of_files()
        else:
            document = self._versions.follow(snapshot.uri, snapshot.document)
            _read(document, token)
            workspace = files.workspace(document)
        token.check()
        engine = CancellableEngine(project.engine, token) if project.engine is not None else None
        analysis = analysis_of(document, workspace, engine, project.settings)
        report = analysis.report()
        token.check()
        if not is_file and not document.parsed.tree.has_errors:
            typing = Typing(analysis, workspace, project.settings)
            self._typed[snapshot.uri] = _Typed(typing, project)
        if project.baseline is not None:
            report = project.baseline.new_in(report)
        return self._rendered(snapshot, report, project, is_file=is_file)

    def _rendered(
        self,
        snapshot: Snapshot,
        report: Report,
        project: Project,
        *,
        is_file: bool = False,
        is_typed: bool = False,
    ) -> Analysed:
        """``report`` as diagnostics, with the contracts of an earlier version."""
        if not is_file and snapshot.uri in self._contracts:
            verdicts = self._contracts[snapshot.uri]
            report = verdicts.carried_along(report) if is_typed else verdicts.carried_over(report)
        if snapshot.is_notebook:
            report = in_their_cells(without_shell_names(report), snapshot)
        return analysed(snapshot, report, self._client, self._pages, project.settings.baseline)


def _read(document: Document, token: Token) -> None:
    """Read all of a document that its analysis is made from; raises ``Superseded`` once the token is cancelled."""
    if document.not_text_at is None and len(document.data) <= MOST_BYTES:
        for part in ("flat", "scopes", "tokens", "units", "facts"):
            token.check()
            getattr(document.parsed, part)
