"""The formats by name; a format's module is imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstate.reports.outcome import Outcome

_RENDERERS = {
    "text": ("text", "render_text"),
    "concise": ("text", "render_concise"),
    "json": ("json_report", "render_json"),
    "json-lines": ("json_report", "render_json_lines"),
    "sarif": ("sarif", "render_sarif"),
    "github": ("code_hosts", "render_github"),
    "gitlab": ("code_hosts", "render_gitlab"),
    "junit": ("code_hosts", "render_junit"),
    "rdjson": ("code_hosts", "render_rdjson"),
    "rdjsonl": ("code_hosts", "render_rdjsonl"),
}
"""Module and function of each format."""

FORMATS = tuple(_RENDERERS)

COLOURED = ("text", "concise")
"""Formats that take a style."""


def render(name: str, outcome: Outcome, *, colour: bool = False) -> str:
    """``outcome`` in the format ``name``; raises ``KeyError`` for a name that is none."""
    module_name, function = _RENDERERS[name]
    module = importlib.import_module(f"groundstate.reports.{module_name}")
    renderer: Callable[..., str] = getattr(module, function)
    return renderer(outcome, module.Style(colour)) if name in COLOURED else renderer(outcome)
