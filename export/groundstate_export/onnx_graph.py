"""A network as two graphs with dynamic shapes: one reads a window, one ranks its edits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from groundstate_energy.encoding import CONTEXT, INPUTS, RANK_INPUTS, READ_INPUTS
from groundstate_energy.training.network import Network

OPSET = 18
_AXES: dict[str, tuple[str | int, ...]] = {
    **{name: shape for name, (_, shape) in INPUTS.items()},
    CONTEXT: ("positions", 0),
    "scores": ("candidates",),
}


class _Reader(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.network.read(*inputs)


class _Ranker(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.network.rank(*inputs)


def export_network(
    network: Network, example: Mapping[str, NDArray[np.generic]], reader: Path, ranker: Path
) -> None:
    """Write both halves of ``network``. ``example``: a collated batch with at least two windows, for tracing."""
    network = network.eval()
    network.mixed = False
    tensors = {name: torch.from_numpy(np.asarray(example[name])) for name in INPUTS}
    with torch.no_grad():
        tensors[CONTEXT] = network.read(*(tensors[name] for name in READ_INPUTS))
        _export(_Reader(network), tensors, READ_INPUTS, CONTEXT, reader)
        _export(_Ranker(network), tensors, RANK_INPUTS, "scores", ranker)


def _export(
    module: nn.Module, tensors: Mapping[str, Tensor], inputs: tuple[str, ...], output: str, path: Path
) -> None:
    torch.onnx.export(
        module,
        tuple(tensors[name] for name in inputs),
        str(path),
        input_names=list(inputs),
        output_names=[output],
        dynamic_axes={
            name: {axis: symbol for axis, symbol in enumerate(_AXES[name]) if isinstance(symbol, str)}
            for name in (*inputs, output)
        },
        opset_version=OPSET,
        dynamo=False,
    )
