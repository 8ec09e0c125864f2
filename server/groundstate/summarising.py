"""Summarising: what the files of a project contribute to its facts, from the cache where it is known.

The linter and the language server both read a project through ``summaries_of``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from groundstate.cache import Cache, report_key
from groundstate.documents import Document
from groundstate.outlines import Outline
from groundstate.parallel import each, summarise
from groundstate.summaries import is_summary, summary_from_text
from groundstate_grammars.project import FileSummary


def summaries_of(documents: Sequence[Document], cache: Cache, jobs: int) -> list[FileSummary | None]:
    """The summary of each document, in their order; None where a document is no text or cannot be summarised.

    Args:
        jobs: how many processes may share the work.
    """
    keys = [_summary_key(document.digest) for document in documents]
    texts = {key: text for key, text in cache.get(keys).items() if is_summary(text)}
    missing = [index for index, key in enumerate(keys) if key not in texts]
    results = each(summarise, [documents[index] for index in missing], jobs, "Reading")
    made: dict[str, str] = {}
    for index, result in zip(missing, results, strict=True):
        if isinstance(result, str):
            summary, outline = result.split("\n")
            texts[keys[index]] = made[keys[index]] = summary
            made[_outline_key(documents[index].path, documents[index].digest)] = outline
    cache.put(made)
    return [summary_from_text(texts[key]) if key in texts else None for key in keys]


def contribution_of(path: PurePath, digest: str, cache: Cache) -> tuple[FileSummary | None, Outline] | None:
    """What ``summaries_of`` once found of a version of the file at ``path``; None when it is not known any more."""
    keys = _summary_key(digest), _outline_key(path, digest)
    texts = cache.get(keys)
    try:
        return summary_from_text(texts[keys[0]]), Outline.from_text(texts[keys[1]])
    except (KeyError, ValueError):
        return None


def _summary_key(digest: str) -> str:
    return report_key("summary", digest)


def _outline_key(path: PurePath, digest: str) -> str:
    """A stub and a package are read differently from the same bytes."""
    return report_key("outline", path.name, digest)
