"""``python -m benchmarks.contracts``: what is proved and refuted of the contracted suite, by us and by CrossHair.

The suite is 77 functions with loops, lists and strings (``suite/``), each as written, and each without its loop invariants;
their mutants have one edit that CPython shows to break the contract. A refutation counts only if its call breaks the
contract in CPython. Times are of the wall and of the CPU, child processes included. CrossHair is started once for each
case, so what it takes to check a file without a contract is measured too (part ``start``). The part ``repairs`` looks for
verified repairs of the mutants, see ``benchmarks.contracts.repairs``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from benchmarks.contracts import crosshair, repairs
from benchmarks.contracts.record import Answer, Record
from benchmarks.contracts.replay import Program
from benchmarks.contracts.suite import functions, mutants, without_invariants

from groundstate_energy.contracts.check import Budget, Checker
from groundstate_energy.contracts.verdicts import Status
from groundstate_grammars.python.parsed import parse

PATIENCE = 120.0
"""Seconds after which one of our proofs is given up; its budget of resource units ends it long before."""

PARTS = ("start", "mutants", "as-written", "without-invariants")


@dataclass(frozen=True, slots=True)
class Case:
    """One function as a file of its own. ``part``: one of ``PARTS``."""

    part: str
    name: str
    function: str
    text: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contracts", description=__doc__)
    parser.add_argument("--record", type=Path, help="keep the answers here; those it has are not asked again")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth case only")
    parser.add_argument("--parts", default=",".join((*PARTS, "repairs")))
    parser.add_argument("--tools", default="groundstate,crosshair")
    parser.add_argument(
        "--minutes", type=float, default=float("inf"), help="stop then; a record goes on later"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        help="CrossHair's --per_condition_timeout, in seconds of its CPU (default: none, as it is)",
    )
    arguments = parser.parse_args()
    cases = [case for case in _cases() if case.part in arguments.parts.split(",")][:: arguments.every]
    record = Record(arguments.record, {"crosshair-tool": crosshair.VERSION})
    until = time.monotonic() + 60 * arguments.minutes
    tools = arguments.tools.split(",")
    if "groundstate" in tools:
        checker = Checker()
        _ask(record, cases, "groundstate", "default", until, lambda case: _ours(checker, case))
        checker.prover.close()
        if "repairs" in arguments.parts.split(","):
            print(repairs.report(repairs.measure(arguments.every, lambda parsed, at: None), "their rules"))
    if "crosshair" in tools:
        try:
            command = crosshair.install()
        except (crosshair.Missing, OSError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
        timeout: float | None = arguments.timeout
        setting = "its defaults" if timeout is None else f"{timeout:g} s a condition"
        _ask(record, cases, "crosshair", setting, until, lambda case: _theirs(command, timeout, case))
    else:
        print("CrossHair was not run, as asked.\n")
    _print(record.answers)
    return 0


def _cases() -> list[Case]:
    found = [Case("start", f"nothing.{n}", "nothing", "def nothing() -> None:\n    pass\n") for n in range(5)]
    found += [Case("mutants", item.name, item.function.name, item.text) for item in mutants()]
    found += [Case("as-written", item.name, item.name, item.text) for item in functions()]
    loops = [item for item in functions() if item.has_loop]
    return [
        *found,
        *(Case("without-invariants", item.name, item.name, without_invariants(item).text) for item in loops),
    ]


def _ask(
    record: Record,
    cases: Sequence[Case],
    tool: str,
    setting: str,
    until: float,
    asked: Callable[[Case], tuple[str, float, float, str]],
) -> None:
    for case in cases:
        if time.monotonic() > until:
            print("stopped: out of time; the same command goes on", file=sys.stderr)
            return
        if not record.has(case.part, case.name, tool, setting):
            answer = Answer(case.name, case.part, tool, setting, *asked(case))
            record.add(answer)
            print(f"{tool} {case.part} {case.name}: {answer.verdict} {answer.detail}", file=sys.stderr)


def _ours(checker: Checker, case: Case) -> tuple[str, float, float, str]:
    started, before = time.perf_counter(), _cpu_seconds()
    verdicts = checker.check_file(parse(case.text.encode()), budget=Budget(seconds=PATIENCE))
    seconds, cpu = time.perf_counter() - started, _cpu_seconds() - before
    if not verdicts:
        return "no contract", seconds, cpu, ""
    (verdict,) = verdicts
    said, detail = verdict.status.value, verdict.verdict.reason
    if verdict.status is Status.REFUTED:
        found = verdict.counterexample
        assert found is not None
        outcome = Program(case.text).call_in_order(case.function, found.values)
        said = "refuted" if outcome.verdict == "violated" else "spurious"
        detail = ", ".join(f"{name}={value}" for name, value in found.arguments)
    return said, seconds, cpu, detail


def _cpu_seconds() -> float:
    """CPU of this process and of those it started."""
    own = psutil.Process()
    total = 0.0
    for process in (own, *own.children(recursive=True)):
        times = process.cpu_times()
        total += float(times.user + times.system)
    return total


def _theirs(command: Path, timeout: float | None, case: Case) -> tuple[str, float, float, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.py"
        path.write_text(case.text, "utf-8")
        result = crosshair.check(command, path, case.function, case.text, timeout)
    verdict = "no contract" if case.part == "start" and result.verdict == "unknown" else result.verdict
    return (
        verdict,
        result.seconds,
        result.cpu_seconds,
        result.call or result.output.replace(f"{folder}/", "")[-300:].strip(),
    )


def _print(answers: Sequence[Answer]) -> None:
    print("| part | tool, setting | cases | verified | refuted | spurious | other | s, wall | s, CPU |")
    print("| --- | --- | --: | --: | --: | --: | --- | --: | --: |")
    groups = dict.fromkeys((answer.part, answer.tool, answer.setting) for answer in answers)
    for part, tool, setting in groups:
        own = [
            answer
            for answer in answers
            if (answer.part, answer.tool, answer.setting) == (part, tool, setting)
        ]
        counts = Counter(answer.verdict for answer in own)
        named = ("verified", "refuted", "spurious")
        other = ", ".join(f"{counts[name]} {name}" for name in sorted(counts) if name not in named)
        wall, cpu = sum(item.seconds for item in own), sum(item.cpu_seconds for item in own)
        cells = [part, f"{tool}, {setting}", str(len(own)), *(str(counts[name]) for name in named), other]
        print("| " + " | ".join([*cells, f"{wall:.1f}", f"{cpu:.1f}"]) + " |")


if __name__ == "__main__":
    sys.exit(main())
