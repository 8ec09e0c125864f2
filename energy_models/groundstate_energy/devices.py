"""What the network runs on: a GPU where there is one that can be used, else the CPU, and in one line why.

Nothing here loads a library of the GPU: the driver's own command says what there is, and is asked only where the driver is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CUDA = "CUDAExecutionProvider"
FEWEST_TOKENS, MOST_TOKENS = 4_096, 262_144
"""Padded tokens of a batch on a GPU, at least and at most."""
SHARE_OF_MEMORY = 0.6
"""Of what is free, for what passes through the network; the rest is for weights, kernels and what the estimate misses."""
_SECONDS = 10.0


class DeviceError(Exception):
    """The device that was asked for cannot be used; the message is one line: why, and what to do."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU that this process may use. ``total``, ``free``: bytes of its memory."""

    name: str
    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Choice:
    """``device``: ``cpu`` or ``cuda``. ``why``: in words, for the user. ``gpu``: the one that is used.

    ``instead``: a GPU was chosen, and could not be started.
    """

    device: str
    why: str
    gpu: Gpu | None = None
    instead: bool = False

    def __str__(self) -> str:
        return f"{self.device} ({self.why})"


def has_driver() -> bool:
    """Whether NVIDIA's driver is on this machine."""
    return shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia/version").exists()


def gpus() -> list[Gpu]:
    """The GPUs that this process may use, the one that it gets first; none where NVIDIA's driver is not."""
    if not has_driver():
        return []
    fields = "index,uuid,name,memory.total,memory.free"
    command = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return visible(done.stdout, os.environ.get("CUDA_VISIBLE_DEVICES"))


def visible(listing: str, allowed: str | None) -> list[Gpu]:
    """The GPUs of a ``listing`` of nvidia-smi that CUDA_VISIBLE_DEVICES (``allowed``) lets a process use, in its order."""
    found: dict[str, Gpu] = {}
    order: list[str] = []
    for line in listing.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) != 5 or not (parts[3].isdecimal() and parts[4].isdecimal()):
            continue
        index, uuid, name, total, free = parts
        found[index] = found[uuid] = Gpu(name, int(total) << 20, int(free) << 20)
        order.append(index)
    if allowed is None:
        return [found[index] for index in order]
    chosen = []
    for item in allowed.split(","):
        gpu = found.get(item.strip())
        if gpu is None:
            break  # as CUDA does: what follows one that is not there is not there either
        chosen.append(gpu)
    return chosen


def choose(wanted: str, providers: Sequence[str], found: Sequence[Gpu], *, half: bool) -> Choice:
    """The device for ``wanted`` (``auto``, ``cpu`` or ``cuda``).

    Args:
        providers: of this ONNX Runtime. found: GPUs, as ``gpus`` gives them.
        half: whether the model package has a network for GPUs.

    Raises:
        DeviceError: ``cuda`` was asked for and cannot be.
    """
    if wanted == "cpu":
        return Choice("cpu", "as asked")
    if CUDA not in providers:
        why, do = "this ONNX Runtime has no CUDA", "install groundstate[gpu] in the place of groundstate[cpu]"
    elif not found:
        why, do = "no NVIDIA GPU is to be seen", "see what nvidia-smi says, and CUDA_VISIBLE_DEVICES"
    elif not half:
        why = "the model package has no fp16 network"
        do = "make one with `python -m groundstate_export.half MODEL --out FOLDER`, and take FOLDER as model"
    else:
        gpu = found[0]
        return Choice("cuda", f"{gpu.name}, {gpu.free >> 20:,} of {gpu.total >> 20:,} MiB free", gpu)
    if wanted == "cuda":
        raise DeviceError(f"device cuda: {why}; {do}, or use cpu")
    return Choice("cpu", f"{why}; {do}" if found else why)


def bytes_per_token(*, width: int, inner: int, heads: int, length: int) -> int:
    """Memory that a padded token takes at most while it passes a layer, in a window of ``length`` tokens.

    Attention has a number for each head and each of 4 relations for every other token of the window, in fp16 and, where a
    kernel computes in it, once in fp32; the rest is a few vectors of the token's own. Twice, for arenas keep what is freed.
    """
    attention = (2 * heads + 4) * length * (2 + 4)
    vectors = (8 * width + 3 * inner) * (2 + 4)
    return 2 * (attention + vectors)


def batch_tokens(free: int, per_token: int) -> int:
    """Padded tokens of a batch for which ``free`` bytes are enough: a power of two between the bounds."""
    tokens = FEWEST_TOKENS
    while tokens * 2 <= MOST_TOKENS and tokens * 2 * per_token <= free * SHARE_OF_MEMORY:
        tokens *= 2
    return tokens
