"""A crew of actors of a Ray cluster: one for each GPU, or for each group of cores. The only module that imports ray.

Actors read the clones at the paths that the scan has, so machines of a cluster need them on a file system that they share.
Ray restarts nothing by itself here: ``scheduling`` gives a dead worker's batch to another, and counts.
"""

from __future__ import annotations

import logging
import os
import re
import socket
from typing import Any

from groundstate.errors import UserError
from groundstate.scanning.planning import Batch
from groundstate.scanning.worker import Scanned, Setup, Worker

OBJECTS = 256 << 20
"""Bytes of memory for what is passed around in a cluster that is started here: batches are names of files, results small."""


CONNECT_SECONDS = 10.0
STARTS = 2
"""Times that a cluster is started here before it is given up: on an overloaded machine Ray does not wait long enough."""


class RayCrew:
    """Actors; a dead one's place is taken by a new one wherever the cluster has room.

    Args:
        address: of a running cluster; without it, the one that RAY_ADDRESS names, else one that is started on this machine.
        size: how many actors; 0 for as many as the cluster has GPUs, or without any groups of ``threads`` cores.
        cpu_only: whether GPUs are left alone.

    Raises:
        UserError: there is no such cluster, or no room in it.
    """

    def __init__(self, size: int, setup: Setup, *, address: str | None, cpu_only: bool) -> None:
        address = address or os.environ.get("RAY_ADDRESS") or "local"
        _refuse_silence(address)
        # Ray would report its use to its makers.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # What later versions of Ray do anyway; without it each start is a warning.
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        import ray

        self._ray: Any = ray
        own = {"include_dashboard": False, "object_store_memory": OBJECTS} if address == "local" else {}
        tries = STARTS if own else 1
        while True:
            tries -= 1
            try:
                ray.init(address=address, log_to_driver=False, logging_level=logging.CRITICAL, **own)
                break
            except Exception as error:  # Ray raises that itself where its processes are not up within 30 s
                ray.shutdown()
                if not tries:
                    said = " ".join(str(error).split()) or type(error).__name__
                    what = "cannot be started here" if own else f"cannot be reached at {address}"
                    raise UserError(f"Ray: a cluster {what}: {said}") from None
        resources = ray.cluster_resources()
        gpus = 0 if cpu_only or setup.source is None else int(resources.get("GPU", 0))
        groups = int(resources.get("CPU", 0)) // setup.threads
        self.size = size or gpus or groups
        if self.size < 1:
            ray.shutdown()
            raise UserError(
                f"Ray: the cluster has no {setup.threads} cores for a worker; take fewer --threads"
            )
        self.gpus = gpus
        self._setup = setup
        self._kind: Any = ray.remote(
            num_cpus=setup.threads, num_gpus=1 if gpus else 0, max_restarts=0, max_task_retries=0
        )(Worker)
        self._actors: dict[int, Any] = {}
        self._pending: dict[Any, int] = {}

    def give(self, worker: int, batch: Batch) -> None:
        if worker not in self._actors:
            self._actors[worker] = self._kind.remote(self._setup)
        self._pending[self._actors[worker].scan.remote(batch)] = worker

    def take(self, seconds: float) -> list[tuple[int, Scanned | None]]:
        pending = list(self._pending)
        ready, _ = self._ray.wait(pending, num_returns=1, timeout=seconds)
        more, _ = self._ray.wait(pending, num_returns=len(pending), timeout=0)
        found = []
        for reference in dict.fromkeys([*ready, *more]):
            worker = self._pending.pop(reference)
            try:
                found.append((worker, self._ray.get(reference)))
            except self._ray.exceptions.RayTaskError as error:
                said = " ".join(str(error.cause).split())
                found.append((worker, Scanned({}, (), refused=f"Ray: a worker cannot run: {said}")))
            except self._ray.exceptions.RayError:
                found.append((worker, None))
        return found

    def replace(self, worker: int) -> None:
        for reference in [key for key, other in self._pending.items() if other == worker]:
            del self._pending[reference]
        actor = self._actors.pop(worker, None)
        if actor is not None:
            self._ray.kill(actor)

    def close(self) -> None:
        self._ray.shutdown()


def _refuse_silence(address: str) -> None:
    """Raises ``UserError`` where nothing listens at an address of host and port; Ray itself would try for minutes."""
    found = re.fullmatch(r"(?:ray://)?([^:/]+):(\d+)", address)
    if found is None:
        return
    try:
        socket.create_connection((found[1], int(found[2])), CONNECT_SECONDS).close()
    except OSError as error:
        raise UserError(
            f"Ray: no cluster answers at {address}: {error.strerror or error}; is it running, and is that its port?"
        ) from None
