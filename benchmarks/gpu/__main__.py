"""The network on a GPU: ``python -m benchmarks.gpu TREE`` (``--device cpu`` rehearses it where there is none).

Prints what the device is; lexical tokens a second of the encoder by the size of its batches, and end to end; what share
that is of the matrix rate that the same device reaches in the same run, on the encoder's own shapes and on large squares;
what the CPU needs to prepare as many tokens; and energies and findings beside the CPU's. Nothing is taken from a data sheet.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from benchmarks.gpu.agreement import agreement
from benchmarks.gpu.encoder import Sizes, best_of, end_to_end, rates
from benchmarks.gpu.matrices import encoder_products, products_rate, squares_rate
from benchmarks.gpu.windows import read_windows

from groundstate_energy.devices import MOST_TOKENS, batch_tokens, bytes_per_token
from groundstate_energy.encoding import MAX_LENGTH
from groundstate_energy.model_package import ModelPackage, ModelPackageError, load_model_package
from groundstate_energy.scorer import chosen_device, half_network


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.gpu", description=__doc__)
    parser.add_argument("tree", type=Path, help="folder of Python files")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help="cpu: a rehearsal")
    parser.add_argument("--model", type=Path, help="model package (default: the shipped)")
    parser.add_argument("--windows", type=int, default=4_000, help="windows read at most")
    parser.add_argument("--compare", type=int, default=300, help="windows whose energies are compared")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--most-tokens", type=int, help="of a batch (default: what free memory allows)")
    parser.add_argument("--out", type=Path, help="write the numbers as JSON too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            package = with_half(options.model, Path(scratch))
            choice = chosen_device(package, options.device)
        except ModelPackageError as error:
            print(f"benchmarks.gpu: {error}", file=sys.stderr)
            return 2
        found = measure(package, options, choice.gpu.free if choice.gpu else None)
    found["device"] = str(choice)
    found["versions"] = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "onnxruntime": onnxruntime.__version__,
    }
    found["cores"] = os.cpu_count()
    print(as_text(found))
    if options.out is not None:
        options.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 0


def with_half(folder: Path | None, scratch: Path) -> ModelPackage:
    """The package, with an fp16 network: its own, or the one that its int8 network stands for."""
    package = load_model_package(folder)
    if package is None:
        raise ModelPackageError("no model package is installed; give one with --model")
    if package.half_network is None:
        from groundstate_export.half import write_half

        write_half(package.folder, scratch)
        package = load_model_package(scratch)
        assert package is not None
    return package


def measure(package: ModelPackage, options: argparse.Namespace, free: int | None) -> dict[str, Any]:
    """All numbers; ``free``: bytes of the GPU's memory, None for a rehearsal on the CPU."""
    manifest = json.loads((package.folder / "manifest.json").read_text("utf-8"))
    sizes = Sizes.of(manifest["network"])
    prepared = read_windows(package, options.tree, options.windows)
    if free is None:
        most = options.most_tokens or 4_096
    else:
        per_token = bytes_per_token(
            width=sizes.width, inner=sizes.inner, heads=sizes.heads, length=MAX_LENGTH
        )
        most = min(options.most_tokens or MOST_TOKENS, batch_tokens(free, per_token))
    began = time.perf_counter()
    half = half_network(package, options.device)
    loaded = time.perf_counter() - began
    rows = rates(package, half, prepared.windows, most, options.seconds)
    best = best_of(rows)
    shapes = encoder_products(sizes, best.rows, best.length)
    kind = np.float16 if options.device == "cuda" else np.float32
    same = products_rate(shapes, options.device, kind, options.seconds)
    square = squares_rate(options.device, kind, options.seconds)
    flops = sizes.flops_per_token(best.length)
    whole = end_to_end(package, half, prepared.windows, best.batch)
    needed = whole["lexical tokens a second"] * prepared.seconds / prepared.tokens
    return {
        "rehearsal": options.device == "cpu",
        "tree": str(options.tree),
        "windows": len(prepared.windows),
        "files": prepared.files,
        "lines": prepared.lines,
        "lexical tokens": prepared.tokens,
        "seconds to load": loaded,
        "encoder": [asdict(row) for row in rows],
        "best batch": best.batch,
        "lexical tokens a second": best.lexical,
        "flops a token": flops,
        "encoder, TFLOP/s": best.padded * flops / 1e12,
        "matrices of the same shapes, TFLOP/s": same / 1e12,
        "square matrices, TFLOP/s": square / 1e12,
        "matrices are of": np.dtype(kind).name,
        "share of the same shapes": best.padded * flops / same,
        "share of square matrices": best.padded * flops / square,
        "end to end": whole,
        "preparation, lexical tokens a second of one core": prepared.tokens / prepared.seconds,
        "cores that prepare as fast as the network computes": needed,
        "agreement": agreement(package, half, prepared, options.compare, best.batch),
    }


def as_text(found: dict[str, Any]) -> str:
    """The numbers for a reader."""
    lines = [
        f"device: {found['device']}; {found['versions']}; {found['cores']} cores",
        f"{found['tree']}: {found['files']} files, {found['lines']:,} lines, {found['windows']:,} windows, "
        f"{found['lexical tokens']:,} lexical tokens; network loaded in {found['seconds to load']:.1f} s",
        "",
        "| tokens of a batch | lexical tokens/s | padded tokens/s | batches by graph |",
        "| --- | --- | --- | --- |",
    ]
    for row in found["encoder"]:
        lines.append(
            f"| {row['batch']:,} ({row['rows']} x {row['length']}) | {row['lexical']:,.0f} | {row['padded']:,.0f} | "
            f"{row['graphs']} of {row['runs']} |"
        )
    whole, close = found["end to end"], found["agreement"]
    kind = found["matrices are of"]
    lines += [
        "",
        f"encoder at its best: {found['lexical tokens a second']:,.0f} lexical tokens/s, "
        f"{found['encoder, TFLOP/s']:.3f} TFLOP/s",
        f"the same matrix products alone ({kind}): {found['matrices of the same shapes, TFLOP/s']:.3f} TFLOP/s, "
        f"of which the encoder reaches {found['share of the same shapes']:.1%}",
        f"square products ({kind}): {found['square matrices, TFLOP/s']:.3f} TFLOP/s, of which the encoder reaches "
        f"{found['share of square matrices']:.1%}",
        f"end to end (batches made, read, ranked): {whole['lexical tokens a second']:,.0f} lexical tokens/s, "
        f"{whole['candidates a second']:,.0f} candidates/s",
        f"preparation on one core: {found['preparation, lexical tokens a second of one core']:,.0f} lexical tokens/s, so "
        f"{found['cores that prepare as fast as the network computes']:.1f} cores keep the network busy",
        "",
    ]
    for title, row in close["energies"].items():
        lines.append(
            f"energies beside {title}: {row['candidates']:,} candidates of {row['windows']} windows differ by "
            f"{row['mean']:.4f} nats in the mean, {row['largest']:.4f} at most; best edit the same in {row['best edit']:.1%}"
        )
    findings = close["findings"]
    lines.append(
        f"findings at {findings['sensitivity']} beside the CPU's: {findings['both']} of both, {findings['only here']} only "
        f"here, {findings['only on the CPU']} only on the CPU, in {findings['files']} files"
    )
    if found["rehearsal"]:
        lines += ["", "A rehearsal on the CPU: none of these numbers says anything about a GPU."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
