"""Reports out of the cache after some files of a project changed: those that making all of them anew gives."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstate.analysis import Workspace
from groundstate.changes import Change
from groundstate.checking import Input, check
from groundstate.documents import Document
from groundstate.outlines import outline_of
from groundstate.recording import Recorder
from groundstate.reports.outcome import Outcome
from groundstate.settings import LoadedSettings, Settings
from groundstate.taken import Taken
from groundstate_energy import engine as engine_module
from groundstate_energy.devices import Choice
from groundstate_energy.encoding import Window
from groundstate_energy.plausibility import EditedFile, objection
from groundstate_energy.terms.view import FileView
from groundstate_grammars.edits import Replacement
from groundstate_grammars.index import ProjectIndex

FILES = {
    "shapes/__init__.py": "from .base import Shape\nfrom .round import Circle\n",
    "shapes/base.py": """class Shape:
    def __init__(self, name, size=1):
        self.name = name
        self.size = size

    def area(self):
        return self.size

    def scaled(self, factor):
        self.factor = factor
        return self.area() * factor
""",
    "shapes/round.py": """from .base import Shape

PI = 3


class Circle(Shape):
    def area(self):
        return PI * self.size * self.size


def largest(shapes, least=0):
    best = least
    for shape in shapes:
        if shape.area() > best:
            best = shape.area()
    return best
""",
    "use.py": """import shapes
from shapes.round import Circle, largest


def report(names, factor):
    circles = [Circle(name, size=2) for name in names]
    total = largest(circles, least=1)
    circle = Circle("one")
    return {"total": total, "scaled": circle.scaled(factor)}
""",
    "other.py": """def join(names, separator):
    result = ""
    for name in names:
        result = result + separator + name
    return result
""",
}
PIECES = [
    "size",
    "sizes",
    "area",
    "areas",
    "shape",
    "factor",
    "least",
    "circle",
    "names",
    "1",
    "self",
    "Shape",
    "total",
]
LINES = [
    "\n\ndef largest(shapes):\n    return shapes\n",
    "\n\nclass Shape2(Shape):\n    pass\n",
    "\n\ndef helper(least, separator=None):\n    return least\n",
    "\nsize = 3\n",
    "\nclass Circle:\n    def area(self, unit): self.unit = unit\n",
    "\nimport shapes.round\n",
    "\n# only a comment\n",
    "\ndef broken(:\n",
]


class _DigestScorer:
    """Energies that are another number for every window that differs in anything."""

    device = "cpu"
    choice = Choice("cpu", "there is no network")

    def __init__(self, *arguments: object, **options: object) -> None:
        pass

    passes = 0

    def gaps(self, windows: list[Window], proceed: Any = None) -> list[Any]:
        seeds = [int.from_bytes(window.digest()[:8], "little") for window in windows]
        return [
            np.random.default_rng(seed).normal(3, 2, len(window.candidates)).astype(np.float32)
            for seed, window in zip(seeds, windows, strict=True)
        ]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "Scorer", _DigestScorer)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run(folder: Path, *, use_cache: bool, **rules: tuple[str, ...]) -> Outcome:
    chosen = replace(Settings(), sensitivity="all", cache_dir=folder.parent / "cache", **rules)
    loaded = LoadedSettings(chosen, folder, None, is_project=True)
    outcome, _ = check(Input((folder,), None), loaded, use_cache=use_cache, jobs=1)
    return outcome


def shown(outcome: Outcome) -> list[object]:
    return [(report.document.path, report.findings, report.ignored) for report in outcome.reports]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    edits=st.lists(
        st.tuples(
            st.sampled_from(sorted(FILES)),
            st.integers(0, 2**31),
            st.one_of(st.sampled_from(PIECES), st.sampled_from(LINES)),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_reports_after_edits_are_those_made_anew(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, int, str]]
) -> None:
    folder = tmp_path_factory.mktemp("project") / "code"
    files = dict(FILES)
    write(folder, files)
    run(folder, use_cache=True)
    for name, seed, new in edits:
        text = files[name]
        if new in LINES:
            files[name] = text + new
        else:
            words = [word for word in text.replace("(", " ").replace(".", " ").split() if word.isidentifier()]
            files[name] = text.replace(Random(seed).choice(words or ["\n"]), new, 1)
        write(folder, {name: files[name]})
        assert shown(run(folder, use_cache=True)) == shown(run(folder, use_cache=False))


def test_a_change_that_nobody_sees_leads_to_one_file(tmp_path: Path, looked_at: list[str]) -> None:
    folder = tmp_path / "code"
    write(folder, FILES)
    run(folder, use_cache=True)
    assert len(looked_at) == len(FILES)
    looked_at.clear()
    write(folder, {"shapes/round.py": FILES["shapes/round.py"].replace("> best", ">= best")})
    run(folder, use_cache=True)
    assert looked_at == ["round.py"]
    looked_at.clear()
    run(folder, use_cache=True)
    assert looked_at == []


def test_a_changed_signature_leads_to_those_who_call_it(tmp_path: Path, looked_at: list[str]) -> None:
    folder = tmp_path / "code"
    write(folder, FILES)
    run(folder, use_cache=True)
    looked_at.clear()
    write(folder, {"shapes/round.py": FILES["shapes/round.py"].replace("least=0", "least")})
    run(folder, use_cache=True)
    assert {"round.py", "use.py"} <= set(looked_at)
    assert "other.py" not in looked_at


@pytest.mark.parametrize("rules", [{"select": ("GS1",)}, {"select": ("GS3",)}, {"ignore": ("GS301", "GS1")}])
def test_with_fewer_rules_only_files_with_findings_are_looked_at(
    tmp_path: Path, looked_at: list[str], rules: dict[str, tuple[str, ...]]
) -> None:
    folder = tmp_path / "code"
    write(folder, {**FILES, "empty.py": "", "plain.py": "import shapes\n", "wrong.py": "print(nothing)\n"})
    silent = {item.document.path.name for item in run(folder, use_cache=True).reports if not item.findings}
    assert {"empty.py", "plain.py"} <= silent
    looked_at.clear()
    fresh = run(folder, use_cache=False, **rules)
    looked_at.clear()
    assert shown(run(folder, use_cache=True, **rules)) == shown(fresh)
    assert silent.isdisjoint(looked_at)
    assert "wrong.py" in looked_at
    looked_at.clear()
    run(folder, use_cache=True, **rules)
    assert looked_at == []
    write(folder, {"plain.py": "import shapes\nshapes.Circle(1, 2, 3, 4)\n"})
    assert shown(run(folder, use_cache=True, **rules)) == shown(run(folder, use_cache=False, **rules))


def test_more_rules_are_not_served_by_fewer(tmp_path: Path, looked_at: list[str]) -> None:
    folder = tmp_path / "code"
    write(folder, FILES)
    run(folder, use_cache=True, select=("GS1",))
    looked_at.clear()
    run(folder, use_cache=True, select=("GS1", "GS3"))
    assert len(looked_at) == len(FILES)


def test_a_text_as_it_was_before_needs_nothing_new(tmp_path: Path, looked_at: list[str]) -> None:
    folder = tmp_path / "code"
    write(folder, FILES)
    run(folder, use_cache=True)
    write(folder, {"use.py": FILES["use.py"].replace("least=1", "least=2")})
    run(folder, use_cache=True)
    looked_at.clear()
    write(folder, FILES)
    run(folder, use_cache=True)
    assert looked_at == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("shapes/base.py", "self.factor = factor", "self.size = factor"),
        ("shapes/base.py", "class Shape:", "class Shape(Unknown):"),
        ("shapes/__init__.py", "from .round import Circle", "from .other import Circle"),
    ],
)
def test_what_rules_out_an_edit_is_asked_of_other_files(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    files = {**FILES, "use.py": "from shapes import Circle\n\n\ndef f(c: Circle):\n    return c.size\n"}
    files["shapes/base.py"] += "\n\nclass Line:\n    factor = length = 1\n"
    write(tmp_path, files)
    recorder = Recorder(Workspace(tmp_path, None, ProjectIndex(tmp_path)))
    document = Document(tmp_path / "use.py", files["use.py"].encode())
    index = recorder.workspace.index
    assert index is not None
    edit = (Replacement(document.data.index(b"size"), document.data.index(b"size") + 4, b"length"),)
    view = FileView(document.parsed, index, document.path)
    assert (
        objection(EditedFile(view, document.parsed.edited(edit), edit)) == "names_a_member_that_is_not_there"
    )
    taken = recorder.taken(judged=True)
    path = tmp_path / file
    before, after = (Document(path, text.encode()) for text in (files[file], files[file].replace(old, new)))
    change = Change()
    change.add_module(os.path.realpath(path), outline_of(before), outline_of(after))
    assert change.touched({"use.py": taken}) == {"use.py"}
    unseen = Change()
    unseen.add_module(
        os.path.realpath(path), outline_of(before), outline_of(Document(path, before.data + b"# comment\n"))
    )
    assert unseen.touched({"use.py": taken}) == set()


def test_what_an_analysis_took_comes_back() -> None:
    taken = Taken.of(["nname", "nother", "dname"], {"lname": 0.5, "pkey": 0.75})
    again = Taken.from_text(taken.as_text())
    assert again.keys.tolist() == taken.keys.tolist()
    assert again.like == taken.like
    assert not set(taken.as_text()) & set(" \n")


@pytest.mark.parametrize("text", ["", ",", "abc,def", "?", "a b"])
def test_what_is_no_such_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # of whatever kind: it is caught where entries are read
        _ = Taken.from_text(text).like


def test_a_run_after_a_change_compares_no_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "code"
    write(folder, FILES)
    run(folder, use_cache=True)
    write(folder, {"other.py": FILES["other.py"].replace("separator", "between")})
    run(folder, use_cache=True)
    monkeypatch.delattr("groundstate.changes.change_between")
    assert shown(run(folder, use_cache=True)) == shown(run(folder, use_cache=False))


def test_what_stands_before_a_class_is_no_part_of_its_outline() -> None:
    text = b"class First:\n    pass\n\n\nclass Second(First):\n    def close(self): pass\n"
    before, after = (
        outline_of(Document(Path("a.py"), version))
        for version in (text, text.replace(b"pass\n\n", b"pass\n    pass\n\n", 1))
    )
    assert before.members == after.members
