"""``python -m benchmarks.real_bugs CASES``: what the linter finds of known bugs, and what it says of their fixed code.

CASES is a folder with ``before/``, ``after/`` (files at the same relative paths) and ``cases.jsonl`` with one object a
line: ``path``, ``line`` (in the file before), ``rule`` (GS3xx or null) and, optionally, ``function``; or a folder of
such folders. ``python -m benchmarks.real_bugs.build`` makes one out of mined fixes.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.real_bugs.cases import CasesError, read_pairs
from benchmarks.real_bugs.findings import CheckFailed
from benchmarks.real_bugs.judging import Quiet, Verdict, judge_pair
from benchmarks.real_bugs.results import summarise


def main() -> int:
    """Check, judge, print the tables, write the JSON; 2 when the cases or the linter failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_bugs", description=__doc__)
    parser.add_argument("cases", type=Path, metavar="CASES", help="folder of cases, or of folders of cases")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model package; without it the shipped one")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the results to this file")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="folders of cases to check at once")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N folders of cases")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap")
    arguments = parser.parse_args()
    verdicts: list[Verdict] = []
    quiet: list[Quiet] = []
    failed = 0
    try:
        pairs = read_pairs(arguments.cases)[: arguments.limit]
    except (CasesError, OSError) as error:
        print(f"real_bugs: {error}", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(arguments.jobs) as pool:
        running = [(pair, pool.submit(judge_pair, pair, arguments.model)) for pair in pairs]
        for number, (pair, future) in enumerate(running, 1):
            try:
                judged, files = future.result()
            except CheckFailed as error:
                failed += 1
                print(f"real_bugs: {pair.folder.name} left out: {error}", file=sys.stderr)
                continue
            verdicts += judged
            quiet += files
            print(f"\r{number} of {len(pairs)} folders", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if not verdicts:
        print("real_bugs: no case could be judged", file=sys.stderr)
        return 2
    results = summarise(verdicts, quiet, arguments.seed)
    print(results.as_markdown())
    if arguments.json is not None:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(results.as_json(), indent=2) + "\n", encoding="utf-8")
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
