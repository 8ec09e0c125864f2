"""The model card: what the package is, what it was made from, what it does, what it cannot do."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any


def model_card(
    package: Path, run: Path, table: Mapping[str, Any], listings: Sequence[Path] | None = None
) -> str:
    """Markdown made from the package's manifest, the run's report and the table of the test split.

    ``listings``: of the corpus and of the repositories of the fixes, as ``corpus.toml`` and ``fix_repositories.toml``.
    """
    manifest = json.loads((package / "manifest.json").read_text("utf-8"))
    report_path = run / "report.json"
    report = json.loads(report_path.read_text("utf-8")) if report_path.exists() else {}
    network = manifest["network"]
    lines = [
        f"# {manifest['name']}",
        "",
        f"Made on {manifest['created']}, calibrated on {manifest['calibrated_on']['date']}. "
        f"Format {manifest['format']}. Apache-2.0.",
        "",
        "An energy model over candidate edits of Python functions: it scores every edit of a unit in one pass, with the",
        "code as written at 0. Trained on injected bugs and on real one-site fixes of permissively licensed repositories;",
        "`energy_models/corpus.toml` lists the corpus, the training record also the repositories of the fixes.",
        "",
        "| | |",
        "| --- | --- |",
        f"| encoder | width {network['width']}, {network['layers']} layers, {network['pieces']} subword pieces, int8 |",
        f"| functions trained on | {report.get('functions', 'see the training record')} |",
        f"| windows seen | {report.get('windows', 'see the training record')} |",
        f"| ONNX Runtime against torch, fp32 | {manifest['parity']['fp32']:.1e} nats |",
        f"| int8 against fp32, same best edit | {manifest['parity']['int8']['top edit agrees']:.3f} |",
        f"| joint on mutants of calibration repositories, fp32 and int8 | {manifest['parity']['int8']['joint, fp32']:.1%},"
        f" {manifest['parity']['int8']['joint, this']:.1%} |",
        "",
        "## On repositories that were neither trained nor calibrated on",
        "",
        f"{table['lines']} unchanged lines, {table['units']} units; {table['mutants']['bugs']} mutants, "
        f"{table['fixes'].get('bugs', 0)} real fixes.",
        "",
        "| known to be buggy | bugs | repair offered | joint | localisation | repair at the true site |",
        "| --- | --- | --- | --- | --- | --- |",
        _row("mutants", table["mutants"]),
        *(_row(rule, entry) for rule, entry in table["mutants by rule"].items()),
        _row("real fixes", table["fixes"]),
        *(_row(f"fix: {kind}", entry) for kind, entry in table["fixes by class"].items()),
        "",
        "Counted is what the analysis shows: no edit that a hard term or a check of plausibility vetoes; in test code",
        "the next stricter budget counts. Of what an exact rule says the best edit that mends it is offered at every",
        f"sensitivity: that is {table['fixes that exact rules say']} of the fixes.",
        "",
        "| sensitivity | false alarms | lines per alarm | recall of mutants | recall of real fixes | of the other fixes |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for level, entry in table["budgets"].items():
        per = f"{entry['lines per alarm']:.0f}" if entry["lines per alarm"] else "none"
        lines.append(
            f"| {level} | {entry['alarms']} | {per} | {entry['recall of mutants']:.1%} | {entry['recall of fixes']:.1%} "
            f"| {entry['recall of other fixes']:.1%} |"
        )
    lines += [
        "",
        *_probes(report),
        *_provenance(listings),
        "## What it cannot do",
        "",
        "It sees one function with a short context header, not the program. It proposes only edits of the rule pages.",
        "Its probabilities hold at about one bug in a thousand units. No rule's repairs are certified for fix-all yet: that",
        "takes 59 accepted repairs without an error for each rule.",
        "",
    ]
    return "\n".join(lines)


PROBES = (
    ("both terms", "all"),
    ("usage term alone", "usage term alone"),
    ("network without context", "no context"),
    ("network, context in random order", "shuffled context"),
    ("n-grams only", "n-grams only"),
    ("lengths only", "length only"),
    ("random site", "random site"),
)
"""Rows of the probe table, and the keys of a run's report."""


def _probes(report: Mapping[str, Any]) -> list[str]:
    """What simpler explanations get right, joint, in fp32."""
    sets = [title for title, entry in report.items() if isinstance(entry, dict) and "all" in entry]
    if not sets:
        return []
    heads = " | ".join(f"{title} ({report[title]['all']['windows']:.0f} windows)" for title in sets)
    lines = [
        "## What simpler explanations get right",
        "",
        "Joint, on the same cases under the same search, fp32, System 1 (`groundstate train run`).",
        "",
        f"| | {heads} |",
        "| --- |" + " --- |" * len(sets),
    ]
    for name, key in PROBES:
        lines.append(
            "| " + " | ".join([name, *(f"{report[title][key]['joint']:.1%}" for title in sets)]) + " |"
        )
    return [*lines, ""]


def _provenance(listings: Sequence[Path] | None) -> list[str]:
    """How many repositories, functions and fixes there are under each licence, by split."""
    if listings is None:
        return []
    corpus, fixes = (tomllib.loads(path.read_text("utf-8"))["repository"] for path in listings)
    return [
        "## Where it comes from",
        "",
        "`energy_models/corpus.toml` has the commit of each repository, `energy_models/fix_repositories.toml` the licences",
        "at the commits of the fixes; a repository counts here under the licence that most of its fixes have.",
        "",
        *_by_licence(corpus, lambda each: each["licence"], "functions"),
        "",
        *_by_licence(fixes, lambda each: each["licences"][0], "fixes"),
        "",
    ]


def _by_licence(
    repositories: Sequence[Mapping[str, Any]], licence_of: Callable[[Mapping[str, Any]], str], what: str
) -> list[str]:
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for repository in repositories:
        groups[licence_of(repository)].append(repository)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    lines = [
        f"| licence | repositories | {what}: train | calibration | test |",
        "| --- | --- | --- | --- | --- |",
    ]
    for licence, group in [*ordered, ("all", list(repositories))]:
        counts = [
            sum(repository[what] for repository in group if repository["split"] == split)
            for split in ("train", "calibration", "test")
        ]
        lines.append(f"| {licence} | {len(group)} | " + " | ".join(map(str, counts)) + " |")
    return lines


def _row(title: str, entry: Mapping[str, Any]) -> str:
    if not entry.get("bugs"):
        return f"| {title} | 0 | | | | |"
    figures = " | ".join(f"{entry[key]:.1%}" for key in ("offered", "joint", "localisation", "repair"))
    return f"| {title} | {entry['bugs']} | {figures} |"
