"""The formats by name; a format's module is imported when it is asked for."""

from __future__ import annotations

from groundstate.reports.outcome import Outcome


def render(name: str, outcome: Outcome, *, colour: bool = False) -> str:
    """``outcome`` in the format ``name``; raises ``KeyError`` for a name that is none."""
    if name in ("text", "concise"):
        from groundstate.reports.text import Style, render_concise, render_text

        return (render_text if name == "text" else render_concise)(outcome, Style(colour))
    if name == "json":
        from groundstate.reports.json_report import render_json

        return render_json(outcome)
    if name == "sarif":
        from groundstate.reports.sarif import render_sarif

        return render_sarif(outcome)
    from groundstate.reports.code_hosts import render_github, render_gitlab, render_junit, render_rdjson

    renderers = {
        "github": render_github,
        "gitlab": render_gitlab,
        "junit": render_junit,
        "rdjson": render_rdjson,
    }
    return renderers[name](outcome)
