"""Model packages: a folder with the network, ``tokenizer.json``, ``names.json``, ``ngrams.npz``, ``manifest.json`` and a
model card.

The network is two graphs, so that what was read once can be ranked again: ``reader.onnx`` makes contextual embeddings of a
window, ``ranker.onnx`` scores its edits.

The manifest pins the SHA-256 of every file and the input contract; a package that does not match is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.ngrams import CorpusTable
from groundstate_grammars.rules import SOFT_RULES

FORMAT = 3
"""Since 3 a calibration is of log-odds that know the length of the unit."""
LEVELS = ("strict", "default", "explore")
SHIPPED = Path(__file__).parent / "model"
NETWORK = ("reader.onnx", "ranker.onnx")
FILES = (*NETWORK, "tokenizer.json", "names.json", "ngrams.npz")
HALF = ("reader.fp16.onnx", "ranker.fp16.onnx")
"""The network for GPUs: in a package when exported, not in the shipped one, which saves its users 20 MB."""


class ModelPackageError(Exception):
    """A model package is missing, damaged, or made for another version; the message says what and where."""


@dataclass(frozen=True, slots=True)
class RuleCalibration:
    """Calibration of one rule on held-out repositories.

    ``slope``, ``intercept``: P(bug) = σ(slope · z + intercept) of the log-odds z of ``ScoredUnit``, at natural prevalence.
    ``thresholds``: z from which a finding belongs to an alarm budget; infinite when the rule stays silent in it.
    ``bugs``, ``clean``: sample sizes. ``certified``: lower bound of the precision of accepted repairs, exact binomial.
    """

    slope: float
    intercept: float
    thresholds: Mapping[str, float]
    bugs: int
    clean: int
    certified: float

    def probability(self, log_odds: float) -> float:
        return float(1 / (1 + np.exp(-min(max(self.slope * log_odds + self.intercept, -60.0), 60.0))))

    def level(self, log_odds: float) -> str:
        """The strictest alarm budget the finding belongs to, or ``all``."""
        return next((level for level in LEVELS if log_odds >= self.thresholds[level]), "all")


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A verified package; the network itself is loaded by the scorer."""

    folder: Path
    hash: str
    name: str
    usage_weight: NDArray[np.float32]
    usage_bias: NDArray[np.float32]
    calibration: Mapping[str, RuleCalibration]
    reach: Mapping[str, float]
    """By alarm budget, the most nats that the learned term is expected to add: of a unit that needs more it is not asked."""
    names: Mapping[str, int]
    table: CorpusTable

    @property
    def network(self) -> tuple[Path, Path]:
        """What reads a window, and what ranks its edits."""
        return self.folder / NETWORK[0], self.folder / NETWORK[1]

    @property
    def half_network(self) -> tuple[Path, Path] | None:
        """The same in fp16, where the package has it."""
        reader, ranker = self.folder / HALF[0], self.folder / HALF[1]
        return (reader, ranker) if reader.exists() and ranker.exists() else None

    @property
    def tokenizer(self) -> Path:
        return self.folder / "tokenizer.json"


def stricter(level: str) -> str | None:
    """The alarm budget next to ``level`` that shows less; None where there is none."""
    before = LEVELS.index(level) - 1
    return LEVELS[before] if before >= 0 else None


def input_contract() -> dict[str, Any]:
    """What the encoder of this version gives a network; stored in the manifest and compared at load time."""
    from groundstate_energy.encoding import INPUTS, PIECES, ROLES, STRIDE, WINDOW
    from groundstate_energy.features import FEATURES

    return {
        "inputs": {name: [kind, list(shape)] for name, (kind, shape) in INPUTS.items()},
        "features": list(FEATURES),
        "pieces": PIECES,
        "roles": ROLES,
        "window": WINDOW,
        "stride": STRIDE,
        "rules": list(SOFT_RULES),
    }


def file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_model_package(folder: Path | None = None) -> ModelPackage | None:
    """Read and verify a package; without ``folder`` the shipped one, or None when this installation has none.

    Raises:
        ModelPackageError: a file is missing or does not have the hash of the manifest, or the package was made for
            another input contract.
    """
    if folder is None:
        if not (SHIPPED / "manifest.json").exists():
            return None
        folder = SHIPPED
    path = folder / "manifest.json"
    try:
        raw = path.read_bytes()
        manifest = json.loads(raw)
    except OSError as error:
        raise ModelPackageError(
            f"model package {folder}: cannot read manifest.json: {error.strerror}"
        ) from None
    except ValueError as error:
        raise ModelPackageError(f"model package {folder}: manifest.json is not JSON: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ModelPackageError(
            f"model package {folder}: format {FORMAT} is needed; retrain or install a matching version"
        )
    for name in (*FILES, *HALF):
        if name in HALF and not (folder / name).exists():
            continue
        wanted = manifest.get("files", {}).get(name)
        try:
            found = file_hash(folder / name)
        except OSError as error:
            raise ModelPackageError(f"model package {folder}: cannot read {name}: {error.strerror}") from None
        if found != wanted:
            raise ModelPackageError(
                f"model package {folder}: {name} has SHA-256 {found}, the manifest says {wanted}; "
                "reinstall groundstate or export the model again"
            )
    if manifest.get("contract") != input_contract():
        raise ModelPackageError(
            f"model package {folder}: it was made for another version of the encoding; retrain or export it again"
        )
    try:
        return ModelPackage(
            folder=folder,
            hash=hashlib.sha256(raw).hexdigest(),
            name=str(manifest["name"]),
            usage_weight=np.array(manifest["usage"]["weight"], np.float32),
            usage_bias=np.array(manifest["usage"]["bias"], np.float32),
            calibration={rule: _calibration(entry) for rule, entry in manifest["calibration"].items()},
            reach={str(level): float(nats) for level, nats in manifest["reach"].items()},
            names=json.loads((folder / "names.json").read_text("utf-8")),
            table=CorpusTable.load(folder / "ngrams.npz"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelPackageError(f"model package {folder}: manifest.json lacks or misstates {error}") from None


def _calibration(entry: Mapping[str, Any]) -> RuleCalibration:
    return RuleCalibration(
        slope=float(entry["slope"]),
        intercept=float(entry["intercept"]),
        thresholds={
            level: float("inf") if entry["thresholds"][level] is None else float(entry["thresholds"][level])
            for level in LEVELS
        },
        bugs=int(entry["bugs"]),
        clean=int(entry["clean"]),
        certified=float(entry["certified"]),
    )
