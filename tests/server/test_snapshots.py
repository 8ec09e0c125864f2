"""Every output format as a whole, as it is in ``snapshots``. ``pytest --update-snapshots`` writes them anew; look at the
difference before you commit it, for other programs read these."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.server.samples import sample_outcome

from groundstate import __version__
from groundstate.reports.formats import FORMATS, render

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("name", FORMATS)
def test_format(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    text = render(name, sample_outcome(tmp_path))
    text = text.replace(tmp_path.as_uri(), "file:///HERE").replace(f'"{__version__}"', '"VERSION"')
    snapshot = SNAPSHOTS / f"{name}.txt"
    if request.config.getoption("--update-snapshots"):
        snapshot.write_text(text, encoding="utf-8")
    assert text == snapshot.read_text(encoding="utf-8")


def test_there_are_no_other_snapshots() -> None:
    assert sorted(path.stem for path in SNAPSHOTS.iterdir()) == sorted(FORMATS)
