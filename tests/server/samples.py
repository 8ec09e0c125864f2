"""A run with one finding of each kind, in a text with everything that makes columns hard."""

from __future__ import annotations

from pathlib import Path

from groundstate.discovery import Problem
from groundstate.documents import Document
from groundstate.findings import Evidence, Finding, Repair, Severity
from groundstate.report import Report
from groundstate.reports.outcome import Outcome
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_grammars.edits import Replacement

TEXT = """\ufeffdef area(width, height):
\t# 😀 wide
\treturn "é😀", width * width


print(area(1)
""".encode()

SOFT_GAP = EnergyGap((TermGap("usage", Energy(0, -0.5)), TermGap("learned", Energy(0, -2.75))))
HARD_GAP = EnergyGap((TermGap("syntax", Energy(-1, 0.0)),))


def sample_outcome(folder: Path) -> Outcome:
    """A soft finding with a repair and evidence, a hard one, a clean file and a problem."""
    document = Document(folder / "src" / "area.py", TEXT)
    second = TEXT.rindex(b"width")
    name = TEXT.index(b"height")
    replacement = Replacement(second, second + 5, b"height")
    repair = Repair("Replace `width` by `height`", (replacement,), SOFT_GAP, True, True, "default")
    soft = Finding(
        rule="GS301",
        start=second,
        end=second + 5,
        message="`height` fits better than `width` here",
        severity=Severity.WARNING,
        gap=SOFT_GAP,
        probability=0.875,
        repairs=(repair,),
        evidence=(Evidence(name, name + 6, "`height` is never used"),),
        fingerprint="0123456789abcdef0123456789abcdef",
    )
    call = TEXT.index(b"print")
    end = len(TEXT) - 1
    insert = Repair("Insert `)`", (Replacement(end, end, b")"),), HARD_GAP, True, False)
    hard = Finding(
        rule="GS101",
        start=call,
        end=end,
        message="`(` is never closed",
        severity=Severity.ERROR,
        gap=HARD_GAP,
        probability=None,
        repairs=(insert,),
        evidence=(),
        fingerprint="fedcba9876543210fedcba9876543210",
    )
    clean = Document(folder / "src" / "clean.py", b"")
    reports = (Report(document, (soft, hard), 1), Report(clean, (), 0))
    return Outcome(reports, (Problem("gone.py", "no such file or folder"),), "sha256:abc")
