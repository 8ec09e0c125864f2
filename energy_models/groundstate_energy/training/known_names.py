"""Members and keywords that libraries are known to have, counted over the training repositories of a corpus folder.

Writes ``known_names.txt``, the part of the grammar's knowledge of Python that no project shows:

    python -m groundstate_energy.training.known_names CORPUS

A name is kept when at least three repositories use it in the same place (after the same receiver name, or in calls of
the same callee name); modules of the standard library list what they export. Nothing of the repositories but single
names is kept.
"""

from __future__ import annotations

import ast
import importlib
import json
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import groundstate_grammars.python.known_names as target
from groundstate_energy.training.batches import split_of

LEAST_REPOSITORIES = 3
MOST_FILES = 250
"""Files read of one repository."""
MOST_NAMES = 120
"""Members kept of one receiver, keywords of one callee."""

MODULES = """
    abc argparse array ast asyncio base64 binascii bisect calendar codecs collections configparser contextlib copy csv
    ctypes datetime decimal difflib dis email errno fnmatch fractions functools gc getpass glob gzip hashlib heapq hmac
    html importlib inspect io ipaddress itertools json keyword locale logging math mimetypes multiprocessing operator
    os os.path pathlib pickle platform pprint queue random re select shlex shutil signal smtplib socket sqlite3 ssl
    stat string struct subprocess sys sysconfig tarfile tempfile textwrap threading time token tokenize traceback
    types typing unicodedata unittest urllib.parse urllib.request uuid warnings weakref zipfile zlib
""".split()  # noqa: SIM905 (one name a word, not one a line)
TYPES = (str, bytes, list, dict, set, int, float, tuple)
"""Types whose methods are known names wherever they stand."""

Pairs = set[tuple[str, str]]


def _used(tree: ast.AST) -> tuple[Pairs, Pairs, set[str]]:
    """(receiver, member) pairs, (callee, keyword) pairs and members of one file."""
    members: Pairs = set()
    keywords: Pairs = set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
            receiver = _last_name(node.value)
            if receiver and receiver not in ("self", "cls"):
                members.add((receiver.lstrip("_"), node.attr))
        elif isinstance(node, ast.Call):
            callee = _last_name(node.func)
            keywords.update((callee, item.arg) for item in node.keywords if callee and item.arg)
    return members, keywords, names


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _trees(path: Path) -> Iterator[ast.AST]:
    with path.open("r", encoding="utf-8") as stream:
        next(stream)
        for number, line in enumerate(stream):
            if number == MOST_FILES:
                return
            try:
                yield ast.parse(json.loads(line)["text"])
            except (SyntaxError, ValueError, RecursionError):
                continue


def _grouped(counts: Counter[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for (key, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if count >= LEAST_REPOSITORIES and not name.startswith("__") and key.isidentifier():
            groups[key].append(name)
    return {key: names[:MOST_NAMES] for key, names in groups.items()}


def count(corpus: Path) -> str:
    """The text of ``known_names.txt``."""
    members: Counter[tuple[str, str]] = Counter()
    keywords: Counter[tuple[str, str]] = Counter()
    names: Counter[str] = Counter()
    for path in sorted(corpus.glob("*.jsonl")):
        if split_of(path.stem) != "train" or split_of(path.stem.replace("+", "/")) != "train":
            continue
        found = [_used(tree) for tree in _trees(path)]
        members.update(set().union(*(item[0] for item in found)))
        keywords.update(set().union(*(item[1] for item in found)))
        names.update(set().union(*(item[2] for item in found)))
    receivers = _grouped(members)
    for module in MODULES:
        exported = [name for name in dir(importlib.import_module(module)) if not name.startswith("_")]
        key = module.rpartition(".")[2]
        receivers[key] = list(dict.fromkeys(receivers.get(key, []) + exported))
    common = [name for name, repositories in names.most_common() if repositories > 2 * LEAST_REPOSITORIES - 1]
    common += [name for kind in TYPES for name in dir(kind)]
    lines = [f"{target.ANYWHERE}{target.SEPARATOR}{' '.join(dict.fromkeys(common))}"]
    for mark, groups in ((target.MEMBER, receivers), (target.KEYWORD, _grouped(keywords))):
        lines += [f"{mark} {key}{target.SEPARATOR}{' '.join(groups[key])}" for key in sorted(groups)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    Path(target.__file__).with_suffix(".txt").write_text(count(Path(sys.argv[1])), "utf-8")
