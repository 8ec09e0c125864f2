"""Fixes: which repairs are applied, and that a file is never lost."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from groundstate.documents import Document, read_document
from groundstate.findings import Finding, Repair, Severity
from groundstate.fixes import FixError, fix, unified_diff, write
from groundstate.report import Report
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_grammars.edits import Replacement

GAP = EnergyGap((TermGap("learned", Energy(0, -1.0)),))


def finding(data: bytes, old: bytes, new: bytes, *, certified: bool = True, checked: bool = True) -> Finding:
    start = data.index(old)
    replacement = Replacement(start, start + len(old), new)
    repair = Repair("Replace", (replacement,), GAP, checked, certified)
    return Finding("GS301", start, start + len(old), "m", Severity.WARNING, GAP, 0.9, (repair,), (), "f")


def report(document: Document, *findings: Finding) -> Report:
    return Report(document, findings, 0)


def test_only_certified_repairs_unless_asked() -> None:
    data = b"a = b + c + d\n"
    document = Document(Path("/a.py"), data)
    findings = (
        finding(data, b"b", b"x"),
        finding(data, b"c", b"y", certified=False),
        finding(data, b"d", b"z", certified=False, checked=False),
    )
    assert fix(report(document, *findings), unsafe=False).fixed.data == b"a = x + c + d\n"
    assert fix(report(document, *findings), unsafe=True).fixed.data == b"a = x + y + d\n"


def test_where_repairs_overlap_the_first_wins() -> None:
    data = b"value = old_name(1)\n"
    document = Document(Path("/a.py"), data)
    change = fix(
        report(document, finding(data, b"old_name(1)", b"f(2)"), finding(data, b"1", b"3")), unsafe=False
    )
    assert change.fixed.data == b"value = f(2)\n"
    assert len(change.findings) == 1


def test_a_repair_that_breaks_the_text_is_left_out() -> None:
    data = b"a = b\nc = d\n"
    document = Document(Path("/a.py"), data)
    change = fix(report(document, finding(data, b"b", b"("), finding(data, b"d", b"e")), unsafe=False)
    assert change.fixed.data == b"a = b\nc = e\n"


def test_nothing_to_fix_changes_nothing() -> None:
    document = Document(Path("/a.py"), b"a = b\n")
    change = fix(report(document), unsafe=True)
    assert change.fixed == document
    assert unified_diff(change) == ""


def test_bytes_that_no_repair_touches_stay(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfa = b\r\n# \xff\x00\xe9 \x0c\n\tx = b'\\r'"
    path = tmp_path / "a.py"
    path.write_bytes(data)
    document = read_document(path)
    write(fix(report(document, finding(data, b"b\r", b"c\r")), unsafe=False))
    assert path.read_bytes() == data.replace(b"b\r", b"c\r", 1)


def test_writing_keeps_mode_and_links(tmp_path: Path) -> None:
    target = tmp_path / "target.py"
    target.write_bytes(b"a = b\n")
    target.chmod(0o750)
    link = tmp_path / "link.py"
    link.symlink_to(target)
    document = read_document(link)
    write(fix(report(document, finding(document.data, b"b", b"c")), unsafe=False))
    assert link.is_symlink()
    assert target.read_bytes() == b"a = c\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o750
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.py", "target.py"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"a = b\n")
    change = fix(report(read_document(path), finding(b"a = b\n", b"b", b"c")), unsafe=False)
    path.write_bytes(b"a = b  # mine\n")
    with pytest.raises(FixError, match="changed while"):
        write(change)
    assert path.read_bytes() == b"a = b  # mine\n"


def test_a_failing_write_leaves_the_file_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"a = b\n")
    change = fix(report(read_document(path), finding(b"a = b\n", b"b", b"c")), unsafe=False)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(FixError, match="No space left"):
        write(change)
    assert path.read_bytes() == b"a = b\n"
    assert [item.name for item in tmp_path.iterdir()] == ["a.py"]
    path.unlink()
    with pytest.raises(FixError):
        write(change)


def test_the_diff_is_unified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = b"a = b\nlast = d"
    document = Document(tmp_path / "a.py", data)
    change = fix(report(document, finding(data, b"d", b"e")), unsafe=False)
    shown = (
        "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n a = b\n"
        "-last = d\n\\ No newline at end of file\n+last = e\n\\ No newline at end of file\n"
    )
    assert unified_diff(change) == shown
    monkeypatch.chdir("/")
    inside = (tmp_path / "a.py").as_posix()
    assert unified_diff(change) == shown.replace("a/a.py", f"a{inside}").replace("b/a.py", f"b{inside}")
