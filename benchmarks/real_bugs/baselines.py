"""Baselines in one table, on the same cases: known bugs of test repositories, the unit known to be buggy.

    python -m benchmarks.real_bugs.baselines cases --corpus CORPUS --fixes FIXES --model MODEL --out CASES
    python -m benchmarks.real_bugs.baselines autoregressive CASES --run RUN --model MODEL --corpus CORPUS --out FILE
    python -m benchmarks.real_bugs.baselines peers CASES --out FILE
    python -m benchmarks.real_bugs.baselines table CASES --run RUN --model MODEL --corpus CORPUS --json OUT \\
        [--autoregressive FILE] [--peers FILE]

``cases``, ``autoregressive`` and ``peers`` do not depend on what the network of a package weighs: for another package only
``table`` runs again. ``autoregressive`` and ``peers`` go on where they stopped; a row that has fewer cases is compared on
those. ``peers`` ends with an error where a tool is missing, unless it is left out by ``--without``; the table says so.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from benchmarks.real_bugs import peers
from benchmarks.real_bugs.comparison import SHIPPED, as_json, as_markdown, compare
from benchmarks.real_bugs.known_bugs import (
    FIXES,
    MUTANTS,
    Answer,
    KnownBug,
    Question,
    answer,
    find_fixes,
    find_mutants,
    is_offered,
    question_of,
    read_bugs,
    write_bugs,
)
from benchmarks.real_bugs.scorers import autoregressive_scorer, scorers_of

from groundstate_energy.features import NameStatistics
from groundstate_energy.model_package import ModelPackage, ModelPackageError, load_model_package
from groundstate_energy.training.batches import load_statistics
from groundstate_energy.training.pipeline import load_corpus

_SPENT = ".run.json"
"""Suffix of what training the autoregressive network has cost, beside its answers."""


def main() -> int:
    """Run one step; 2 when a file, a package or a peer is not what it should be."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.real_bugs.baselines",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    steps = parser.add_subparsers(dest="step", required=True)
    cases = steps.add_parser("cases", help="draw mutants, and keep the fixes whose repair is offered")
    cases.add_argument(
        "--corpus", type=Path, required=True, help="corpus folder; its test split is drawn from"
    )
    cases.add_argument("--fixes", type=Path, required=True, help="real fixes with their texts")
    cases.add_argument("--model", type=Path, help="model package, for its counts; without it the shipped one")
    cases.add_argument("--mutants", type=int, default=200)
    cases.add_argument("--seed", type=int, default=11)
    cases.add_argument("--out", type=Path, required=True)
    reading = steps.add_parser("autoregressive", help="score the cases by an autoregressive network")
    reading.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many")
    reading.add_argument("--out", type=Path, required=True, help="answers, one a line; those in it are kept")
    table = steps.add_parser("table", help="score the cases by a package and its probes, and compare all")
    table.add_argument("--autoregressive", type=Path, help="answers of the step of this name")
    table.add_argument("--peers", type=Path, help="answers of the step of this name")
    table.add_argument("--json", type=Path, required=True)
    table.add_argument("--seed", type=int, default=0, help="of the bootstrap")
    for step in (reading, table):
        step.add_argument("cases", type=Path, metavar="CASES")
        step.add_argument(
            "--corpus", type=Path, required=True, help="corpus folder, for the facts of projects"
        )
        step.add_argument("--model", type=Path, help="model package; without it the shipped one")
        step.add_argument("--run", type=Path, required=True, help="the training run of the network")
        step.add_argument("--network", default="small", help="preset of the run")
    tools = steps.add_parser("peers", help="run ruff, pylint, pyright and mypy on the files of the cases")
    tools.add_argument("cases", type=Path, metavar="CASES")
    tools.add_argument("--without", action="append", default=[], choices=[peer.name for peer in peers.PEERS])
    tools.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        return {"cases": _cases, "autoregressive": _autoregressive, "table": _table, "peers": _peers}[
            options.step
        ](options)
    except (OSError, ValueError, KeyError, ModelPackageError, peers.PeerFailed) as error:
        print(f"baselines: {error}", file=sys.stderr)
        return 2


def _package(options: argparse.Namespace) -> ModelPackage:
    package = load_model_package(options.model)
    if package is None:
        raise ModelPackageError("this installation has no model package; name one by --model")
    return package


def _questions(
    options: argparse.Namespace, bugs: Sequence[KnownBug], package: ModelPackage
) -> Callable[[KnownBug], Question | None]:
    wanted = {bug.repository for bug in bugs}
    repositories = load_corpus(options.corpus, ("test",))["test"]
    projects = {item.name: item.project for item in repositories if item.name in wanted}
    names = NameStatistics(package.names, package.table)
    return lambda bug: question_of(bug, projects.get(bug.repository), names)


def _cases(options: argparse.Namespace) -> int:
    package = _package(options)
    repositories = load_corpus(options.corpus, ("test",))["test"]
    _, forms = load_statistics(options.corpus)
    names = NameStatistics(package.names, package.table)
    projects = {repository.name: repository.project for repository in repositories}
    found = list(find_mutants(repositories, options.mutants, forms, names, options.seed))
    found += find_fixes(repositories, options.fixes)
    kept = [bug for bug in found if is_offered(bug, projects[bug.repository])]
    write_bugs(kept, options.out)
    for kind in (MUTANTS, FIXES):
        drawn, own = (sum(bug.kind == kind for bug in group) for group in (found, kept))
        _say(f"{kind}: {own} of {drawn} have their repair among the candidates")
    return 0


def _autoregressive(options: argparse.Namespace) -> int:
    bugs = read_bugs(options.cases)
    # In a random order: those that a time limit leaves out are not of one kind, repository or size.
    random.Random(0).shuffle(bugs)
    known = read_answers(options.out) if options.out.exists() else {}
    shutil.copyfile(options.run / "run.json", options.out.with_suffix(_SPENT))
    package = _package(options)
    make = _questions(options, bugs, package)
    score = autoregressive_scorer(options.run, package.tokenizer, options.network)
    began = time.monotonic()
    with options.out.open("a", encoding="utf-8") as stream:
        for bug in bugs:
            if bug.name in known:
                continue
            if time.monotonic() - began > options.seconds:
                break
            question = make(bug)
            if question is not None:
                known[bug.name] = answer(question, score(question))
                stream.write(json.dumps({"name": bug.name, **asdict(known[bug.name])}) + "\n")
                stream.flush()
    _say(f"{len(known)} of {len(bugs)} cases have answers")
    return 0


def read_answers(path: Path) -> dict[str, Answer]:
    """What ``autoregressive`` wrote, by the name of the bug."""
    found = {}
    for line in path.read_text("utf-8").splitlines():
        raw = json.loads(line)
        name = raw.pop("name")
        found[name] = Answer(**raw)
    return found


def _peers(options: argparse.Namespace) -> int:
    bugs = read_bugs(options.cases)
    found: dict[str, Any] = {"left out": [], "versions": {}, "answers": {}}
    if options.out.exists():
        found = json.loads(options.out.read_text("utf-8"))
    names = {bug.name for bug in bugs}
    known = [name for name, own in found["answers"].items() if names <= set(own)]
    chosen = [peer for peer in peers.PEERS if peer.name not in (*options.without, *known)]
    found["left out"] = sorted(set(options.without) - set(known))
    found["versions"] |= {peer.name: peers.version_of(peer) for peer in chosen}
    for peer in chosen:
        began = time.monotonic()
        found["answers"][peer.name] = {name: one.localised for name, one in peers.judge(peer, bugs).items()}
        options.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        hits = sum(found["answers"][peer.name].values())
        _say(
            f"{peer.name} {found['versions'][peer.name]}: {hits} of {len(bugs)}, {time.monotonic() - began:.0f} s"
        )
    return 0


def _table(options: argparse.Namespace) -> int:
    bugs = read_bugs(options.cases)
    package = _package(options)
    make = _questions(options, bugs, package)
    scorers = scorers_of(package, options.run, options.network)
    answers: dict[str, dict[str, Answer]] = {name: {} for name in scorers}
    lost = []
    for number, bug in enumerate(bugs, 1):
        question = make(bug)
        if question is None:
            lost.append(bug.name)
            continue
        for name, score in scorers.items():
            answers[name][bug.name] = answer(question, score(question))
        print(f"\r{number} of {len(bugs)} cases", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    result: dict[str, Any] = {"package": package.hash, "seed": options.seed, "lost": lost, "not run": []}
    if options.autoregressive is not None:
        answers["autoregressive"] = read_answers(options.autoregressive)
        spent = json.loads(options.autoregressive.with_suffix(_SPENT).read_text("utf-8"))
        ours = json.loads((options.run / "best.json").read_text("utf-8"))
        result["trained"] = {
            "autoregressive": {"minutes": spent["minutes"], "steps": spent["steps"]},
            SHIPPED: {"minutes": ours["minutes"], "steps": ours["step"]},
        }
    else:
        result["not run"].append("autoregressive")
    if options.peers is not None:
        raw = json.loads(options.peers.read_text("utf-8"))
        result["versions"] = raw["versions"]
        result["not run"] += [peer.name for peer in peers.PEERS if peer.name not in raw["answers"]]
        for name, own in raw["answers"].items():
            answers[name] = {bug: Answer(localised, None, None) for bug, localised in own.items()}
    else:
        result["not run"] += [peer.name for peer in peers.PEERS]
    rows = compare(bugs, answers, (MUTANTS, FIXES), options.seed)
    result["repositories"] = {
        kind: len({bug.repository for bug in bugs if bug.kind == kind}) for kind in (MUTANTS, FIXES)
    }
    result["rows"] = as_json(rows)
    print(as_markdown(rows))
    for name, own in result.get("trained", {}).items():
        print(f"{name}: trained for {own['minutes']:.0f} minutes by the clock, {own['steps']:,} steps")
    for name in result["not run"]:
        print(f"{name}: not run")
    if lost:
        print(f"{len(lost)} cases have no repair among the candidates any more and are left out")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
