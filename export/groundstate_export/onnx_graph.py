"""A network as ``model.onnx`` with dynamic batch, length, site and candidate counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from groundstate_energy.encoding import INPUTS
from groundstate_energy.training.network import Network

OPSET = 18


def export_network(network: Network, example: Mapping[str, NDArray[np.generic]], path: Path) -> None:
    """Write ``network`` to ``path``. ``example``: a collated batch with at least two windows, for tracing."""
    network = network.eval()
    network.mixed = False
    inputs = tuple(torch.from_numpy(np.asarray(example[name])) for name in INPUTS)
    dynamic = {
        name: {axis: symbol for axis, symbol in enumerate(shape) if isinstance(symbol, str)}
        for name, (_, shape) in INPUTS.items()
    }
    with torch.no_grad():
        torch.onnx.export(
            network,
            inputs,
            str(path),
            input_names=list(INPUTS),
            output_names=["scores"],
            dynamic_axes={**dynamic, "scores": {0: "candidates"}},
            opset_version=OPSET,
            dynamo=False,
        )
