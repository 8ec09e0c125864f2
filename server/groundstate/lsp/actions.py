"""Code actions: which there are for a range, and what each does to the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lsprotocol import types

from groundstate.contracts import is_about
from groundstate.doctest_edits import doctest_replacements
from groundstate.energy_words import energy_in_words
from groundstate.findings import Finding, Repair
from groundstate.fixes import fix
from groundstate.ignores import ignore_replacements
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.file_ignores import ignore_file_replacements
from groundstate.report import ContractStatus
from groundstate_grammars.edits import Replacement
from groundstate_grammars.rules import CONTRACT_RULES, RULES
from groundstate_grammars.text import PositionEncoding

FIX_ALL = "source.fixAll.groundstate"

ADD_TO_BASELINE = "groundstate.addToBaseline"
"""The command behind the action of that name: it changes a file that is not open."""

REPAIR, DOCTEST, IGNORE_LINE, IGNORE_FILE, BASELINE, FIX = (
    "repair",
    "doctest",
    "ignore-line",
    "ignore-file",
    "baseline",
    "fix-all",
)


@dataclass(frozen=True, slots=True)
class Action:
    """What may be done about a finding: its repair number ``repair``, or not to show it; or the fix of all.

    ``preferred``: the obvious thing to do: the best repair of its finding, checked against the hard terms.
    ``disabled``: why it cannot be done, None where it can.
    """

    operation: str
    title: str
    kind: str
    fingerprint: str = ""
    repair: int = 0
    preferred: bool = False
    disabled: str | None = None

    def as_data(self) -> dict[str, str | int]:
        """What comes back with ``codeAction/resolve``."""
        return {"operation": self.operation, "fingerprint": self.fingerprint, "repair": self.repair}


def action_from_data(rendered: types.CodeAction) -> Action | None:
    """The action that a client wants resolved; None when its data are not ours."""
    match rendered.data:
        case {"operation": str(operation), "fingerprint": str(fingerprint), "repair": int(repair)}:
            return Action(operation, rendered.title, str(rendered.kind), fingerprint, repair)
    return None


def actions_for(
    analysed: Analysed,
    uri: str,
    place: types.Range,
    context: types.CodeActionContext,
    encoding: PositionEncoding,
) -> list[Action]:
    """The actions for the findings that touch ``place`` or that the client names: repairs first, then ignores."""
    actions: list[Action] = []
    if _wants(context.only, types.CodeActionKind.QuickFix):
        findings = _findings_at(analysed, uri, place, context.diagnostics, encoding)
        for finding in findings:
            actions += _repairs(finding, analysed)
            actions += _doctest(finding, analysed)
        for finding in findings:
            actions += _ignores(finding)
            actions.append(_baseline(finding, analysed))
    if _wants(context.only, FIX_ALL):
        refused = _nothing_certified(analysed)
        if refused is None or context.only is not None:
            title = "Fix all that is certified (groundstate)"
            actions.append(Action(FIX, title, FIX_ALL, disabled=refused))
    return actions


def replacements_of(analysed: Analysed, action: Action) -> tuple[Replacement, ...]:
    """What ``action`` does; nothing when its finding is gone. May parse: worker thread only."""
    report = analysed.report
    if action.operation == FIX:
        fixed = fix(report, unsafe=False).findings
        return tuple(item for finding in fixed for item in finding.repairs[0].replacements)
    finding = analysed.fingerprints.get(action.fingerprint)
    if finding is None:
        return ()
    if action.operation == DOCTEST:
        status, example = _refuted(finding, analysed)
        return doctest_replacements(report.document, status.function, example) if status is not None else ()
    if action.operation == IGNORE_LINE:
        return ignore_replacements(report.document, [(finding.rule, finding.start)])
    if action.operation == IGNORE_FILE:
        return ignore_file_replacements(report.document, finding.rule)
    return finding.repairs[action.repair].replacements if action.repair < len(finding.repairs) else ()


def _findings_at(
    analysed: Analysed,
    uri: str,
    place: types.Range,
    named: Iterable[types.Diagnostic],
    encoding: PositionEncoding,
) -> list[Finding]:
    """Findings in the range, then those of the diagnostics the client sent along (of the whole line, in some)."""
    start, end = analysed.snapshot.offsets(uri, place, encoding)
    found = [item for item in analysed.fingerprints.values() if item.start <= end and start <= item.end]
    for diagnostic in named:
        finding = analysed.finding_of(uri, diagnostic)
        if finding is not None and finding not in found:
            found.append(finding)
    return found


def _repairs(finding: Finding, analysed: Analysed) -> list[Action]:
    """The repairs of a finding, and why there is none where there is none, or none but changes of the contract."""
    kind = types.CodeActionKind.QuickFix
    actions = []
    only_contract = finding.rule in CONTRACT_RULES and not any(repair.checked for repair in finding.repairs)
    if only_contract or not finding.repairs:
        title = f"Repair {finding.rule} {RULES[finding.rule].name}"
        reason = _unrepaired(finding, analysed)
        actions.append(Action(REPAIR, title, kind, finding.fingerprint, disabled=reason))
    for number, repair in enumerate(finding.repairs):
        preferred = number == 0 and repair.checked
        actions.append(
            Action(REPAIR, _with_worth(repair), kind, finding.fingerprint, number, preferred=preferred)
        )
    return actions


def _unrepaired(finding: Finding, analysed: Analysed) -> str:
    """Why a finding has no repair."""
    status, _ = _refuted(finding, analysed)
    if status is None:
        return "no edit is known that mends this and adds no other violation"
    looked = status.search
    if looked is None:
        return "a repair is still being looked for"
    return f"no edit is proved to mend this: {looked.edits} replayed, {looked.proofs} proofs tried"


def _with_worth(repair: Repair) -> str:
    """The title of a repair with what it is worth, where an energy says so."""
    if repair.verified or not repair.gap.terms:
        return repair.title
    return f"{repair.title} (ΔE {energy_in_words(repair.gap.total)})"


def _doctest(finding: Finding, analysed: Analysed) -> list[Action]:
    """What adds the counterexample of a finding to the docstring of its function."""
    if not _refuted(finding, analysed)[1]:
        return []
    title = "Add the counterexample as a doctest"
    return [Action(DOCTEST, title, types.CodeActionKind.QuickFix, finding.fingerprint)]


def _refuted(finding: Finding, analysed: Analysed) -> tuple[ContractStatus | None, tuple[str, ...]]:
    """The function whose contract a finding says is broken, and the lines of an example that shows it."""
    if finding.rule not in CONTRACT_RULES:
        return None, ()
    for status in analysed.report.contracts:
        for clause in status.clauses:
            found = clause.counterexample
            here = (clause.start, clause.end) == (finding.start, finding.end)
            if found is not None and here and is_about(finding, (status.start, status.end)):
                return status, found.doctest
    return None, ()


def _ignores(finding: Finding) -> list[Action]:
    rule = f"{finding.rule} {RULES[finding.rule].name}"
    kind = types.CodeActionKind.QuickFix
    return [
        Action(IGNORE_LINE, f"Ignore {rule} on this line", kind, finding.fingerprint),
        Action(IGNORE_FILE, f"Ignore {rule} in this file", kind, finding.fingerprint),
    ]


def _baseline(finding: Finding, analysed: Analysed) -> Action:
    title = f"Add {finding.rule} {RULES[finding.rule].name} to the baseline"
    missing = (
        "no baseline is set: name a file in the setting `baseline`" if analysed.baseline is None else None
    )
    return Action(BASELINE, title, types.CodeActionKind.QuickFix, finding.fingerprint, disabled=missing)


def _nothing_certified(analysed: Analysed) -> str | None:
    """Why fixing all would do nothing; None where it would do something."""
    repairs = [item.repairs[0] for item in analysed.report.findings if item.repairs]
    if not repairs:
        return "there is nothing to repair in this file"
    if not any(repair.certified for repair in repairs):
        return "no repair in this file is certified; look at each of them"
    return None


def _wants(only: Iterable[str] | None, kind: str) -> bool:
    """Whether a client that asks for the kinds ``only`` wants ``kind``, which one of them may contain."""
    return only is None or any(wanted in ("", kind) or kind.startswith(f"{wanted}.") for wanted in only)
