"""The prover as the rest sees it: a process that z3 lives in. It is interrupted, and killed when it does not answer."""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys
import threading
import time
from queue import Empty, SimpleQueue
from typing import BinaryIO

from groundstate_energy.contracts import core
from groundstate_energy.contracts.budget import UNITS
from groundstate_energy.contracts.obligations import Proof
from groundstate_energy.contracts.wire import receive, send

_PATIENCE = 20
_TICK = 0.02
_GRACE = 0.3
"""Seconds in which an interrupted proof must come to an end."""


class Prover:
    """Proves functions in a worker process, which is started when first needed. One proof at a time; thread-safe."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: SimpleQueue[tuple[int, Proof] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._number = 0
        self._is_interrupted = False
        self._under_way = False

    def prove(
        self,
        program: core.Program,
        samples: list[tuple[object, ...]],
        units: int = UNITS,
        seconds: float = 6.0,
    ) -> Proof | None:
        """The proof of a function; None when it was interrupted or its process did not answer.

        ``seconds``: of the processor. On the clock it may take twenty times as long before the process is killed.
        """
        with self._lock:
            process = self._started()
            if process is None or process.stdin is None:
                return None
            self._number += 1
            self._is_interrupted = False
            self._under_way = True
            try:
                with self._sending:
                    send(process.stdin, (self._number, program, samples, units, seconds))  # type: ignore[arg-type]  # a pipe
                return self._wait(_PATIENCE * seconds)
            except (OSError, ValueError):
                self._kill()
                return None
            finally:
                self._under_way = False

    def _wait(self, seconds: float) -> Proof | None:
        answers = self._answers
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = answers.get(timeout=_TICK)
                break
            except Empty:
                if time.monotonic() > deadline:
                    self.interrupt()
                if not self._is_interrupted:
                    continue
            try:
                answer = answers.get(timeout=_GRACE)
                break
            except Empty:
                self._kill()
                return None
        if answer is None:
            self._kill()
            return None
        number, proof = answer
        if number != self._number or self._is_interrupted:
            return None
        return proof

    def interrupt(self) -> None:
        """End the proof under way, from any thread; it then gives None."""
        process = self._process
        if process is None or process.stdin is None or not self._under_way:
            return
        self._is_interrupted = True
        with self._sending, contextlib.suppress(OSError, ValueError):
            send(process.stdin, None)  # type: ignore[arg-type]  # a pipe

    def close(self) -> None:
        """End the process."""
        self._kill()

    @property
    def pid(self) -> int | None:
        """The process's id, while there is one."""
        return self._process.pid if self._process is not None else None

    def warm_up(self) -> None:
        """Start the process, which takes z3 a quarter of a second to load, before it is needed."""
        with self._lock:
            self._started()

    @property
    def is_installed(self) -> bool:
        """Whether there is a z3 to prove with."""
        return importlib.util.find_spec("z3") is not None

    def _started(self) -> subprocess.Popen[bytes] | None:
        if self._process is not None and self._process.poll() is None:
            return self._process
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "groundstate_energy.contracts.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return None
        self._answers = SimpleQueue()
        assert self._process.stdout is not None
        threading.Thread(target=_collect, args=(self._process.stdout, self._answers), daemon=True).start()
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            process.wait()


def _collect(stream: BinaryIO, answers: SimpleQueue[tuple[int, Proof] | None]) -> None:
    try:
        while True:
            answers.put(receive(stream))  # type: ignore[arg-type]  # an answer, from our own process
    except (EOFError, OSError, ValueError):
        answers.put(None)
