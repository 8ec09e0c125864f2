"""Mining of one-site fixes: small git histories in, facts out, and the texts back from the facts."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from groundstate_energy.training.fix_filters import LONE, RELAXED, STRICT, Bounds, bounds_for
from groundstate_energy.training.histories import Blobs, commits
from groundstate_energy.training.mining import (
    Counts,
    git_directory,
    mine,
    raw_fixes,
    read_facts,
    rebuild,
    write_pairs,
)
from groundstate_energy.training.single_site import RULE_OF_CLASS
from groundstate_grammars.rules import SOFT_RULES

MODULE = '''\
import logging

logger = logging.getLogger(__name__)


class Queue:
    def __init__(self, limit):
        self.limit = limit
        self.items = []

    def push(self, item):
        """Add an item."""
        logger.debug("push %r", item)
        if len(self.items) > self.limit:
            raise OverflowError(item)
        self.items.append(item)

    def window(self, first, last):
        return self.items[first:last]


def drain(queue, count):
    taken = queue.window(0, count)
    return sorted(taken)
'''


class History:
    """A git repository in a folder that grows commit by commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    @property
    def gitdir(self) -> Path:
        return self.folder / ".git"

    def git(self, *arguments: str) -> str:
        identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_AUTHOR_DATE": "1700000000 +0000"}
        committer = {key.replace("AUTHOR", "COMMITTER"): value for key, value in identity.items()}
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "-C", str(self.folder), *arguments]
        environment = {**os.environ, **identity, **committer, **quiet}
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout

    def commit(self, message: str, **files: str) -> str:
        """Write ``name="text"`` to ``name.py`` (``__`` is a folder separator) and commit."""
        for name, text in files.items():
            path = self.folder / (name.replace("__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()


@pytest.fixture
def history(tmp_path: Path) -> History:
    created = History(tmp_path / "owner" / "name")
    created.commit("Start", queue=MODULE)
    return created


def classes(history: History) -> list[str]:
    return [fix.change.kind for fix in raw_fixes(history.gitdir, "owner/name")]


def test_a_fix_comes_out_with_its_place(history: History) -> None:
    sha = history.commit("Fix off by one in push", queue=MODULE.replace("> self.limit", ">= self.limit"))
    (fix,) = raw_fixes(history.gitdir, "owner/name")
    assert (fix.commit, fix.path, fix.function, fix.change.kind) == (
        sha,
        "queue.py",
        "Queue.push",
        "comparison",
    )
    before = MODULE.encode()
    assert before[fix.change.start : fix.change.end] == b">"
    assert before[fix.before_start : fix.before_end].startswith(b"def push")
    assert fix.facts()["rule"] == "GS312"


@pytest.mark.parametrize(
    ("message", "old", "new"),
    [
        ("Fix name", "def window(self, first, last):\n        return self.items[first:last]",
         "def window(self, first, end):\n        return self.items[first:end]"),
        ("Fix name of a method", "window(", "slice("),
        ("Fix typo in docs", "> self.limit", ">= self.limit"),
        ("Fix documentation of push", '"""Add an item."""', '"""Append an item."""'),
        ("Fix level", "logger.debug", "logger.info"),
        ("Fix message", '"push %r"', '"pushing %r"'),
        ("Fix flake8 errors", "sorted(taken)", "list(taken)"),
        ("Fix drain", "    return sorted(taken)", "    taken.reverse()\n    return sorted(taken)"),
        ("Bump version to 1.2", "> self.limit", ">= self.limit"),
        ("Fix error class", "raise OverflowError", "raise ValueError"),
        ("Add a faster drain", "queue.window(0, count)", "queue.window(1, count)"),
    ],
)  # fmt: skip
def test_what_is_no_fix_stays_out(history: History, message: str, old: str, new: str) -> None:
    assert old in MODULE
    history.commit(message, queue=MODULE.replace(old, new))
    assert classes(history) == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("return a + b", "return a + c", "name"),
        ("return a.left", "return a.right", "attribute"),
        ("return a.left()", "return a.right()", "method"),
        ("return min(a, b)", "return max(a, b)", "function"),
        ("return f(a, key=b)", "return f(a, keys=b)", "keyword"),
        ("return f(a, b)", "return f(b, a)", "swapped-arguments"),
        ("return f(x=a, y=b)", "return f(x=b, y=a)", "swapped-arguments"),
        ("return f(a.x, a.y)", "return f(a.y, a.x)", "swapped-arguments"),
        ("return a - b", "return b - a", "swapped-operands"),
        ("return a if c else b", "return b if c else a", "swapped-operands"),
        ("return a", "return self.a", "self-or-name"),
        ("return self.a", "return a", "self-or-name"),
        ("return a.size", "return a.size()", "missing-call"),
        ("return a.size()", "return a.size", "missing-call"),
        ("return a + b", "return a - b", "operator"),
        ("a = b", "a += b", "assignment-operator"),
        ("return a < b", "return a <= b", "comparison"),
        ("return a in b", "return a not in b", "comparison"),
        ("return a is b", "return a is not b", "comparison"),
        ("return a and b", "return a or b", "boolean"),
        ("if a: b()", "if not a: b()", "negation"),
        ("if not a: b()", "if a: b()", "negation"),
        ("return True", "return False", "literal"),
        ("return f(16)", "return f(32)", "number"),
        ("return f(-1)", "return f(2)", "number"),
        ("return a['x']", "return a['y']", "string"),
        ("return a.get('x', 1)", "return a.get('y', 1)", "string"),
        ("return a * b", "return -a * b", "sign"),
        ("return a[1]", "return a[0]", "off-by-one"),
        ("return range(a)", "return range(a + 1)", "off-by-one"),
        ("return f(a + 1 + b)", "return f(a + b)", "off-by-one"),
        ("return f'{a}'", "return f'{b}'", "name"),
    ],
)
def test_every_class(tmp_path: Path, before: str, after: str, kind: str) -> None:
    module = "import sys\n\n\ndef function(self, a, b, c):\n    {}\n"
    history = History(tmp_path / "r")
    history.commit("Start", m=module.format(before))
    history.commit("Fix the result", m=module.format(after))
    assert classes(history) == [kind]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: int = b", "a: str = b"),
        ("return f'{a} x'", "return f'{a} y'"),
        ("return f('text')", "return f('other text')"),
        ("return f(1)", "return f(1.0)"),
        ("return f('x')", 'return f("x")'),
        ("return a == None", "return a is None"),
        ("while True: pass", "while 1: pass"),
        ("return f(a, timeout=10)", "return f(a, timeout=20)"),
        ("return a.iteritems()", "return a.items()"),
        ("return f(a, b)", "return f(a, b, c)"),
        ("for a in b: pass", "for _ in b: pass"),
        ("if a:\n        b()\n    c()", "if a:\n        b()\n        c()"),
        ("return a.log.error(b)", "return a.log.warning(b)"),
    ],
)
def test_what_no_rule_of_ours_covers(tmp_path: Path, before: str, after: str) -> None:
    module = "def function(self, a, b, c):\n    {}\n"
    history = History(tmp_path / "r")
    history.commit("Start", m=module.format(before))
    history.commit("Fix the result", m=module.format(after))
    assert classes(history) == []


def test_a_new_name_that_the_commit_introduces_is_no_fix(history: History) -> None:
    changed = (
        MODULE.replace("sorted(taken)", "ordered(taken)") + "\n\ndef ordered(items):\n    return items\n"
    )
    history.commit("Fix order", queue=changed)
    assert classes(history) == []


def test_a_swap_that_follows_its_definition_is_no_fix(tmp_path: Path) -> None:
    before = "def f(a, b):\n    return a\n\n\ndef g(a, b):\n    return f(a, b)\n"
    after = before.replace("f(a, b):\n    return a\n", "f(b, a):\n    return a\n").replace(
        "return f(a, b)", "return f(b, a)"
    )
    history = History(tmp_path / "r")
    history.commit("Start", m=before)
    history.commit("Fix f", m=after)
    assert "swapped-arguments" not in classes(history)


def test_a_call_dropped_for_a_new_property_is_no_fix(tmp_path: Path) -> None:
    before = "class C:\n    def size(self):\n        return 1\n\n    def twice(self):\n        return 2 * self.size()\n"
    after = before.replace("    def size", "    @property\n    def size").replace("size()", "size")
    history = History(tmp_path / "r")
    history.commit("Start", m=before)
    history.commit("Fix size", m=after)
    assert classes(history) == []


def test_tests_may_change_beside_a_fix_and_are_not_mined(history: History) -> None:
    history.commit("Start tests", tests__test_queue="def test_push():\n    assert 1 == 1\n")
    history.commit(
        "Fix push",
        queue=MODULE.replace("> self.limit", ">= self.limit"),
        tests__test_queue="def test_push():\n    assert 1 == 2\n",
    )
    assert classes(history) == ["comparison"]


def test_what_a_message_allows() -> None:
    expected: dict[str, Bounds | None] = {
        "Fix crash when the queue is empty": RELAXED,
        "Fix failing test": STRICT,
        "push takes an item, not a list": LONE,
        "Use a deque": None,
        "Rename push to put": None,
        "Fix typo in docstring": None,
        'Revert "Fix push"': None,
    }
    assert {message: bounds_for(message) for message in expected} == expected
    assert bounds_for("Push twice", "Closes #12") is STRICT


def test_facts_hold_no_source_and_rebuild_the_texts(history: History, tmp_path: Path) -> None:
    history.commit("Fix window", queue=MODULE.replace("queue.window(0, count)", "queue.window(count, 0)"))
    out = tmp_path / "facts.jsonl.gz"
    counts = mine([("owner/name", history.gitdir)], out)
    facts = list(read_facts(out))
    assert counts["owner/name"].fixes == len(facts) == 1
    assert "taken" not in json.dumps(facts)
    (pair,) = rebuild(facts, tmp_path)
    assert pair.before_file == MODULE.encode()
    assert (
        pair.before
        == b"def drain(queue, count):\n    taken = queue.window(0, count)\n    return sorted(taken)"
    )
    assert pair.after == pair.before.replace(b"0, count", b"count, 0")
    assert list(rebuild(facts, tmp_path / "elsewhere")) == []


def test_pairs_are_written_with_the_fixed_function(tmp_path: Path) -> None:
    history = History(tmp_path / "owner" / "name")
    before = b"# \xff\ndef f(a):\n    return a.size\n"
    (history.folder / "m.py").write_bytes(before)
    history.commit("Start")
    (history.folder / "m.py").write_bytes(before.replace(b"size", b"size()"))
    history.commit("Fix f")
    facts = [fix.facts() for fix in raw_fixes(history.gitdir, "owner/name")]
    assert write_pairs(facts, tmp_path, tmp_path / "pairs.jsonl") == 1
    record = json.loads((tmp_path / "pairs.jsonl").read_text())
    assert record["before"].encode("utf-8", "surrogateescape") == before
    assert record["before"][record["start"] : record["end"]] == "def f(a):\n    return a.size"
    assert (record["after"], record["kind"]) == ("def f(a):\n    return a.size()", "missing-call")
    assert record["start"] <= record["site"] < record["end"]


def test_a_fix_that_was_undone_is_left_out(history: History) -> None:
    history.commit("Fix push", queue=MODULE.replace("> self.limit", ">= self.limit"))
    last = history.commit("Fix push, it was right", queue=MODULE)
    assert [fix.commit for fix in raw_fixes(history.gitdir)] == [last]


def test_the_same_fix_in_a_fork_is_written_once(tmp_path: Path) -> None:
    histories = [History(tmp_path / name) for name in ("one", "two")]
    for history in histories:
        history.commit("Start", queue=MODULE)
        history.commit("Fix push", queue=MODULE.replace("> self.limit", ">= self.limit"))
    repositories = [(f"owner/{history.folder.name}", history.gitdir) for history in histories]
    first, second = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.gz"
    mine(repositories, first)
    mine(repositories, second)
    assert [record["repo"] for record in read_facts(first)] == ["owner/one"]
    assert first.read_bytes() == second.read_bytes()


def test_counts_tell_what_was_seen(history: History) -> None:
    history.commit("Fix push", queue=MODULE.replace("> self.limit", ">= self.limit"))
    history.commit("Fix docs", queue=MODULE)
    counts = Counts()
    list(raw_fixes(history.gitdir, counts=counts))
    assert (counts.matching, counts.read_like_fixes, counts.small, counts.fixes) == (3, 1, 1, 1)


def test_a_folder_without_history_has_no_fixes(tmp_path: Path) -> None:
    assert list(commits(tmp_path)) == []
    assert list(raw_fixes(tmp_path)) == []


def test_an_absent_blob_is_none(history: History) -> None:
    with Blobs(history.gitdir) as blobs:
        assert blobs.read("0" * 40) is None
        assert blobs.read("HEAD:queue.py") == MODULE.encode()


def test_clones_are_found_in_every_layout(tmp_path: Path) -> None:
    for place in ("a/b/.git", "c+d/repo", "e__f"):
        (tmp_path / place / "objects").mkdir(parents=True)
        (tmp_path / place / "HEAD").write_text("ref: refs/heads/main\n")
    found = [git_directory(tmp_path, repo) for repo in ("a/b", "c/d", "e/f", "g/h")]
    assert found == [tmp_path / "a/b/.git", tmp_path / "c+d/repo", tmp_path / "e__f", None]


def test_the_facts_in_the_tree_are_facts() -> None:
    facts = list(read_facts(Path(__file__).parents[2] / "energy_models" / "real_fixes.jsonl.gz"))
    assert len(facts) >= 9_000
    assert len({record["repo"] for record in facts}) >= 200
    assert len({record["digest"] for record in facts}) == len(facts)
    identity = {"repo", "commit", "path", "function", "class", "rule", "before_blob", "after_blob", "digest"}
    positions = {"before", "after", "site", "spans", "old_kinds", "new_kinds"}
    for record in facts:
        assert set(record) == identity | positions
        assert RULE_OF_CLASS[str(record["class"])] == record["rule"]
        before, site = record["before"], record["site"]
        assert isinstance(before, list)
        assert isinstance(site, list)
        assert before[0] <= site[0] <= site[1] <= before[1]


def test_every_class_has_a_soft_rule() -> None:
    assert set(RULE_OF_CLASS.values()) == set(SOFT_RULES)
