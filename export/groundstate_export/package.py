"""A finished run as a model package: graphs, int8 graphs, parity, names, usage weights, calibration, card.

Nothing is written to the target before ONNX Runtime agrees with torch on every parity batch; the package appears at once.
"""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16

from groundstate_energy.encoding import CONTEXT, INPUTS, RANK_INPUTS, READ_INPUTS
from groundstate_energy.model_package import (
    FILES,
    FORMAT,
    HALF,
    LEVELS,
    NETWORK,
    RuleCalibration,
    file_hash,
    input_contract,
)
from groundstate_energy.training.metrics import Metrics
from groundstate_energy.training.network import Network, NetworkConfig, UsageTerm
from groundstate_export.onnx_graph import export_network

PARITY = 1e-4
"""Largest difference between torch and ONNX Runtime in fp32, in nats."""

Batch = Mapping[str, NDArray[np.generic]]


class ParityError(Exception):
    """ONNX Runtime does not compute what torch computes."""


def load_run(run: Path, network: str) -> tuple[Network, UsageTerm]:
    """The averaged weights of a run's checkpoint."""
    state = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
    model = Network(NetworkConfig.from_name(network))
    model.load_state_dict(state["average"])
    usage = UsageTerm()
    usage.load_state_dict(state["usage"])
    return model.eval(), usage.eval()


class Graphs:
    """Both halves of a network as ONNX files, loaded on the CPU."""

    def __init__(self, reader: Path, ranker: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._reader, self._ranker = (
            onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            for path in (reader, ranker)
        )

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        (context,) = self._reader.run(None, {name: batch[name] for name in READ_INPUTS})
        inputs = {**batch, CONTEXT: context}
        (scores,) = self._ranker.run(None, {name: inputs[name] for name in RANK_INPUTS})
        return np.asarray(scores, np.float32)


def prove_parity(network: Network, graphs: Graphs, batches: Sequence[Batch]) -> float:
    """Largest difference over ``batches`` (at least three shapes). Raises ``ParityError`` above ``PARITY``."""
    shapes = {np.asarray(batch["tokens"]).shape for batch in batches}
    if len(shapes) < 3:
        raise ParityError(f"parity needs batches of three shapes, got {sorted(shapes)}")
    worst = 0.0
    for batch in batches:
        with torch.no_grad():
            wanted = network(*(torch.from_numpy(np.asarray(batch[name])) for name in INPUTS)).numpy()
        worst = max(worst, float(np.abs(wanted - graphs.scores(batch)).max()))
    if worst > PARITY:
        raise ParityError(f"ONNX Runtime differs from torch by {worst:.2e} nats, {PARITY:.0e} are allowed")
    return worst


def rank_agreement(
    reference: Graphs, other: Graphs, usage: UsageTerm, batches: Sequence[Batch]
) -> dict[str, float]:
    """How far other graphs rank edits as the reference does: top edit of each window, Spearman over candidates; and what
    the sum of both terms gets right with each, in windows with a known bug."""
    same = total = 0
    correlation = []
    worst = 0.0
    right = Metrics(), Metrics()
    for batch in batches:
        a, b = reference.scores(batch), other.scores(batch)
        with torch.no_grad():
            rule = torch.from_numpy(np.asarray(batch["site_rule"])[batch["candidate_site"]])
            counted = usage(torch.from_numpy(np.asarray(batch["features"], np.float32)), rule).numpy()
        for metrics, learned in zip(right, (a, b), strict=True):
            metrics.add(counted + learned, batch)
        worst = max(worst, float(np.abs(a - b).max()))
        window = np.asarray(batch["candidate_window"])
        for number in np.unique(window):
            own = window == number
            same += int(a[own].argmax() == b[own].argmax())
            total += 1
        ranks_a, ranks_b = a.argsort().argsort(), b.argsort().argsort()
        correlation.append(float(np.corrcoef(ranks_a, ranks_b)[0, 1]))
    return {
        "top edit agrees": same / total,
        "spearman": float(np.mean(correlation)),
        "largest difference": worst,
        "windows": total,
        **{
            f"{measure}, {which}": metrics.summary().get(measure, float("nan"))
            for which, metrics in zip(("fp32", "this"), right, strict=True)
            for measure in ("joint", "localisation", "repair")
        },
    }


def build_package(
    run: Path,
    network_name: str,
    names: Mapping[str, int],
    batches: Sequence[Batch],
    target: Path,
    *,
    name: str,
    card: str,
    progress: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Write an uncalibrated package to ``target``; ``write_calibration`` finishes it. Returns the manifest."""
    network, usage = load_run(run, network_name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sources = [folder / f"full.{name}" for name in NETWORK]
        export_network(network, batches[0], *sources)
        full = Graphs(*sources)
        difference = prove_parity(network, full, batches)
        progress(f"parity: ONNX Runtime and torch differ by at most {difference:.1e} nats")
        for source, file in zip(sources, NETWORK, strict=True):
            quantize_dynamic(
                str(source),
                str(folder / file),
                weight_type=QuantType.QInt8,
                per_channel=True,
                op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            )
        agreement = rank_agreement(full, Graphs(*(folder / file for file in NETWORK)), usage, batches)
        progress(f"int8: {agreement}")
        import onnx

        for source, file in zip(sources, HALF, strict=True):
            half = convert_float_to_float16(onnx.load(str(source)), keep_io_types=True)
            onnx.save(half, str(folder / file))
        half_agreement = rank_agreement(full, Graphs(*(folder / file for file in HALF)), usage, batches)
        progress(f"fp16: {half_agreement}")
        for file in ("tokenizer.json", "ngrams.npz"):
            shutil.copy(run / file, folder / file)
        (folder / "names.json").write_text(
            json.dumps(names, ensure_ascii=True, separators=(",", ":")), "utf-8"
        )
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "name": name,
            "created": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "contract": input_contract(),
            "network": NetworkConfig.from_name(network_name).to_dict(),
            "usage": {
                "weight": np.round(usage.weight.detach().numpy().astype(float), 5).tolist(),
                "bias": np.round(usage.bias.detach().numpy().astype(float), 5).tolist(),
            },
            "parity": {"fp32": difference, "int8": agreement, "fp16": half_agreement},
            "calibration": {},
            "reach": {},
            "files": {file: file_hash(folder / file) for file in (*FILES, *HALF)},
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
        (folder / "MODEL_CARD.md").write_text(card, "utf-8")
        target.mkdir(parents=True, exist_ok=True)
        for file in (*FILES, *HALF, "MODEL_CARD.md", "manifest.json"):
            shutil.copy(folder / file, target / file)
    return manifest


def calibration_entry(calibration: RuleCalibration) -> dict[str, Any]:
    """The manifest's form: an infinite threshold is null."""
    return {
        "slope": round(calibration.slope, 5),
        "intercept": round(calibration.intercept, 5),
        "thresholds": {
            level: None
            if np.isinf(calibration.thresholds[level])
            else round(calibration.thresholds[level], 4)
            for level in LEVELS
        },
        "bugs": calibration.bugs,
        "clean": calibration.clean,
        "certified": round(calibration.certified, 4),
    }


def write_calibration(
    target: Path,
    calibrations: Mapping[str, RuleCalibration],
    reach: Mapping[str, float],
    about: Mapping[str, Any],
) -> None:
    """Put calibrations and what they were made from into a package's manifest, atomically."""
    path = target / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["calibration"] = {rule: calibration_entry(entry) for rule, entry in calibrations.items()}
    manifest["reach"] = {level: round(nats, 2) for level, nats in reach.items()}
    manifest["calibrated_on"] = dict(about)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(manifest, indent=1), "utf-8")
    part.replace(path)
