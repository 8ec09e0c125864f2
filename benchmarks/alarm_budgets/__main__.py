"""Count what the learned rules report in unchanged code, against the alarm budget of each sensitivity.

    python -m benchmarks.alarm_budgets REPOSITORY ... [--model MODEL] [--json FILE] [--list FILE]

Each folder is checked by ``groundstate check`` as a project of its own. Every finding of a learned rule counts as a false
alarm, although some are bugs. The repositories must be ones that neither training nor calibration saw, and that nobody
looked at while choosing thresholds; their names are compared with ``energy_models/corpus.toml`` and
``energy_models/fix_repositories.toml`` (folders are named owner+name), and a known one ends the run. ``--list`` writes one
line a finding, for reading. Intervals: bootstrap over repositories. Test files are also told apart.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import Counter
from pathlib import Path

from benchmarks.real_bugs.findings import Found, check
from benchmarks.real_bugs.results import ALARM_LINES, Estimate

from groundstate_energy.calibration import BUDGETS
from groundstate_energy.vetoes import sensitivity_of
from groundstate_grammars.python.test_code import is_test
from groundstate_grammars.rules import RULES

ENERGY_MODELS = Path(__file__).parents[2] / "energy_models"


def known_repositories() -> frozenset[str]:
    """Names of the repositories that training or calibration used, as folders are named, in lower case."""
    names: list[str] = []
    for listing in ("corpus.toml", "fix_repositories.toml"):
        found = tomllib.loads((ENERGY_MODELS / listing).read_text("utf-8"))
        names += [entry["name"] for entry in found["repository"]]
    return frozenset(name.replace("/", "+").casefold() for name in names)


def count_lines(root: Path) -> tuple[int, int]:
    """Lines of all Python files below ``root``, and of its test files."""
    counts = {
        path.relative_to(root).as_posix(): path.read_bytes().count(b"\n")
        for path in root.rglob("*.py")
        if path.is_file()
    }
    return sum(counts.values()), sum(count for path, count in counts.items() if is_test(path))


def learned(findings: dict[str, list[Found]]) -> list[tuple[str, Found]]:
    """Path and finding of every learned rule's finding."""
    return [
        (path, found) for path, own in sorted(findings.items()) for found in own if not RULES[found.rule].hard
    ]


def _is_shown(path: str, found: Found, level: str) -> bool:
    """Whether ``level`` shows a finding in the file at ``path``."""
    allowed = sensitivity_of(path, level)
    return allowed is not None and found.shown_at(allowed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.alarm_budgets", description=__doc__.splitlines()[0])
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--model", type=Path, help="model package; without it the shipped one")
    parser.add_argument("--json", type=Path, help="write the table as JSON")
    parser.add_argument("--list", type=Path, help="write one line a finding at `default` or stricter")
    options = parser.parse_args()
    known = known_repositories()
    used = [path.name for path in options.repositories if path.name.casefold() in known]
    if used:
        print(f"training or calibration used {', '.join(used)}", file=sys.stderr)
        return 2
    lines: list[int] = []
    lines_of_tests = 0
    in_tests = dict.fromkeys(BUDGETS, 0)
    alarms: dict[str, list[int]] = {level: [] for level in BUDGETS}
    rules: dict[str, Counter[str]] = {level: Counter() for level in BUDGETS}
    listed: list[str] = []
    for root in sorted(options.repositories):
        findings = learned(check(root, (), options.model, "explore"))
        whole, tests = count_lines(root)
        lines.append(whole)
        lines_of_tests += tests
        for level in BUDGETS:
            shown = [(path, found) for path, found in findings if _is_shown(path, found, level)]
            alarms[level].append(len(shown))
            in_tests[level] += sum(is_test(path) for path, _ in shown)
            rules[level].update(found.rule for _, found in shown)
        listed += [
            f"{root.name}\t{path}:{found.line}\t{found.rule}\t{found.budget}"
            for path, found in findings
            if _is_shown(path, found, "default")
        ]
        own = ", ".join(f"{level} {alarms[level][-1]}" for level in BUDGETS)
        print(f"{root.name}: {lines[-1]} lines, {own}", file=sys.stderr, flush=True)
    table = {
        level: {
            "alarms": sum(counts),
            f"per {ALARM_LINES} lines": round(ALARM_LINES * Estimate.of(counts, lines, 0).value, 3),
            "interval": [
                round(ALARM_LINES * bound, 3)
                for bound in (Estimate.of(counts, lines, 0).low, Estimate.of(counts, lines, 0).high)
            ],
            "in test files": in_tests[level],
            "budget": round(ALARM_LINES * BUDGETS[level], 3),
            "rules": dict(sorted(rules[level].items())),
        }
        for level, counts in alarms.items()
    }
    result = {
        "repositories": len(lines),
        "lines": sum(lines),
        "lines of tests": lines_of_tests,
        "levels": table,
    }
    print(json.dumps(result, indent=1))
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if options.list is not None:
        options.list.write_text("".join(f"{line}\n" for line in listed), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
