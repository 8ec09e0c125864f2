"""The fp16 network of a package that has only the int8 one: ``python -m groundstate_export.half MODEL --out FOLDER``.

ONNX Runtime has no int8 products with dynamic scales on a GPU, so there the weights of the int8 graphs are taken as the
numbers that they stand for, and activations stay in fp16. The shipped package leaves its fp16 files out to stay small; an
export has them from the trained weights, which is better where the run is at hand.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.transformers.float16 import convert_float_to_float16

from groundstate_energy.model_package import FILES, HALF, NETWORK, SHIPPED, file_hash, load_model_package


class GraphError(Exception):
    """A graph that is not one of ours."""


def dequantised(model: onnx.ModelProto) -> onnx.ModelProto:
    """A graph of ``quantize_dynamic`` with fp32 products of the weights that the integers stand for.

    Raises:
        GraphError: the products are not written as ``quantize_dynamic`` writes them.
    """
    found = onnx.ModelProto()
    found.CopyFrom(model)
    graph = found.graph
    weights = {item.name: item for item in graph.initializer}
    made_by = {output: node for node in graph.node for output in node.output}
    used_by = {name: node for node in graph.node for name in node.input}
    gone: set[str] = set()
    added: list[onnx.NodeProto] = []
    for product in [node for node in graph.node if node.op_type == "MatMulInteger"]:
        cast = used_by.get(product.output[0])
        scaled = None if cast is None else used_by.get(cast.output[0])
        factors = None if cast is None or scaled is None else made_by.get(_other(scaled, cast.output[0]))
        quantised = made_by.get(product.input[0])
        if cast is None or scaled is None or factors is None or quantised is None or factors.op_type != "Mul":
            raise GraphError(f"{product.name}: not a product of quantize_dynamic")
        factor = weights[next(name for name in factors.input if name in weights)]
        name = f"{product.input[1]}_float"
        values = _values(weights[product.input[1]]).astype(np.float32)
        zero = _values(weights[product.input[3]]).astype(np.float32)
        graph.initializer.append(
            numpy_helper.from_array((values - zero) * _values(factor).astype(np.float32), name)
        )
        added.append(
            onnx.helper.make_node(
                "MatMul", [quantised.input[0], name], [scaled.output[0]], f"{product.name}_float"
            )
        )
        gone |= {node.output[0] for node in (product, cast, scaled, factors, quantised)}
    for looked in [node for node in graph.node if node.op_type == "DequantizeLinear"]:
        gather = made_by.get(looked.input[0])
        if gather is None or gather.op_type != "Gather" or gather.input[0] not in weights:
            raise GraphError(f"{looked.name}: not a table of quantize_dynamic")
        name = f"{gather.input[0]}_float"
        table, scale, zero = (
            _values(weights[item]).astype(np.float32)
            for item in (gather.input[0], looked.input[1], looked.input[2])
        )
        if name not in {item.name for item in graph.initializer}:
            graph.initializer.append(numpy_helper.from_array((table - zero) * scale, name))
        added.append(
            onnx.helper.make_node(
                "Gather", [name, gather.input[1]], [looked.output[0]], f"{gather.name}_float"
            )
        )
        gone |= {gather.output[0], looked.output[0]}
    kept = [node for node in graph.node if node.output[0] not in gone]
    ordered = _in_order(
        [*kept, *added], {*weights, *(i.name for i in graph.input), *(i.name for i in graph.initializer)}
    )
    del graph.node[:]
    graph.node.extend(ordered)
    needed = {name for node in ordered for name in node.input}
    left = [item for item in graph.initializer if item.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(left)
    return found


def write_half(folder: Path, out: Path) -> None:
    """Copy the package in ``folder`` to ``out``, with the fp16 network that its int8 one stands for.

    Raises:
        ModelPackageError: the package is damaged. GraphError: its network is not of ``quantize_dynamic``.
    """
    load_model_package(folder)
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != "manifest.json":
            shutil.copy(path, out / path.name)
    for source, name in zip(NETWORK, HALF, strict=True):
        model = dequantised(onnx.load(str(folder / source)))
        onnx.save(convert_float_to_float16(model, keep_io_types=True), str(out / name))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    files: Mapping[str, str] = manifest["files"]
    manifest["files"] = {**files, **{name: file_hash(out / name) for name in HALF}}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    load_model_package(out)


def _other(node: onnx.NodeProto, name: str) -> str:
    return next(item for item in node.input if item != name)


def _values(tensor: onnx.TensorProto) -> NDArray[np.generic]:
    values: NDArray[np.generic] = numpy_helper.to_array(tensor)
    return values


def _in_order(nodes: list[onnx.NodeProto], known: set[str]) -> list[onnx.NodeProto]:
    """The nodes so that each comes after what it reads."""
    left, found = list(nodes), []
    while left:
        ready = [node for node in left if all(not name or name in known for name in node.input)]
        if not ready:
            raise GraphError(f"{left[0].name}: reads what nothing makes")
        found += ready
        known = known | {output for node in ready for output in node.output}
        taken = {id(node) for node in ready}
        left = [node for node in left if id(node) not in taken]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="groundstate_export.half", description=__doc__)
    parser.add_argument(
        "model", nargs="?", type=Path, default=SHIPPED, help="model package (default: the shipped)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the package with the fp16 network")
    options = parser.parse_args()
    write_half(options.model, options.out)
    print(
        f"{options.out}: {sum((options.out / name).stat().st_size for name in (*FILES, *HALF)):,} bytes",
        file=sys.stderr,
    )
