"""The learned term at inference, in ONNX Runtime. The only module that imports it.

A CPU gets one window at a time. The int8 graph scales activations by what is in the batch, so in larger batches a unit's
energies would depend on its neighbours, and differ between the linter and the language server. It is also quicker there:
nothing is padded, and a window fits the cache. A GPU gets batches, of the fp16 graph (``gpu_network``).
"""

from __future__ import annotations

import functools
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from groundstate_energy.devices import (
    CUDA,
    Choice,
    DeviceError,
    batch_tokens,
    bytes_per_token,
    choose,
    gpus,
)
from groundstate_energy.encoding import (
    CONTEXT,
    MAX_LENGTH,
    RANK_INPUTS,
    READ_INPUTS,
    PieceTable,
    Window,
    collate,
)
from groundstate_energy.gpu_network import GpuNetwork, Runtime
from groundstate_energy.model_package import ModelPackage, ModelPackageError

REMEMBERED = 20_000
"""Windows whose gaps are kept in memory; about 2 kB each."""
CONTEXT_BYTES = 32_000_000
"""Bytes of the last windows read that are kept, to rank their edits again when only counts changed; about 150 kB each."""

_SLOWER = "SkipLayerNormFusion"
"""What ONNX Runtime 1.31 makes of a sum and its layer norm takes four times as long as both, a thirtieth of a pass."""


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
        # contracts are judged by IEEE doubles: so the network has a thread of its own. ONNX Runtime gives the option to the
        # thread of the first session of a process only: so all networks of a process share that thread.
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
        self._thread = _network_thread()
        self.choice = chosen_device(package, device)
        self._gpu: GpuNetwork | None = None
        try:
            self._table = PieceTable(Tokenizer.from_file(str(package.tokenizer)))
            if self.choice.gpu is not None:
                share = (threads or os.cpu_count() or 1) / (os.cpu_count() or 1)
                try:
                    network = half_network(package, "cuda")
                    tokens = _tokens_for(network, int(share * self.choice.gpu.free))
                    self._gpu = gpu_network(network, self._table, tokens)
                except Exception as error:
                    if device == "cuda":
                        raise
                    why = f"CUDA cannot be started: {' '.join(str(error).split())}"
                    self.choice = Choice("cpu", why, instead=True)
            if self._gpu is None:
                self._reader, self._ranker = (
                    self._thread.submit(
                        onnxruntime.InferenceSession,
                        str(path),
                        options,
                        providers=["CPUExecutionProvider"],
                        disabled_optimizers=[_SLOWER],
                    ).result()
                    for path in package.network
                )
                _refuse_other_inputs(self._reader, self._ranker)
        except Exception as error:
            raise ModelPackageError(
                f"model package {package.folder}: cannot load the network: {error}"
            ) from None
        self.passes = 0
        """Windows that the network scored so far."""
        self._remembered: dict[bytes, NDArray[np.float32]] = {}
        self._most_remembered = REMEMBERED if remembers else 0
        self._contexts = _Contexts(CONTEXT_BYTES if remembers else 0)

    @property
    def device(self) -> str:
        """``cpu`` or ``cuda``."""
        return self.choice.device

    def gaps(
        self, windows: Sequence[Window], proceed: Callable[[], None] = lambda: None
    ) -> list[NDArray[np.float32]]:
        """Energy gaps of every window's candidates, in nats, each ``(candidates,)``. Windows seen before cost no pass.

        ``proceed`` is called before each pass; what it raises ends the work, and the passes done are remembered.
        """
        remembers = self._most_remembered > 0
        digests = [window.digest() if remembers else b"" for window in windows]
        found: list[NDArray[np.float32] | None] = [self._remembered.get(digest) for digest in digests]
        new = [i for i, gaps in enumerate(found) if gaps is None]
        if len(self._remembered) + len(new) > self._most_remembered:
            self._remembered.clear()
        self._table.learn([windows[i] for i in new])
        if self._gpu is not None:
            proceed()
            for i, own in zip(new, self._gpu.gaps([windows[i] for i in new]), strict=True):
                found[i] = own
                self._remember(digests[i], own)
            self.passes += len(new)
        else:
            for i in new:
                proceed()
                own = found[i] = self._alone(windows[i])
                self._remember(digests[i], own)
                self.passes += 1
        return [gaps for gaps in found if gaps is not None]

    def _remember(self, digest: bytes, gaps: NDArray[np.float32]) -> None:
        if len(self._remembered) < self._most_remembered:
            self._remembered[digest] = gaps

    def _alone(self, window: Window) -> NDArray[np.float32]:
        inputs = collate([window], self._table)
        reading = window.reading() if self._contexts.most else b""
        context = self._contexts.get(reading)
        if context is None:
            context, scores = self._thread.submit(self._read_and_ranked, inputs).result()
            self._contexts.keep(reading, context)
        else:
            scores = self._thread.submit(self._ranked, inputs, context).result()
        return -scores

    def _read_and_ranked(
        self, inputs: Mapping[str, NDArray[np.generic]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        read = {name: inputs[name] for name in READ_INPUTS}
        read["pieces"] = inputs["pieces"][: int(inputs["tokens"].max()) + 1]
        (context,) = _pass(self._reader, read)
        return context, self._ranked(inputs, context)

    def _ranked(
        self, inputs: Mapping[str, NDArray[np.generic]], context: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        (scores,) = _pass(self._ranker, {n: context if n == CONTEXT else inputs[n] for n in RANK_INPUTS})
        return np.asarray(scores, np.float32)


@functools.cache
def _network_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "groundstate-network")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_network_thread.cache_clear)  # threads stay behind


def chosen_device(package: ModelPackage, wanted: str) -> Choice:
    """What a scorer of ``package`` runs on when ``wanted`` (``auto``, ``cpu`` or ``cuda``) is asked for, and why.

    Raises:
        ModelPackageError: ``cuda`` is asked for and cannot be.
    """
    providers = onnxruntime.get_available_providers()
    found = gpus() if wanted != "cpu" and CUDA in providers else []
    try:
        return choose(wanted, providers, found, half=package.half_network is not None)
    except DeviceError as error:
        raise ModelPackageError(str(error)) from None


@dataclass(frozen=True, slots=True)
class HalfNetwork:
    """The fp16 network of a package on a device. ``width``: of a contextual embedding. ``graphs``: whether the first half
    takes CUDA graphs."""

    reader: onnxruntime.InferenceSession
    ranker: onnxruntime.InferenceSession
    device: str
    width: int
    graphs: bool


def half_network(package: ModelPackage, device: str) -> HalfNetwork:
    """The fp16 network of ``package`` on ``cuda``, or where that is to be tried without a GPU on ``cpu``.

    Raises:
        Exception: ONNX Runtime's own, or ``RuntimeError``: the device cannot be used.
    """
    paths = package.half_network
    assert paths is not None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.enable_mem_pattern = False
    graphs = device == "cuda"
    try:
        reader = _session(paths[0], options, device, {"enable_cuda_graph": "1"})
    except Exception:  # whatever a version of ONNX Runtime has against graphs of this network
        reader, graphs = _session(paths[0], options, device, {}), False
    ranker = _session(paths[1], options, device, {})
    _refuse_other_inputs(reader, ranker)
    width = next(entry.shape[1] for entry in ranker.get_inputs() if entry.name == CONTEXT)
    return HalfNetwork(reader, ranker, device, width, graphs)


def gpu_network(network: HalfNetwork, table: PieceTable, tokens: int) -> GpuNetwork:
    """``network`` with batches of ``tokens`` padded tokens."""

    def buffer(shape: Sequence[int], kind: type) -> onnxruntime.OrtValue:
        return onnxruntime.OrtValue.ortvalue_from_shape_and_type(list(shape), kind, network.device, 0)

    def run_options(graph: int) -> onnxruntime.RunOptions:
        made = onnxruntime.RunOptions()
        if network.graphs:
            made.add_run_config_entry("gpu_graph_id", str(graph))
        return made

    return GpuNetwork(
        network.reader,
        network.ranker,
        table,
        Runtime(network.device, buffer, run_options),
        width=network.width,
        tokens=tokens,
        graphs=network.graphs,
    )


def _tokens_for(network: HalfNetwork, free: int) -> int:
    """Padded tokens of a batch for which ``free`` bytes are enough; inner sizes and heads are as all presets have them."""
    width = network.width
    size = bytes_per_token(width=width, inner=4 * width, heads=max(width // 64, 1), length=MAX_LENGTH)
    return batch_tokens(free, size)


def _refuse_other_inputs(reader: onnxruntime.InferenceSession, ranker: onnxruntime.InferenceSession) -> None:
    for session, wanted in ((reader, READ_INPUTS), (ranker, RANK_INPUTS)):
        found = {entry.name for entry in session.get_inputs()}
        if found != set(wanted):
            raise ValueError(f"its inputs are {', '.join(sorted(found))}")


def _session(
    path: Path, options: onnxruntime.SessionOptions, device: str, cuda: Mapping[str, str]
) -> onnxruntime.InferenceSession:
    """A session on the device; ONNX Runtime itself would go on without a GPU where CUDA's libraries are missing."""
    on_gpu = [(CUDA, dict(cuda))] if device == "cuda" else []
    session = onnxruntime.InferenceSession(str(path), options, providers=[*on_gpu, "CPUExecutionProvider"])
    if on_gpu and CUDA not in session.get_providers():
        raise RuntimeError(
            "ONNX Runtime could not load its CUDA provider; are CUDA 12 and cuDNN 9 installed?"
        )
    return session


class _Contexts:
    """What the first half of the network made of the windows it read last, up to ``most`` bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
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
            while self._bytes > self.most:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes


def _pass(
    session: onnxruntime.InferenceSession, inputs: Mapping[str, NDArray[np.generic]]
) -> list[NDArray[np.float32]]:
    """One half of the network; called on the thread that has no denormals."""
    found: list[NDArray[np.float32]] = session.run(None, inputs)
    return found
