"""Sites and candidate edits: the wanted one is there, and none of them breaks the text."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from groundstate_grammars.edits import Edit, apply_replacements
from groundstate_grammars.python.edited import EditedUnit
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.units import UnitKind
from groundstate_grammars.rules import SOFT_RULES

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted(ROOT.glob("*/groundstate*/**/*.py"))

SAMPLE = 8
"""Candidates of each rule tried in each source file."""

CROWDED = """\
def f(a,b, c=None, *args, **kwargs):
    if a<b or not(c is None)and a!=-1:
        return[x for x in args if x not in kwargs][-1:a+1]
    elif a==b:c+=1;a=c
    while(a):a-=1
    assert a if b else c, f(a, b, c=kwargs["key"])
    return not a

class C(B):
    def __init__(self, x, y):
        self.x, self.y = x, y
    def size(self): return self.x*self.y-1
    async def n(self):
        with self.size() as s: await g(self.x, self.y, key="key", other="other")
        return{"key": 1,"other": True}["key"]if s else"é"
"""


WANTED = (
    ("GS301", "def f(a, b):\n    return a + a\n", "def f(a, b):\n    return a + b\n"),
    ("GS302", "def f(p):\n    p.y\n    return p.x\n", "def f(p):\n    p.y\n    return p.y\n"),
    ("GS303", "def f(p):\n    p.go()\n    p.run()\n", "def f(p):\n    p.run()\n    p.run()\n"),
    ("GS304", "def f(p):\n    return any(p)\n", "def f(p):\n    return all(p)\n"),
    ("GS305", "def g(a=1, b=2): ...\ng(a=3)\n", "def g(a=1, b=2): ...\ng(b=3)\n"),
    ("GS306", "def f(a, b):\n    g(a, b)\n", "def f(a, b):\n    g(b, a)\n"),
    ("GS307", "def f(a, b):\n    return a - b\n", "def f(a, b):\n    return b - a\n"),
    (
        "GS308",
        "class C:\n    def f(self, x):\n        self.x = 1\n        return x\n",
        "class C:\n    def f(self, x):\n        self.x = 1\n        return self.x\n",
    ),
    (
        "GS309",
        "def f(p):\n    p.go()\n    if p.go:\n        pass\n",
        "def f(p):\n    p.go()\n    if p.go():\n        pass\n",
    ),
    ("GS310", "def f(a, b):\n    return a + b\n", "def f(a, b):\n    return a - b\n"),
    ("GS311", "def f(a, b):\n    a = b\n    a = b\n", "def f(a, b):\n    a = b\n    a += b\n"),
    ("GS312", "def f(a, b):\n    return a < b\n", "def f(a, b):\n    return a <= b\n"),
    ("GS313", "def f(a, b):\n    return a and b\n", "def f(a, b):\n    return a or b\n"),
    ("GS314", "def f(a):\n    if a:\n        pass\n", "def f(a):\n    if not a:\n        pass\n"),
    ("GS314", "def f(a):\n    if not a:\n        pass\n", "def f(a):\n    if a:\n        pass\n"),
    ("GS315", "def f():\n    return True\n", "def f():\n    return False\n"),
    ("GS316", "def f(a):\n    return a[-1]\n", "def f(a):\n    return a[1]\n"),
    ("GS317", "def f(a):\n    return range(a)\n", "def f(a):\n    return range(a + 1)\n"),
)
"""Rule, code as written, and the code after the edit that must be offered."""


def _edits(file: ParsedFile) -> dict[str, list[bytes]]:
    """The changed texts by rule, of every candidate of every unit."""
    found: dict[str, list[bytes]] = {rule: [] for rule in SOFT_RULES}
    for unit in file.units:
        for edit in file.candidates.of(unit).edits():
            found[edit.rule].append(apply_replacements(file.data, edit.replacements))
    return found


@pytest.mark.parametrize(("rule", "written", "wanted"), WANTED)
def test_the_wanted_edit_is_a_candidate(rule: str, written: str, wanted: str) -> None:
    assert wanted.encode() in _edits(parse(written.encode()))[rule]


def test_every_rule_has_its_row_above() -> None:
    assert {rule for rule, _, _ in WANTED} == set(SOFT_RULES)


def test_every_candidate_of_a_crowded_text_parses_and_changes_it() -> None:
    file = parse(CROWDED.encode())
    assert not file.flat.errors
    for rule, texts in _edits(file).items():
        for text in texts:
            assert text != file.data
            assert not parse(text).flat.errors, (rule, text.decode())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_candidates_in_real_modules_parse_without_new_errors(path: Path) -> None:
    file = parse(path.read_bytes())
    chosen = random.Random(path.name)
    by_rule: dict[str, list[Edit]] = {}
    for unit in file.units:
        for edit in file.candidates.of(unit).edits():
            by_rule.setdefault(edit.rule, []).append(edit)
    for edits in by_rule.values():
        for edit in chosen.sample(edits, min(SAMPLE, len(edits))):
            changed = file.edited(edit.replacements)
            assert changed.data != file.data
            assert not changed.tree.tree.root_node.has_error, edit


def test_an_edited_unit_has_the_candidates_of_the_edited_file() -> None:
    file = parse(CROWDED.encode())
    for unit in (unit for unit in file.units if unit.kind is UnitKind.FUNCTION):
        for edit in list(file.candidates.of(unit).edits())[::7]:
            alone = EditedUnit(file, unit, edit.replacements)
            whole = file.edited(edit.replacements)
            assert alone.unit is not None
            (same,) = (other for other in whole.units if other.qualname == unit.qualname)
            ours = {
                (item.rule, *((r.start + alone.shift, r.end + alone.shift, r.new) for r in item.replacements))
                for item in alone.candidates.of(alone.unit).edits()
            }
            theirs = {
                (item.rule, *((r.start, r.end, r.new) for r in item.replacements))
                for item in whole.candidates.of(same).edits()
            }
            assert ours == theirs
