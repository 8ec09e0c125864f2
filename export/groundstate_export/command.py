"""The options and steps of ``groundstate export``: a run becomes a calibrated model package."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path

_PARITY_UNITS = 600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, help="folder of a training run")
    parser.add_argument(
        "corpus", type=Path, help="corpus folder the run was trained on; its held-out splits calibrate"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the package")
    parser.add_argument("--network", default="small", help="preset of the run")
    parser.add_argument("--name", default="groundstate-python", help="name of the package")
    parser.add_argument(
        "--fixes", type=Path, help="real fixes with their texts: used for calibration and tests"
    )
    parser.add_argument(
        "--listings",
        nargs=2,
        type=Path,
        metavar=("CORPUS", "FIXES"),
        help="corpus.toml and fix_repositories.toml, for the table of provenance in the card",
    )
    parser.add_argument("--lines", type=int, default=150_000, help="unchanged lines to calibrate on")
    parser.add_argument("--mutants", type=int, default=3_000, help="mutants to calibrate on")
    parser.add_argument("--calibrate-only", action="store_true", help="keep the package's network")


def run(options: argparse.Namespace) -> int:
    """Export, prove parity, calibrate; writes ``held_out.json`` (tables on the test split) into the run."""
    from tokenizers import Tokenizer

    from groundstate_energy.calibration import calibrate
    from groundstate_energy.engine import Engine
    from groundstate_energy.model_package import load_model_package
    from groundstate_energy.ngrams import CorpusTable
    from groundstate_energy.training.batches import load_statistics
    from groundstate_energy.training.held_out import (
        HeldOut,
        clean_files,
        examine_clean,
        examine_fixes,
        examine_mutants,
        indices_of,
    )
    from groundstate_energy.training.pipeline import batches_of, load_corpus, unseen_examples
    from groundstate_export.card import model_card
    from groundstate_export.package import build_package, write_calibration
    from groundstate_export.tables import held_out_table

    names, forms = load_statistics(options.corpus)
    loaded = load_corpus(options.corpus, ("calibration", "test"))
    if not options.calibrate_only:
        tokenizer = Tokenizer.from_file(str(options.run / "tokenizer.json"))
        examples = unseen_examples(
            loaded["calibration"],
            names,
            forms,
            CorpusTable.load(options.run / "ngrams.npz"),
            _PARITY_UNITS,
            3,
        )
        build_package(
            options.run,
            options.network,
            names,
            batches_of(zip(examples), tokenizer, 4_096),
            options.out,
            name=options.name,
            card="",
            progress=_say,
        )
    package = load_model_package(options.out)
    assert package is not None
    engine = Engine(package)
    found, parts = HeldOut(), []
    with indices_of(loaded["calibration"]) as indices:
        for repository in loaded["calibration"]:
            part = HeldOut()
            share = options.lines // len(loaded["calibration"])
            examine_clean(engine, clean_files([repository], share, 5, indices), part)
            parts.append(part.part())
            found.absorb(part)
        _say(f"calibration: {found.lines} unchanged lines, {found.units} units")
        examine_mutants(engine, loaded["calibration"], options.mutants, forms, 7, found, indices)
        if options.fixes is not None:
            examine_fixes(engine, loaded["calibration"], "calibration", options.fixes, found, indices)
    _say(f"calibration: {len(found.cases)} bugs")
    calibrations = calibrate(found.samples(), found.outside, found.units, parts)
    about = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "repositories": sorted(repository.name for repository in loaded["calibration"]),
        "lines": found.lines,
        "lines outside tests": found.outside,
        "units": found.units,
        "mutants": sum(not case.real for case in found.cases),
        "fixes": sum(case.real for case in found.cases),
    }
    write_calibration(options.out, calibrations, found.reach(calibrations), about)
    tests = HeldOut()
    with indices_of(loaded["test"]) as indices:
        examine_clean(engine, clean_files(loaded["test"], options.lines, 6, indices), tests)
        examine_mutants(engine, loaded["test"], options.mutants, forms, 8, tests, indices)
        if options.fixes is not None:
            examine_fixes(engine, loaded["test"], "test", options.fixes, tests, indices)
    table = held_out_table(tests, calibrations)
    table["repositories"] = sorted(repository.name for repository in loaded["test"])
    (options.run / "held_out.json").write_text(json.dumps(table, indent=1), "utf-8")
    (options.out / "MODEL_CARD.md").write_text(
        model_card(options.out, options.run, table, options.listings), "utf-8"
    )
    _say(json.dumps({key: table[key] for key in ("mutants", "fixes", "budgets")}))
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
