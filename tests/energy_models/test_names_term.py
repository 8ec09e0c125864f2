"""The names term: what no scope defines, what nothing has bound yet, and where it must keep silent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.energy_models.marks import check, parsed, repaired, unmarked

from groundstate_energy.terms import hard_violations, new_violations
from groundstate_energy.terms.nearest import edit_distance, names_meant, nearest_names


def test_an_undefined_name_is_found_and_its_neighbours_offered() -> None:
    text = """
        def mean(values):
            return sum(values) / len([[GS102 valeus]])
    """
    (violation,) = check(text)
    assert violation.message == "no scope defines `valeus`"
    assert "len(values)" in repaired(unmarked(text), violation)[0]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("prnt", "print"),
        ("lenn", "len"),
        ("rnage", "range"),
        ("isinstnace", "isinstance"),
        ("NotImplmentedEror", "NotImplementedError"),
        ("xrange", "range"),
    ],
)
def test_a_slip_in_a_builtin_has_that_builtin_as_its_only_repair(slip: str, meant: str) -> None:
    text = f"def f(something):\n    return [[GS102 {slip}]](something)\n"
    (violation,) = check(text)
    assert repaired(unmarked(text), violation) == [unmarked(text).replace(slip, meant)]


@pytest.mark.parametrize(
    "name",
    [
        "Path",
        "sqrt",
        "sin",
        "islice",
        "pprint",
        "fsum",
        "call",
        "Popen",
        "Any",
        "Callable",
        "np",
        "pd",
        "mock",
        "pytest",
    ],
)
def test_a_name_that_was_not_imported_is_no_slip_in_a_builtin(name: str) -> None:
    (violation,) = check(f"def f(something):\n    return [[GS102 {name}]](something)\n")
    assert violation.repairs == ()


@pytest.mark.parametrize("name", ["time", "math", "types", "io", "abc", "warnings"])
def test_a_module_that_was_not_imported_is_no_slip_in_a_builtin(name: str) -> None:
    text = f"print([[GS102 {name}]].something)\n"
    (violation,) = check(text)
    assert repaired(unmarked(text), violation) == [f"import {name}\n{unmarked(text)}"]


def test_a_builtin_farther_than_a_name_of_the_text_is_not_offered() -> None:
    text = """
        def f(items):
            for item in items:
                print([[GS102 itemm]])
    """
    (violation,) = check(text)
    offered = "".join(repaired(unmarked(text), violation))
    assert "print(item)" in offered
    assert "print(iter)" not in offered


_WORDS = st.text("abcdeT_", min_size=1, max_size=9)


@given(_WORDS, st.lists(_WORDS, max_size=8), st.lists(_WORDS, max_size=8))
def test_names_of_the_text_come_by_distance_and_general_ones_are_no_farther(
    name: str, own: list[str], general: list[str]
) -> None:
    meant = names_meant(name, own, general, most=100)
    alike = nearest_names(name, own, most=100)
    assert set(alike) <= set(meant)

    def far(other: str) -> int:
        return 0 if other.lower() == name.lower() else edit_distance(name, other, 9)

    distances = [far(other) for other in meant]
    assert distances == sorted(distances)
    assert all(far(other) == distances[0] for other in meant if other not in alike)
    assert name not in meant


def test_a_member_without_self_is_offered_with_self() -> None:
    text = """
        class Box:
            def __init__(self):
                self.size = 1

            def grow(self):
                return [[GS102 size]] + 1
    """
    (violation,) = check(text)
    assert "return self.size + 1" in repaired(unmarked(text), violation)[0]


def test_a_module_of_the_standard_library_is_offered_as_an_import() -> None:
    text = '"""Doc."""\nimport re\n\nprint([[GS102 os]].getcwd(), re)\n'
    (violation,) = check(text)
    assert repaired(unmarked(text), violation)[0].startswith('"""Doc."""\nimport os\nimport re\n')


@pytest.mark.parametrize(
    "text",
    [
        "from math import *\nprint(sin(1))\n",
        "exec('x = 1')\nprint(x)\n",
        "globals()['x'] = 1\nprint(x)\n",
        "def f():\n    global counter\n    return counter\n",
        "try:\n    unicode\nexcept NameError:\n    unicode = str\n",
        "try:\n    magic\nexcept NameError:\n    pass\n",
        "import pytest\nwith pytest.raises(NameError):\n    nothing\n",
        "def f():\n    missing\n\ndef test(self):\n    self.assertRaises(NameError, f)\n",
        "import sys\nif sys.version_info[0] == 2:\n    text = unicode\n",
        "from a import Prepared\nclass Table(metaclass=Prepared):\n    x = column\n",
        "from a import Base\nclass Lexer(Base):\n    tokens = {NAME, NUMBER}\n",
        "name = {{ cookiecutter }}\n",
        "class C:\n    def m(self):\n        return __class__, super().m()\n",
        "class C:\n    here = __module__, __qualname__\n",
        "print(__file__, __name__, __spec__, WindowsError, __builtins__)\n",
        "def _(x):\n    return _(x)\nprint(ngettext)\n",
        "print >>stream, text\n",
        "try:\n    f()\nexcept IOError, error:\n    print(error)\n",
    ],
)
def test_silent_where_names_may_come_unseen(text: str) -> None:
    assert "GS102" not in {violation.rule for violation in hard_violations(parsed(text), None)}


def test_scopes_of_python_are_followed() -> None:
    check("""
        class C:
            x = 1
            ys = [[[GS102 x]] for _ in range(x)]
            zs = [[[GS102 x]] for _ in range(3)]

            def m(self, default=x):
                return [[GS102 x]], default

        class G[T]:
            def m[U](self, a: T, b: U) -> "list[T]":
                return [T, U, a, b]

        type Alias[V] = list[V]
        print(Alias, [[GS102 V]])

        def f():
            if (n := 10) > 5:
                [last := i for i in range(n)]
            match n:
                case {"a": a, **rest}:
                    return a, rest, last
                case [b, *others] | (b, *others):
                    return b, others
                case complex(real=c) as whole:
                    return c, whole
                case _:
                    return [[GS102 _other]]
    """)


def test_a_local_used_before_anything_can_bind_it() -> None:
    check("""
        def f():
            print([[GS103 later]])
            later = 1

        def g():
            [[GS103 count]] += 1

        def h():
            total = [[GS103 total]] + 1
            return total

        def k(items):
            for item in [[GS103 item]]:
                print(item)

        def m():
            try:
                pass
            except ValueError as error:
                print(error)
            return [[GS103 error]]

        def n():
            a: int
            return [[GS103 a]]
    """)


def test_silent_where_a_binding_may_come_first() -> None:
    check("""
        import random

        def loop(items):
            for item in items:
                if item:
                    print(seen)
                seen = item

        def branch():
            if random.random() > 0.5:
                x = 1
            print(x)

        def inner():
            def get():
                return late
            late = 1
            return get()

        def bound_by_inner():
            def make():
                nonlocal made
                made = 1
            make()
            print(made)
            made = 2

        def targets():
            i, a[i] = 1, 2
            b = c[b] = 3

        def walrus(y):
            return x if (x := y) else 0

        def handler():
            try:
                pass
            except ValueError as error:
                pass
            except TypeError as error:
                print(error)

        def expects():
            try:
                return unbound
            except UnboundLocalError:
                unbound = 1

        a = c = {}
        print(max)
        max = 3
    """)


def test_a_name_deleted_and_a_class_body_that_falls_back_to_the_module() -> None:
    check("""
        size = 3

        class C:
            size = size + 1
            other = [[GS103 later]]
            later = 2

        def f():
            del [[GS103 gone]]
            gone = 1
    """)


def test_one_name_in_two_unicode_spellings() -> None:
    check("ﬁle = 1\nprint(file)\n")


def test_an_edit_that_breaks_a_name_is_vetoed() -> None:
    before = parsed("def f(a):\n    return a\n")
    worse = parsed("def f(b):\n    return a\n")
    same = parsed("\n\ndef f(a):\n    return a\n")
    assert new_violations(before, worse, None) == 1
    assert new_violations(before, same, None) == 0
    assert new_violations(worse, before, None) == 0
