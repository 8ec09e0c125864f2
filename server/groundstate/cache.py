"""Cache: reports and summaries of files that did not change, in one SQLite database in the user's cache folder.

A key covers everything its value depends on, so an entry is never stale, only unused; the least recently used go when
the database grows past its bound. Several runs may share it. Nothing here can fail a run: a database that is damaged
is thrown away and made anew, and where none can be had nothing is cached. Entries are JSON, never pickles: a cache
folder may come from anywhere.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from groundstate.documents import Document
from groundstate.findings import Evidence, Finding, Repair, Severity
from groundstate.report import ClauseStatus, ContractStatus, Counterexample, RepairSearch, Report
from groundstate.running_version import running_version
from groundstate.settings import SENSITIVITIES
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_grammars.edits import Replacement
from groundstate_grammars.rules import RULES

MOST_BYTES = 64 * 1024 * 1024
"""Entries are dropped, the oldest first, until at most this many bytes of them are left."""

_FORMAT = 11
_BUSY_SECONDS = 5.0
_CHUNK = 500


def user_cache_folder() -> Path:
    """Where caches of this user belong on this system."""
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
            / "groundstate"
            / "Cache"
        )
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "groundstate"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "groundstate"


def report_key(*parts: str) -> str:
    """The key of a report from everything that it depends on, beside the groundstate that makes it."""
    whole = "\0".join((running_version(), *parts))
    return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()


class Cache:
    """Values by key, while it is entered as a context manager; one that is not ``enabled`` holds nothing."""

    def __init__(
        self, folder: Path | None = None, *, most_bytes: int = MOST_BYTES, enabled: bool = True
    ) -> None:
        self._enabled = enabled
        self._path = (folder or user_cache_folder()) / "reports.sqlite"
        self._most_bytes = most_bytes
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Cache:
        if self._enabled:
            self._open()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of the keys that have one."""
        found: dict[str, str] = {}
        wanted = list(keys)
        if self._connection is None:
            return found
        try:
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                rows = self._connection.execute(
                    f"SELECT key, value FROM reports WHERE key IN ({marks})", chunk
                )
                found.update((str(key), str(value)) for key, value in rows)
            if found:
                now = int(time.time())
                with self._connection:
                    self._connection.executemany(
                        "UPDATE reports SET used = ? WHERE key = ? AND used < ?",
                        [(now, key, now - 3600) for key in found],
                    )
        except sqlite3.OperationalError:
            pass  # another run holds the database; what was read stands
        except sqlite3.DatabaseError:
            self._discard()
            return {}
        return found

    def put(self, values: Mapping[str, str]) -> None:
        """Store values, and drop the least recently used ones beyond the bound."""
        if self._connection is None or not values:
            return
        now = int(time.time())
        try:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?)",
                    [(key, value, now, len(value)) for key, value in values.items()],
                )
                # The size has a column of its own: SQLite would read every value to know its length.
                (total,) = self._connection.execute("SELECT SUM(size) FROM reports").fetchone()
                if total > self._most_bytes:
                    self._connection.execute(
                        "DELETE FROM reports WHERE key IN (SELECT key FROM (SELECT key, SUM(size) OVER "
                        "(ORDER BY used DESC, rowid DESC) AS total FROM reports) WHERE total > ?)",
                        (self._most_bytes,),
                    )
        except sqlite3.OperationalError:
            pass
        except sqlite3.DatabaseError:
            self._discard()

    def _open(self) -> None:
        for _ in range(2):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._connection = self._connected()
                return
            except sqlite3.OperationalError:
                return
            except sqlite3.DatabaseError:
                self._discard()
            except (OSError, ValueError):
                return

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            with connection:
                if version != _FORMAT:
                    connection.execute("DROP TABLE IF EXISTS reports")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS reports "
                    "(key TEXT PRIMARY KEY, value TEXT NOT NULL, used INTEGER NOT NULL, size INTEGER NOT NULL)"
                )
                connection.execute("CREATE INDEX IF NOT EXISTS sizes ON reports (size)")
                connection.execute(f"PRAGMA user_version = {_FORMAT}")
            connection.execute("SELECT key, value, used, size FROM reports LIMIT 1").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _discard(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        for suffix in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                os.unlink(f"{self._path}{suffix}")


def report_as_text(report: Report) -> str:
    """A report without its document, as JSON."""
    findings = [
        [
            item.rule,
            item.start,
            item.end,
            item.message,
            item.severity.value,
            None if item.gap is None else _gap_out(item.gap),
            item.probability,
            [
                [
                    repair.title,
                    _edits_out(repair.replacements),
                    _gap_out(repair.gap),
                    repair.checked,
                    repair.certified,
                    repair.budget,
                    repair.verified,
                ]
                for repair in item.repairs
            ],
            [[evidence.start, evidence.end, evidence.message] for evidence in item.evidence],
            item.fingerprint,
        ]
        for item in report.findings
    ]
    contracts = [dataclasses.astuple(status) for status in report.contracts]
    return json.dumps([report.ignored, report.sensitivity, findings, contracts], separators=(",", ":"))


def report_from_text(document: Document, text: str) -> Report | None:
    """The report that ``report_as_text`` wrote about ``document``; None when ``text`` is anything else."""
    try:
        ignored, sensitivity, findings, contracts = json.loads(text)
        kept = [
            Finding(
                rule=RULES[rule].code,
                start=int(start),
                end=int(end),
                message=str(message),
                severity=Severity(severity),
                gap=None if gap is None else _gap_in(gap),
                probability=None if probability is None else float(probability),
                repairs=tuple(
                    Repair(
                        title=str(title),
                        replacements=_edits_in(edits),
                        gap=_gap_in(repair_gap),
                        checked=bool(checked),
                        certified=bool(certified),
                        budget=SENSITIVITIES[SENSITIVITIES.index(budget)],
                        verified=bool(verified),
                    )
                    for title, edits, repair_gap, checked, certified, budget, verified in repairs
                ),
                evidence=tuple(Evidence(int(first), int(last), str(why)) for first, last, why in evidence),
                fingerprint=str(fingerprint),
            )
            for rule, start, end, message, severity, gap, probability, repairs, evidence, fingerprint in findings
        ]
        statuses = tuple(_status_in(*status) for status in contracts)
        shown_at = SENSITIVITIES[SENSITIVITIES.index(sensitivity)]
        return Report(document, tuple(kept), int(ignored), contracts=statuses, sensitivity=shown_at)
    except (ValueError, TypeError, KeyError):
        return None


def _status_in(
    function: str,
    start: int,
    end: int,
    verdict: str,
    reason: str,
    at: int,
    bound: int,
    clauses: list[list[object]],
    search: list[int] | None,
) -> ContractStatus:
    found = tuple(_clause_in(*clause) for clause in clauses)  # type: ignore[arg-type]  # checked inside
    looked = None
    if search is not None:
        edits, runs, proofs, is_found = search
        looked = RepairSearch(int(edits), int(runs), int(proofs), bool(is_found))
    return ContractStatus(
        str(function), int(start), int(end), str(verdict), str(reason), int(at), int(bound), found, looked
    )


def _clause_in(
    text: str, start: int, end: int, verdict: str, reason: str, example: list[object] | None
) -> ClauseStatus:
    counterexample = None
    if example is not None:
        arguments, returned, exception, values, doctest = example
        lines = tuple(str(line) for line in doctest) if isinstance(doctest, list) else ()
        counterexample = Counterexample(
            _pairs_in(arguments), str(returned), str(exception), _pairs_in(values), lines
        )
    return ClauseStatus(str(text), int(start), int(end), str(verdict), str(reason), counterexample)


def _pairs_in(items: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(items, list):
        raise TypeError("not a list")
    return tuple((str(name), str(value)) for name, value in items)


def _gap_out(gap: EnergyGap) -> list[list[object]]:
    return [[term.term, term.gap.hard, term.gap.soft] for term in gap.terms]


def _gap_in(terms: list[tuple[str, int, float]]) -> EnergyGap:
    return EnergyGap(tuple(TermGap(str(term), Energy(int(hard), float(soft))) for term, hard, soft in terms))


def _edits_out(replacements: Iterable[Replacement]) -> list[list[object]]:
    return [[item.start, item.end, item.new.decode("latin-1")] for item in replacements]


def _edits_in(items: list[tuple[int, int, str]]) -> tuple[Replacement, ...]:
    return tuple(Replacement(int(start), int(end), str(new).encode("latin-1")) for start, end, new in items)
