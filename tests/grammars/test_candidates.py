"""Sites and candidate edits: the wanted one is there, and none of them breaks the text."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstate_grammars.edits import Edit, Replacement, apply_replacements
from groundstate_grammars.lexicon import Lexicon
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python.edited import EditedUnit
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.units import UnitKind
from groundstate_grammars.rules import SOFT_RULES
from groundstate_grammars.similar import SimilarNames

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted(ROOT.glob("*/groundstate*/**/*.py"))

SAMPLE = 8
"""Candidates of each rule tried in each source file."""

CROWDED = """\
def f(a,b, c=None, *args, **kwargs):
    if a<b or not(c is None)and a!=-1:
        return[x for x in args if x not in kwargs][-1:a+1]
    elif a==b:c+=1;a=c
    while(a):a-=1;b=0if a else-1
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

MISREAD = (
    ("GS301", "class A(B):\n    def f(self):\n        super(B, self).f()\n", "super(A, self)"),
    ("GS301", "def f(a):\n    return isinstance(a, list)\n", "isinstance(a, dict)"),
    ("GS301", "import os, sys\nos.path, sys.path\ndef f():\n    return os.argv\n", "return sys.argv"),
    ("GS301", "class A:\n    def f(self, b):\n        return b.c == self.d\n", "== b.d"),
    ("GS301", "def f(a, b):\n    a += b\n", "b += b"),
    (
        "GS302",
        "class A:\n    @property\n    def b(self): ...\n    def c(self):\n        return self.d\n",
        "self.b",
    ),
    ("GS302", "import signal\nsignal.SIGHUP\n", "signal.SIGTERM"),
    ("GS302", "def f(a):\n    msg = a.message\n", "a.msg"),
    ("GS302", "def f(response):\n    return response.content\n", "response.text"),
    ("GS303", "import shutil\nshutil.copy2()\n", "shutil.copy()"),
    ("GS303", "def f(a):\n    return a.setdefualt(1)\n", "a.setdefault(1)"),
    ("GS303", "def f(a):\n    return a.is_editable()\ndef is_enabled(): ...\n", "a.is_enabled()"),
    ("GS303", "class A(B):\n    def go(self):\n        return super().run()\n", "super().go()"),
    ("GS304", "def f(a):\n    return isintance(a, int)\n", "return isinstance("),
    ("GS304", "class A:\n    @classmethod\n    def f(cls):\n        return A()\n", "return cls()"),
    ("GS305", "def f(name):\n    return g(title=name)\n", "g(name=name)"),
    ("GS305", "def f():\n    return g(file_content=1)\ng(file_contents=2)\n", "g(file_contents=1)"),
    ("GS307", "def f(a, i):\n    return a[i, :]\n", "a[:, i]"),
    ("GS309", "def f(a):\n    if a.ready:\n        pass\n", "a.ready()"),
    ("GS309", "def f(a):\n    return a.size()\n", "return a.size\n"),
    ("GS315", "def f():\n    return 40\n", "return 20"),
    ("GS315", "def f():\n    return 6739\n", "return 6379"),
    ("GS315", "def f():\n    return 400\n", "return 403"),
    ("GS315", "def f():\n    return 0\n", "return None"),
    ("GS315", "stack_status = 1\ndef f(a):\n    return a['status']\n", "a['stack_status']"),
    ("GS317", "def f(a):\n    last = len(a)\n", "len(a) - 1"),
)
"""Rule, code with a mistake as real ones are, and a part of the text after the edit that must be offered."""

HELPERS = """\
class Study:
    def set_system_attr(self, key): ...

def zip_folder(target_path): ...
"""

ELSEWHERE = (
    ("GS303", "def f(a):\n    a.set_user_attr(1)\n", "a.set_system_attr(1)"),
    ("GS303", "def f(study):\n    study.go()\n", "study.set_system_attr()"),
    ("GS302", "import helpers\nhelpers.zip_folders\n", "helpers.zip_folder\n"),
    ("GS305", "import other\nother.zip_all(target_pathes=1)\n", "target_path=1"),
)
"""The same, where another file of the project, ``HELPERS``, shows the name."""


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


@pytest.mark.parametrize(("rule", "written", "part"), MISREAD)
def test_the_repair_of_a_mistake_is_a_candidate(rule: str, written: str, part: str) -> None:
    assert any(part in text.decode() for text in _edits(parse(written.encode()))[rule])


@pytest.mark.parametrize(("rule", "written", "part"), ELSEWHERE)
def test_names_of_other_files_are_candidates(rule: str, written: str, part: str) -> None:
    project = ProjectFacts.of([parse(HELPERS.encode()).summary()])
    assert any(part in text.decode() for text in _edits(parse(written.encode(), project))[rule])
    assert not any(part in text.decode() for text in _edits(parse(written.encode()))[rule])


def test_similar_names_come_most_similar_first_and_leave_the_name_itself_out() -> None:
    names = SimilarNames(["status_code", "status", "statuses", "other"])
    assert names.like("status", 2, 0.5) == ("statuses", "status_code")
    assert SimilarNames(()).like("status", 2, 0.5) == ()


def test_a_project_that_grows_offers_its_new_names() -> None:
    facts = ProjectFacts.of([parse(b"def one_name(): ...\n").summary()])
    assert facts.members_like("two_names", 3, 0.5) == ()
    facts.add(parse(b"def two_name(a_parameter): ...\n").summary())
    assert facts.members_like("two_names", 3, 0.5) == ("two_name",)
    assert facts.parameters_like("a_parameters", 3, 0.5) == ("a_parameter",)


@pytest.mark.parametrize("source", SOURCES[::9], ids=lambda path: path.stem)
def test_units_looked_at_together_have_the_candidates_that_each_has_alone(source: Path) -> None:
    project = ProjectFacts.of([parse(path.read_bytes()).summary() for path in SOURCES[::20]])
    file, other = (parse(source.read_bytes(), project) for _ in range(2))
    together = file.candidates.of_all(file.units)
    for unit, found in zip(reversed(other.units), reversed(together), strict=True):
        alone = other.candidates.of(unit)
        assert list(alone.edits()) == list(found.edits())
        for name in ("site_token", "site_other", "site_received", "site_known", "candidate_received"):
            assert getattr(alone, name).tobytes() == getattr(found, name).tobytes()
        for name in ("site_current", "site_slot", "site_sibling"):
            texts = [
                [one.texts[text] if text >= 0 else None for text in getattr(one, name).tolist()]
                for one in (alone, found)
            ]
            assert texts[0] == texts[1]


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


def test_edited_units_of_one_file_do_not_share_what_is_like_their_new_names() -> None:
    data = b"def alpha_one(): ...\ndef gamma_two(): ...\ndef f():\n    alpha_one()\n    gamma_two()\n"
    file = parse(data)
    unit = file.units[-1]
    for written, misspelt in ((b"alpha_one", b"alpha_oen"), (b"gamma_two", b"gamma_wto")):
        start = data.rindex(written)
        edited = EditedUnit(file, unit, [Replacement(start, start + len(written), misspelt)])
        assert edited.unit is not None
        assert edited.way_back(edited.candidates.of(edited.unit), start - edited.shift) is not None


def test_names_longer_than_the_lexicon_keeps_do_no_harm() -> None:
    name = "a" * 90
    file = parse(f"def f({name}, y):\n    {name} = y.z\n    return self.size + y.z\n".encode())
    assert [len(file.candidates.of(unit)) > 0 for unit in file.units] == [True]


def test_two_names_longer_than_the_lexicon_keeps_do_no_harm() -> None:
    one, other = "a" * 90, "b" * 90
    text = f"def f(self, y):\n    {one} = y.z\n    {other} = self.d(y)\n    return self.x({one}, y.z)\n"
    file = parse(text.encode())
    assert len(file.candidates.of(file.units[-1])) > 0


@given(
    st.lists(st.text("aAbcd_é9'ß", max_size=12), min_size=1, max_size=12),
    st.integers(1, 6),
    st.sampled_from((0.35, 0.4, 0.5, 0.6)),
)
def test_those_most_similar_to_many_are_those_of_each_pair(
    texts: list[str], limit: int, least: float
) -> None:
    lexicon = Lexicon(texts)
    ids = np.arange(len(lexicon), dtype=np.int32)
    found = lexicon.most_similar(ids.tolist(), ids, lexicon.signatures(ids), limit, least)
    names = SimilarNames(lexicon.texts)
    together = SimilarNames(lexicon.texts)
    together.look_for(lexicon.texts, limit, least)
    for identity, ours in enumerate(found):
        similar = lexicon.similarity(identity, ids)
        assert names.similarities(lexicon.texts[identity]).tobytes() == similar.tobytes()
        near = [at for at in range(len(ids)) if similar[at] >= np.float32(least)]
        best = sorted(near, key=lambda at: (-similar[at], at))
        assert ours.tolist() == (near if len(near) <= limit else best[:limit])
        others = [lexicon.texts[at] for at in best[: limit + 1] if at != identity]
        for asked in (names, together):
            assert asked.like(lexicon.texts[identity], limit, least) == tuple(others[:limit])
