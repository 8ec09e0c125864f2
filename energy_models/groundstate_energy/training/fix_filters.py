"""Which commits, files and changes count as real repairs: the filters of the mining, tuned by reading samples."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable
from dataclasses import dataclass

from groundstate_energy.training.histories import Commit, FileDiff, Hunk
from groundstate_energy.training.single_site import Change

_FIX = re.compile(
    r"\b(fix(e[sd]|ing|up)?|(hot|bug)-?fix(es)?|bugs?|errors?|wrong(ly)?|incorrect(ly)?|typos?|crash(es|ed|ing)?"
    r"|regression|mistakes?|mistaken(ly)?|broken|breaks?|breaking|fails?|failed|failing|failures?|issues?"
    r"|correct(s|ed|ly|ing|ion)?|oops|missing|invalid|exceptions?|tracebacks?|repair(s|ed)?|resolves?d?|closes?d?"
    r"|\w+error|off.by.one|instead of|proper(ly)?|accidental(ly)?|mis\w+|unintended|infinite|undefined"
    r"|unbound|obvious|forgot(ten)?|bad|faulty|(issue|bug|ticket|gh|lp)[ :-]?#?\d+|s/\w+/\w+)\b",
    re.IGNORECASE,
)
_FIX_IN_BODY = re.compile(
    r"\b(fix(e[sd])?|close[sd]?|resolve[sd]?):?\s+(issue\s+)?(#|gh-|https?:)\S*\d", re.IGNORECASE
)
_NOT_A_FIX = re.compile(
    r"\b(lint\w*|flake8?|pep-?\s?(8|257)|py(flakes|lint|codestyle|docstyle|upgrade)|ruff|style|styling|black|isort"
    r"|mypy|pyright|typing|type\s?(hint|check|annot)\w*|annotations?|docs?|doc-?strings?|documentation|docu|readme"
    r"|changelog|sphinx|spelling|misspell\w*|grammar|bump\w*|releases?d?|deprecat\w*|refactor\w*|renam\w*"
    r"|clean-?\s?ups?|cleaning|cosmetic|whitespaces?|python\s?-?[23]\S*|py-?[23]\d*|2to3|six"
    r"|log(ging)?\s+levels?|simplif\w*|translations?|i18n|wording|copyright|licen[sc]e"
    r"|codespell|nits?|migrat\w*|upgrade\w*|travis|tox|setup\.py|packaging|revert\w*)\b|^version|^v?\d+\.\d+",
    re.IGNORECASE,
)
_PLAIN_FIX = re.compile(
    r"\b(fix(e[sd]|ing|up)?|(hot|bug)-?fix(es)?|bugs?|typos?|wrong(ly)?|incorrect(ly)?|mistakes?|crash(es|ed|ing)?"
    r"|broken|oops)\b",
    re.IGNORECASE,
)
_DOUBTFUL = re.compile(
    r"\b(comments?|versions?|warnings?|tests?|unit-?tests?|consisten\w*|compat\w*|ci|merge|format+ing|indentation"
    r"|perf(ormance)?|faster|speed|unnecessar\w+|unused)\b",
    re.IGNORECASE,
)
_MIXED = re.compile(
    r"\b(default|examples?|naming|names?|support|add(s|ed|ing)?|allow(s|ed|ing)?|updat(e|es|ed|ing)"
    r"|chang(e|es|ed|ing)|replac(e|es|ed|ing)|inherit\w*)\b",
    re.IGNORECASE,
)
_OTHER_PURPOSE = re.compile(
    r"^(\W*\w+\W*:\s*)?(us(e|es|ed|ing)|set|reduce|increase|decrease|remove|improv\w*|prefer|better|optimi\w*|more"
    r"|less|soften|mov(e|es|ed|ing)|switch\w*|tweak\w*|implement\w*|enable|disable|initial|introduce|drop|try"
    r"|tun(e|ing)|make|feat\w*|new|create|convert|extend|rewrite|rework|first|wip|work|back)\b",
    re.IGNORECASE,
)
_NOT_CODE = re.compile(
    r"(^|/)(tests?|testing|_?tests?_\w+|\w+_tests?|unittests?|fixtures|conftest|docs?|documentation"
    r"|_?vendor(ed|_src)?|third_?party|extern(al|als)?|_?externals|migrations|versions|node_modules|site-packages"
    r"|examples?|samples?|demos?|benchmarks?|typeshed|stubs)(/|\.py$)"
    r"|(^|/)(test_[^/]*|[^/]*_tests?|tests?|conftest|setup|_?version|versioneer|__about__|ez_setup|six)\.py$"
    r"|_pb2(_grpc)?\.py$",
    re.IGNORECASE,
)
_IS_TEST = re.compile(
    r"(^|/)(tests?|testing|unittests?)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest)\.py$", re.IGNORECASE
)
_MOST_TESTS = 12

_NAMED = frozenset(("name", "attribute", "method", "function", "keyword"))
_UNTOLD = frozenset(("number", "literal", "string"))

_LOG_LEVELS = frozenset(
    (
        "critical", "debug", "debug1", "debug2", "error", "exception", "fatal", "info", "log", "msg", "notice",
        "success", "trace", "verbose", "warn", "warning", "warning_once",
    )
)  # fmt: skip
_MIGRATIONS = frozenset(
    (
        "StringIO", "__bool__", "__nonzero__", "__unicode__", "abstractproperty", "as_matrix", "assertEquals",
        "assertItemsEqual", "assertRegexpMatches", "async", "basestring", "bool8", "cPickle", "clock", "collections",
        "create_task", "currentThread", "decodestring", "encodestring", "ensure_future", "force_text",
        "force_unicode", "fromstring", "func_code", "func_defaults", "func_name", "get_event_loop",
        "get_query_set", "get_running_loop", "getargspec", "getchildren", "getcwdu", "has_key", "ifilter",
        "im_func", "im_self", "imap", "integer_types", "isAlive", "iteritems", "iterkeys", "itervalues", "ix",
        "izip", "izip_longest",
        "letters", "long", "lowercase", "maketrans", "maxint", "monotonic", "next", "perf_counter", "raw_input",
        "reduce", "setDaemon", "smart_str", "smart_text", "smart_unicode", "sort_values", "string_types",
        "text_type", "tostring", "ugettext", "ugettext_lazy", "ungettext", "unichr", "unicode", "uppercase",
        "urllib2", "urlparse", "viewitems", "viewkeys", "viewvalues", "xrange",
    )
)  # fmt: skip
"""Names whose replacement is the usual work of a migration, not of a repair."""

_MIGRATED_ATTRIBUTES = frozenset(("float", "bool", "complex", "object", "int", "str"))
"""Attributes of numpy that went away; as plain names they are ordinary."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How small a commit must be outside tests, and whether all its code must be single sites."""

    files: int
    hunks: int
    lines: int
    fixes: int
    alone: bool


STRICT = Bounds(files=3, hunks=8, lines=8, fixes=3, alone=True)
RELAXED = Bounds(files=8, hunks=40, lines=40, fixes=5, alone=False)
LONE = Bounds(files=1, hunks=3, lines=3, fixes=1, alone=True)


def bounds_for(subject: str, body: str = "") -> Bounds | None:
    """How much a commit may change, by what its message says; None when it is no repair of behaviour.

    A clear fix may change other things too. A doubtful one must change single sites alone. A message that names
    neither a fault nor another purpose ("parse_url takes a host, not a name") must change one site and no more.
    """
    if _NOT_A_FIX.search(subject):
        return None
    doubtful = _DOUBTFUL.search(subject) is not None
    mixed = _MIXED.search(subject) is not None
    if _FIX.search(subject):
        return STRICT if doubtful or (mixed and not _PLAIN_FIX.search(subject)) else RELAXED
    if _FIX_IN_BODY.search(body):
        return STRICT
    return None if doubtful or mixed or _OTHER_PURPOSE.search(subject) else LONE


def is_test(path: str) -> bool:
    """Whether a file holds tests: it may change freely beside a fix."""
    return _IS_TEST.search(path) is not None


def is_mined(path: str) -> bool:
    """Whether fixes are looked for in a file: not in tests, documentation, examples, vendored or generated code."""
    return _NOT_CODE.search(path) is None


def small_change(commit: Commit, bounds: Bounds) -> list[FileDiff] | None:
    """The files of a commit if it is small outside tests and has a hunk that may be one site; else None."""
    paths = commit.paths()
    if not paths or len(paths) > bounds.files + _MOST_TESTS or not any(map(is_mined, paths)):
        return None
    if sum(not is_test(path) for path in paths) > bounds.files:
        return None
    files = commit.files()
    hunks = 0
    likely = False
    for file in files:
        if is_test(file.path):
            continue
        hunks += len(file.hunks)
        if hunks > bounds.hunks or (bounds.alone and not file.modified):
            return None
        for hunk in file.hunks:
            if bounds.alone and max(len(hunk.old), len(hunk.new)) > bounds.lines:
                return None
            likely = likely or may_be_one_site(hunk)
    return files if likely else None


_LEXEME = re.compile(rb"#.*|\w+|'[^'\n]*'|\"[^\"\n]*\"|[^\w\s]")


def may_be_one_site(hunk: Hunk) -> bool:
    """A cheap look at the lines: a few lexemes apart, or the same lexemes in another order."""
    if not hunk.old or not hunk.new:
        return False
    old, new = (
        [lexeme for lexeme in _LEXEME.findall(b"\n".join(side)) if lexeme[:1] != b"#"]
        for side in (hunk.old, hunk.new)
    )
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    removed, added = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(removed), len(added)) <= 4:
        return bool(removed or added)
    return sorted(removed) == sorted(added)


def is_cosmetic(change: Change, bounds: Bounds, files: list[FileDiff], before: bytes, after: bytes) -> bool:
    """Whether a change is a rename, a log level, a step of a migration or of a wider change, not a repair.

    Args:
        change: a single-site change in a file of the commit.
        bounds: what the message of the commit allows.
        files: all Python files of the commit, tests included.
        before, after: the texts of the file.
    """
    if bounds is LONE and change.kind in _UNTOLD:
        return True
    if change.kind == "swapped-arguments":
        called = _called(change, before)
        makes = called[:1].isupper() or called == b"super"
        return _defines(files, (called, b"__init__", b"__new__") if makes else (called,))
    if change.kind == "missing-call":
        name = re.search(rb"(\w+)\s*$", before[max(0, change.start - 100) : change.start])
        return name is not None and (_defines(files, (name[1],)) or _makes_properties(files))
    old = change.old[0].decode("utf-8", "replace") if change.old else ""
    new = change.new[0].decode("utf-8", "replace") if change.new else ""
    if {old.lower(), new.lower()} <= _LOG_LEVELS:
        return True
    if change.kind not in _NAMED:
        return change.kind == "string" and _is_rename(change.kind, old, new, files, before, after)
    if "_" in (old, new) or old in _MIGRATIONS or new in _MIGRATIONS:
        return True
    if change.kind == "attribute" and old in _MIGRATED_ATTRIBUTES:
        return True
    if change.kind in ("name", "function") and not hasattr(builtins, new) and not _word(new).search(before):
        return True
    return _is_rename(change.kind, old, new, files, before, after)


def _called(change: Change, before: bytes) -> bytes:
    """The last name before the parenthesis that opens the arguments around a swap; empty if there is none."""
    depth = 0
    for position in range(change.start - 1, max(0, change.start - 2000), -1):
        byte = before[position : position + 1]
        if byte in b")]}":
            depth += 1
        elif byte in b"([{":
            if depth == 0:
                name = re.search(rb"(\w+)\s*$", before[max(0, position - 100) : position])
                return name[1] if name else b""
            depth -= 1
    return b""


def _defines(files: list[FileDiff], names: Iterable[bytes]) -> bool:
    """Whether a changed line holds the header of a function of one of these names."""
    header = re.compile(rb"(?m)^\s*(?:async\s+)?def\s+(?:" + b"|".join(map(re.escape, names)) + rb")\s*\(")
    return any(header.search(b"\n".join(hunk.new)) is not None for file in files for hunk in file.hunks)


def _makes_properties(files: list[FileDiff]) -> bool:
    """Whether a commit turns methods into properties or back."""
    decorator = re.compile(rb"(?m)^\s*@[\w.]*property\b")
    hunks = [hunk for file in files for hunk in file.hunks]
    return any(
        decorator.search(b"\n".join(side)) is not None for hunk in hunks for side in (hunk.old, hunk.new)
    )


def _word(text: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<!\w)" + re.escape(text.strip("'\"").encode()) + rb"(?!\w)")


def _binding(name: str) -> re.Pattern[bytes]:
    """Lines that define, assign or import a name."""
    word = re.escape(name.encode())
    return re.compile(
        rb"(?m)^\s*(?:async\s+)?(?:def|class)\s+" + word + rb"\b"
        rb"|^\s*(?:self\.|cls\.)?" + word + rb"\s*(?::[^=\n]+)?=(?!=)"
        rb"|^\s*(?:from\s.*)?import\s.*\b" + word + rb"\b|^\s*" + word + rb",?\s*$"
    )


def _is_rename(kind: str, old: str, new: str, files: list[FileDiff], before: bytes, after: bytes) -> bool:
    """Whether ``old`` became ``new`` elsewhere too, the commit introduced ``new``, or ``old`` is gone."""
    word_old, word_new, binding_new = _word(old), _word(new), _binding(new)
    replaced = 0
    for file in files:
        outside_tests = not is_test(file.path)
        for hunk in file.hunks:
            was, now = b"\n".join(hunk.old), b"\n".join(hunk.new)
            lost = len(word_old.findall(was)) - len(word_old.findall(now))
            gained = len(word_new.findall(now)) - len(word_new.findall(was))
            replaced += max(0, min(lost, gained))
            if outside_tests and binding_new.search(now) and not binding_new.search(was):
                return True
    if replaced > 1:
        return True
    if kind == "string":
        return False
    return word_old.search(after) is None and _binding(old).search(before) is not None
