"""The learned term at inference: ONNX Runtime over batches of windows. The only module that imports onnxruntime."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from groundstate_energy.encoding import (
    CONTEXT,
    RANK_INPUTS,
    READ_INPUTS,
    PieceTable,
    Window,
    collate,
)
from groundstate_energy.model_package import ModelPackage, ModelPackageError

GPU_BATCH_TOKENS = 4_096
"""Padded tokens of one batch on a GPU.

A CPU gets one window at a time. The int8 graph scales activations by what is in the batch, so in larger batches a unit's
energies would depend on its neighbours, and differ between the linter and the language server. It is also quicker there:
nothing is padded, and a window fits the cache.
"""

REMEMBERED = 20_000
"""Windows whose gaps are kept in memory; about 2 kB each."""
CONTEXT_BYTES = 32_000_000
"""Bytes of the last windows read that are kept, to rank their edits again when only counts changed; about 150 kB each."""


class Scorer:
    """Learned energy gaps of windows.

    Args:
        package: a verified model package.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: of the CPU provider; 0 takes all cores.
        remembers: whether windows will be asked for again, as in an editor: then their gaps are kept.

    Raises:
        ModelPackageError: the network cannot be loaded, or the device is not there.
    """

    term = "learned"

    def __init__(
        self, package: ModelPackage, device: str = "auto", threads: int = 0, *, remembers: bool = True
    ) -> None:
        available = onnxruntime.get_available_providers()
        if device == "cuda" and "CUDAExecutionProvider" not in available:
            raise ModelPackageError(
                "device cuda: this ONNX Runtime has no CUDA; install groundstate[gpu] or use cpu"
            )
        use_cuda = device in ("auto", "cuda") and "CUDAExecutionProvider" in available
        providers = ["CUDAExecutionProvider"] * use_cuda + ["CPUExecutionProvider"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count() or 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Every window has a shape of its own, and a plan of memory would be kept for each.
        options.enable_mem_pattern = False
        # Threads that spin while they wait take the core from the rest of the machine: an editor, the other processes.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Attention of a trained network gives denormal weights, with which a matrix product takes many times longer.
        # A weight below 1e-38 changes no energy. The option changes the thread that it is given on for all its floats, and
        # contracts are judged by IEEE doubles: so the network has a thread of its own.
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
        self._thread = ThreadPoolExecutor(1, "groundstate-network")
        try:
            network = (package.half_network if use_cuda else None) or package.network
            self._reader, self._ranker = (
                self._thread.submit(
                    onnxruntime.InferenceSession, str(path), options, providers=providers
                ).result()
                for path in network
            )
            self._table = PieceTable(Tokenizer.from_file(str(package.tokenizer)))
        except Exception as error:
            raise ModelPackageError(
                f"model package {package.folder}: cannot load the network: {error}"
            ) from None
        self._remembered: dict[bytes, NDArray[np.float32]] = {}
        self._most_remembered = REMEMBERED if remembers else 0
        self._contexts = _Contexts(CONTEXT_BYTES if remembers else 0)
        self.device = "cuda" if use_cuda else "cpu"
        self._batch_tokens = GPU_BATCH_TOKENS if use_cuda else 0
        for session, wanted in ((self._reader, READ_INPUTS), (self._ranker, RANK_INPUTS)):
            found = {entry.name for entry in session.get_inputs()}
            if found != set(wanted):
                raise ModelPackageError(
                    f"model package {package.folder}: the network's inputs are {sorted(found)}"
                )

    def gaps(self, windows: Sequence[Window]) -> list[NDArray[np.float32]]:
        """Energy gaps of every window's candidates, in nats, each ``(candidates,)``. Windows seen before cost no pass."""
        digests = [window.digest() for window in windows]
        found: list[NDArray[np.float32] | None] = [self._remembered.get(digest) for digest in digests]
        new = [i for i, gaps in enumerate(found) if gaps is None]
        order = sorted(new, key=lambda i: len(windows[i].tokens))
        batch: list[int] = []
        for i in order:
            longest = -(-len(windows[i].tokens) // 16) * 16
            if batch and (len(batch) + 1) * longest > self._batch_tokens:
                self._run(windows, batch, found)
                batch = []
            batch.append(i)
        if batch:
            self._run(windows, batch, found)
        if len(self._remembered) + len(new) > self._most_remembered:
            self._remembered.clear()
        for i in new[: self._most_remembered]:
            gaps = found[i]
            assert gaps is not None
            self._remembered[digests[i]] = gaps
        return [gaps for gaps in found if gaps is not None]

    def _run(
        self, windows: Sequence[Window], batch: list[int], found: list[NDArray[np.float32] | None]
    ) -> None:
        inputs = collate([windows[i] for i in batch], self._table)
        reading = windows[batch[0]].reading() if len(batch) == 1 else None
        context = self._contexts.get(reading) if reading is not None else None
        if context is None:
            read = {name: inputs[name] for name in READ_INPUTS}
            read["pieces"] = inputs["pieces"][: int(inputs["tokens"].max()) + 1]
            (context,) = self._thread.submit(_pass, self._reader, read).result()
            if reading is not None:
                self._contexts.keep(reading, context)
        ranked = {n: context if n == CONTEXT else inputs[n] for n in RANK_INPUTS}
        (scores,) = self._thread.submit(_pass, self._ranker, ranked).result()
        start = 0
        for i in batch:
            stop = start + len(windows[i].candidates)
            found[i] = -np.asarray(scores[start:stop], np.float32)
            start = stop

class _Contexts:
    """What the first half of the network made of the windows it read last, up to ``most`` bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, reading: bytes) -> NDArray[np.float32] | None:
        with self._lock:
            context = self._kept.get(reading)
            if context is not None:
                self._kept.move_to_end(reading)
            return context

    def keep(self, reading: bytes, context: NDArray[np.float32]) -> None:
        with self._lock:
            if reading not in self._kept:
                self._bytes += context.nbytes
            self._kept[reading] = context
            while self._bytes > self._most:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes


def _pass(
    session: onnxruntime.InferenceSession, inputs: Mapping[str, NDArray[np.generic]]
) -> list[NDArray[np.float32]]:
    """One half of the network; called on the thread that has no denormals."""
    found: list[NDArray[np.float32]] = session.run(None, inputs)
    return found
