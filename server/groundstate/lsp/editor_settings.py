"""Settings that only an editor has: when it is told of findings, and what else it shows.

They come in the section ``groundstate`` beside the keys of ``groundstate.settings``, under names that editors use.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LOG_LEVELS = ("error", "warning", "info", "debug")

CLIENT_KEYS = frozenset({"trace", "server", "path", "importStrategy", "logFile"})
"""Keys of the section that editors keep for themselves."""


def _setting(key: str, doc: str, choices: tuple[str, ...] = ()) -> dict[str, object]:
    return {"key": key, "doc": doc, "choices": choices}


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """The editor's own settings of one workspace folder."""

    enable: bool = field(default=True, metadata=_setting("enable", "Whether files are checked at all."))
    run: str = field(
        default="onType",
        metadata=_setting("run", "When files are checked: onType or onSave.", ("onType", "onSave")),
    )
    delay: int = field(
        default=0,
        metadata=_setting("delay", "Milliseconds without a keystroke before a file is checked, at least."),
    )
    diagnostic_mode: str = field(
        default="openFilesOnly",
        metadata=_setting(
            "diagnosticMode",
            "Which files have findings: openFilesOnly, or workspace for all of the project.",
            ("openFilesOnly", "workspace"),
        ),
    )
    code_lens: bool = field(
        default=False, metadata=_setting("codeLens", "Show the free energy above each function.")
    )
    inlay_hints: bool = field(
        default=False, metadata=_setting("inlayHints", "Show the best repair behind each finding.")
    )
    log_level: str | None = field(
        default=None,
        metadata=_setting("logLevel", "What the server logs: error, warning, info or debug.", LOG_LEVELS),
    )


KEYS: dict[str, dataclasses.Field[object]] = {
    str(item.metadata["key"]): item for item in dataclasses.fields(EditorSettings)
}
"""Every key as users write it, with its field."""


def editor_settings(table: Mapping[str, object]) -> tuple[EditorSettings, dict[str, object], list[str]]:
    """The editor's own settings in a section, the keys of the section that are not, and what is wrong, in words.

    A value that cannot be used is left out.
    """
    values: dict[str, Any] = {}  # each of its field's type, which `_problem` sees to
    others: dict[str, object] = {}
    wrong: list[str] = []
    for key, value in table.items():
        if key in KEYS:
            problem = _problem(KEYS[key], value)
            if problem is None:
                values[KEYS[key].name] = value
            else:
                wrong.append(f"editor settings: `{key}` must be {problem}. It is not used")
        elif key not in CLIENT_KEYS:
            others[key] = value
    return dataclasses.replace(EditorSettings(), **values), others, wrong


def _problem(item: dataclasses.Field[object], value: object) -> str | None:
    """What a value should be, where it is something else."""
    choices: tuple[str, ...] = item.metadata["choices"]
    if choices:
        if value in choices:
            return None
        close = difflib.get_close_matches(str(value), choices, n=1)
        return f"one of {', '.join(choices)}" + (f"; did you mean `{close[0]}`?" if close else "")
    if isinstance(item.default, bool):
        return None if isinstance(value, bool) else "true or false"
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 60_000
    return None if is_count else "a number of milliseconds from 0 to 60000"
