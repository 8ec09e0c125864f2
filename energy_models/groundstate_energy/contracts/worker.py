"""The worker process: proves one function at a time, and listens for interrupts meanwhile.

``python -P -m groundstate_energy.contracts.worker`` reads pickled requests of its parent, who started it, on standard input
and writes pickled answers to standard output.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from queue import SimpleQueue
from typing import BinaryIO

import z3

from groundstate_energy.contracts import core, solving
from groundstate_energy.contracts.obligations import Proof
from groundstate_energy.contracts.proving import prove
from groundstate_energy.contracts.wire import receive, send

_MOST_MEGABYTES = 1_500
INTERRUPT = None
"""The request that ends the proof under way."""

Request = tuple[int, core.Program, list[tuple[object, ...]], int, float]
"""Number, function, samples, units, seconds."""
_TICK = 0.05
_GRACE = 1.0
"""Seconds of the processor in which an interrupted proof must come to an end."""


class _Watch:
    """Ends a proof that takes more of the processor than it may; seconds of a busy machine's clock do not count."""

    def __init__(self) -> None:
        self.limit = float("inf")
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(_TICK)
            over = time.process_time() - self.limit
            if over > 0:
                solving.interrupt()
            if over > _GRACE:
                os._exit(1)


def _listen(stream: BinaryIO, requests: SimpleQueue[Request]) -> None:
    try:
        while True:
            message = receive(stream)
            if message is INTERRUPT:
                solving.interrupt()
            else:
                requests.put(message)  # type: ignore[arg-type]  # from our parent
    except EOFError:
        os._exit(0)  # the parent is gone


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not print into the answers
    z3.set_param("memory_max_size", _MOST_MEGABYTES)
    z3.z3.Z3_DEBUG = False  # its assertions about the kinds of terms take a third of the time
    sys.setrecursionlimit(6_000)
    requests: SimpleQueue[Request] = SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()
    watch = _Watch()
    while True:
        solving.prepare()
        number, program, samples, units, seconds = requests.get()
        solving.begin()
        watch.limit = time.process_time() + seconds
        try:
            proof = prove(program, samples, units)
        except Exception as error:  # a mistake of ours must not pass for a proof
            proof = Proof(unmodelled=(f"internal error: {type(error).__name__}: {error}"[:200], (0, 0)))
        watch.limit = float("inf")
        send(answers, (number, proof))


if __name__ == "__main__":
    main()
