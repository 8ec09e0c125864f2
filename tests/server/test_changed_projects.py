"""Findings of exact rules out of the cache after files of a project changed, came or went: those of a run without it.

The projects are made up: definitions, bases and imports whose names are unique in a file, so that what other files say
is certain, and calls and attributes that may go wrong.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstate import recording
from groundstate.checking import Input, check
from groundstate.settings import LoadedSettings, Settings

FILES = ("pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/sub/__init__.py", "pkg/sub/c.py", "top.py", "use.py")
RARE = ("ns/e.py", "pkg/sub.py", "pkg/a.pyi", "src/top.py", "pkg/a/__init__.py")
MODULES = ("pkg", "pkg.a", "pkg.b", "pkg.sub", "pkg.sub.c", "top", "ns.e")
BESIDE = (".a", ".b", ".", ".sub", ".sub.c", "..a", "..", ".c")
FUNCTIONS = ("f", "g", "load")
CLASSES = ("A", "B", "Base")
METHODS = ("run", "stop", "size", "load")
PARAMETERS = ("", "x", "x, y=1", "x, *, k", "x, k=None", "x, y, z")
ARGUMENTS = ("", "1", "1, 2", "x=1", "1, k=2", "1, kk=3")
NAMES = (*FUNCTIONS, *CLASSES, "a", "pkg", "top", "use", "odd")
ODD = (
    "from {module} import *\n",
    "x.{method} = 3\n",
    "def __getattr__(name): return 3\n",
    "def broken(:\n",
    "exec(code)\n",
    "# {method}\n",
)

Items = dict[str, str]


def class_text(random: Random, name: str, own: Items) -> str:
    base = random.choice(["", "", *(f"({other})" for other in own if other in CLASSES and other != name)])
    decorator = random.choice(["", "", "", "", "@register\n", "@dataclass\n"])
    text = f"{decorator}class {name}{base}:\n    {random.choice(['pass', 'pass', 'size: int', '__slots__ = ()'])}\n"
    if random.random() < 0.6:
        text += f"    def __init__(self, {random.choice(PARAMETERS)}):\n        self.{random.choice(METHODS)} = 1\n"
    for method in random.sample(METHODS, random.randint(0, 3)):
        text += "    @property\n" if random.random() < 0.1 else ""
        statement = random.choice(["return self.{}", "self.{} = 2", "self.{}(1)"])
        text += f"    def {method}(self, {random.choice(PARAMETERS)}):\n"
        text += f"        {statement.format(random.choice(METHODS))}\n"
    return text


def uses(random: Random, own: Items) -> str:
    text = ""
    for number in range(random.randint(2, 5)):
        name = random.choice([name for name in own if name not in ("use", "odd")] or ["f"])
        arguments, method = random.choice(ARGUMENTS), random.choice(METHODS)
        if name in FUNCTIONS:
            lines = [f"{name}({arguments})"]
        elif name in CLASSES:
            lines = [
                f"one = {name}({arguments})",
                f"one.{method}({random.choice(ARGUMENTS)})",
                f"one.{method}",
            ]
        else:
            inner = f"{name}.a" if name == "pkg" else name
            lines = [
                f"{inner}.{random.choice(FUNCTIONS)}({arguments})",
                f"one = {inner}.{random.choice(CLASSES)}({arguments})",
                f"one.{method}",
            ]
        text += f"def use{number}():\n" + "".join(f"    {line}\n" for line in lines)
    return text


def item(random: Random, file: str, name: str, own: Items) -> str:
    module = random.choice([*MODULES, *(BESIDE if file.startswith("pkg/") else ())])
    if name in (*FUNCTIONS, *CLASSES) and random.random() < 0.5:
        kind = FUNCTIONS if name in FUNCTIONS else CLASSES
        other = name if random.random() < 0.8 else f"{random.choice(kind)} as {name}"
        return f"from {module} import {other}\n"
    if name in FUNCTIONS:
        return f"def {name}({random.choice(PARAMETERS)}):\n    return 1\n"
    if name in CLASSES:
        return class_text(random, name, own)
    if name == "use":
        return uses(random, own)
    if name == "odd":
        return random.choice(ODD).format(module=module, method=random.choice(METHODS))
    return {
        "pkg": f"import {random.choice(['pkg.a', 'pkg.sub.c'])}\n",
        "top": "import top\n",
        "a": random.choice([f"from {module} import a\n", "import pkg.b as a\n"]),
    }[name]


def file_text(random: Random, file: str) -> Items:
    own: Items = {}
    for name in random.sample(NAMES[:-2], random.randint(3, 7)):
        own[name] = item(random, file, name, own)
    own["use"] = uses(random, own)
    return own


def changed(random: Random, files: dict[str, Items]) -> str:
    """Change one file, or add or remove one; its name."""
    file = random.choice(FILES if random.random() < 0.9 else RARE)
    own = files.get(file)
    if own is None:
        files[file] = file_text(random, file)
    elif random.random() < 0.08 or file in RARE:
        del files[file]
    else:
        name = random.choice([*own, *NAMES])
        if name in own and (name == "odd" or random.random() < 0.2):
            del own[name]
        else:
            own[name] = item(random, file, name, own)
    return file


def write(folder: Path, file: str, own: Items | None) -> None:
    path = folder / file
    if own is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(own.values()))
        return
    path.unlink(missing_ok=True)
    while path.parent != folder and not any(path.parent.iterdir()):
        path = path.parent
        path.rmdir()


def found(folder: Path, *, use_cache: bool) -> list[object]:
    chosen = replace(Settings(), select=("GS1",), cache_dir=folder.parent / "cache")
    loaded = LoadedSettings(chosen, folder, None, is_project=True)
    outcome, _ = check(Input((folder,), None), loaded, use_cache=use_cache, jobs=1)
    return [(report.document.path, report.findings) for report in outcome.reports]


def first_difference(folder: Path, random: Random, edits: int) -> int | None:
    """After which edit the cache told something else; None when it never did."""
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    files = {file: file_text(random, file) for file in FILES if random.random() < 0.9}
    for file, own in files.items():
        write(folder, file, own)
    found(folder, use_cache=True)
    for edit in range(edits):
        file = changed(random, files)
        write(folder, file, files.get(file))
        if found(folder, use_cache=True) != found(folder, use_cache=False):
            return edit
    return None


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(random=st.randoms(use_true_random=False))
def test_findings_after_changes_are_those_made_anew(tmp_path: Path, random: Random) -> None:
    assert first_difference(tmp_path / "project" / "code", random, 5) is None


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(random=st.randoms(use_true_random=False))
def test_so_they_are_while_files_break_and_are_mended(tmp_path: Path, random: Random) -> None:
    folder = tmp_path / "project" / "code"
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    files = {file: file_text(random, file) for file in FILES}
    for file, own in files.items():
        write(folder, file, own)
    found(folder, use_cache=True)
    for _ in range(3):
        broken = random.choice(FILES)
        whole = files.setdefault(broken, file_text(random, broken))
        for own in ({**whole, "odd": "def broken(:\n"}, whole):
            files[broken] = own
            write(folder, broken, own)
            assert found(folder, use_cache=True) == found(folder, use_cache=False)
            if random.random() < 0.5:
                other = changed(random, files)
                write(folder, other, files.get(other))
                assert found(folder, use_cache=True) == found(folder, use_cache=False)


def test_what_is_not_written_down_would_be_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: here nobody writes down what the names of a module are."""
    monkeypatch.setattr(recording._Members, "__getitem__", lambda self, name: self._known[name])
    seeds = range(12)
    differences = (first_difference(tmp_path / "project" / "code", Random(seed), 10) for seed in seeds)
    assert any(difference is not None for difference in differences)


def test_a_file_that_breaks_leads_to_those_of_whom_its_absence_changes_something(
    tmp_path: Path, looked_at: list[str]
) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    text = "def f(x):\n    return x\n"
    (folder / "one.py").write_text(text)
    (folder / "good.py").write_text("import one\n\n\ndef use():\n    return one.f(1)\n")
    (folder / "wrong.py").write_text("import one\n\n\ndef use():\n    return one.f(1, 2)\n")
    found(folder, use_cache=True)
    (folder / "other.py").write_text("")
    before = found(folder, use_cache=True)  # and now what each file is to others is in the cache
    looked_at.clear()
    (folder / "one.py").write_text(text + "value = (\n")
    broken = found(folder, use_cache=True)
    assert sorted(looked_at) == ["one.py", "wrong.py"]
    assert broken == found(folder, use_cache=False) != before
    looked_at.clear()
    (folder / "one.py").write_text(text)
    assert found(folder, use_cache=True) == before
    assert looked_at == []
    (folder / "one.py").write_text(text + "value = (\n")
    found(folder, use_cache=True)
    looked_at.clear()
    (folder / "one.py").write_text("def f():\n    return 1\n")
    after = found(folder, use_cache=True)
    assert sorted(looked_at) == ["good.py", "one.py", "wrong.py"]
    assert after == found(folder, use_cache=False)


def test_a_file_that_comes_leads_to_those_who_import_it(tmp_path: Path, looked_at: list[str]) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "one.py").write_text("import new\n\n\ndef use():\n    return new.f(1)\n")
    (folder / "two.py").write_text("import one\n\n\ndef use():\n    return one.use()\n")
    (folder / "three.py").write_text("import json\n\n\ndef use():\n    return json.dumps(1)\n")
    found(folder, use_cache=True)
    looked_at.clear()
    (folder / "new.py").write_text("def f():\n    return 1\n")
    after = found(folder, use_cache=True)
    assert sorted(looked_at) == ["new.py", "one.py"]
    assert after == found(folder, use_cache=False)
