"""Make a folder of cases out of mined fixes and clones of their repositories.

    python -m benchmarks.real_bugs.build --facts energy_models/real_fixes.jsonl.gz --repos CLONES --split test --out CASES

Every fix gets a folder of its own, for several may be in one file: the file before it, and the same file with only the
fixed function replaced. CLONES has the repositories as ``owner/name``, ``owner+name`` or ``name``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from groundstate_energy.training.batches import split_of
from groundstate_energy.training.mining import Pair, read_facts, rebuild
from groundstate_grammars.text import SourceText


def main() -> int:
    """Write the folders; 2 when there is nothing to write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_bugs.build", description=__doc__)
    parser.add_argument("--facts", type=Path, required=True, help="mined facts, JSON lines")
    parser.add_argument("--repos", type=Path, required=True, metavar="CLONES", help="folder of clones")
    parser.add_argument("--split", choices=("train", "calibration", "test"), default="test")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="CASES", help="a folder that is new or empty"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="a random sample of so many fixes")
    parser.add_argument("--most-lines", type=int, metavar="N", help="leave out fixes in longer files")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    arguments = parser.parse_args()
    if arguments.out.is_dir() and any(arguments.out.iterdir()):
        print(f"{arguments.out}: not empty", file=sys.stderr)
        return 2
    facts = of_split(read_facts(arguments.facts), arguments.split)
    if arguments.limit is not None and arguments.limit < len(facts):
        kept = random.Random(arguments.seed).sample(range(len(facts)), arguments.limit)
        facts = [facts[place] for place in sorted(kept)]
    written = long = 0
    for pair in rebuild(facts, arguments.repos):
        if arguments.most_lines is not None and pair.before_file.count(b"\n") > arguments.most_lines:
            long += 1
        else:
            written += write_case(pair, arguments.out / f"{written:05d}")
    print(
        f"{written} cases of {len(facts)} fixes; {long} in longer files, the others' clones or texts are absent",
        file=sys.stderr,
    )
    return 0 if written else 2


def of_split(facts: Iterable[Mapping[str, object]], split: str) -> list[Mapping[str, object]]:
    """The fixes of the repositories of one split; the corpus writes a repository's name with ``+`` for ``/``."""
    return [item for item in facts if split_of(str(item["repo"]).replace("/", "+")) == split]


def write_case(pair: Pair, folder: Path) -> bool:
    """Write the folder of one fix; False where the fixed function does not differ."""
    facts = pair.facts
    bounds, site = facts["before"], facts["site"]
    assert isinstance(bounds, list)
    assert isinstance(site, list)
    fixed = pair.before_file[: bounds[0]] + pair.after + pair.before_file[bounds[1] :]
    if fixed == pair.before_file:
        return False
    for side, data in (("before", pair.before_file), ("after", fixed)):
        file = folder / side / str(facts["path"])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    case = {
        "path": facts["path"],
        "line": SourceText(pair.before_file).line_of(site[0]) + 1,
        "rule": facts["rule"],
        "function": facts["function"],
        "repository": facts["repo"],
        "commit": facts["commit"],
    }
    (folder / "cases.jsonl").write_text(json.dumps(case) + "\n", encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main())
