"""Facts of a project after one of its files uses other names."""

from __future__ import annotations

import keyword
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from groundstate_grammars.project import FileSummary, ProjectFacts, Signature, coarse
from groundstate_grammars.python.parsed import parse

NAMES = [
    "status",
    "status_code",
    "statuses",
    "code",
    "codes",
    "encode",
    "decode",
    "decoded",
    "value",
    "values",
]
USED = st.lists(st.frozensets(st.sampled_from(NAMES)), min_size=1, max_size=5)


MANY = FileSummary(dict.fromkeys(NAMES[:5], 1), {}, {})
"""A file, of which there are more than are counted one by one."""


def facts_of(others: list[frozenset[str]], own: frozenset[str]) -> ProjectFacts:
    defined = FileSummary(
        {}, {"decode": Signature(("codes",), (), False)}, {"Code": ((), ("encode", "values"))}
    )
    used = [FileSummary(dict.fromkeys(names, 1), {}, {}) for names in (*others, own)]
    return ProjectFacts.of([defined, *[MANY] * 7, *used])


def asked(facts: ProjectFacts) -> dict[str, tuple[str, ...]]:
    return {name: facts.members_like(name, 3, 0.5) for name in (*NAMES, "stat", "cod")}


@given(USED, USED)
def test_names_that_change_one_by_one_give_the_facts_of_a_fresh_reading(
    others: list[frozenset[str]], versions: list[frozenset[str]]
) -> None:
    facts, before = facts_of(others, versions[0]), versions[0]
    asked(facts)
    for now in versions[1:]:
        earlier, facts = facts, facts.with_names(before - now, now - before)
        fresh = facts_of(others, now)
        assert facts == fresh
        assert asked(facts) == asked(fresh)
        seen = {name for name in before ^ now if earlier.files_using(name) != facts.files_using(name)}
        assert facts.names_changed_since(earlier.serial) == seen
        before = now


def test_what_changed_since_other_facts_is_unknown() -> None:
    one, other = ProjectFacts(), ProjectFacts(names=Counter({"a": 1}))
    assert other.names_changed_since(one.serial) is None
    assert one.names_changed_since(one.serial) == frozenset()


def test_counts_are_seen_coarsely() -> None:
    seen = sorted({coarse(count) for count in range(100)})
    assert seen == [*range(8), 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96]
    assert all(coarse(count) <= count < 1.25 * coarse(count) for count in range(1, 2000))


def test_an_open_bracket_makes_no_names_of_keywords() -> None:
    file = parse(b"def f(a):\n    x = g(a (\n    return x\n\n\ndef h(b):\n    assert b\n    return b\n")
    assert file.summary().names.keys() & set(keyword.kwlist) == set()
    assert {"f", "g", "a", "x"} <= file.summary().names.keys()
