"""The store of a scan: results of the files that are finished, by key, in one SQLite database in the scan's folder.

Only the process that started the scan writes it, a batch in one transaction, so a scan that is killed leaves whole batches.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from groundstate.errors import UserError

_CHUNK = 500


class Store:
    """Results by key, and which of them this scan's outputs are made of.

    Raises:
        UserError: the database cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._connection = sqlite3.connect(path)
            self._connection.execute("PRAGMA journal_mode = WAL")
            with self._connection:
                self._connection.execute(
                    "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, value TEXT NOT NULL)"
                )
                self._connection.execute(
                    "CREATE TABLE IF NOT EXISTS planned "
                    "(position INTEGER PRIMARY KEY, repository TEXT NOT NULL, key TEXT NOT NULL)"
                )
                self._connection.execute("DELETE FROM planned")
        except sqlite3.Error as error:
            raise UserError(
                f"{path}: not the store of a scan that can be used: {error}; take another folder"
            ) from None

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def plan(self, repository: str, keys: Sequence[str]) -> set[str]:
        """Make results of these keys part of the outputs, in this order after all before; those that there are already."""
        with self._connection:
            self._connection.executemany(
                "INSERT INTO planned (repository, key) VALUES (?, ?)", [(repository, key) for key in keys]
            )
        found: set[str] = set()
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            rows = self._connection.execute(f"SELECT key FROM results WHERE key IN ({marks})", chunk)
            found.update(str(key) for (key,) in rows)
        return found

    def put(self, results: Mapping[str, str]) -> None:
        """Store the results of a batch, all or none."""
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO results VALUES (?, ?)", list(results.items())
            )

    def results(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The name of its repository and the result of every planned file that has one, in the order of the plan."""
        rows = self._connection.execute(
            "SELECT repository, value FROM planned JOIN results USING (key) ORDER BY position"
        )
        for repository, value in rows:
            yield str(repository), json.loads(value)
