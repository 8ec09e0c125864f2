"""The stem of a finished package: trained on what its network says, made an int8 graph, bounded, measured, added.

The head sees only training repositories. Its bounds are chosen on calibration repositories with the graph that ships,
one window at a time as the scorer runs it, and what they lose is measured on test repositories; the manifest has both.
"""

from __future__ import annotations

import json
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from groundstate_energy.features import NameStatistics
from groundstate_energy.model_package import LEVELS, STEM, ModelPackage, file_hash
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.training.batches import Batch, Corpus, MutantBatches, load_statistics
from groundstate_energy.training.corpus import Repository
from groundstate_energy.training.corpus_table import in_table
from groundstate_energy.training.pipeline import batches_of, fix_pairs, load_corpus, unseen_examples
from groundstate_energy.training.stem import (
    Stem,
    Windows,
    chosen_bounds,
    examined,
    fit,
    losses,
    thresholds_of,
)
from groundstate_export.onnx_graph import export_stem
from groundstate_export.package import ParityError, load_run

MULTIPLE = 16
"""Tokens that the scorer pads a window to a multiple of."""
PARITY = 1e-3
"""Largest difference between torch and ONNX Runtime in fp32, in logits."""
HELD_OUT_UNITS = 1_200
_BATCH_TOKENS = 4_096


@dataclass(frozen=True, slots=True)
class Sample:
    """Batches of one kind of case of one split, with what the whole network says of them."""

    name: str
    batches: Sequence[Batch]
    windows: Windows


def build_stem(
    run: Path,
    network_name: str,
    package: ModelPackage,
    corpus_folder: Path,
    fixes: Path | None,
    *,
    batches: int,
    progress: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train a stem for ``package`` and add it there; what the manifest says of it.

    Args:
        fixes: real fixes with their texts; the stem then learns from those of training repositories too.
        batches: of mutants, and of fixes, to learn from.

    Raises:
        ParityError: ONNX Runtime does not compute what torch computes.
    """
    network, usage = load_run(run, network_name)
    network.requires_grad_(False)
    torch.manual_seed(0)
    stem, thresholds = Stem(network), thresholds_of(package.calibration)
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    table = CorpusTable.load(run / "ngrams.npz")
    names, forms = load_statistics(corpus_folder)
    loaded = load_corpus(corpus_folder, ("train", "calibration", "test"))
    learned_on = examined(
        stem, usage, thresholds, _training(run, corpus_folder, loaded["train"], tokenizer, table, batches)
    )
    progress(f"stem: {len(learned_on.counts)} windows of training repositories")
    fit(stem, learned_on, progress=progress)
    del learned_on
    samples: dict[str, list[Sample]] = {}
    projects = {repository.name: repository.project for group in loaded.values() for repository in group}
    for number, split in enumerate(("calibration", "test")):
        mutants = unseen_examples(loaded[split], names, forms, table, HELD_OUT_UNITS, 11 + number)
        cases = {"mutants": batches_of(zip(mutants), tokenizer, _BATCH_TOKENS)}
        if fixes is not None:
            pairs = fix_pairs(fixes, projects, (split,), NameStatistics(names, table), 1)
            offered = [pair for _, pair in pairs if pair is not None]
            cases["fixes"] = batches_of(offered, tokenizer, _BATCH_TOKENS)
        samples[split] = [
            Sample(name, found, examined(stem, usage, thresholds, found)) for name, found in cases.items()
        ]
    return add_stem(stem, package, samples["calibration"], samples["test"], progress=progress)


def _training(
    run: Path,
    corpus_folder: Path,
    repositories: Sequence[Repository],
    tokenizer: Tokenizer,
    table: CorpusTable,
    batches: int,
) -> Iterator[Batch]:
    """Mutants and clean windows, then fixes with their twins, as the network itself was trained on them."""
    names, forms = load_statistics(corpus_folder)
    train_on = [repository for repository in repositories if not in_table(repository.name)]
    corpus = Corpus(train_on, list(repositories), names, forms, tokenizer, table)
    stream = MutantBatches(corpus, tokens=_BATCH_TOKENS, mutants=2, seed=777)
    for batch in islice(stream, batches):
        yield {name: values.numpy() for name, values in batch.items()}
    prepared = run / "fixes.pickle"
    if prepared.exists():
        found: list[Batch] = pickle.loads(prepared.read_bytes())[0]
        yield from found[:: max(1, len(found) // batches)]


def add_stem(
    stem: Stem,
    package: ModelPackage,
    calibration: Sequence[Sample],
    test: Sequence[Sample],
    *,
    progress: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Write the int8 graph of a trained stem and its bounds into the folder of ``package``."""
    with tempfile.TemporaryDirectory() as scratch:
        full, small = Path(scratch) / "full.onnx", Path(scratch) / STEM
        export_stem(stem.eval(), calibration[0].batches[0], full)
        _prove_parity(stem, full, calibration[0].batches)
        quantize_dynamic(
            str(full),
            str(small),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        )
        bounds = {id(sample): bounds_in(small, sample.batches) for sample in (*calibration, *test)}
        suspicious = chosen_bounds([(sample.windows, bounds[id(sample)]) for sample in calibration])
        about: dict[str, Any] = {"layers": stem.depth, "suspicious": suspicious}
        for split, group in (("calibration", calibration), ("test", test)):
            about[split] = {
                sample.name: losses(sample.windows, bounds[id(sample)], suspicious) for sample in group
            }
            progress(f"stem, {split}: {json.dumps(about[split])}")
        shutil.copy(small, package.folder / STEM)
    path = package.folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["stem"] = about
    manifest["files"][STEM] = file_hash(package.folder / STEM)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(manifest, indent=1), "utf-8")
    part.replace(path)
    return about


def bounds_in(graph: Path, batches: Sequence[Batch]) -> NDArray[np.float32]:
    """What a graph says of each window of ``batches`` that is kept, one at a time, ``(windows, budgets)``."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    found = []
    for batch in batches:
        tokens, roles = np.asarray(batch["tokens"]), np.asarray(batch["roles"])
        for row in np.flatnonzero(~np.asarray(batch["ranking_only"], np.bool_)).tolist():
            length = -(-int((tokens[row] > 0).sum()) // MULTIPLE) * MULTIPLE
            used = np.unique(tokens[row])
            inputs = {
                "pieces": np.asarray(batch["pieces"])[used],
                "tokens": np.searchsorted(used, tokens[row : row + 1, :length]).astype(np.int32),
                "roles": roles[row : row + 1, :length],
            }
            if used[0] != 0:
                inputs["pieces"] = np.concatenate([np.zeros_like(inputs["pieces"][:1]), inputs["pieces"]])
                inputs["tokens"] += 1
            ((bounds,),) = session.run(None, inputs)
            found.append(bounds)
    return np.array(found, np.float32).reshape(-1, len(LEVELS))


def _prove_parity(stem: Stem, graph: Path, batches: Sequence[Batch]) -> None:
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    for batch in batches[:3]:
        inputs = {name: np.asarray(batch[name]) for name in ("pieces", "tokens", "roles")}
        with torch.no_grad():
            wanted = stem(*(torch.from_numpy(values) for values in inputs.values())).numpy()
        (found,) = session.run(None, inputs)
        worst = float(np.abs(wanted - found).max())
        if worst > PARITY:
            raise ParityError(f"the stem in ONNX Runtime differs from torch by {worst:.2e}")
