"""Rule pages: Markdown files beside this module, one for each rule, whose examples are also its tests."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from importlib import resources

from groundstate_grammars.rules import Rule


@dataclass(frozen=True, slots=True)
class RulePage:
    """``what``: its first paragraph. ``bad``, ``good``: the examples; they differ by exactly the repair."""

    markdown: str
    what: str
    bad: tuple[str, ...]
    good: tuple[str, ...]


@functools.cache
def rule_page(rule: Rule) -> RulePage:
    """The page of a rule."""
    markdown = resources.files("groundstate").joinpath("rules", f"{rule.code}.md").read_text(encoding="utf-8")
    paragraphs = markdown.split("\n\n")
    return RulePage(
        markdown=markdown,
        what=" ".join(paragraphs[1].split()),
        bad=_examples(markdown, "bad"),
        good=_examples(markdown, "good"),
    )


def _examples(markdown: str, kind: str) -> tuple[str, ...]:
    return tuple(re.findall(rf"^```python {kind}\n(.*?)^```$", markdown, re.DOTALL | re.MULTILINE))
