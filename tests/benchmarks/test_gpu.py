"""The script for a GPU, rehearsed on the CPU: it runs from end to end and counts what it says it counts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks.gpu.agreement import compared
from benchmarks.gpu.encoder import Sizes
from benchmarks.gpu.matrices import Product, encoder_products, rate_of
from tests.energy_models.tiny import TEXTS

ROOT = Path(__file__).parents[2]


def test_a_rehearsal_prints_every_number(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    for number, text in enumerate(TEXTS):
        (tmp_path / "tree" / f"{number}.py").write_text(text, "utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.gpu", tmp_path / "tree", "--device", "cpu"),
            *("--seconds", "0.05", "--most-tokens", "512", "--out", tmp_path / "numbers.json"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "none of these numbers says anything about a GPU" in done.stdout
    found = json.loads((tmp_path / "numbers.json").read_text("utf-8"))
    assert found["device"] == "cpu (as asked)"
    assert found["rehearsal"] is True
    for name in (
        "lexical tokens a second",
        "square matrices, TFLOP/s",
        "matrices of the same shapes, TFLOP/s",
    ):
        assert found[name] > 0
    same = found["agreement"]["energies"]["the same fp16 network on the CPU"]
    assert same["largest"] < 0.03
    findings = found["agreement"]["findings"]
    assert findings["files"] == len(TEXTS)
    assert findings["both"] + findings["only here"] > 0


def test_without_a_gpu_it_says_so() -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA: what is said without it was not tried")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu", "."], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 2
    assert "device cuda: this ONNX Runtime has no CUDA" in done.stderr


@pytest.mark.parametrize(("rows", "length"), [(1, 64), (32, 512)])
def test_flops_are_those_of_the_products(rows: int, length: int) -> None:
    sizes = Sizes(width=256, layers=4, heads=4, inner=1024)
    total = sum(product.flops for product in encoder_products(sizes, rows, length))
    assert total == sizes.flops_per_token(length) * rows * length


def test_a_rate_is_of_what_was_multiplied() -> None:
    small = rate_of(Product(3, 2, 16, 8, 4), "cpu", np.float32, 0.01)
    large = rate_of(Product(1, 1, 256, 256, 256), "cpu", np.float32, 0.01)
    assert 0 < small < large


def test_best_edits_are_compared_by_rounded_energy() -> None:
    a = [np.array([0.0, -1.00001, -1.0], np.float32), np.array([2.0], np.float32)]
    b = [np.array([0.0, -1.0, -1.00001], np.float32), np.array([2.5], np.float32)]
    found = compared(a, b, [None, None])  # type: ignore[list-item]  # only counted
    assert found["best edit"] == 1.0
    assert found["largest"] == pytest.approx(0.5)
