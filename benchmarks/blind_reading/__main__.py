"""Draw the most probable findings in held-out repositories, read them without their probabilities, count the bugs.

    python -m benchmarks.blind_reading draw REPOSITORY... --out items.jsonl --key key.jsonl [--model MODEL] [--scans FOLDER]
    python -m benchmarks.blind_reading show items.jsonl --repositories FOLDER [--only 1-25]
    python -m benchmarks.blind_reading summarise items.jsonl readings.jsonl key.jsonl
    python -m benchmarks.blind_reading objections READINGS... --repositories FOLDER

Repositories are folders named owner+name, at the commits of ``repositories.toml``. A control is the best edit of a unit that
stayed below every alarm budget; among the items nothing tells it apart from a finding. The reader opens the key only after
the last reading.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.alarm_budgets.__main__ import known_repositories
from benchmarks.blind_reading.drawing import Answer, Item, draw
from benchmarks.blind_reading.objections import objection_to
from benchmarks.blind_reading.scanning import Scan, scan
from benchmarks.blind_reading.summary import Reading, Unread, joined, summarise

from groundstate.settings import SENSITIVITIES
from groundstate_energy.model_package import load_model_package
from groundstate_energy.vetoes import sensitivity_of
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.rules import RULES

HERE = Path(__file__).parent
CONTEXT = 12
"""Lines shown before and after an item's line."""
WIDEST = 160
"""Characters shown of a line."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.blind_reading", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    drawing = commands.add_parser("draw", help="choose what is read")
    drawing.add_argument("repositories", nargs="+", type=Path)
    drawing.add_argument("--out", type=Path, required=True, help="what the reader sees, one item a line")
    drawing.add_argument("--key", type=Path, required=True, help="what the reader does not open")
    drawing.add_argument("--model", type=Path, help="model package; without it the shipped one")
    drawing.add_argument("--seed", type=int, default=1)
    drawing.add_argument("--listing", type=Path, default=HERE / "repositories.toml", help="names and commits")
    drawing.add_argument(
        "--scans", type=Path, help="keep what was found here; a run that was cut off goes on"
    )
    drawing.set_defaults(run=_draw)
    showing = commands.add_parser("show", help="print items with the lines around them")
    showing.add_argument("items", type=Path)
    showing.add_argument(
        "--repositories", type=Path, nargs="+", required=True, help="folders with the clones"
    )
    showing.add_argument("--only", help="items such as 1-25")
    showing.set_defaults(run=_show)
    summing = commands.add_parser("summarise", help="print the tables")
    summing.add_argument("items", type=Path)
    summing.add_argument("readings", type=Path)
    summing.add_argument("key", type=Path)
    summing.set_defaults(run=_summarise)
    objecting = commands.add_parser(
        "objections", help="count the findings that a check of plausibility removes"
    )
    objecting.add_argument("readings", nargs="+", type=Path, help="folders with items, readings and key")
    objecting.add_argument(
        "--repositories", type=Path, nargs="+", required=True, help="folders with the clones"
    )
    objecting.set_defaults(run=_objections)
    options = parser.parse_args()
    run: Any = options.run
    return int(run(options))


def _draw(options: argparse.Namespace) -> int:
    listing = tomllib.loads(options.listing.read_text("utf-8"))["repository"]
    commits = {entry["name"].casefold(): entry["commit"] for entry in listing}
    known = known_repositories()
    for root in options.repositories:
        if root.name.casefold() in known:
            print(f"{root.name}: training or calibration used it", file=sys.stderr)
            return 2
        if root.name.replace("+", "/", 1).casefold() not in commits:
            print(f"{root.name}: not in {options.listing}; add its name and commit there", file=sys.stderr)
            return 2
    scans = [_scanned(root, options) for root in sorted(options.repositories)]
    items, answers = draw(
        [place for item in scans for place in item.found],
        [place for item in scans for place in item.below],
        commits,
        options.seed,
    )
    _write(options.out, items)
    _write(options.key, answers)
    print(f"{len(items)} items from {len(scans)} repositories", file=sys.stderr)
    return 0


def _scanned(root: Path, options: argparse.Namespace) -> Scan:
    if options.scans is None:
        return scan(root, options.model)
    package = load_model_package(options.model)
    kept: Path = options.scans / f"{root.name} {'' if package is None else package.hash[:12]}.json"
    if not kept.exists():
        options.scans.mkdir(parents=True, exist_ok=True)
        kept.write_text(scan(root, options.model, options.scans).as_json(), "utf-8")
    return Scan.of_json(kept.read_text("utf-8"))


def _show(options: argparse.Namespace) -> int:
    items = read_items(options.items)
    if options.only:
        first, _, last = options.only.partition("-")
        items = [item for item in items if int(first) <= item.item <= int(last or first)]
    for item in items:
        root = _root_of(item, options.repositories)
        if root is None:
            return 2
        print(shown(item, root))
    return 0


def _root_of(item: Item, folders: Iterable[Path]) -> Path | None:
    """The clone of the repository of an item in one of ``folders``; None, and said, where there is none."""
    name = item.repository.replace("/", "+", 1)
    root = next((folder / name for folder in folders if (folder / name).is_dir()), None)
    if root is None:
        print(f"{name}: in none of the folders", file=sys.stderr)
    return root


def shown(item: Item, root: Path) -> str:
    """An item and the lines around it, its own marked."""
    lines = (root / item.path).read_bytes().decode("utf-8", "replace").splitlines()
    edits = ", ".join(f"{old!r} -> {new!r}" for old, new in item.edit)
    head = f"== {item.item} == {item.repository} {item.path}:{item.line} {item.rule} {RULES[item.rule].name}: {edits}"
    first = max(item.line - 1 - CONTEXT, 0)
    around = [
        f"{number:5}{'>' if number == item.line else ' '} {text[:WIDEST]}"
        for number, text in enumerate(lines[first : item.line + CONTEXT], first + 1)
    ]
    return "\n".join([head, *around, ""])


def _summarise(options: argparse.Namespace) -> int:
    try:
        read = joined(
            read_items(options.items),
            [Reading(**table) for table in _lines(options.readings)],
            [Answer(**table) for table in _lines(options.key)],
        )
    except Unread as error:
        print(error, file=sys.stderr)
        return 2
    print(summarise(read), end="")
    return 0


def _objections(options: argparse.Namespace) -> int:
    indices: dict[Path, ProjectIndex] = {}
    for budgets in (("strict",), ("strict", "default"), ("strict", "default", "explore")):
        counts: Counter[tuple[str, str]] = Counter()
        for folder in options.readings:
            read = joined(
                read_items(folder / "items.jsonl"),
                [Reading(**table) for table in _lines(folder / "readings.jsonl")],
                [Answer(**table) for table in _lines(folder / "key.jsonl")],
            )
            for one in read:
                if one.answer.control or one.answer.budget not in budgets:
                    continue
                root = _root_of(one.item, options.repositories)
                if root is None:
                    return 2
                root = root.resolve()
                index = indices.setdefault(root, ProjectIndex(root))
                reason = objection_to(one.item, root, index).replace("_", " ")
                if not reason and not _counts_in(one.item.path, budgets[-1], one.answer.budget):
                    reason = "is in test code, where a stricter budget counts"
                counts[one.reading.reading, reason or "stays"] += 1
        print(f"## {budgets[-1]}")
        for (reading, reason), count in sorted(counts.items()):
            print(f"{reading}: {count} {reason}")
    return 0


def _counts_in(path: str, sensitivity: str, budget: str) -> bool:
    """Whether a finding of ``budget`` is shown in the file at ``path``."""
    allowed = sensitivity_of(path, sensitivity)
    return allowed is not None and SENSITIVITIES.index(budget) <= SENSITIVITIES.index(allowed)


def read_items(path: Path) -> list[Item]:
    return [
        Item(**{**table, "edit": tuple((old, new) for old, new in table["edit"])}) for table in _lines(path)
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _write(path: Path, rows: Iterable[Item | Answer]) -> None:
    text = "".join(f"{json.dumps(dataclasses.asdict(row), ensure_ascii=False)}\n" for row in rows)
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
