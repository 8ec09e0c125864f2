"""CrossHair in an environment of its own, scored by what it prints: its exit code is 1 for a finding and for a crash."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import time
import venv
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contracts.replay import Program

VERSION = "0.0.112"
HOME = Path(__file__).parents[2] / "build" / f"crosshair-{VERSION}"
PATIENCE = 60.0
"""Seconds after which it is stopped, whatever it was told: then it is ``late``."""
_MESSAGE = re.compile(r"^[^:\n]+:(\d+): (error|info|warning): (.*)$", re.MULTILINE)
_CALL = re.compile(r"when calling (.+?\))(?: \(which (?:returns|raises).*| with .*)?$")


class Missing(Exception):
    """CrossHair cannot be had, so nothing is compared with it."""


@dataclass(frozen=True, slots=True)
class Result:
    """``verdict``: verified, refuted (its call breaks the contract in CPython), spurious, unknown, crashed or late."""

    verdict: str
    seconds: float
    cpu_seconds: float
    call: str = ""
    output: str = ""


def install() -> Path:
    """The command, installed with pip where it is not yet. Raises ``Missing``."""
    command = HOME / "bin" / "crosshair"
    if not command.exists():
        print(f"installing crosshair-tool {VERSION} into {HOME}", file=sys.stderr)
        venv.create(HOME, with_pip=True)
        subprocess.run(
            [HOME / "bin" / "pip", "install", "--quiet", f"crosshair-tool=={VERSION}"], check=False
        )
    asked = "from importlib.metadata import version; print(version('crosshair-tool'))"
    shown = subprocess.run(
        [HOME / "bin" / "python", "-c", asked], capture_output=True, text=True, check=False
    )
    if shown.stdout.strip() != VERSION:
        raise Missing(f"crosshair-tool {VERSION} is not in {HOME}: {shown.stdout}{shown.stderr}")
    return command


def check(command: Path, path: Path, function: str, text: str, timeout: float | None) -> Result:
    """What CrossHair says of the one function in ``path``.

    ``timeout``: its ``--per_condition_timeout``; None leaves its defaults, which stop after 5 uninteresting iterations.
    """
    limit = [] if timeout is None else [f"--per_condition_timeout={timeout}"]
    before = _cpu_seconds()
    started = time.perf_counter()
    try:
        done = subprocess.run(
            [
                *(command, "check", "--report_all", "--analysis_kind=PEP316,asserts"),
                *(*limit, path),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            cwd=path.parent,
        )
    except subprocess.TimeoutExpired:
        return Result("late", time.perf_counter() - started, _cpu_seconds() - before)
    seconds, cpu = time.perf_counter() - started, _cpu_seconds() - before
    verdict, call = _scored(done.stdout, function, text)
    if verdict == "unknown" and "Traceback" in done.stderr:
        verdict = "crashed"
    return Result(verdict, seconds, cpu, call, (done.stdout + done.stderr)[-2000:])


def _cpu_seconds() -> float:
    """CPU of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _scored(output: str, function: str, text: str) -> tuple[str, str]:
    messages = [(kind, said) for _, kind, said in _MESSAGE.findall(output)]
    for kind, said in messages:
        called = _CALL.search(said)
        if kind == "error" and called is not None:
            return ("refuted" if _is_valid(text, function, called[1]) else "spurious"), called[1]
    if messages and all(said.startswith("Confirmed") for _, said in messages):
        return "verified", ""
    return "unknown", ""


def _is_valid(text: str, function: str, call: str) -> bool:
    try:
        outcomes = Program(text).run(function, call)
    except Exception:
        return False
    return any(outcome.verdict == "violated" for outcome in outcomes)
