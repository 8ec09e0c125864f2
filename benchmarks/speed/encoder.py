"""The encoder beside its matrix products alone: ``python -m benchmarks.speed.encoder``, JSON on standard output.

The first half of a network of the shipped size, with random weights (time does not depend on them, once there are no
denormals), as int8 and as fp32 graph, on windows of several lengths; beside it a graph that has nothing but the same
matrix products of the same shapes, made int8 in the same way: of the weights, of queries and keys, of attention and
values, of the relations. Each length takes turns, so that both see the same machine. Needs torch, which makes the graphs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from groundstate_energy.encoding import MAX_LENGTH, PIECES, READ_INPUTS, ROLES
from groundstate_energy.training.network import RELATIONS, Network, NetworkConfig
from groundstate_export.onnx_graph import OPSET, _Reader

LENGTHS = (64, 112, 176, 240, 368, 480)
ROUNDS = 15


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.encoder", description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--network", default="small", help="preset")
    arguments = parser.parse_args()
    print(json.dumps(measured(NetworkConfig.from_name(arguments.network), arguments.threads)))
    return 0


def measured(config: NetworkConfig, threads: int) -> dict[str, object]:
    """Milliseconds of one window by kind of graph and length, medians; ``share``: of the rate of the products alone."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as network_thread:
        paths = _graphs(config, Path(folder), rng)
        sessions = {
            name: network_thread.submit(_session, path, threads).result() for name, path in paths.items()
        }
        taken: dict[str, dict[int, list[float]]] = {
            name: {length: [] for length in LENGTHS} for name in sessions
        }
        for length in LENGTHS:
            feeds = {
                name: _reading(length, rng) if name.startswith("encoder") else _operands(config, length, rng)
                for name in sessions
            }
            for number in range(ROUNDS + 2):
                for name, session in sessions.items():
                    seconds = network_thread.submit(_seconds, session.run, feeds[name]).result()
                    if number >= 2:
                        taken[name][length].append(1000 * seconds)
    medians = {
        name: {str(length): statistics.median(values) for length, values in by_length.items()}
        for name, by_length in taken.items()
    }
    sums = {name: sum(by_length.values()) for name, by_length in medians.items()}
    return {
        "threads": threads,
        "milliseconds": medians,
        "share, int8": sums["products, int8"] / sums["encoder, int8"],
        "share, fp32": sums["products, fp32"] / sums["encoder, fp32"],
        "fp32 over int8": sums["encoder, fp32"] / sums["encoder, int8"],
    }


def _graphs(config: NetworkConfig, folder: Path, rng: np.random.Generator) -> dict[str, Path]:
    torch.manual_seed(0)
    network = Network(config).eval()
    paths = {
        f"{part}, {kind}": folder / f"{part}-{kind}.onnx"
        for part in ("encoder", "products")
        for kind in ("fp32", "int8")
    }
    example = _reading(64, rng)
    axes = {
        "pieces": {0: "texts"},
        "tokens": {1: "length"},
        "roles": {1: "length"},
        "context": {0: "positions"},
    }
    with torch.no_grad():
        torch.onnx.export(
            _Reader(network),
            tuple(torch.from_numpy(example[name]) for name in READ_INPUTS),
            str(paths["encoder, fp32"]),
            input_names=list(READ_INPUTS),
            output_names=["context"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.save(_products(config, rng), str(paths["products, fp32"]))
    for part in ("encoder", "products"):
        quantize_dynamic(
            str(paths[f"{part}, fp32"]),
            str(paths[f"{part}, int8"]),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        )
    return paths


def _products(config: NetworkConfig, rng: np.random.Generator) -> onnx.ModelProto:
    """Every matrix product of the encoder, none of whose results another needs."""
    width, inner = config.width, config.inner
    nodes, weights, outputs = [], [], []
    for layer in range(config.layers):
        for name, rows, columns, fed in (
            ("qkv", width, 3 * width, "x"),
            ("mixed", width, width, "x"),
            ("inner", width, inner, "x"),
            ("outer", inner, width, "h"),
        ):
            weight = rng.normal(0, 0.02, (rows, columns)).astype(np.float32)
            weights.append(numpy_helper.from_array(weight, f"{name}{layer}"))
            nodes.append(
                helper.make_node("MatMul", [f"{fed}{layer}", f"{name}{layer}"], [f"{name}_out{layer}"])
            )
        nodes.append(helper.make_node("MatMul", [f"q{layer}", f"k{layer}"], [f"likes{layer}"]))
        nodes.append(helper.make_node("MatMul", [f"p{layer}", f"v{layer}"], [f"attended{layer}"]))
        nodes.append(helper.make_node("MatMul", [f"r{layer}", f"related{layer}"], [f"relations{layer}"]))
        outputs += [
            f"{name}{layer}"
            for name in ("qkv_out", "mixed_out", "inner_out", "outer_out", "likes", "attended", "relations")
        ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * values.ndim)
        for name, values in _operands(config, 16, rng).items()
    ]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "products", inputs, results, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)


def _operands(config: NetworkConfig, length: int, rng: np.random.Generator) -> dict[str, NDArray[np.generic]]:
    heads, inside = config.heads, config.width // config.heads
    found: dict[str, NDArray[np.generic]] = {}
    for layer in range(config.layers):
        for name, shape in (
            ("x", (1, length, config.width)),
            ("h", (1, length, config.inner)),
            ("q", (1, heads, length, inside)),
            ("k", (1, heads, inside, length)),
            ("p", (1, heads, length, length)),
            ("v", (1, heads, length, inside)),
            ("r", (heads, RELATIONS)),
            ("related", (RELATIONS, length * length)),
        ):
            found[f"{name}{layer}"] = rng.normal(size=shape).astype(np.float32)
    return found


def _reading(length: int, rng: np.random.Generator) -> dict[str, NDArray[np.generic]]:
    texts = max(length // 3, 2)
    pieces = rng.integers(1, 16_000, (texts, PIECES)).astype(np.int32)
    pieces[0] = 0
    return {
        "pieces": pieces,
        "tokens": rng.integers(1, texts, (1, min(length, MAX_LENGTH))).astype(np.int32),
        "roles": rng.integers(0, ROLES, (1, min(length, MAX_LENGTH))).astype(np.int32),
    }


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _seconds(run: Callable[..., object], feed: dict[str, NDArray[np.generic]]) -> float:
    started = time.perf_counter()
    run(None, feed)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
