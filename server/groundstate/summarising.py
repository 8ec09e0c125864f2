"""Summarising: what the files of a project contribute to its facts, from the cache where it is known.

The linter and the language server both read a project through ``summaries_of``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path, PurePath

from groundstate.cache import Cache, report_key
from groundstate.documents import Document
from groundstate.outlines import Outline
from groundstate.parallel import each, summarise
from groundstate.summaries import summary_from_text
from groundstate_grammars.index import Words
from groundstate_grammars.project import FileSummary


def summaries_of(documents: Sequence[Document], cache: Cache, jobs: int) -> list[FileSummary | None]:
    """The summary of each document, in their order; None where a document is no text or cannot be summarised.

    Args:
        jobs: how many processes may share the work.
    """
    keys = [_summary_key(document.digest) for document in documents]
    found: dict[str, FileSummary | None] = {}
    for key, text in cache.get(keys).items():
        with contextlib.suppress(ValueError):
            found[key] = summary_from_text(text)
    missing = [index for index, key in enumerate(keys) if key not in found]
    results = each(summarise, [documents[index] for index in missing], jobs, "Reading")
    made: dict[str, str] = {}
    for index, result in zip(missing, results, strict=True):
        if isinstance(result, str):
            summary, outline = result.split("\n")
            found[keys[index]] = summary_from_text(summary)
            made[keys[index]] = summary
            made[_outline_key(documents[index].path, documents[index].digest)] = outline
    cache.put(made)
    return [found.get(key) for key in keys]


def words_of(documents: Sequence[Document], cache: Cache) -> dict[Path, Words]:
    """What words the documents have, as ``summaries_of`` found, or found now."""
    keys = [_outline_key(document.path, document.digest) for document in documents]
    known: dict[str, Words] = {}
    for key, text in cache.get(keys).items():
        with contextlib.suppress(ValueError):
            known[key] = Outline.from_text(text).words
    for key, document in zip(keys, documents, strict=True):
        if key not in known:
            known[key] = Words.of(document.data)
    return {document.path: known[key] for key, document in zip(keys, documents, strict=True)}


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
