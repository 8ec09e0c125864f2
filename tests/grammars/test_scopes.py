"""Scopes: which names a scope binds, what a reference reads, and where names may come from out of sight.

Texts mark one reference with ``$``; it is resolved, and its scope is told as the text of the definition's first line.
"""

from __future__ import annotations

import symtable
from pathlib import Path

import pytest

from groundstate_grammars.python.scopes import BindingKind, ScopeKind, Scopes
from groundstate_grammars.python.syntax import LANGUAGE
from groundstate_grammars.tree import SyntaxTree

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted(ROOT.glob("*/groundstate*/**/*.py"))


def _scopes(text: str) -> Scopes:
    return Scopes(SyntaxTree(LANGUAGE, text.encode()).flat())


def _resolved(marked: str) -> str | None:
    """First line of what owns the binding that the reference after ``$`` reads; None when nothing binds it."""
    at = marked.encode().index(b"$")
    scopes = _scopes(marked.replace("$", ""))
    flat = scopes.flat
    (reference,) = (found for found in scopes.references if flat.start[found.node] == at)
    owner = scopes.resolve(reference.name, reference.scope)
    if owner < 0:
        return None
    scope = scopes.scopes[owner]
    if scope.kind is ScopeKind.MODULE:
        return "module"
    return flat.text(scope.node).decode().splitlines()[0]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("x = 1\ndef f():\n    return $x\n", "module"),
        ("x = 1\ndef f(x):\n    return $x\n", "def f(x):"),
        ("def f(a=$x):\n    pass\nx = 1\n", "module"),
        ("def f(x, a=$x):\n    pass\n", None),
        ("def f(x: $x):\n    pass\n", None),
        ("x = 1\nclass C:\n    x = 2\n    y = $x\n", "class C:"),
        ("x = 1\nclass C:\n    x = 2\n    def m(self):\n        return $x\n", "module"),
        ("class C:\n    x = 2\n    y = [$x for _ in 'ab']\n", None),
        ("class C:\n    x = 'ab'\n    y = [c for c in $x]\n", "class C:"),
        ("y = [$x for x in 'ab']\n", "[x for x in 'ab']"),
        ("y = [x for x in 'ab']\n$x\n", None),
        ("y = [a for b in 'ab' for a in $b]\n", "[a for b in 'ab' for a in b]"),
        ("def f():\n    [y := x for x in 'ab']\n    return $y\n", "def f():"),
        ("f = lambda x: $x\n", "lambda x: x"),
        ("f = lambda x=$x: x\n", None),
        ("def f():\n    global x\n    x = 1\ndef g():\n    return $x\n", "module"),
        (
            "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n        return $x\n",
            "def f():",
        ),
        ("def f():\n    def g():\n        nonlocal x\n        x = 2\n    x = 1\n    return $x\n", "def f():"),
        ("import a.b\n$a\n", "module"),
        ("import a.b as c\n$a\n", None),
        ("import a.b as c\n$c\n", "module"),
        ("from a import b as c\n$b\n", None),
        ("try:\n    pass\nexcept E as e:\n    $e\n", "module"),
        ("with a() as (b, *c):\n    $c\n", "module"),
        ("for i, (j, *k) in a:\n    $k\n", "module"),
        ("match p:\n    case C(x=y, z=[1, *w]):\n        $w\n", "module"),
        ("match p:\n    case C(x=y):\n        $x\n", None),
        ("match p:\n    case {'a': 1, **rest}:\n        $rest\n", "module"),
        ("match p:\n    case [1] as q:\n        $q\n", "module"),
        ("match p:\n    case a.B:\n        $a\n", None),
        ("def f(a, /, b, *, c, **d):\n    return $d\n", "def f(a, /, b, *, c, **d):"),
        ("def f[T](x: $T):\n    pass\n", "def f[T](x: T):"),
        ("class C[T]:\n    def m(self) -> $T: ...\n", "class C[T]:"),
        ("type A[T] = list[$T]\n", "type A[T] = list[T]"),
        ("@$f\ndef f():\n    pass\n", "module"),
        ("x: int\n$x\n", "module"),
        ("s = f'{$x!r:>{w}}'\n", None),
        ("def f():\n    ﬁ = 1\n    return $fi\n", "def f():"),
    ],
)
def test_a_reference_reads_what_python_reads(text: str, owner: str | None) -> None:
    assert _resolved(text) == owner


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x = 1", BindingKind.ASSIGNMENT),
        ("x += 1", BindingKind.AUGMENTED),
        ("x: int", BindingKind.ANNOTATION),
        ("x: int = 1", BindingKind.ASSIGNMENT),
        ("for x in y: pass", BindingKind.LOOP),
        ("with y as x: pass", BindingKind.WITH),
        ("import x", BindingKind.IMPORT),
        ("def x(): pass", BindingKind.FUNCTION),
        ("class x: pass", BindingKind.CLASS),
        ("(x := 1)", BindingKind.WALRUS),
        ("del x", BindingKind.DELETE),
        ("type x = int", BindingKind.TYPE_ALIAS),
    ],
)
def test_a_binding_says_how_it_binds(text: str, kind: BindingKind) -> None:
    (binding,) = _scopes(text).scopes[0].bindings["x"]
    assert binding.kind is kind


@pytest.mark.parametrize(
    ("text", "is_open"), [("from a import *", True), ("from a import b", False), ("import a", False)]
)
def test_a_star_import_leaves_its_scope_open(text: str, is_open: bool) -> None:
    assert _scopes(text).scopes[0].is_open is is_open


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_real_modules_bind_what_python_says_they_bind(path: Path) -> None:
    text = path.read_text()
    ours = {
        (
            scopes.flat.data.count(b"\n", 0, scopes.flat.start[scope.node]) + 1,
            scope.kind,
            frozenset(scope.bindings),
        )
        for scopes in [_scopes(text)]
        for scope in scopes.scopes
        if scope.kind in (ScopeKind.CLASS, ScopeKind.FUNCTION)
    }
    assert ours == set(_python_scopes(symtable.symtable(text, str(path), "exec")))


def _python_scopes(table: symtable.SymbolTable) -> list[tuple[int, ScopeKind, frozenset[str]]]:
    """Classes and functions with the names they bind, by Python's own compiler."""
    found = []
    for child in table.get_children():
        if child.get_type() in ("class", "function") and child.get_name() not in _UNNAMED:
            kind = ScopeKind.CLASS if child.get_type() == "class" else ScopeKind.FUNCTION
            bound = {symbol.get_name() for symbol in child.get_symbols() if symbol.is_local()}
            found.append((child.get_lineno(), kind, frozenset(bound - _IMPLICIT)))
        found.extend(_python_scopes(child))
    return found


_UNNAMED = frozenset({"lambda", "listcomp", "setcomp", "dictcomp", "genexpr"})
_IMPLICIT = frozenset({"__class__", "__classdict__", ".0"})
