"""The network on a GPU: batches of windows, the next one prepared while one is computed.

What the first half makes stays on the GPU for the second (IO binding). Full batches of windows of like length have one
shape for each length, and their first half is a CUDA graph from the second time on: one launch for some hundred kernels.
Nothing of this needs a GPU to run: on ``cpu`` the same code gives the same numbers, which is how it is tested.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.devices import FEWEST_TOKENS
from groundstate_energy.encoding import CONTEXT, RANK_INPUTS, READ_INPUTS, PieceTable, Window, collate

STEP = 64
"""Windows are padded to a multiple of so many tokens: few lengths make full batches that repeat."""
TEXTS = 1_024
"""Texts of a batch are padded to a multiple of so many, for the same reason."""
GRAPHS = 24
"""Shapes whose graphs and buffers are kept, the last ones used."""

Arrays = Mapping[str, NDArray[np.generic]]


class Session(Protocol):
    """What is used of an ONNX Runtime session."""

    def io_binding(self) -> Any: ...
    def run_with_iobinding(self, binding: Any, options: Any = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Runtime:
    """What only ONNX Runtime can make. ``buffer``: a value on the device, of a shape and type. ``options``: of a run whose
    graph has a number; -1 is none. ``device``: ``cuda`` or ``cpu``."""

    device: str
    buffer: Callable[[Sequence[int], type], Any]
    options: Callable[[int], Any]


@dataclass(slots=True)
class _Shape:
    """A shape of the first half's inputs. ``values``: its buffers on the device, once it has a graph."""

    number: int
    seen: int = 0
    values: dict[str, Any] = field(default_factory=dict)


class GpuNetwork:
    """Both halves of the network on one device.

    Args:
        width: of a contextual embedding.
        tokens: padded tokens of a batch. It is halved for good when the device has too little memory for it.
        graphs: whether the session of the first half takes CUDA graphs.
    """

    def __init__(
        self,
        reader: Session,
        ranker: Session,
        table: PieceTable,
        runtime: Runtime,
        *,
        width: int,
        tokens: int,
        graphs: bool,
    ) -> None:
        self._reader, self._ranker = reader, ranker
        self._table = table
        self._runtime = runtime
        self._width = width
        self.tokens = tokens
        self.graphs = graphs
        self.captured = 0
        """Batches whose first half was a graph."""
        self._shapes: OrderedDict[tuple[int, ...], _Shape] = OrderedDict()
        self._made = 0
        self._thread = ThreadPoolExecutor(1, "groundstate-gpu")

    def gaps(self, windows: Sequence[Window]) -> list[NDArray[np.float32]]:
        """Energy gaps of every window's candidates, in nats, each ``(candidates,)``."""
        found: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(windows)
        running: tuple[list[int], Future[NDArray[np.float32]]] | None = None
        for batch in batches([len(window.tokens) for window in windows], self.tokens):
            following = batch, self._thread.submit(self.scores, self.collated([windows[i] for i in batch]))
            if running is not None:
                self._settle(windows, *running, found)
            running = following
        if running is not None:
            self._settle(windows, *running, found)
        return found

    def _settle(
        self,
        windows: Sequence[Window],
        batch: list[int],
        running: Future[NDArray[np.float32]],
        found: list[NDArray[np.float32]],
    ) -> None:
        try:
            scores = running.result()
        except Exception as error:
            if not _lacks_memory(error) or len(batch) == 1:
                raise
            self.tokens = max(self.tokens // 2, FEWEST_TOKENS)
            self._shapes.clear()
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                inputs = self.collated([windows[i] for i in half])
                self._settle(windows, half, self._thread.submit(self.scores, inputs), found)
            return
        start = 0
        for i in batch:
            stop = start + len(windows[i].candidates)
            found[i] = -np.asarray(scores[start:stop], np.float32)
            start = stop

    def collated(self, windows: Sequence[Window]) -> dict[str, NDArray[np.generic]]:
        """The inputs of a batch, its texts padded, and its rows too where it is nearly full."""
        inputs = collate(windows, self._table, multiple=STEP)
        pieces = inputs["pieces"]
        more = -len(pieces) % TEXTS
        inputs["pieces"] = np.concatenate([pieces, np.zeros((more, pieces.shape[1]), pieces.dtype)])
        rows, length = inputs["tokens"].shape
        full = self.tokens // length
        if full * 7 // 8 <= rows < full:
            for name in ("tokens", "roles"):
                values = inputs[name]
                inputs[name] = np.concatenate([values, np.zeros((full - rows, length), values.dtype)])
        return inputs

    def scores(self, inputs: Arrays) -> NDArray[np.float32]:
        """Scores of the candidates of one batch, ``(candidates,)``."""
        context = self.read(inputs)
        binding = self._ranker.io_binding()
        for name in RANK_INPUTS:
            if name == CONTEXT:
                binding.bind_ortvalue_input(name, context)
            else:
                binding.bind_cpu_input(name, np.ascontiguousarray(inputs[name]))
        binding.bind_output("scores", "cpu")
        self._ranker.run_with_iobinding(binding)
        (scores,) = binding.copy_outputs_to_cpu()
        found: NDArray[np.float32] = scores
        return found

    def read(self, inputs: Arrays) -> Any:
        """The contextual embeddings of a batch, as a value on the device."""
        key = tuple(size for name in READ_INPUTS for size in inputs[name].shape)
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = _Shape(self._made)
            self._made += 1
            if len(self._shapes) > GRAPHS:
                self._shapes.popitem(last=False)
        self._shapes.move_to_end(key)
        shape.seen += 1
        if self.graphs and shape.seen > 1:
            try:
                return self._replayed(shape, inputs)
            except Exception as error:
                if _lacks_memory(error):
                    raise
                self.graphs = False  # this device or version cannot; the numbers are the same without
        binding = self._reader.io_binding()
        for name in READ_INPUTS:
            binding.bind_cpu_input(name, np.ascontiguousarray(inputs[name]))
        binding.bind_output(CONTEXT, self._runtime.device)
        self._reader.run_with_iobinding(binding, self._runtime.options(-1))
        (context,) = binding.get_outputs()
        return context

    def _replayed(self, shape: _Shape, inputs: Arrays) -> Any:
        """The same through a graph: its inputs and its output are where they were when it was captured."""
        if not shape.values:
            for name in READ_INPUTS:
                shape.values[name] = self._runtime.buffer(inputs[name].shape, np.int32)
            positions = inputs["tokens"].size
            shape.values[CONTEXT] = self._runtime.buffer((positions, self._width), np.float32)
        binding = self._reader.io_binding()
        for name in READ_INPUTS:
            shape.values[name].update_inplace(np.ascontiguousarray(inputs[name]))
            binding.bind_ortvalue_input(name, shape.values[name])
        binding.bind_ortvalue_output(CONTEXT, shape.values[CONTEXT])
        self._reader.run_with_iobinding(binding, self._runtime.options(shape.number))
        self.captured += 1
        return shape.values[CONTEXT]


def batches(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Windows of so many tokens in batches of at most ``tokens`` padded ones, or of one window; the longest last."""
    found: list[list[int]] = []
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        padded = -(-lengths[i] // STEP) * STEP
        longer = batch and padded != -(-lengths[batch[0]] // STEP) * STEP
        # Windows of another length join only where few are waiting: full batches repeat their shape.
        full = (len(batch) + 1) * padded > tokens
        if batch and (full or (longer and len(batch) * padded * 2 > tokens)):
            found.append(batch)
            batch = []
        batch.append(i)
    if batch:
        found.append(batch)
    return found


def _lacks_memory(error: Exception) -> bool:
    said = str(error).lower()
    return (
        "out of memory" in said
        or "failed to allocate" in said
        or "bfc_arena" in said
        or "cuda failure 2" in said
    )
