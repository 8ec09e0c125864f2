"""The calls term: calls that cannot work, and callees that leave doubt."""

from __future__ import annotations

from pathlib import Path

from tests.energy_models.marks import check, repaired, unmarked


def test_arguments_are_compared_with_the_signature() -> None:
    check("""
        args, options = (), {}

        def f(a, b=1, *, c=2):
            return a, b, c

        f(1)
        f(1, 2, c=3)
        f(1, 2, [[GS104 3]])
        f(1, 2, [[GS104 3, 4]])
        [[GS106 f]]()
        f(1, [[GS105 d]]=3)
        f(*args)
        f(**options)
        f(*args, [[GS105 d]]=1)
        f(x for x in ())
    """)


def test_positional_only_keyword_only_and_open_signatures() -> None:
    check("""
        def only(a, /, b):
            return a, b

        def named(*, key):
            return key

        def rest(a, *more, **others):
            return a, more, others

        only(1, 2)
        only(1, b=2)
        [[GS106 only]](b=2, [[GS105 a]]=1)
        named(key=1)
        [[GS106 named]]([[GS104 1]])
        rest(1, 2, 3, x=4)
        [[GS106 rest]](x=1)
        (lambda: 0)(1)
    """)


def test_repairs_name_rename_add_and_drop() -> None:
    text = "def f(value, *, strict=False):\n    return value\n\nf(1, [[GS105 strct]]=True)\nf(1, [[GS104 True]])\n"
    wrong_keyword, too_many = check(text)
    assert "f(1, strict=True)\nf(1, True)" in repaired(unmarked(text), wrong_keyword)[0]
    assert [line.splitlines()[-1] for line in repaired(unmarked(text), too_many)] == [
        "f(1)",
        "f(1, strict=True)",
    ]
    text = "def f(a, b):\n    return a + b\n\ndef g(b):\n    return [[GS106 f]](1)\n"
    (missing,) = check(text)
    assert repaired(unmarked(text), missing)[0].endswith("return f(1, b=b)\n")
    assert unmarked(text)[missing.evidence[0].start : missing.evidence[0].end] == "f"


def test_constructors_follow_the_lineage() -> None:
    check("""
        class Base:
            def __init__(self, name):
                self.name = name

        class Child(Base):
            pass

        class Empty:
            pass

        class Failure(Exception):
            def __init__(self, code):
                self.code = code

        Base("a"); Child("a"); Empty(); Failure(1); ValueError(1, 2, 3)
        [[GS106 Child]]()
        Base("a", [[GS104 "b"]])
        Empty([[GS104 1]])
        [[GS106 Failure]]()
    """)


def test_constructors_of_dataclasses() -> None:
    check("""
        import dataclasses
        from dataclasses import dataclass, field
        from typing import ClassVar
        from elsewhere import other_field

        @dataclass
        class Point:
            x: int
            y: int = 0
            tags: list[str] = field(default_factory=list)
            count: ClassVar[int] = 0

        @dataclasses.dataclass(frozen=True, slots=True)
        class Place(Point):
            name: str = ""

        @dataclass
        class Odd:
            a: int
            b: int = field(init=False)

        @dataclass(kw_only=True)
        class Keywords:
            a: int

        @dataclass
        class Own:
            a: int

            def __init__(self): ...

        @dataclass
        class Wrapped:
            a: int = other_field()

        Point(1); Point(1, y=2, tags=[]); Place(1, 2, [], "a"); Odd(1); Odd(); Keywords(a=1); Own(); Wrapped()
        [[GS106 Point]]()
        Point(1, 2, [], [[GS104 4]])
        Point(1, [[GS105 z]]=2)
        Place(1, 2, [], "a", [[GS104 5]])
        Own([[GS104 1]])
    """)


def test_methods_of_instances_and_of_self() -> None:
    check("""
        class _Tool:
            def __init__(self):
                self.size = 1

            def cut(self, depth):
                return self.size * depth

            def use(self):
                self.cut(1)
                [[GS106 self.cut]]()
                self.make(1)
                self.make(1, [[GS104 2]])

            @classmethod
            def make(cls, size):
                return cls()

            @staticmethod
            def helper(a):
                return a

        tool = _Tool()
        tool.cut(1)
        tool.cut(1, [[GS104 2]])
        _Tool.helper(1)
        _Tool.helper(1, [[GS104 2]])
        _Tool.make(1)
        [[GS106 _Tool.make]]()
        _Tool.cut(tool, 1)
    """)


def test_silent_where_the_callee_is_in_doubt() -> None:
    check("""
        import functools
        import pytest
        from elsewhere import Meta, Unknown, decorate

        @decorate
        def decorated(a): ...

        def twice(a): ...
        def twice(a, b): ...

        if Meta:
            def conditional(a): ...

        def rebound(a): ...
        rebound = functools.partial(rebound, 1)

        def defaults_set_later(a): ...

        class WithMeta(metaclass=Meta):
            def __init__(self, a): ...

        class WithNew:
            def __new__(cls, *args):
                return object.__new__(cls)
            def __init__(self, a): ...

        class OfUnknown(Unknown):
            def __init__(self, a): ...

        @decorate
        class Decorated:
            def __init__(self, a): ...

        def certain(a): ...

        decorated(); twice(); conditional(); rebound(); WithMeta(); WithNew(); OfUnknown(); Decorated()

        try:
            certain()
        except TypeError:
            pass
        with pytest.raises(TypeError):
            certain()
        pytest.raises(TypeError, lambda: certain())

        def shadow(certain):
            certain(1, 2, 3)
    """)


def test_a_module_that_changes_defaults_is_left_alone() -> None:
    check("def f(a):\n    return a\n\nf.__defaults__ = (1,)\nf()\n")


def test_an_overridden_method_is_left_alone(tmp_path: Path) -> None:
    check(
        """
        class Base:
            def run(self):
                self.step(1)

            def step(self):
                pass
        """,
        tmp_path,
        {"other.py": "class Child(Base):\n    def step(self, n):\n        pass\n"},
    )


def test_callees_of_other_modules(tmp_path: Path) -> None:
    check(
        """
        import tools
        from tools import deep
        from package import exported, Thing as Other
        from package.inner import hidden
        from . import sibling

        tools.cut(1)
        tools.cut(1, [[GS104 2]])
        [[GS106 deep.dig]]()
        exported(1, [[GS105 x]]=1)
        [[GS106 Other]]()
        hidden(1)
        sibling.f([[GS104 1]])
        """,
        tmp_path,
        {
            "tools/__init__.py": "def cut(a):\n    return a\n",
            "tools/deep.py": "def dig(where):\n    return where\n",
            "package/__init__.py": "from .inner import exported, Thing\n",
            "package/inner.py": """
                def exported(a):
                    return a

                def hidden(*a):
                    return a

                class Thing:
                    def __init__(self, a):
                        self.a = a
            """,
            "sibling.py": "def f():\n    return 1\n",
        },
    )


def test_code_that_another_compiler_rules_is_left_alone() -> None:
    check("""
        from numba import njit

        def f(a):
            return a

        @njit
        def g():
            return f()
    """)
