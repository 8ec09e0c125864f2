"""Findings as Parquet: one row each. The only module that imports pyarrow."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

ROWS = 10_000
"""Rows of one group of the file, which is what is in memory at once."""

_RANGE = [(name, pyarrow.int32()) for name in ("line", "column", "end_line", "end_column")]
_TEXT = pyarrow.string()
SCHEMA = pyarrow.schema(
    [
        pyarrow.field("repository", _TEXT, nullable=False),
        pyarrow.field("commit", _TEXT),
        pyarrow.field("path", _TEXT, nullable=False),
        *[pyarrow.field(name, kind, nullable=False) for name, kind in _RANGE],
        pyarrow.field("rule", _TEXT, nullable=False),
        pyarrow.field("name", _TEXT, nullable=False),
        pyarrow.field("message", _TEXT, nullable=False),
        pyarrow.field("severity", _TEXT, nullable=False),
        pyarrow.field("budget", _TEXT, nullable=False),
        pyarrow.field("probability", pyarrow.float64()),
        pyarrow.field("delta_energy_hard", pyarrow.int32()),
        pyarrow.field("delta_energy", pyarrow.float64()),
        pyarrow.field("fingerprint", _TEXT, nullable=False),
        pyarrow.field(
            "repairs",
            pyarrow.list_(
                pyarrow.struct(
                    [
                        ("title", _TEXT),
                        ("checked", pyarrow.bool_()),
                        ("certified", pyarrow.bool_()),
                        ("delta_energy_hard", pyarrow.int32()),
                        ("delta_energy", pyarrow.float64()),
                        ("edits", pyarrow.list_(pyarrow.struct([*_RANGE, ("text", _TEXT)]))),
                    ]
                )
            ),
        ),
        pyarrow.field(
            "evidence", pyarrow.list_(pyarrow.struct([*_RANGE, ("message", _TEXT)])), nullable=False
        ),
    ]
)
"""Columns; lines and columns of a text are counted from 1, in characters, as in all formats."""


def row(repository: str, commit: str | None, finding: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a finding of ``json_report.finding_as_json``."""
    return {
        "repository": repository,
        "commit": commit,
        **_range(finding),
        **{key: finding[key] for key in ("path", "rule", "name", "message", "severity", "budget")},
        "probability": finding["probability"],
        **_energy(finding["deltaEnergy"]),
        "fingerprint": finding["fingerprint"],
        "repairs": [
            {
                **{key: repair[key] for key in ("title", "checked", "certified")},
                **_energy(repair["deltaEnergy"]),
                "edits": [{**_range(edit), "text": edit["text"]} for edit in repair["edits"]],
            }
            for repair in finding["repairs"]
        ],
        "evidence": [{**_range(item), "message": item["message"]} for item in finding["evidence"]],
    }


def write_parquet(path: Path, rows: Iterable[Mapping[str, Any]], metadata: Mapping[str, str]) -> int:
    """Write rows of ``row`` to ``path``, which is replaced in one step; how many there were.

    Raises:
        OSError: it cannot be written.
    """
    part = path.with_suffix(".part")
    schema = SCHEMA.with_metadata(dict(metadata))
    count = 0
    try:
        with pyarrow.parquet.ParquetWriter(part, schema, compression="zstd") as writer:
            group: list[Mapping[str, Any]] = []
            for item in rows:
                group.append(item)
                count += 1
                if len(group) == ROWS:
                    writer.write_table(pyarrow.Table.from_pylist(_valid(group), schema))
                    group = []
            writer.write_table(pyarrow.Table.from_pylist(_valid(group), schema))
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _range(place: Mapping[str, Any]) -> dict[str, int]:
    return {
        "line": place["line"],
        "column": place["column"],
        "end_line": place["endLine"],
        "end_column": place["endColumn"],
    }


def _energy(gap: Mapping[str, Any] | None) -> dict[str, Any]:
    if gap is None:
        return {"delta_energy_hard": None, "delta_energy": None}
    return {"delta_energy_hard": gap["hard"], "delta_energy": gap["soft"]}


def _valid(value: Any) -> Any:
    """The same with text that UTF-8 can hold: a path may be of other bytes."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_valid(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _valid(item) for key, item in value.items()}
    return value
