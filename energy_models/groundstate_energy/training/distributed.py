"""The processes of one training run, as ``torchrun`` starts them; a run that it did not start is one process.

Every process holds the whole network and works on its own parts of each batch. What a step needs from the others is summed
over all: counts before the pass, gradients after it (DistributedDataParallel, Li et al. 2020).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

PATIENCE = timedelta(hours=3)
"""What the others wait while the first process counts n-grams or evaluates."""


@dataclass(frozen=True, slots=True)
class Processes:
    """``rank``: this process among ``count``. ``local``: its number on its machine, which is that of its GPU."""

    rank: int = 0
    count: int = 1
    local: int = 0

    @classmethod
    def of_environment(cls) -> Processes:
        """The processes that ``torchrun`` started, joined; this one alone where it did not."""
        count = int(os.environ.get("WORLD_SIZE", "1"))
        if count == 1:
            return cls()
        found = cls(int(os.environ["RANK"]), count, int(os.environ["LOCAL_RANK"]))
        device = found.device()
        if device.type == "cuda":
            torch.cuda.set_device(device)
        torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
        return found

    def device(self) -> torch.device:
        """The GPU of this process, or the CPU where there are none."""
        if not torch.cuda.is_available():
            return torch.device("cpu")
        return torch.device("cuda", self.local) if self.count > 1 else torch.device("cuda")

    @property
    def first(self) -> bool:
        """Whether this is the one that writes and speaks."""
        return self.rank == 0

    def parts(self, shards: int) -> range:
        """Which of the ``shards`` parts of a batch are this process's.

        Raises:
            ValueError: they cannot be shared evenly.
        """
        if shards % self.count:
            raise ValueError(f"{shards} shards cannot be shared by {self.count} processes evenly")
        share = shards // self.count
        return range(self.rank * share, (self.rank + 1) * share)

    def summed(self, values: Tensor) -> Tensor:
        """The sum of the values of all processes."""
        if self.count > 1:
            values = values.clone()
            torch.distributed.all_reduce(values)
        return values

    def agreed(self, value: float, device: torch.device) -> float:
        """The first process's value, to the last bit."""
        if self.count == 1:
            return value
        held = torch.tensor([value], dtype=torch.float64, device=device)
        torch.distributed.broadcast(held, 0)
        return float(held)

    def together(self, module: nn.Module) -> nn.Module:
        """``module`` with gradients that are means over the processes; its weights become those of the first."""
        if self.count == 1:
            return module
        # Each phase trains a part of the weights.
        return DistributedDataParallel(module, find_unused_parameters=True, broadcast_buffers=False)

    def wait(self) -> None:
        """Until all are here."""
        if self.count > 1:
            torch.distributed.barrier()

    @contextlib.contextmanager
    def first_alone(self) -> Iterator[None]:
        """The first process does what is inside, and then the others, who find what it has written."""
        if not self.first:
            self.wait()
        yield
        if self.first:
            self.wait()

    def leave(self) -> None:
        """End the run together."""
        if self.count > 1:
            self.wait()
            torch.distributed.destroy_process_group()


ALONE = Processes()


@contextlib.contextmanager
def unsynchronised(module: nn.Module) -> Iterator[None]:
    """Gradients of passes inside stay in this process, for a later pass to take along."""
    if isinstance(module, DistributedDataParallel):
        with module.no_sync():
            yield
    else:
        yield
