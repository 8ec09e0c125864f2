"""The project symbol index: found by layout alone, certain or silent, right after every change."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from groundstate_grammars.index import Class, Function, Import, Module, ProjectIndex, Variable


def workspace(folder: Path, files: dict[str, str]) -> ProjectIndex:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    return ProjectIndex(folder)


def environment(folder: Path) -> Path:
    """An environment without an interpreter that could be run: its layout must be enough."""
    base = folder / "python"
    library = base / "lib" / "python3.12"
    library.mkdir(parents=True)
    (library / "os.py").write_text("def getcwd():\n    return ''\n")
    (library / "abc.py").write_text(
        "class ABCMeta(type):\n    pass\n\nclass ABC(metaclass=ABCMeta):\n    pass\n"
    )
    (base / "bin").mkdir()
    site = folder / "env" / "lib" / "python3.12" / "site-packages"
    site.mkdir(parents=True)
    (folder / "env" / "pyvenv.cfg").write_text(f"home = {base / 'bin'}\nversion = 3.12.1\n")
    return folder / "env"


def test_definitions_of_a_module(tmp_path: Path) -> None:
    index = workspace(
        tmp_path,
        {
            "shapes.py": """
                from dataclasses import dataclass
                import os.path as path

                LIMIT = 3

                def area(w, /, h=1, *rest, unit, **options): ...

                class Shape(object):
                    __slots__ = ("w", "h")
                    kind: str = "plain"

                    def __init__(self, w):
                        self.w, self.h = w, 1
                        for self.i in range(3): pass

                    @property
                    def size(self): return self.w

                    class Inner: pass

                @dataclass
                class Data: x: int

                @unknown
                class Wrapped: pass

                def twice(): ...
                def twice(a): ...

                if LIMIT:
                    def maybe(): ...
            """
        },
    )
    module = index.module("shapes")
    assert module is not None
    assert not module.is_open
    members = module.members
    assert members["LIMIT"] == Variable()
    assert members["path"] == Import("os.path", 0, None)
    assert members["dataclass"] == Import("dataclasses", 0, "dataclass")
    area = index.resolve("shapes", "area")
    assert isinstance(area, Function)
    assert [(item.name, item.kind.value, item.has_default) for item in area.parameters] == [
        ("w", "positional-only", False),
        ("h", "positional", True),
        ("rest", "any-positional", False),
        ("unit", "keyword-only", False),
        ("options", "any-keyword", False),
    ]
    shape = index.resolve("shapes", "Shape")
    assert isinstance(shape, Class)
    assert shape.members >= {"kind", "__init__", "size", "Inner"}
    assert shape.attributes == {"w", "h", "i"}
    assert shape.slots == ("w", "h")
    assert not shape.open_because
    assert isinstance(index.resolve("shapes", "Shape.Inner"), Class)
    for uncertain in ("Wrapped", "twice", "maybe", "LIMIT", "absent", "Shape.size"):
        assert index.resolve("shapes", uncertain) is None


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("class C:\n    def __getattr__(self, n): ...", "__getattr__"),
        ("class C:\n    def f(self, n): setattr(self, n, 1)", "setattr(self, "),
        ("class C:\n    def f(self, n): self.__dict__[n] = 1", "__dict__"),
        ("class C(metaclass=M): pass\nfrom m import M", "metaclass M"),
        ("class C(make()): pass", "a base that is an expression"),
        ("class C(Unknown): pass", "a base that the module does not define"),
        ("@register\nclass C: pass\nfrom m import register", "decorated"),
        ("class C: pass\nfor n in 'ab':\n    setattr(C, n, 1)", "the module sets attributes by name"),
    ],
)
def test_why_a_class_is_open(tmp_path: Path, text: str, because: str) -> None:
    index = workspace(tmp_path, {"m.py": text})
    module = index.module("m")
    assert module is not None
    assert [cls.open_because for cls in module.class_at.values()] == [because]


def test_lineage_is_that_of_python(tmp_path: Path) -> None:
    index = workspace(
        tmp_path,
        {
            "m.py": """
                from typing import Generic
                from other import Far, Missing
                class A: pass
                class B(A): pass
                class C(A, Generic[int]): pass
                class D(B, C): pass
                class E(Far): pass
                class F(ValueError): pass
                class G(Missing): pass
                class H(A, B): pass
            """,
            "other.py": "class Far(dict): pass\n",
        },
    )

    def names(name: str) -> list[str] | None:
        cls = index.resolve("m", name)
        assert isinstance(cls, Class)
        lineage = index.lineage(cls)
        return None if lineage is None else [item.name for item in lineage]

    assert names("D") == ["D", "B", "C", "A", "object"]
    assert names("E") == ["E", "Far", "dict", "object"]
    assert names("F") == ["F", "ValueError", "Exception", "BaseException", "object"]
    assert names("G") is None
    assert names("H") is None


def test_imports_and_reexports_are_followed(tmp_path: Path) -> None:
    index = workspace(
        tmp_path,
        {
            "src/pkg/__init__.py": "from .inner import f as g, Thing\nfrom . import inner\nfrom .loop import x\n",
            "src/pkg/inner.py": "def f(a): ...\nclass Thing: pass\n",
            "src/pkg/loop.py": "from pkg import x\n",
            "src/pkg/sub/__init__.py": "from ..inner import Thing as Far\nimport pkg.inner\n",
        },
    )
    assert isinstance(index.resolve("pkg", "g"), Function)
    assert index.resolve("pkg", "inner.f") is index.resolve("pkg", "g")
    assert index.resolve("pkg.sub", "Far") is index.resolve("pkg", "Thing")
    assert index.resolve("pkg.sub", "pkg.inner.Thing") is index.resolve("pkg", "Thing")
    assert isinstance(index.resolve("pkg", "sub"), Module)
    assert index.resolve("pkg", "x") is None


def test_installed_packages_are_found_by_the_layout_of_an_environment(tmp_path: Path) -> None:
    place = environment(tmp_path)
    site = place / "lib" / "python3.12" / "site-packages"
    (site / "lib1").mkdir()
    (site / "lib1" / "__init__.py").write_text("from os import getcwd\ndef f(a): ...\n")
    (site / "stubbed.pyi").write_text("def f(a: int) -> int: ...\n")
    (site / "fast.cpython-312-x86_64-linux-gnu.so").write_bytes(b"\x7fELF")
    (site / "fast.py").write_text("def f(): ...\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "editable.py").write_text("def f(): ...\n")
    ruined = tmp_path / "ran"
    (site / "x.pth").write_text(
        f"import pathlib; pathlib.Path({str(ruined)!r}).touch()\n{tmp_path / 'elsewhere'}\n"
    )
    root = tmp_path / "project"
    root.mkdir()
    (root / "lib2.py").write_text("def f(): ...\n")
    (root / "os.py").write_text("def shadow(): ...\n")
    index = ProjectIndex(root, place / "bin" / "python")
    assert isinstance(index.resolve("lib1", "f"), Function)
    assert isinstance(index.resolve("editable", "f"), Function)
    assert isinstance(index.resolve("lib2", "f"), Function)
    assert isinstance(index.resolve("abc", "ABC"), Class)
    assert index.resolve("fast", "f") is None, "an extension module hides the source beside it"
    assert index.resolve("os", "shadow") is None, "the workspace and the library both have one"
    assert index.resolve("stubbed", "f") is None, "a stub may leave parameters out"
    stub = index.module("stubbed")
    assert stub is not None
    assert stub.is_stub
    assert not ruined.exists()
    assert ProjectIndex(root).module("lib1") is None


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    index = workspace(tmp_path, {"a.py": "from b import f\n", "b.py": "def f(x): ...\n"})
    found = index.resolve("a", "f")
    assert isinstance(found, Function)
    assert len(found.parameters) == 1
    index.update(tmp_path / "b.py", b"def f(x, y): ...\n")
    found = index.resolve("a", "f")
    assert isinstance(found, Function)
    assert len(found.parameters) == 2
    index.update(tmp_path / "c.py", b"def only_in_the_editor(): ...\n")
    assert isinstance(index.resolve("c", "only_in_the_editor"), Function)
    assert index.is_defined_anywhere("only_in_the_editor")
    index.update(tmp_path / "b.py")
    found = index.resolve("a", "f")
    assert isinstance(found, Function)
    assert len(found.parameters) == 1
    (tmp_path / "b.py").unlink()
    index.update(tmp_path / "b.py")
    assert index.resolve("a", "f") is None


def test_words_tell_definitions_from_reads(tmp_path: Path) -> None:
    index = workspace(
        tmp_path,
        {
            "a.py": """
                x.read.read_too()
                x.stored = 1
                x.first, x.second = 1, 2
                x.added += 1
                for x.looped in y: pass
                with y as x.entered: pass
                x.declared: int = 1
                getattr(x, "quoted")
                print(x.compared == 1, x.passed, x.keyed)
            """
        },
    )
    defined = ("stored", "first", "second", "added", "looped", "entered", "declared", "quoted")
    assert [name for name in defined if not index.is_defined_anywhere(name)] == []
    read = ("read", "read_too", "compared", "passed", "keyed")
    assert [name for name in read if index.is_defined_anywhere(name)] == []


def test_broken_and_missing_files_are_unknown(tmp_path: Path) -> None:
    index = workspace(
        tmp_path, {"broken.py": "def f(:\n", "binary.py": "\0\0", "star.py": "from nowhere import *\n"}
    )
    assert index.module("broken") is None
    assert index.module("absent") is None
    assert index.resolve("star", "anything") is None
    assert ProjectIndex(None).module("os") is None
