"""Summarising: what the files of a project contribute to its facts, from the cache where it is known.

The linter and the language server both read a project through ``summaries_of``.
"""

from __future__ import annotations

from collections.abc import Sequence

from groundstate.cache import Cache, report_key
from groundstate.documents import Document
from groundstate.parallel import each, summarise
from groundstate.summaries import is_summary, summary_from_text
from groundstate_grammars.project import FileSummary


def summaries_of(documents: Sequence[Document], cache: Cache, jobs: int) -> list[FileSummary | None]:
    """The summary of each document, in their order; None where a document is no text or cannot be summarised.

    Args:
        jobs: how many processes may share the work.
    """
    keys = [report_key("summary", document.digest) for document in documents]
    texts = {key: text for key, text in cache.get(keys).items() if is_summary(text)}
    missing = [index for index, key in enumerate(keys) if key not in texts]
    results = each(summarise, [documents[index] for index in missing], jobs, "Reading")
    made = {keys[index]: text for index, text in zip(missing, results, strict=True) if isinstance(text, str)}
    cache.put(made)
    texts |= made
    return [summary_from_text(texts[key]) if key in texts else None for key in keys]
