"""The formats by name; a format's module is imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstate.reports.outcome import Outcome

_MODULES = {
    "text": "text",
    "concise": "text",
    "json": "json_report",
    "json-lines": "json_report",
    "sarif": "sarif",
    "github": "code_hosts",
    "gitlab": "code_hosts",
    "junit": "code_hosts",
    "rdjson": "code_hosts",
    "rdjsonl": "code_hosts",
}

FORMATS = tuple(_MODULES)
"""Names of the formats; those of ``COLOURED`` take a style."""

COLOURED = ("text", "concise")


def render(name: str, outcome: Outcome, *, colour: bool = False) -> str:
    """``outcome`` in the format ``name``; raises ``KeyError`` for a name that is none."""
    module = importlib.import_module(f"groundstate.reports.{_MODULES[name]}")
    renderer: Callable[..., str] = getattr(module, f"render_{name.replace('-', '_')}")
    return renderer(outcome, module.Style(colour)) if name in COLOURED else renderer(outcome)
