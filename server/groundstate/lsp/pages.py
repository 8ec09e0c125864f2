"""Addresses of the rule pages, which are installed with the server: no network is needed to read them."""

from __future__ import annotations

from pathlib import Path

import groundstate
from groundstate_grammars.rules import RULES


def page_addresses() -> dict[str, str]:
    """The ``file:`` address of each rule's page, where there is such a file."""
    folder = Path(groundstate.__file__).absolute().parent / "rules"
    pages = {code: folder / f"{code}.md" for code in RULES}
    return {code: page.as_uri() for code, page in pages.items() if page.is_file()}
