"""File summaries as text, for the cache: what a file contributes to the facts of its project."""

from __future__ import annotations

import json

from groundstate_grammars.project import FileSummary, Signature


def summary_as_text(summary: FileSummary | None) -> str:
    """A summary as JSON; None stands for a file that is no text."""
    if summary is None:
        return "null"
    functions = {
        name: [item.positional, item.keyword_only, item.takes_any] for name, item in summary.functions.items()
    }
    parts = [dict(summary.names), functions, dict(summary.classes)]
    return json.dumps(parts, separators=(",", ":"))


def summary_from_text(text: str) -> FileSummary | None:
    """The summary that ``summary_as_text`` wrote; raises ``ValueError`` for anything else."""
    try:
        parts = json.loads(text)
        if parts is None:
            return None
        names, functions, classes = parts
        if not isinstance(names, dict):
            raise TypeError("names are no object")
        return FileSummary(
            names=names,
            functions={
                name: Signature(tuple(positional), tuple(keyword_only), bool(takes_any))
                for name, (positional, keyword_only, takes_any) in functions.items()
            },
            classes={name: (tuple(bases), tuple(members)) for name, (bases, members) in classes.items()},
        )
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"not a file summary: {error}") from None
