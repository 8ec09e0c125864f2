"""The energy landscape of a unit as one HTML page: no scripts, nothing loaded, readable in light and dark."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from html import escape

from groundstate import __version__
from groundstate.analysis import repair_title
from groundstate.documents import Document
from groundstate.energy_words import energy_in_words
from groundstate.explaining import lines_of
from groundstate.landscape import Landscape
from groundstate.reports.outcome import clean, shown_path
from groundstate_energy.energy import Energy
from groundstate_grammars.rules import RULES

MOST_EDITS = 40
"""Edits in the table, the best first."""

HEAT_LEVELS = 9

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin-bottom: 0; }
p { color: color-mix(in srgb, currentColor 70%, transparent); margin: .2rem 0 1rem; }
pre, code { font: 13px/1.6 ui-monospace, monospace; }
pre { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 6px; overflow-x: auto;
  padding: .8rem; }
i { color: color-mix(in srgb, currentColor 45%, transparent); display: inline-block; font-style: normal;
  padding-right: 1.2em; text-align: right; user-select: none; width: 3em; }
mark { border-radius: 2px; color: inherit; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); padding: .2rem 1rem .2rem 0;
  text-align: left; }
td.n { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
"""


def energy_page(document: Document, found: Landscape) -> str:
    """The page: the source with the heat of its tokens, then the best edits with their gaps by term."""
    first, last = lines_of(document, found)
    title = escape(f"{found.unit.qualname or 'module'}, lines {first} to {last}")
    heats = "\n".join(
        f"mark.h{level} {{ background: rgb(255 {150 - 13 * level} 0 / {level * 8}%); }}"
        for level in range(1, HEAT_LEVELS + 1)
    )
    terms = "".join(f"<th>{escape(term)}</th>" for term in found.terms)
    rows = "\n".join(_rows(document, found)) or '<tr><td colspan="5">no candidate edit</td></tr>'
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="groundstate {__version__}">
<title>{title}</title>
<style>{_STYLE}{heats}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{escape(shown_path(document.path))}. Free energy {found.free_energy:.3f} nats: 0 when nothing beats the code as written.
The warmer a token, the likelier an edit of it.</p>
<pre>{"".join(_source(document, found, first, last))}</pre>
<table>
<tr><th>place</th><th>rule</th><th>edit</th><th>ΔE</th>{terms}<th>probability</th></tr>
{rows}
</table>
</body>
</html>
"""


def _source(document: Document, found: Landscape, first: int, last: int) -> Iterator[str]:
    source = document.source
    for line in range(first - 1, last):
        yield f"<i>{line + 1}</i>"
        at, end = source.line_start(line), source.line_end(line)
        cuts = sorted(
            {at, end, *(min(max(cut, at), end) for heat in found.heats for cut in (heat.start, heat.end))}
        )
        for start, stop in itertools.pairwise(cuts):
            heat = sum(item.heat for item in found.heats if item.start < stop and start < item.end)
            text = escape(clean(document.data[start:stop]))
            level = min(HEAT_LEVELS, round(heat * HEAT_LEVELS + 0.5))
            yield f'<mark class="h{level}" title="{heat:.3f}">{text}</mark>' if heat else text
        yield "\n"


def _rows(document: Document, found: Landscape) -> Iterator[str]:
    for scored in found.edits[:MOST_EDITS]:
        line, column = document.source.display(scored.start)
        rule = f"{scored.edit.rule} {RULES[scored.edit.rule].name}"
        gaps = {term.term: term.gap for term in scored.gap.terms}
        numbers = [scored.gap.total, *(gaps.get(term, Energy(0, 0.0)) for term in found.terms)]
        yield (
            f"<tr><td>{line}:{column}</td><td>{escape(rule)}</td>"
            f"<td><code>{escape(repair_title(document.data, scored.edit.replacements))}</code></td>"
            + "".join(f'<td class="n">{escape(energy_in_words(energy))}</td>' for energy in numbers)
            + f'<td class="n">{scored.probability:.4f}</td></tr>'
        )
