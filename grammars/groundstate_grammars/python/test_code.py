"""Which files are test code, by their path: pytest's and unittest's conventions."""

from __future__ import annotations

import re

_TEST = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")


def is_test(path: str) -> bool:
    """Whether a path, relative to its project with ``/`` between its parts, is that of test code."""
    return _TEST.search(path) is not None
