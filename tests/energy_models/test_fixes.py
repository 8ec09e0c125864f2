"""Real fixes as examples: only what a fix does to code counts."""

from __future__ import annotations

import pytest

from groundstate_energy.training.fixes import code_change

CHANGES = (
    (
        'def f(a):\n    """Do."""\n    return a.x\n',
        'def f(a):\n    """Does."""\n    # once\n    return a.y\n',
        'def f(a):\n    """Do."""\n    return a.y\n',
    ),
    (
        "def f(a):\n    return a.go\n    # then\n",
        "def f(a):\n    return a.go()  # now\n",
        "def f(a):\n    return a.go()\n    # then\n",
    ),
    (
        "def f(a):\n    a += b  # so\n    return self.b\n",
        "def f(a):\n    a += b\n    return b\n",
        "def f(a):\n    a += b  # so\n    return b\n",
    ),
    (
        "def f(a):\n    g(a,\n      b)\n",
        "def f(a):\n    long(a,\n         b)\n",
        "def f(a):\n    long(a,\n      b)\n",
    ),
)
"""A function before and after a fix, and before it with the code of the fix."""


@pytest.mark.parametrize(("before", "after", "wanted"), CHANGES)
def test_a_fix_changes_code_only(before: str, after: str, wanted: str) -> None:
    assert code_change(before.encode(), after.encode()).decode() == wanted
