"""Count the true edits that a check of plausibility objects to, and the alarms in unchanged code that one removes.

    python -m benchmarks.plausibility edits CORPUS --fixes FIXES [--split SPLIT] [--mutants N] [--list FILE]
    python -m benchmarks.plausibility alarms CORPUS [--model MODEL] [--lines N] [--seed N] [--list FILE]

``edits``: of mined fixes and of mutants, those of which the right edit is a candidate. ``alarms``: edits that the engine
would show at ``default`` in unchanged files. Classes are looked up in the files that the corpus keeps of each repository.
Only repositories of the split are looked at, by default those that calibrate; none is a test repository.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.blind_reading.summary import interval

from groundstate_energy.engine import Engine
from groundstate_energy.features import NameStatistics
from groundstate_energy.model_package import ModelPackage, ModelPackageError, load_model_package
from groundstate_energy.plausibility import CHECKS, EditedFile, objection
from groundstate_energy.terms.view import FileView
from groundstate_energy.training.batches import load_statistics, read, split_of
from groundstate_energy.training.corpus import CorpusFile, Repository
from groundstate_energy.training.fixes import load_fixes, unit_at
from groundstate_energy.training.held_out import Mutated, indices_of
from groundstate_energy.training.mutants import Mutator
from groundstate_energy.training.pipeline import load_corpus
from groundstate_energy.vetoes import Vetoes
from groundstate_grammars.edits import Edit
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.edited import repair_of
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.test_code import is_test

LOUD = ("strict", "default")


@dataclass
class Counted:
    """Edits by what objects to them. ``listed``: a line for each edit."""

    edits: int = 0
    objections: Counter[str] = field(default_factory=Counter)
    listed: list[str] = field(default_factory=list)

    def add(self, view: FileView, edit: Edit, where: str) -> None:
        self.edits += 1
        after = view.file.edited(edit.replacements)
        found = "" if after.flat.errors else objection(EditedFile(view, after, edit.replacements))
        if found:
            self.objections[found] += 1
        self.listed.append(_line(view.file, edit, f"{found or '-'}\t{where}"))

    def rows(self, title: str) -> Iterator[str]:
        """A table of Markdown."""
        yield f"| check | {title} |\n| --- | ---: |"
        for check in CHECKS:
            yield f"| `{check.__name__}` | {self.objections[check.__name__]} |"
        total = self.objections.total()
        low, high = interval(total, max(self.edits, 1))
        yield f"| all, of {self.edits} | {total} ({100 * low:.2f} to {100 * high:.2f} %) |"


def _line(file: ParsedFile, edit: Edit, head: str) -> str:
    changes = [f"{file.data[item.start : item.end]!r} -> {item.new!r}" for item in edit.replacements]
    text = file.data.splitlines()[file.data.count(b"\n", 0, edit.start)]
    return f"{head}\t{edit.rule}\t{'; '.join(changes)}\t{text.strip().decode('utf-8', 'replace')[:160]}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.plausibility", description=__doc__.splitlines()[0])
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    edits = steps.add_parser("edits", help="right edits of fixes and mutants")
    edits.add_argument("--fixes", type=Path, required=True, help="fixes with their texts")
    edits.add_argument("--mutants", type=int, default=4_000)
    alarms = steps.add_parser("alarms", help="what is shown in unchanged files")
    alarms.add_argument("--model", type=Path, help="model package; without it the shipped one")
    alarms.add_argument("--lines", type=int, default=100_000)
    alarms.add_argument("--seed", type=int, default=1, help="which files are taken first")
    for step in (edits, alarms):
        step.add_argument("corpus", type=Path, metavar="CORPUS")
        step.add_argument("--split", default="calibration", choices=("calibration", "train"))
        step.add_argument("--list", type=Path, help="write a line for each edit")
    options = parser.parse_args()
    try:
        package = load_model_package(getattr(options, "model", None))
        if package is None:
            raise ModelPackageError("this installation has no model package; name one by --model")
        repositories = load_corpus(options.corpus, (options.split,))[options.split]
        with indices_of(repositories) as indices:
            found = (
                _edits(options, package, repositories, indices)
                if options.step == "edits"
                else _alarms(options, package, repositories, indices)
            )
    except (OSError, ValueError, KeyError, ModelPackageError) as error:
        print(f"plausibility: {error}", file=sys.stderr)
        return 2
    if options.list is not None:
        options.list.write_text("".join(f"{line}\n" for one in found for line in one.listed), "utf-8")
    return 0


def _edits(
    options: argparse.Namespace,
    package: ModelPackage,
    repositories: Sequence[Repository],
    indices: dict[str, ProjectIndex],
) -> list[Counted]:
    fixes, mutants = Counted(), Counted()
    projects = {repository.name: repository.project for repository in repositories}
    for record in load_fixes(options.fixes):
        if split_of(record.repository) != options.split:
            continue
        file = parse(record.before, projects.get(record.repository))
        unit = unit_at(file, record.site)
        if unit is None:
            continue
        candidates = file.candidates.of(unit)
        target = repair_of(record.before, record.fixed, candidates, record.site)
        if target is not None:
            view = FileView(file, indices.get(record.repository, ProjectIndex(None)), None)
            fixes.add(view, candidates.edit(target), record.repository)
    print("\n".join(fixes.rows("fixes")), end="\n\n", flush=True)
    names = NameStatistics(package.names, package.table)
    mutator = Mutator(load_statistics(options.corpus)[1], names, 1)
    for repository in repositories:
        made = 0
        for start in range(0, len(repository.files), 8):
            wanted = options.mutants // len(repositories) - made
            if wanted <= 0:
                break
            files = repository.files[start : start + 8]
            index = indices[repository.name]
            for mutated, edit in _mutants(mutator, repository, files, wanted, names, index):
                made += 1
                path = (index.root or Path()) / mutated.path
                mutants.add(FileView(mutated.file, index, path), edit, repository.name)
    print("\n".join(mutants.rows("mutants")), flush=True)
    return [fixes, mutants]


def _mutants(
    mutator: Mutator,
    repository: Repository,
    files: Sequence[CorpusFile],
    count: int,
    names: NameStatistics,
    index: ProjectIndex,
) -> Iterator[tuple[Mutated, Edit]]:
    """About ``count`` mutants whose way back is a candidate, with the way back."""
    sources = [read(repository.project, file, names) for file in files]
    paths = {source.file: file.path for source, file in zip(sources, files, strict=True)}
    for edited, at in mutator.edited_units(sources, min(count, sum(len(source.units) for source in sources))):
        assert edited.unit is not None
        candidates = edited.candidates.of(edited.unit)
        target = edited.way_back(candidates, at)
        if target is not None:
            mutated = Mutated(edited, index, paths[edited.base])
            yield mutated, mutated.in_whole_file(candidates.edit(target))


def _alarms(
    options: argparse.Namespace,
    package: ModelPackage,
    repositories: Sequence[Repository],
    indices: dict[str, ProjectIndex],
) -> list[Counted]:
    """Alarms of files outside tests, and of test files, of which a corpus keeps a part."""
    engine = Engine(package, device="cpu", threads=1, remembers=False)
    counted = (Counted(), Counted())
    lines = [0, 0]
    for repository in repositories:
        index = indices[repository.name]
        taken = 0
        files = list(repository.files)
        random.Random(f"{options.seed} {repository.name}").shuffle(files)
        for corpus_file in files:
            if taken >= options.lines // len(repositories):
                break
            path = (index.root or Path()) / corpus_file.path
            file = parse(corpus_file.text, repository.project)
            here = corpus_file.text.count(b"\n") + 1
            taken += here
            kind = int(is_test(corpus_file.path))
            lines[kind] += here
            view = FileView(file, index, path)
            for result in engine.examine(
                file,
                repository.project,
                hard=Vetoes(file, index, path),
                level="default",
            ):
                for edit in result.edits:
                    if edit.level in LOUD:
                        counted[kind].add(view, edit.edit, f"{repository.name}\t{corpus_file.path}")
        print(
            f"{repository.name}: {taken} lines, {counted[0].edits + counted[1].edits} edits so far",
            file=sys.stderr,
        )
    for title, own, count in zip(("outside tests", "in tests"), counted, lines, strict=True):
        print("\n".join(own.rows(f"alarms {title}, {count} lines")), end="\n\n")
    return list(counted)


if __name__ == "__main__":
    sys.exit(main())
