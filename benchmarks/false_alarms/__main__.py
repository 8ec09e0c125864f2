"""Count the alarms of the hard terms on the standard library and on installed packages, and list each for reading.

    python -m benchmarks.false_alarms [--packages NAME ...] [--no-standard-library] [--output FILE]

Packages are installed into an environment of the benchmark's own, and never imported. ``read.jsonl`` holds what a
person concluded from reading an alarm: ``true`` (with its kind: a defect, or wrong on purpose) or ``false``. An alarm
is recognised by package, path, rule and source line. Exit status 1 when an alarm is false or has not been read.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import sysconfig
import time
import venv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from groundstate_energy.terms import hard_violations
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.syntax import LANGUAGE
from groundstate_grammars.tree import SyntaxTree

HERE = Path(__file__).parent
PACKAGES = (
    "attrs==26.1.0 click==8.5.1 django==5.2.19 flask==3.1.3 httpx==0.28.1 jinja2==3.1.6 networkx==3.6.1 numpy==2.4.6 "
    "pandas==3.1.1 pydantic==2.14.3 pytest==9.2.0 pyyaml==6.0.3 requests==2.34.2 rich==15.0.0 setuptools==65.5.0 "
    "sqlalchemy==2.1.9 tomlkit==0.15.2 tqdm==4.70.1 urllib3==2.8.0 werkzeug==3.1.9"
)
"""Pinned, for an alarm is read in one version. The standard library is that of the Python that runs the benchmark."""


_HEAD = "tree              files    lines  alarms  true  false  unread  ms/1000 lines"


@dataclass(frozen=True, slots=True)
class Alarm:
    package: str
    path: str
    line: int
    rule: str
    message: str
    text: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.package, self.path, self.rule, self.text


@dataclass(frozen=True, slots=True)
class Tree:
    """Python files to check: ``base`` is what paths are told from, ``root`` the workspace of the index."""

    name: str
    base: Path
    root: Path
    files: tuple[Path, ...]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.false_alarms", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--packages", nargs="*", default=PACKAGES.split(), help="distributions to install and check"
    )
    parser.add_argument("--no-standard-library", action="store_true", help="check the packages only")
    parser.add_argument(
        "--environment", type=Path, default=HERE / ".environment", help="where packages are installed"
    )
    parser.add_argument(
        "--output", type=Path, default=HERE / "alarms.txt", help="file that lists every alarm"
    )
    options = parser.parse_args()
    readings = read_readings(HERE / "read.jsonl")
    interpreter = environment_with(options.environment, options.packages)
    trees = [] if options.no_standard_library else [standard_library()]
    trees += packages_in(options.environment, options.packages)
    total: Counter[str] = Counter()
    with options.output.open("w", encoding="utf-8") as output:
        print(_HEAD)
        for tree in trees:
            started = time.process_time()
            alarms, lines = check(
                tree, Path(sys.executable) if tree.name == "standard library" else interpreter
            )
            spent = time.process_time() - started
            counts = Counter(readings.get(alarm.key, "unread") for alarm in alarms)
            for alarm in alarms:
                reading = readings.get(alarm.key, "unread")
                output.write(
                    f"{alarm.package}/{alarm.path}:{alarm.line}: {alarm.rule} {alarm.message} [{reading}]\n"
                    f"    {alarm.text}\n"
                )
            total.update(counts)
            print(
                f"{tree.name:16} {len(tree.files):6} {lines:8} {len(alarms):7} {counts['true']:5} {counts['false']:6} "
                f"{counts['unread']:7} {spent / max(lines, 1) * 1e6:14.1f}",
                flush=True,
            )
    print(
        f"{total['true']} true, {total['false']} false, {total['unread']} unread; every alarm: {options.output}"
    )
    return 1 if total["false"] or total["unread"] else 0


def read_readings(path: Path) -> dict[tuple[str, str, str, str], str]:
    """What was read before, by package, path, rule and source line."""
    readings = {}
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        readings[item["package"], item["path"], item["rule"], item["text"]] = item["reading"]
    return readings


def environment_with(folder: Path, packages: list[str]) -> Path:
    """The interpreter of an environment that has ``packages``, made where it does not exist."""
    interpreter = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not interpreter.is_file():
        venv.create(folder, with_pip=True)
    installed = {
        requirement
        for distribution in distributions(path=[str(site_packages(folder))])
        for requirement in (distribution.name.lower(), f"{distribution.name.lower()}=={distribution.version}")
    }
    missing = [requirement for requirement in packages if requirement.lower() not in installed]
    if missing:
        command = [str(interpreter), "-m", "pip", "install", "--quiet", "--no-compile", *missing]
        subprocess.run(command, check=True)
    return interpreter


def site_packages(folder: Path) -> Path:
    return next(path for path in folder.glob("[lL]ib/**/site-packages") if path.is_dir())


def standard_library() -> Tree:
    base = Path(sysconfig.get_path("stdlib"))
    files = tuple(path for path in sorted(base.rglob("*.py")) if "site-packages" not in path.parts)
    return Tree("standard library", base, base, files)


def packages_in(folder: Path, names: list[str]) -> Iterator[Tree]:
    site = site_packages(folder)
    by_name = {distribution.name.lower(): distribution for distribution in distributions(path=[str(site)])}
    for requirement in names:
        name = requirement.partition("==")[0]
        files = tuple(sorted(python_files(by_name[name.lower()], site)))
        tops = Counter(path.relative_to(site).parts[0] for path in files)
        yield Tree(name, site, site / tops.most_common(1)[0][0], files)


def python_files(distribution: Distribution, site: Path) -> Iterator[Path]:
    for file in distribution.files or ():
        path = site / file
        if path.suffix == ".py" and path.is_relative_to(site) and ".." not in file.parts and path.is_file():
            yield path


def check(tree: Tree, interpreter: Path) -> tuple[list[Alarm], int]:
    """Alarms in all files of ``tree``, and its number of lines."""
    index = ProjectIndex(tree.root, interpreter)
    alarms: list[Alarm] = []
    lines = 0
    for path in tree.files:
        data = path.read_bytes()
        lines += data.count(b"\n")
        for violation in hard_violations(ParsedFile(SyntaxTree(LANGUAGE, data)), index, path):
            row = data.count(b"\n", 0, violation.start)
            text = data.split(b"\n")[row].decode("utf-8", "replace").strip()
            alarms.append(
                Alarm(
                    tree.name,
                    path.relative_to(tree.base).as_posix(),
                    row + 1,
                    violation.rule,
                    violation.message,
                    text,
                )
            )
    return alarms, lines


if __name__ == "__main__":
    sys.exit(main())
