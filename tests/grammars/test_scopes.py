"""Scopes: every scoping rule of Python by example, and agreement with ``symtable`` on real files."""

from __future__ import annotations

import collections
import random
import re
import symtable
import sysconfig
import warnings
from pathlib import Path
from textwrap import dedent

import pytest

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.scopes import BindingKind, Scope, ScopeKind, Scopes
from groundstate_grammars.tree import FlatTree, SyntaxTree


def scopes_of(text: str | bytes) -> Scopes:
    data = dedent(text).encode() if isinstance(text, str) else text
    return Scopes(SyntaxTree(py.LANGUAGE, data).flat())


def bound(scope: Scope) -> dict[str, list[str]]:
    return {name: [binding.kind.value for binding in group] for name, group in scope.bindings.items()}


def owner(scopes: Scopes, name: str) -> list[str]:
    """Kind of the scope that each reference to ``name`` reads, in text order; ``-`` where none has it."""
    found = []
    for reference in scopes.references:
        if reference.name == name:
            at = scopes.resolve(name, reference.scope)
            found.append("-" if at < 0 else scopes.scopes[at].kind.value)
    return found


def test_every_kind_of_binding() -> None:
    scopes = scopes_of("""
        import a.b, c as d
        from e import f, g as h
        i = j = 1
        k, (l, *m), [n] = 1
        o += 1
        p: int
        q: int = 1
        for r, s in t: pass
        with u as v, w as (x, y): pass
        try: pass
        except E as e: pass
        def fn(): pass
        class C: pass
        del i
        (z := 1)
        type A = int
        self.attribute = other[0] = 1
    """)
    assert bound(scopes.scopes[0]) == {
        "a": ["import"],
        "d": ["import"],
        "f": ["import"],
        "h": ["import"],
        "i": ["assignment", "delete"],
        "j": ["assignment"],
        "k": ["assignment"],
        "l": ["assignment"],
        "m": ["assignment"],
        "n": ["assignment"],
        "o": ["augmented"],
        "p": ["annotation"],
        "q": ["assignment"],
        "r": ["loop"],
        "s": ["loop"],
        "v": ["with"],
        "x": ["with"],
        "y": ["with"],
        "e": ["except"],
        "fn": ["function"],
        "C": ["class"],
        "z": ["walrus"],
        "A": ["type-alias"],
    }


def test_parameters_defaults_and_annotations() -> None:
    scopes = scopes_of("def f(a, /, b=x, *args: y, c: z = w, **kwargs) -> v: pass\nlambda d, *e, f=g: d\n")
    assert list(scopes.scopes[1].bindings) == ["a", "b", "args", "c", "kwargs"]
    assert list(scopes.scopes[2].bindings) == ["d", "e", "f"]
    outside = {reference.name for reference in scopes.references if reference.scope == 0}
    assert outside == {"x", "y", "z", "w", "v", "g"}


def test_a_decorator_is_read_outside_the_function_and_the_class() -> None:
    scopes = scopes_of("@d(x)\ndef f(x): pass\n@e.g\nclass C(B, metaclass=M): x = 1\n")
    assert {reference.name for reference in scopes.references if reference.scope == 0} >= {
        "d",
        "x",
        "e",
        "B",
        "M",
    }


def test_class_scopes_are_invisible_from_functions_and_comprehensions() -> None:
    scopes = scopes_of("""
        class C:
            x = 1
            y = x
            z = [x for _ in x]
            def m(self, a=x):
                return x
    """)
    assert owner(scopes, "x") == ["class", "-", "class", "class", "-"]


def test_comprehensions_have_their_scope_but_the_first_iterable() -> None:
    scopes = scopes_of("[a for a in a for b in a if b]\n{k: v for k, v in k}\n(w := [y := x for x in z])\n")
    assert owner(scopes, "a") == ["comprehension", "-", "comprehension"]
    assert "y" in scopes.scopes[0].bindings
    assert owner(scopes, "k") == ["comprehension", "-"]


def test_global_and_nonlocal_redirect() -> None:
    scopes = scopes_of("""
        def outer():
            def inner():
                nonlocal later
                global top
                later = top = 1
                return later, top
            later = 2
            return later
    """)
    module, outer, inner = scopes.scopes
    assert bound(module) == {"outer": ["function"], "top": ["assignment"]}
    assert bound(outer) == {"inner": ["function"], "later": ["assignment", "assignment"]}
    assert bound(inner) == {}
    assert owner(scopes, "later") == ["function", "function"]
    assert owner(scopes, "top") == ["module"]


def test_patterns_bind_and_underscore_does_not() -> None:
    scopes = scopes_of("""
        def f(p):
            match p:
                case C(x, key=y) | [x, y, *_]: pass
                case {"k": z, **rest}: pass
                case (a, [b, *c]) as whole: pass
                case Color.RED | -1 | "s" | None: pass
                case _: pass
                case other: pass
    """)
    names = {name for name, group in scopes.scopes[1].bindings.items() if group[0].kind is BindingKind.MATCH}
    assert names == {"x", "y", "z", "rest", "a", "b", "c", "whole", "other"}
    assert {reference.name for reference in scopes.references} == {"p", "C", "Color"}


def test_type_parameters() -> None:
    scopes = scopes_of("""
        def f[T: int, *Ts, **P](x: T) -> T:
            return T
        class C[K](B[K]):
            def m(self) -> K: pass
        type A[V] = list[V]
        A
    """)
    assert owner(scopes, "T") == ["type-parameters"] * 3
    assert owner(scopes, "K") == ["type-parameters"] * 2
    assert owner(scopes, "V") == ["type-parameters"]
    assert owner(scopes, "A") == ["module"]


@pytest.mark.parametrize("text", ["from m import *\n", "def f():\n    exec 'x' in d\n"])
def test_star_imports_and_exec_open_a_scope(text: str) -> None:
    assert any(scope.is_open for scope in scopes_of(text).scopes)


def test_f_strings_and_names_in_any_spelling() -> None:
    scopes = scopes_of("f'{a!r:>{b}} {c=}'\nﬁ = 1\n")
    assert [reference.name for reference in scopes.references] == ["a", "b", "c"]
    assert list(scopes.scopes[0].bindings) == ["fi"]


def test_conditional_definitions_are_all_kept() -> None:
    scopes = scopes_of(
        "try:\n    import x\nexcept ImportError:\n    x = None\nif x:\n    def g(): pass\nelse:\n    g = 1\n"
    )
    assert bound(scopes.scopes[0]) == {"x": ["import", "assignment"], "g": ["function", "assignment"]}


def test_deep_nesting_is_ordinary() -> None:
    depth = 2000
    assert len(scopes_of("x = " + "(lambda: " * depth + "y" + ")" * depth + "\n").scopes) == depth + 1


Tables = collections.Counter[tuple[str, frozenset[str], frozenset[str], frozenset[str]]]
_KINDS = {
    "lambda": "lambda",
    "listcomp": "comprehension",
    "setcomp": "comprehension",
    "dictcomp": "comprehension",
}
_MANGLED = re.compile(r"^_\w*?(?=__\w)")


def tables_of_python(data: bytes) -> Tables | None:
    """Kind, bound names, declared names and read names of every scope, as Python's compiler sees them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            top = symtable.symtable(data, "file", "exec")
        except (SyntaxError, ValueError):
            return None
    found: Tables = collections.Counter()
    queue = [top]
    while queue:
        table = queue.pop()
        queue.extend(table.get_children())
        kind = "module" if table is top else "class" if isinstance(table, symtable.Class) else "function"
        if kind == "function":
            kind = {"genexpr": "comprehension", **_KINDS}.get(table.get_name(), "function")
        symbols = [symbol for symbol in table.get_symbols() if not symbol.get_name().startswith(".")]
        declared = {item.get_name() for item in symbols if item.is_nonlocal() or item.is_declared_global()}
        binds = {
            item.get_name()
            for item in symbols
            if item.is_assigned() or item.is_parameter() or item.is_imported() or item.is_annotated()
        }
        if kind == "comprehension" or table is top:
            declared = set()
        reads = {item.get_name() for item in symbols if item.is_referenced()}
        found[_row(kind, binds - declared, declared, reads)] += 1
    return found


def tables_of_ours(flat: FlatTree) -> Tables:
    scopes = Scopes(flat)
    reads: dict[int, set[str]] = collections.defaultdict(set)
    bindings = {
        binding.node for scope in scopes.scopes for group in scope.bindings.values() for binding in group
    }
    for reference in scopes.references:
        if reference.node not in bindings:
            reads[reference.scope].add(reference.name)
    return collections.Counter(
        _row(scope.kind.value, set(scope.bindings), scope.globals | scope.nonlocals, reads[scope.index])
        for scope in scopes.scopes
    )


def _row(
    kind: str, binds: set[str], declared: set[str], reads: set[str]
) -> tuple[str, *tuple[frozenset[str], ...]]:
    def plain(names: set[str]) -> frozenset[str]:
        shown = {_MANGLED.sub("", name) if not name.endswith("__") else name for name in names}
        return frozenset(shown - {"__class__"})

    return kind, plain(binds), plain(declared), plain(reads)


def test_agrees_with_symtable_on_the_standard_library() -> None:
    """Left out: ``global`` (we bind such names in the module), ``type(…)`` (tree-sitter takes some for aliases)."""
    folder = Path(sysconfig.get_path("stdlib"))
    files = sorted(folder.glob("*.py")) + sorted(folder.glob("asyncio/*.py"))
    compared = 0
    for path in random.Random(7).sample(files, 70):
        data = path.read_bytes()
        if any(word in data for word in (b"global ", b"nonlocal ", b"import annotations", b"type(", b" := ")):
            continue
        flat = SyntaxTree(py.LANGUAGE, data).flat()
        expected = tables_of_python(data)
        if expected is None or flat.errors:
            continue
        compared += 1
        assert tables_of_ours(flat) == expected, path
    assert compared >= 15


def test_scope_kinds_are_told_apart() -> None:
    scopes = scopes_of("def f(): pass\nclass C: pass\nlambda: 0\n[x for x in y]\n")
    assert [scope.kind for scope in scopes.scopes] == [
        ScopeKind.MODULE,
        ScopeKind.FUNCTION,
        ScopeKind.CLASS,
        ScopeKind.LAMBDA,
        ScopeKind.COMPREHENSION,
    ]
