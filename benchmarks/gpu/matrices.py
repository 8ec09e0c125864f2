"""The matrix rate of a device, measured through ONNX Runtime: on the encoder's own shapes, and on large squares.

Operands stay on the device, something of each product is looked at so that none can be left out, and a run has enough of
them that its start does not count.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from benchmarks.gpu.encoder import Sizes
from onnx import TensorProto, helper

from groundstate_energy.devices import CUDA

REPEATED = 8
"""Products of one shape in one run, at least."""
SQUARE = {"cuda": 8_192, "cpu": 1_024}


@dataclass(frozen=True, slots=True)
class Product:
    """``count`` products of (``batch``, ``m``, ``k``) and (``batch``, ``k``, ``n``)."""

    count: int
    batch: int
    m: int
    k: int
    n: int

    @property
    def flops(self) -> int:
        return 2 * self.count * self.batch * self.m * self.k * self.n


def encoder_products(sizes: Sizes, rows: int, length: int) -> list[Product]:
    """The matrix products of one pass of the encoder over ``rows`` windows of ``length`` tokens."""
    tokens, width, inside = rows * length, sizes.width, sizes.width // sizes.heads
    dense = [(width, 3 * width), (width, width), (width, sizes.inner), (sizes.inner, width)]
    found = [Product(sizes.layers, 1, tokens, k, n) for k, n in dense]
    heads = rows * sizes.heads
    found.append(Product(sizes.layers, heads, length, inside, length))
    found.append(Product(sizes.layers, heads, length, length, inside))
    return found


def products_rate(products: Sequence[Product], device: str, kind: type[np.floating], seconds: float) -> float:
    """Flops a second over all ``products``, each for its share of ``seconds``, weighed as one pass has them."""
    spent = sum(
        product.flops / rate_of(product, device, kind, seconds / len(products)) for product in products
    )
    return sum(product.flops for product in products) / spent


def squares_rate(device: str, kind: type[np.floating], seconds: float) -> float:
    """Flops a second on large squares: the most that the device is seen to reach."""
    size = SQUARE[device]
    return rate_of(Product(1, 1, size, size, size), device, kind, seconds)


def rate_of(product: Product, device: str, kind: type[np.floating], seconds: float) -> float:
    """Flops a second on one shape."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    providers = [CUDA] if device == "cuda" else ["CPUExecutionProvider"]
    model = _model(product, kind).SerializeToString()
    session = onnxruntime.InferenceSession(model, options, providers=providers)
    if session.get_providers()[0] != providers[0]:
        raise RuntimeError(f"ONNX Runtime runs on {session.get_providers()[0]}, not on {providers[0]}")
    given = _values((product.batch, product.m, product.k), kind)
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(given, device, 0))
    for number in range(REPEATED):
        matrix = _values((product.batch, product.k, product.n), kind, number + 1)
        binding.bind_ortvalue_input(f"w{number}", onnxruntime.OrtValue.ortvalue_from_numpy(matrix, device, 0))
    binding.bind_output("y", device)

    def run() -> None:
        session.run_with_iobinding(binding)

    run()
    runs = 0
    began = time.perf_counter()
    while (took := time.perf_counter() - began) < seconds or not runs:
        run()
        runs += 1
    took = time.perf_counter() - began
    return REPEATED * runs * product.flops / product.count / took


def _model(product: Product, kind: type[np.floating]) -> onnx.ModelProto:
    """``REPEATED`` products of x with different matrices, of which the largest number is what comes out.

    The matrices are inputs: a model may hold 2 GB at most.
    """
    element = TensorProto.FLOAT16 if kind is np.float16 else TensorProto.FLOAT
    nodes, tops = [], []
    inputs = [helper.make_tensor_value_info("x", element, [product.batch, product.m, product.k])]
    for number in range(REPEATED):
        shape = [product.batch, product.k, product.n]
        inputs.append(helper.make_tensor_value_info(f"w{number}", element, shape))
        nodes.append(helper.make_node("MatMul", ["x", f"w{number}"], [f"p{number}"]))
        # One row of each product is looked at: reading all of it would take longer than making it.
        nodes.append(helper.make_node("Slice", [f"p{number}", "zero", "one", "axis"], [f"s{number}"]))
        nodes.append(helper.make_node("ReduceMax", [f"s{number}"], [f"t{number}"], keepdims=0))
        tops.append(f"t{number}")
    nodes.append(helper.make_node("Sum", tops, ["y"]))
    numbers = [
        onnx.numpy_helper.from_array(np.array([value], np.int64), name)
        for name, value in (("zero", 0), ("one", 1), ("axis", 1))
    ]
    outputs = [helper.make_tensor_value_info("y", element, [])]
    graph = helper.make_graph(nodes, "products", inputs, outputs, numbers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def _values(shape: tuple[int, int, int], kind: type[np.floating], seed: int = 0) -> np.ndarray:
    count = math.prod(shape)
    drawn = np.random.default_rng(seed).standard_normal(min(count, 1 << 20), np.float32) / 16
    return np.resize(drawn, count).reshape(shape).astype(kind)
