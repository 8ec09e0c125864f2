"""``python -m benchmarks.contracts``: what is proved and refuted of the contracted suite, by us and by CrossHair.

The suite is 77 functions with loops, lists and strings (``suite/``), each as written, and each without its loop invariants;
their mutants have one edit that CPython shows to break the contract. A refutation counts only if its call breaks the
contract in CPython. Times are of the wall and of the CPU, child processes included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from benchmarks.contracts import crosshair
from benchmarks.contracts.replay import Program
from benchmarks.contracts.suite import functions, mutants, without_invariants

from groundstate_energy.contracts.check import Budget, Checker
from groundstate_energy.contracts.verdicts import Status
from groundstate_grammars.python.parsed import parse

PATIENCE = 120.0
"""Seconds after which one of our proofs is given up; its budget of resource units ends it long before."""


@dataclass(frozen=True, slots=True)
class Case:
    """``part``: as-written, without-invariants or mutants."""

    part: str
    name: str
    function: str
    text: str
    edit: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """``verdict``: ours or CrossHair's, ``spurious`` where a counterexample breaks nothing in CPython."""

    case: str
    part: str
    tool: str
    verdict: str
    seconds: float
    cpu_seconds: float
    detail: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contracts", description=__doc__)
    parser.add_argument("--output", type=Path, help="write the answers as JSON")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth case only")
    parser.add_argument("--parts", default="as-written,without-invariants,mutants")
    parser.add_argument("--no-crosshair", action="store_true", help="measure ours alone, and say so")
    parser.add_argument(
        "--timeout", type=float, default=10.0, help="CrossHair's seconds for each condition (default: 10)"
    )
    arguments = parser.parse_args()
    cases = [case for case in _cases() if case.part in arguments.parts.split(",")][:: arguments.every]
    answers = _ours(cases)
    if arguments.no_crosshair:
        print("CrossHair was not run, as asked: nothing below compares with it.")
    else:
        try:
            command = crosshair.install()
        except (crosshair.Missing, OSError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
        answers += _theirs(cases, command, arguments.timeout)
    _print(answers, arguments.timeout)
    if arguments.output is not None:
        record = {
            "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()}",
            "crosshairSecondsPerCondition": arguments.timeout,
            "answers": [asdict(answer) for answer in answers],
        }
        arguments.output.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    return 0


def _cases() -> list[Case]:
    found = [Case("as-written", item.name, item.name, item.text) for item in functions()]
    loops = [item for item in functions() if item.has_loop]
    found += [
        Case("without-invariants", item.name, item.name, without_invariants(item).text) for item in loops
    ]
    found += [Case("mutants", item.name, item.function.name, item.text, item.edit) for item in mutants()]
    return found


def _ours(cases: Sequence[Case]) -> list[Answer]:
    checker = Checker()
    answers = []
    for case in cases:
        started, before = time.perf_counter(), _cpu_seconds()
        (verdict,) = checker.check_file(parse(case.text.encode()), budget=Budget(seconds=PATIENCE))
        seconds, cpu = time.perf_counter() - started, _cpu_seconds() - before
        said, detail = verdict.status.value, verdict.verdict.reason
        if verdict.status is Status.REFUTED:
            found = verdict.counterexample
            assert found is not None
            outcome = Program(case.text).call_in_order(case.function, found.values)
            said = "refuted" if outcome.verdict == "violated" else "spurious"
            detail = ", ".join(f"{name}={value}" for name, value in found.arguments)
        answers.append(Answer(case.name, case.part, "groundstate", said, seconds, cpu, detail))
        print(f"groundstate {case.part} {case.name}: {said} {detail}", file=sys.stderr)
    checker.prover.close()
    return answers


def _cpu_seconds() -> float:
    """CPU of this process and of those it started."""
    own = psutil.Process()
    total = 0.0
    for process in (own, *own.children(recursive=True)):
        times = process.cpu_times()
        total += float(times.user + times.system)
    return total


def _theirs(cases: Sequence[Case], command: Path, timeout: float) -> list[Answer]:
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases):
            path = Path(folder) / f"case_{number}.py"
            path.write_text(case.text, "utf-8")
            result = crosshair.check(command, path, case.function, case.text, timeout)
            answers.append(
                Answer(
                    *(case.name, case.part, "crosshair", result.verdict, result.seconds, result.cpu_seconds),
                    result.call or result.output[-200:],
                )
            )
            print(f"crosshair {case.part} {case.name}: {result.verdict} {result.call}", file=sys.stderr)
    return answers


def _print(answers: Sequence[Answer], timeout: float) -> None:
    print(f"CrossHair {crosshair.VERSION}, {timeout:g} s for each condition; refuted: replayed in CPython.\n")
    print("| part | tool | cases | verified | refuted | spurious | other | s, wall | s, CPU |")
    print("| --- | --- | --: | --: | --: | --: | --- | --: | --: |")
    groups = dict.fromkeys((answer.part, answer.tool) for answer in answers)
    for part, tool in groups:
        own = [answer for answer in answers if (answer.part, answer.tool) == (part, tool)]
        counts = Counter(answer.verdict for answer in own)
        named = ("verified", "refuted", "spurious")
        other = ", ".join(f"{counts[name]} {name}" for name in sorted(counts) if name not in named)
        wall, cpu = sum(item.seconds for item in own), sum(item.cpu_seconds for item in own)
        cells = [part, tool, str(len(own)), *(str(counts[name]) for name in named), other]
        print("| " + " | ".join([*cells, f"{wall:.1f}", f"{cpu:.1f}"]) + " |")


if __name__ == "__main__":
    sys.exit(main())
