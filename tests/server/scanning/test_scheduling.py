"""Scheduling with workers that die as a test says: every file ends exactly once, as a result or as the problem it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstate.errors import UserError
from groundstate.scanning.planning import Batch, Part, Plan
from groundstate.scanning.repositories import Repository
from groundstate.scanning.scheduling import Deaths, Patience, scanned
from groundstate.scanning.worker import Scanned
from groundstate.settings import LoadedSettings, Settings


def plans(files: list[int]) -> list[Plan]:
    """A repository for each number, of so many files of 10 bytes."""
    made = []
    for number, count in enumerate(files):
        root = Path(f"/r{number}")
        parts = tuple(Part(root / f"{i}.py", f"{i}.py", f"{number}/{i}") for i in range(count))
        loaded = LoadedSettings(Settings(), root, None)
        made.append(Plan(Repository(f"r{number}", root), loaded, f"v{number}", parts, (10,) * count, ()))
    return made


class FakeCrew:
    """Dies of every file of ``deadly``, and on the turns of ``unlucky``; hangs on the files of ``endless``."""

    def __init__(
        self, size: int, deadly: Set[str], unlucky: Set[int], endless: Set[str] = frozenset()
    ) -> None:
        self.size = size
        self.deadly, self.unlucky, self.endless = deadly, unlucky, endless
        self.given: dict[int, Batch] = {}
        self.turns = 0
        self.read: list[tuple[int, str]] = []
        """Worker and version of each project that was read."""
        self._at: dict[int, str] = {}

    def give(self, worker: int, batch: Batch) -> None:
        assert worker not in self.given
        self.given[worker] = batch
        if self._at.get(worker) != batch.version:
            self.read.append((worker, batch.version))
            self._at[worker] = batch.version

    def take(self, seconds: float) -> list[tuple[int, Scanned | None]]:
        ready = [w for w, batch in self.given.items() if self.endless.isdisjoint(p.key for p in batch.parts)]
        answers: list[tuple[int, Scanned | None]] = []
        for worker in ready[:1]:
            batch = self.given.pop(worker)
            self.turns += 1
            dead = not self.deadly.isdisjoint(part.key for part in batch.parts) or self.turns in self.unlucky
            answers.append((worker, None if dead else Scanned({p.key: "{}" for p in batch.parts}, ())))
        return answers

    def replace(self, worker: int) -> None:
        self.given.pop(worker, None)
        self._at.pop(worker, None)

    def close(self) -> None:
        pass


def run(
    files: list[int], crew: FakeCrew, patience: Patience, batch: int = 30
) -> tuple[Counter[str], Counter[str], Deaths]:
    """How often each file had a result, and a problem."""
    deaths = Deaths()
    results: Counter[str] = Counter()
    problems: Counter[str] = Counter()
    queue: Iterator[Iterator[Batch]] = (plan.batches(frozenset(), batch) for plan in plans(files))
    for _, answer in scanned(queue, crew, patience, deaths):
        results.update(list(answer.results))
        problems.update(problem.path for problem in answer.problems)
    return results, problems, deaths


FILES = st.lists(st.integers(0, 9), max_size=6)


@given(FILES, st.integers(1, 4), st.sets(st.integers(1, 40), max_size=4), st.integers(5, 100), st.data())
def test_only_what_ends_its_worker_is_lost(
    files: list[int], size: int, unlucky: set[int], batch: int, data: st.DataObject
) -> None:
    keys = [f"{number}/{i}" for number, count in enumerate(files) for i in range(count)]
    deadly = data.draw(st.sets(st.sampled_from(keys), max_size=2)) if keys else set()
    crew = FakeCrew(size, deadly, unlucky)
    # Every unlucky turn may be of the same file, so that enough tries are one more than all of them.
    results, problems, deaths = run(files, crew, Patience(tries=len(unlucky) + 2), batch)
    assert results == Counter(key for key in keys if key not in deadly)
    assert problems == Counter(f"/r{key}.py" for key in deadly)
    assert bool(deaths.workers) == bool(deadly or any(turn <= crew.turns for turn in unlucky))


@given(st.lists(st.integers(1, 9), min_size=4, max_size=8), st.integers(1, 4))
def test_facts_are_read_once_while_there_are_repositories_enough(files: list[int], size: int) -> None:
    crew = FakeCrew(size, set(), set())
    results, _, _ = run(files, crew, Patience())
    assert sum(results.values()) == sum(files)
    twice = len(crew.read) - len({version for _, version in crew.read})
    assert twice <= size - 1, "only workers with nothing else to do read facts again"


def test_a_batch_without_end_ends_its_worker() -> None:
    crew = FakeCrew(2, set(), set(), endless={"0/1"})
    results, problems, deaths = run([3, 2], crew, Patience(tries=2, seconds=0.0))
    assert results == Counter({"0/0": 1, "0/2": 1, "1/0": 1, "1/1": 1})
    assert problems == Counter({"/r0/1.py": 1})
    assert deaths.workers >= 3


def test_workers_that_all_die_end_the_scan() -> None:
    crew = FakeCrew(2, {f"0/{i}" for i in range(9)}, set(range(1, 200)))
    with pytest.raises(UserError, match="ended one after the other"):
        run([9, 9, 9], crew, Patience())


def test_a_refusal_ends_the_scan() -> None:
    class Refusing(FakeCrew):
        def take(self, seconds: float) -> list[tuple[int, Scanned | None]]:
            return [(0, Scanned({}, (), refused="no such network"))]

    with pytest.raises(UserError, match="no such network"):
        run([1], Refusing(1, set(), set()), Patience())


@given(st.lists(st.integers(1, 200), max_size=12), st.integers(1, 300), st.sets(st.integers(0, 11)))
def test_batches_hold_what_is_left_in_order_within_the_limit(
    sizes: list[int], most: int, done: set[int]
) -> None:
    (plan,) = plans([len(sizes)])
    sized = Plan(plan.repository, plan.loaded, plan.version, plan.parts, tuple(sizes), ())
    known = {f"0/{i}" for i in done}
    batches = list(sized.batches(known, most))
    assert [part for batch in batches for part in batch.parts] == [
        part for part in plan.parts if part.key not in known
    ]
    size_of = dict(zip(plan.parts, sizes, strict=True))
    assert all(len(b.parts) == 1 or sum(size_of[part] for part in b.parts) <= most for b in batches)
