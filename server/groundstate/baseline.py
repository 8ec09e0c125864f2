"""The baseline: findings that a project lives with for now, so that only new ones are reported.

A file of JSON beside the code, one line for each finding, so that it can be read, reviewed and merged. A finding is
known by its path and its fingerprint, which is the one of SARIF's ``partialFingerprints``: it holds when lines move and
ends when the line itself changes. Where a file was moved, its findings are known by the fingerprint alone.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from groundstate.atomic_files import replace_file
from groundstate.errors import UserError
from groundstate.findings import Finding
from groundstate.report import Report
from groundstate.reports.outcome import shown_path

_VERSION = 1


class BaselineError(UserError):
    """A baseline that cannot be used; the message is one line: what is wrong, where, what to do."""


@dataclass(frozen=True, order=True, slots=True)
class Entry:
    """A finding of the baseline. ``budget``: the quietest sensitivity that shows it. ``message`` is for the reader."""

    rule: str
    fingerprint: str
    budget: str
    message: str

    @classmethod
    def of(cls, finding: Finding) -> Entry:
        return cls(finding.rule, finding.fingerprint, finding.budget, finding.message)


_FIELDS = tuple(field.name for field in dataclasses.fields(Entry))

Covers = Callable[[Path, Entry], bool]
"""Whether a run would have found an entry in a file, were it still there."""


@dataclass(frozen=True)
class Baseline:
    """``entries``: by path relative to the folder of the file ``path``, with forward slashes."""

    path: Path
    entries: Mapping[str, tuple[Entry, ...]]

    @property
    def count(self) -> int:
        """How many findings it holds."""
        return sum(map(len, self.entries.values()))

    def name_of(self, path: Path) -> str:
        """How the baseline writes a path."""
        folder = os.path.dirname(os.path.abspath(self.path))
        try:
            return PurePath(os.path.relpath(path, folder)).as_posix()
        except ValueError:  # on another drive
            return PurePath(os.path.abspath(path)).as_posix()

    def file_of(self, name: str) -> Path:
        """The file that the baseline calls ``name``."""
        return Path(os.path.normpath(Path(os.path.abspath(self.path)).parent / name))

    def knows(self, path: Path, fingerprint: str) -> bool:
        """Whether a finding in the file at ``path`` is in the baseline."""
        name = self.name_of(path)
        if name in self.entries:
            return any(entry.fingerprint == fingerprint for entry in self.entries[name])
        return fingerprint in self._homeless

    def new_in(self, report: Report) -> Report:
        """The report with only those findings that are not in the baseline."""
        path = report.document.path
        new = tuple(item for item in report.findings if not self.knows(path, item.fingerprint))
        return replace(report, findings=new, known=report.known + len(report.findings) - len(new))

    @functools.cached_property
    def _homeless(self) -> frozenset[str]:
        """Fingerprints of findings whose file is gone; it may have been moved."""
        return frozenset(
            entry.fingerprint
            for name, entries in self.entries.items()
            if not self.file_of(name).exists()
            for entry in entries
        )


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        BaselineError: the file cannot be read or is no baseline.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BaselineError(
            f"{shown_path(path)}: there is no such baseline; make it with `groundstate check --baseline "
            f"{shown_path(path)} --update-baseline`"
        ) from None
    except OSError as error:
        raise BaselineError(f"{path}: the baseline cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BaselineError(f"{path}: no baseline: it is not UTF-8 text") from None
    try:
        parsed = json.loads(text)
    except json.JSONDecodeError as error:
        conflict = ", perhaps a merge conflict: mend it or make it anew with --update-baseline"
        raise BaselineError(f"{path}: no baseline: line {error.lineno} is not JSON{conflict}") from None
    except RecursionError:
        raise BaselineError(f"{path}: no baseline: nested too deeply") from None
    match parsed:
        case {"version": 1, "findings": dict() as findings}:
            pass
        case {"version": version} if version != _VERSION:
            raise BaselineError(
                f"{path}: a baseline of version {version}, and this groundstate reads {_VERSION}"
            )
        case _:
            raise BaselineError(f"{path}: no baseline: `version` and `findings` are missing")
    try:
        entries = {
            name: tuple(Entry(*(str(item[field]) for field in _FIELDS)) for item in items)
            for name, items in findings.items()
        }
    except (TypeError, KeyError):
        raise BaselineError(
            f"{path}: no baseline: a finding lacks its rule, fingerprint, budget or message"
        ) from None
    return Baseline(path, entries)


def write_baseline(baseline: Baseline) -> None:
    """Write a baseline to its file, sorted and atomically.

    Raises:
        BaselineError: it cannot be written, and what was there still is.
    """
    files = []
    for name, entries in sorted(baseline.entries.items()):
        if entries:
            lines = ",\n".join(
                f"      {json.dumps(dataclasses.asdict(entry), ensure_ascii=False)}"
                for entry in sorted(entries)
            )
            files.append(f"    {json.dumps(name, ensure_ascii=False)}: [\n{lines}\n    ]")
    body = "{\n" + ",\n".join(files) + "\n  }" if files else "{}"
    text = f'{{\n  "version": {_VERSION},\n  "findings": {body}\n}}\n'
    try:
        replace_file(baseline.path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise BaselineError(
            f"{baseline.path}: the baseline cannot be written: {error.strerror or error}"
        ) from None


def added(baseline: Baseline, path: Path, finding: Finding) -> Baseline:
    """The baseline with one more finding, in the file at ``path``."""
    name = baseline.name_of(path)
    entries = tuple(dict.fromkeys((*baseline.entries.get(name, ()), Entry.of(finding))))
    return replace(baseline, entries={**baseline.entries, name: entries})


def updated(baseline: Baseline, reports: Iterable[Report], covers: Covers) -> Baseline:
    """The baseline of what a run found; what the run says nothing about is kept, files that are gone are not."""
    entries: dict[str, tuple[Entry, ...]] = {}
    for name, kept in baseline.entries.items():
        path = baseline.file_of(name)
        if path.exists():
            entries[name] = tuple(entry for entry in kept if not covers(path, entry))
    for report in reports:
        name = baseline.name_of(report.document.path)
        entries[name] = (*entries.get(name, ()), *map(Entry.of, report.findings))
    return Baseline(baseline.path, {name: items for name, items in entries.items() if items})


def pruned(baseline: Baseline, reports: Iterable[Report], covers: Covers) -> Baseline:
    """The baseline without the findings that a run should have found and did not; none is added."""
    known = [
        replace(
            report,
            findings=tuple(
                item for item in report.findings if baseline.knows(report.document.path, item.fingerprint)
            ),
        )
        for report in reports
    ]
    return updated(baseline, known, covers)


def ended(before: Baseline, after: Baseline) -> list[tuple[str, Entry]]:
    """The paths and entries of ``before`` that are neither in ``after`` nor were moved there with their file."""
    kept = {(name, entry.fingerprint) for name, entries in after.entries.items() for entry in entries}
    anywhere = {fingerprint for _, fingerprint in kept}
    return [
        (name, entry)
        for name, entries in sorted(before.entries.items())
        for entry in sorted(entries)
        if (name, entry.fingerprint) not in kept
        and (before.file_of(name).exists() or entry.fingerprint not in anywhere)
    ]
