"""What a report says of units: their free energy, and the other places where it is raised."""

from __future__ import annotations

from pathlib import Path

from tests.server.fakes import FakeEngine, Proposal

from groundstate.analysis import Workspace, analyse
from groundstate.documents import Document
from groundstate.settings import Settings

TEXT = b"def f(a, b, c):\n    return a + a * c\n"


def test_a_report_has_the_free_energy_of_each_unit() -> None:
    document = Document(Path("/p/x.py"), TEXT)
    report = analyse(document, Workspace(Path("/p")), FakeEngine([[]]), Settings())
    (energy,) = report.energies
    assert (energy.name, energy.start, energy.end, energy.free_energy) == ("f", 0, len(TEXT), 1.5)


def test_a_finding_points_to_the_other_places_where_the_energy_is_raised() -> None:
    document = Document(Path("/p/x.py"), TEXT)
    unit = [
        Proposal(b"a *", b"b *", soft=-4.0),
        Proposal(b"a *", b"c *", soft=-3.0, level="all"),
        Proposal(b"c\n", b"b\n", soft=-1.25, level="all"),
        Proposal(b"a +", b"b +", soft=0.5, level="all"),
    ]
    report = analyse(document, Workspace(Path("/p")), FakeEngine([unit]), Settings())
    (finding,) = report.findings
    (evidence,) = finding.evidence
    assert TEXT[evidence.start : evidence.end] == b"c\n"
    assert evidence.message == "the energy is raised here too: replace `c` by `b`, ΔE −1.25"
