"""Energies and findings of the network on a device beside those of the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from benchmarks.gpu.encoder import network_of
from benchmarks.gpu.windows import Prepared
from numpy.typing import NDArray

from groundstate.analysis import Workspace, analyse
from groundstate.documents import read_document
from groundstate.settings import Settings
from groundstate_energy.encoding import Window
from groundstate_energy.engine import Engine
from groundstate_energy.minimiser import DECIMALS
from groundstate_energy.model_package import ModelPackage
from groundstate_energy.scorer import HalfNetwork, Scorer, half_network
from groundstate_grammars.index import ProjectIndex

FINDINGS_AT = "explore"
MOST_FILES = 40

Gaps = Sequence[NDArray[np.float32]]


def agreement(
    package: ModelPackage, half: HalfNetwork, prepared: Prepared, most: int, tokens: int
) -> dict[str, Any]:
    """Energies of ``most`` windows, spread over all, beside the same fp16 network and the int8 network on the CPU; findings
    beside those of the CPU as users run it, which is the int8 network."""
    chosen = prepared.windows[:: -(-len(prepared.windows) // most)]
    found = network_of(package, half, chosen, tokens).gaps(chosen)
    alone = network_of(package, half_network(package, "cpu"), chosen, 1).gaps(chosen)
    whole = Scorer(package, "cpu", 0, remembers=False).gaps(chosen)
    return {
        "energies": {
            "the same fp16 network on the CPU": compared(found, alone, chosen),
            "the int8 network on the CPU": compared(found, whole, chosen),
        },
        "findings": findings(package, half, prepared, tokens),
    }


def compared(found: Gaps, reference: Gaps, windows: Sequence[Window]) -> dict[str, float]:
    """How far energies differ, in nats, and in what share of windows the best edit by rounded energy is the same."""
    difference = np.abs(np.concatenate(found) - np.concatenate(reference))
    same = [
        int(np.round(a, DECIMALS).argmin()) == int(np.round(b, DECIMALS).argmin())
        for a, b in zip(found, reference, strict=True)
    ]
    return {
        "windows": len(windows),
        "candidates": int(difference.size),
        "mean": float(difference.mean()),
        "largest": float(difference.max()),
        "best edit": float(np.mean(same)),
    }


def findings(package: ModelPackage, half: HalfNetwork, prepared: Prepared, tokens: int) -> dict[str, Any]:
    """Learned findings of some of the files, by place, rule and first repair."""
    paths = prepared.paths[:: -(-len(prepared.paths) // MOST_FILES)]
    settings = Settings(select=("GS3",), sensitivity=FINDINGS_AT)
    here = Engine(package, device=half.device, remembers=False)
    if half.device == "cpu":
        # A rehearsal takes the way that a GPU's batches take; nothing but this needs to be put there from outside.
        here._scorer._gpu = network_of(package, half, prepared.windows, tokens)
    engines = {"here": here, "cpu": Engine(package, device="cpu", remembers=False)}
    found: dict[str, set[tuple[object, ...]]] = {name: set() for name in engines}
    for path in paths:
        workspace = Workspace(path.parent, None, ProjectIndex(path.parent))
        for name, engine in engines.items():
            report = analyse(read_document(path), workspace, engine, settings)
            found[name] |= {
                (path, item.rule, item.start, item.end, item.repairs[0].replacements if item.repairs else ())
                for item in report.findings
            }
    return {
        "sensitivity": FINDINGS_AT,
        "files": len(paths),
        "both": len(found["here"] & found["cpu"]),
        "only here": len(found["here"] - found["cpu"]),
        "only on the CPU": len(found["cpu"] - found["here"]),
    }
