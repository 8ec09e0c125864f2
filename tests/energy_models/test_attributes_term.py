"""The attributes term: what a closed class or module never defines."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.energy_models.marks import check, repaired, unmarked


def test_an_attribute_that_no_one_defines() -> None:
    text = """
        class _Point:
            __slots__ = ("x", "y")
            origin = 0

            def __init__(self, x, y):
                self.x = x
                self.y, (self.z, *self.rest) = y

            @property
            def length(self):
                return self.x + self.y + self.z + self.origin + self.rest + self.[[GS107 lenght]]

        point = _Point(1, 2)
        print(point.x, point.length, point.[[GS107 wide]], point.__class__)
    """
    first, _ = check(text)
    assert first.message == "`_Point` never defines `lenght`"
    assert "self.length" in repaired(unmarked(text), first)[0]


@pytest.mark.parametrize(
    "body",
    [
        "def __getattr__(self, name):\n    return 1",
        "def fill(self, **values):\n    self.__dict__.update(values)",
        "def fill(self, values):\n    for name in values:\n        setattr(self, name, 1)",
        "def fill(self):\n    vars(self)['x'] = 1",
        "def become(self):\n    self.__class__ = int",
        "def defined(self):\n    for self.unknown in range(3):\n        pass",
        "def defined(self):\n    with open('a') as self.unknown:\n        pass",
        "unknown: int",
        '"""A subclass defines ``unknown``."""',
    ],
)
def test_open_classes_are_left_alone(body: str) -> None:
    lines = "\n".join("    " + line for line in body.splitlines())
    check(f"class _C:\n{lines}\n\n    def use(self):\n        return self.unknown\n")


def test_unknown_lineage_and_outside_assignments_are_left_alone() -> None:
    check("""
        from elsewhere import Unknown, decorate
        from enum import Enum

        class _A(Unknown):
            def use(self):
                return self.unknown

        @decorate
        class _B:
            def use(self):
                return self.unknown

        class _D:
            def use(self):
                return self.set_outside

        class _Mixin:
            def use(self):
                return self.given_by_whoever_mixes_it_in

        _D().set_outside = 1

        class _E:
            def use(self):
                if hasattr(self, "maybe"):
                    return self.maybe
                try:
                    return self.absent
                except AttributeError:
                    return None
    """)


def test_a_subclass_elsewhere_may_define_it(tmp_path: Path) -> None:
    text = "class Base:\n    def use(self):\n        return self.given\n"
    check(text, tmp_path, {"child.py": "from main import Base\n\nclass Child(Base):\n    pass\n"})
    check(text, tmp_path, {"child.py": "given = 1\n"})
    check(text.replace("given", "[[GS107 given]]"), tmp_path, {"child.py": ""})


def test_inherited_attributes_of_other_modules(tmp_path: Path) -> None:
    check(
        """
        from base import Base

        class Child(Base):
            def use(self):
                return self.name, self.helper(), self.[[GS107 nmae]]
        """,
        tmp_path,
        {
            "base.py": "class Root:\n    def helper(self):\n        self.name = 1\n\nclass Base(Root):\n    pass\n"
        },
    )


def test_attributes_of_modules(tmp_path: Path) -> None:
    check(
        """
        import plain
        import package
        import lazy
        import star

        plain.f()
        plain.[[GS107 g]]
        plain.__name__
        package.part
        lazy.anything
        star.anything
        try:
            plain.absent
        except AttributeError:
            pass
        """,
        tmp_path,
        {
            "plain.py": "def f():\n    return 1\n",
            "package/__init__.py": "",
            "package/part.py": "",
            "lazy.py": "def __getattr__(name):\n    return 1\n",
            "star.py": "from nowhere import *\n",
        },
    )


def test_a_library_of_another_version_leaves_doubt(tmp_path: Path) -> None:
    site = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages"
    site.mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = nowhere\n")
    (site / "library.py").write_text("def old(a):\n    return a\n")
    check(
        """
        import sys
        import library

        if sys.version_info > (3, 13):
            def f():
                return library.new()
        else:
            def f():
                return library.old(1)

        def g():
            return library.[[GS107 new]]

        def h():
            if hasattr(library, "newer"):
                return library.newer(1)
            return library.old(1, 2)

        def k():
            return library.old(1, [[GS104 2]])
        """,
        tmp_path,
    )
