"""A scan from its repositories to its files: what ``groundstate scan`` runs."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from groundstate.atomic_files import replace_file
from groundstate.discovery import Problem
from groundstate.errors import UserError
from groundstate.progress import progress
from groundstate.scanning.manifest import manifest_of, settle, versions
from groundstate.scanning.planning import Batch, How, Plan, plan
from groundstate.scanning.repositories import Repository, commit_of
from groundstate.scanning.scheduling import Crew, Deaths, Patience, scanned
from groundstate.scanning.store import Store
from groundstate.scanning.worker import Setup

PARQUET, SARIF, SUMMARY = "findings.parquet", "findings.sarif", "summary.json"


@dataclass(slots=True)
class RepositorySummary:
    """What became of one repository. ``earlier``: files that an earlier run had scanned."""

    name: str
    path: str
    commit: str | None
    files: int = 0
    earlier: int = 0
    lines: int = 0
    findings: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Summary:
    """What became of a scan. ``rules``: findings by rule. ``devices``: what networks ran on, with the batches of each."""

    repositories: list[RepositorySummary]
    rules: Counter[str]
    deaths: Deaths
    devices: Counter[str]
    batches: int
    seconds: float

    @property
    def findings(self) -> int:
        return sum(self.rules.values())

    @property
    def scanned(self) -> int:
        """Repositories of which at least what is Python was looked for."""
        return sum(1 for repository in self.repositories if repository.files or not repository.problems)

    def problems(self) -> list[Problem]:
        return [problem for repository in self.repositories for problem in repository.problems]


@dataclass(frozen=True, slots=True)
class Scan:
    """One run of a scan.

    ``crew``: makes the workers from what they start with. ``say``: takes lines for the user.
    """

    repositories: Sequence[Repository]
    how: How
    out: Path
    threads: int
    patience: Patience
    crew: Callable[[Setup], Crew]
    say: Callable[[str], None]

    def run(self, engine: str) -> Summary:
        """Scan what is not scanned yet, and write all that was found. ``engine``: what the manifest calls the crew.

        Raises:
            UserError: the folder is another scan's, or no worker can scan anything.
            OSError: the folder cannot be written.
        """
        began = time.monotonic()
        self.out.mkdir(parents=True, exist_ok=True)
        manifest = manifest_of(self.how.source, self.how.settings)
        about = {"started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "engine": engine}
        if settle(
            self.out, manifest, {**about, "repositories": len(self.repositories), "versions": versions()}
        ):
            self.say(f"{self.out} holds this scan already: what is finished is not scanned again")
        store = Store(self.out / "results.sqlite")
        cache = self.out / "cache"
        try:
            summary = self._scanned(store, cache)
            self._write(store, summary, manifest)
        except sqlite3.Error as error:
            raise UserError(
                f"{store.path}: cannot be used: {error}; is another scan running there?"
            ) from None
        finally:
            store.close()
        shutil.rmtree(cache, ignore_errors=True)
        summary.seconds = time.monotonic() - began
        replace_file(self.out / SUMMARY, _summary_text(summary).encode())
        return summary

    def _scanned(self, store: Store, cache: Path) -> Summary:
        about = [
            RepositorySummary(item.name, str(item.path), commit_of(item.path)) for item in self.repositories
        ]
        of = {item.path: entry for item, entry in zip(self.repositories, about, strict=True)}
        summary = Summary(about, Counter(), Deaths(), Counter(), 0, 0.0)
        setup = Setup(self.how.source, self.threads, cache)
        crew: list[Crew] = []
        repositories = self._planned(store, of)
        # Workers are started for the first batch, and none where nothing is left to scan.
        first = next(repositories, None)
        while first is not None and not (batches := list(first)):
            first = next(repositories, None)
        try:
            if first is not None:
                crew.append(self.crew(setup))
                for batch, answer in scanned(
                    _chained(batches, repositories), crew[0], self.patience, summary.deaths
                ):
                    store.put(answer.results)
                    of[batch.repository.path].problems.extend(answer.problems)
                    summary.batches += 1
                    if answer.device:
                        summary.devices[answer.device] += 1
        finally:
            for each in crew:
                each.close()
        return summary

    def _planned(self, store: Store, of: Mapping[Path, RepositorySummary]) -> Iterator[Iterable[Batch]]:
        for repository in progress(self.repositories, len(self.repositories), "Scanning"):
            found: Plan = plan(repository, self.how)
            known = store.plan(repository.name, [part.key for part in found.parts])
            entry = of[repository.path]
            entry.files, entry.earlier = len(found.parts), len(known)
            entry.problems.extend(found.problems)
            yield found.batches(known, self.how.limits.batch_bytes)

    def _write(self, store: Store, summary: Summary, manifest: Mapping[str, object]) -> None:
        from groundstate.reports.sarif import Base, merged_log
        from groundstate.scanning.tables import row, write_parquet

        entries = {entry.name: entry for entry in summary.repositories}

        def rows() -> Iterator[dict[str, object]]:
            for name, result in store.results():
                entry = entries[name]
                entry.lines += result["lines"]
                entry.findings += len(result["findings"])
                for finding in result["findings"]:
                    summary.rules[finding["rule"]] += 1
                    yield row(name, entry.commit, finding)

        write_parquet(self.out / PARQUET, rows(), {"groundstate": json.dumps(manifest)})
        results = (item for _, result in store.results() for item in result["sarif"])
        bases = [Base(item.name, str(item.path)) for item in self.repositories]
        model = None if self.how.source is None else self.how.source.model_hash
        part = self.out / f"{SARIF}.part"
        with part.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.writelines(merged_log(results, summary.problems(), model, bases))
        part.replace(self.out / SARIF)


def _chained(first: list[Batch], rest: Iterator[Iterable[Batch]]) -> Iterator[Iterable[Batch]]:
    yield first
    yield from rest


def _summary_text(summary: Summary) -> str:
    shown = {
        "findings": summary.findings,
        "rules": dict(sorted(summary.rules.items())),
        "seconds": round(summary.seconds, 1),
        "batches": summary.batches,
        "devices": dict(summary.devices),
        "workers_died": summary.deaths.workers,
        "batches_given_again": summary.deaths.again,
        "repositories": [asdict(repository) for repository in summary.repositories],
    }
    return json.dumps(shown, indent=2) + "\n"
