"""Two versions of a function compared token by token: is the difference one small site, and of which kind?

Tokens are the leaves of the syntax tree without comments and docstrings; a string without interpolations is one
token, and so are ``not in`` and ``is not``. Layout is not a token, but the block depth of every kept token must
not change.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Point, Tree

PYTHON = Language(tree_sitter_python.language())

RULE_OF_CLASS: dict[str, str] = {
    "name": "GS301",
    "attribute": "GS302",
    "method": "GS303",
    "function": "GS304",
    "keyword": "GS305",
    "swapped-arguments": "GS306",
    "swapped-operands": "GS307",
    "self-or-name": "GS308",
    "missing-call": "GS309",
    "operator": "GS310",
    "assignment-operator": "GS311",
    "comparison": "GS312",
    "boolean": "GS313",
    "negation": "GS314",
    "literal": "GS315",
    "number": "GS315",
    "string": "GS315",
    "sign": "GS316",
    "off-by-one": "GS317",
}
"""Classes of change, and the rule that each belongs to."""

_ARITHMETIC = frozenset(b"+ - * / // % ** @ & | ^ << >>".split())
_COMPARISONS = frozenset((b"<", b"<=", b">", b">=", b"==", b"!=", b"<>", b"in", b"not in", b"is", b"is not"))
_ASSIGNMENTS = frozenset(b"= += -= *= /= //= %= **= @= &= |= ^= <<= >>=".split())
_NUMBERS = frozenset(("integer", "float"))
_CONSTANTS = frozenset(("true", "false", "none"))
_OPERAND_PARENTS = frozenset(
    ("binary_operator", "comparison_operator", "conditional_expression", "boolean_operator", "subscript")
)
_BINDING_PARENTS = frozenset(
    (
        "parameters", "lambda_parameters", "typed_parameter", "function_definition", "class_definition",
        "dotted_name", "aliased_import", "import_from_statement", "import_statement", "global_statement",
        "nonlocal_statement", "as_pattern_target", "list_splat_pattern", "dictionary_splat_pattern", "type",
        "type_parameter", "generic_type", "union_type", "member_type", "case_pattern", "class_pattern",
    )
)  # fmt: skip
_BOUND_ARITHMETIC = frozenset((b"+", b"-"))
_KEY_METHODS = frozenset(b"get pop setdefault has_key getlist getattr hasattr setattr".split())
_AROUND_CONSTANTS = frozenset(("unary_operator", "tuple", "list", "parenthesized_expression"))
_RANGES = frozenset((b"range", b"xrange", b"arange", b"islice", b"randint", b"randrange", b"linspace"))
_LARGEST_SWAP = 160


@dataclass(frozen=True, slots=True)
class Token:
    """A lexical token: byte range, text with white space inside normalised, number of blocks around it."""

    start: int
    end: int
    text: bytes
    depth: int


@dataclass(frozen=True, slots=True)
class Change:
    """The one difference between two functions.

    ``kind``: a key of ``RULE_OF_CLASS``. ``start``, ``end``: bytes of the differing tokens in the text before
    (equal for an insertion). ``old``, ``new``: the differing tokens. ``old_kinds``, ``new_kinds``: their node kinds.
    ``spans``: for a swap, the byte ranges of the two swapped nodes in the text before; else empty.
    """

    kind: str
    start: int
    end: int
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]
    old_kinds: tuple[str, ...]
    new_kinds: tuple[str, ...]
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """An outermost function: dotted name with its classes, and its definition node."""

    name: str
    node: Node


def parse(data: bytes) -> Tree:
    return Parser(PYTHON).parse(data)


def parse_again(
    tree: Tree,
    before: bytes,
    old_lines: list[int],
    after: bytes,
    new_lines: list[int],
    rows: tuple[int, int, int],
) -> Tree:
    """The tree of ``after``, reusing the tree of ``before`` outside the changed rows.

    Args:
        old_lines, new_lines: byte offsets of the beginnings of lines.
        rows: the first row that differs, and the first rows behind the last difference before and after.
    """
    first, old, new = rows
    reused = tree.copy()
    start = old_lines[first] if first < len(old_lines) else len(before)
    old_end = old_lines[old] if old < len(old_lines) else len(before)
    new_end = new_lines[new] if new < len(new_lines) else len(after)
    old_point, new_point = _end(before, old_lines, old), _end(after, new_lines, new)
    reused.edit(start, old_end, new_end, Point(first, 0), old_point, new_point)
    return Parser(PYTHON).parse(after, reused)


def _end(data: bytes, lines: list[int], row: int) -> Point:
    return Point(row, 0) if row < len(lines) else Point(len(lines) - 1, len(data) - lines[-1])


def functions(tree: Tree) -> list[Function]:
    """Functions that lie in no other function, in text order; methods carry the names of their classes."""
    found: list[Function] = []
    waiting: list[tuple[str, Node]] = [("", tree.root_node)]
    while waiting:
        prefix, node = waiting.pop()
        if node.type == "function_definition":
            found.append(Function(prefix + _name(node), node))
            continue
        if node.type == "class_definition":
            prefix += _name(node) + "."
        if node.type in _CONTAINERS:
            waiting.extend((prefix, child) for child in reversed(node.named_children))
    return found


_CONTAINERS = frozenset(
    (
        "module", "block", "class_definition", "decorated_definition", "if_statement", "else_clause",
        "elif_clause", "try_statement", "except_clause", "finally_clause", "with_statement", "for_statement",
        "while_statement",
    )
)  # fmt: skip


def _name(node: Node) -> str:
    name = node.child_by_field_name("name")
    return (name.text or b"").decode("utf-8", "replace") if name is not None else "?"


def tokens(node: Node, data: bytes) -> list[Token]:
    """The tokens below ``node`` in text order."""
    found: list[Token] = []
    cursor = node.walk()
    depth = 0
    blocks: list[bool] = []
    while True:
        current = cursor.node
        assert current is not None
        kind = current.type
        leaf = current.child_count == 0
        skip = kind == "comment" or kind == "line_continuation"
        if not leaf:
            if kind == "expression_statement":
                child = current.child(0)
                skip = (
                    child is not None
                    and current.child_count == 1
                    and child.type in ("string", "concatenated_string")
                )
            elif kind == "not in" or kind == "is not":
                leaf = True
            elif kind == "string":
                leaf = all(child.type != "interpolation" for child in current.children)
        if leaf and not skip and current.start_byte < current.end_byte:
            text = data[current.start_byte : current.end_byte]
            if kind == "not in" or kind == "is not":
                text = kind.encode()
            found.append(Token(current.start_byte, current.end_byte, text, depth))
        if not leaf and not skip and cursor.goto_first_child():
            blocks.append(kind == "block")
            depth += kind == "block"
            continue
        while not cursor.goto_next_sibling():
            if not blocks:
                return found
            cursor.goto_parent()
            depth -= blocks.pop()
        if not blocks:
            return found


def compare(before: Tree, old: Sequence[Token], after: Tree, new: Sequence[Token]) -> Change | None:
    """The single-site change that turns the tokens ``old`` into ``new``; None if there is no such change.

    Args:
        before, after: trees of the whole files; token offsets are offsets into their texts.
    """
    shorter = min(len(old), len(new))
    if abs(len(old) - len(new)) > 3:
        return None
    head = 0
    while head < shorter and old[head].text == new[head].text and old[head].depth == new[head].depth:
        head += 1
    tail = 0
    while (
        tail < shorter - head
        and old[-1 - tail].text == new[-1 - tail].text
        and old[-1 - tail].depth == new[-1 - tail].depth
    ):
        tail += 1
    removed, added = len(old) - head - tail, len(new) - head - tail
    if not removed and not added:
        return None
    if removed == 1 and added == 1:
        return _replacement(before, old[head], after, new[head])
    if not removed or not added:
        return _run(before, old, after, new, head)
    if removed <= 2 and added <= 2:
        found = _signed_number(before, old[head : head + removed], after, new[head : head + added])
        if found:
            return found
    if removed == added and removed <= _LARGEST_SWAP:
        return _swap(before, old, new, head, tail)
    return None


def _leaf(tree: Tree, token: Token) -> Node:
    node = tree.root_node.descendant_for_byte_range(token.start, token.end)
    assert node is not None
    parent = node.parent
    while parent is not None and parent.type in ("string", "not in", "is not"):
        if (parent.start_byte, parent.end_byte) != (token.start, token.end):
            break
        node, parent = parent, parent.parent
    return node


def _field(node: Node) -> str | None:
    parent = node.parent
    if parent is None:
        return None
    for index in range(parent.child_count):
        if parent.child(index) == node:
            return parent.field_name_for_child(index)
    return None


def _replacement(before: Tree, old: Token, after: Tree, new: Token) -> Change | None:
    if old.depth != new.depth:
        return None
    was, now = _leaf(before, old), _leaf(after, new)
    if was.parent is None or now.parent is None:
        return None
    kind = _kind_of_replacement(was, old.text, now, new.text)
    if kind is None:
        return None
    return Change(kind, old.start, old.end, (old.text,), (new.text,), (was.type,), (now.type,))


def _kind_of_replacement(was: Node, old: bytes, now: Node, new: bytes) -> str | None:
    assert was.parent is not None
    assert now.parent is not None
    around, around_now = was.parent.type, now.parent.type
    if was.type == "identifier" and now.type == "identifier":
        role = _role(was)
        return role if role == _role(now) else None
    if {was.type, now.type} <= _CONSTANTS | _NUMBERS and _is_setting(was):
        return None
    if was.type in _NUMBERS and now.type in _NUMBERS:
        return _number(was, old, new)
    if was.type in _CONSTANTS and now.type in _CONSTANTS:
        return "literal"
    if {was.type, now.type} <= _CONSTANTS | _NUMBERS and around == around_now:
        return None if {old, new} in ({b"True", b"1"}, {b"False", b"0"}) else "literal"
    if was.type == "string" and now.type == "string":
        return "string" if _is_key(was) and _is_key(now) and not _same_string(old, new) else None
    if around == around_now == "comparison_operator" and old in _COMPARISONS and new in _COMPARISONS:
        return None if _is_identity_style(was, old, new) else "comparison"
    if around == around_now == "binary_operator" and old in _ARITHMETIC and new in _ARITHMETIC:
        return "operator"
    if around == around_now == "boolean_operator" and {old, new} == {b"and", b"or"}:
        return "boolean"
    if around == around_now == "unary_operator" and {old, new} <= {b"-", b"+"}:
        return "sign"
    if {around, around_now} <= {"assignment", "augmented_assignment"} and {old, new} <= _ASSIGNMENTS:
        return "assignment-operator"
    return None


_SETTINGS = re.compile(
    rb"time_?out|retr(y|ies)|interval|delay|sleep|version|stacklevel|font|zorder|dpi|verbos|colou?r|debug"
)


def _is_setting(node: Node) -> bool:
    """Whether a constant is the default of a parameter, or what a setting such as a timeout is given."""
    parent = node.parent
    while parent is not None and parent.type in _AROUND_CONSTANTS:
        parent = parent.parent
    if parent is None:
        return False
    if parent.type in ("default_parameter", "typed_default_parameter"):
        return True
    named = None
    if parent.type == "keyword_argument":
        named = parent.child_by_field_name("name")
    elif parent.type == "assignment":
        named = parent.child_by_field_name("left")
    elif parent.type == "argument_list" and parent.parent is not None:
        named = parent.parent.child_by_field_name("function")
    return named is not None and _SETTINGS.search((named.text or b"").lower()) is not None


def _is_identity_style(operator: Node, old: bytes, new: bytes) -> bool:
    """``<>`` for ``!=``, and ``== None`` for ``is None``: the same comparison in other words."""
    if {old, new} == {b"<>", b"!="}:
        return True
    if {old, new} not in ({b"==", b"is"}, {b"!=", b"is not"}):
        return False
    following = operator.next_sibling
    return following is not None and following.type in _CONSTANTS


def _role(node: Node) -> str | None:
    """The class of names that an identifier is used as; None where it binds, imports or annotates."""
    parent = node.parent
    assert parent is not None
    if parent.type in _BINDING_PARENTS:
        return None
    field = _field(node)
    if parent.type in ("default_parameter", "typed_default_parameter") and field == "name":
        return None
    if parent.type == "keyword_argument" and field == "name":
        return "keyword"
    if _in_annotation(parent):
        return None
    if _is_raised_class(node):
        return None
    if parent.type == "attribute" and field == "attribute":
        call = parent.parent
        called = call is not None and call.type == "call" and _field(parent) == "function"
        return "method" if called else "attribute"
    if parent.type == "call" and field == "function":
        return "function"
    return "name"


def _statement(node: Node) -> Node | None:
    """The innermost statement, block or definition around a node."""
    ancestor: Node | None = node
    while ancestor is not None and not ancestor.type.endswith(("_statement", "block", "_definition")):
        ancestor = ancestor.parent
    return ancestor


def _is_raised_class(node: Node) -> bool:
    statement = _statement(node)
    raised = statement.child(1) if statement is not None and statement.type == "raise_statement" else None
    if raised is not None and raised.type == "call":
        raised = raised.child_by_field_name("function")
    return raised is not None and raised.start_byte <= node.start_byte and node.end_byte <= raised.end_byte


def _number(was: Node, old: bytes, new: bytes) -> str | None:
    try:
        first, second = ast.literal_eval(old.decode()), ast.literal_eval(new.decode())
    except (ValueError, SyntaxError, UnicodeDecodeError):
        return None if re.sub(rb"^0o?|[lL]$", b"", old) == re.sub(rb"^0o?|[lL]$", b"", new) else "number"
    if first == second:
        return None
    if type(first) is int and type(second) is int and abs(first - second) == 1 and _is_bound(was):
        return "off-by-one"
    return "number"


def _is_bound(node: Node) -> bool:
    """Whether a number is an index, a bound, or added to or taken from something."""
    parent = node.parent
    if parent is not None and parent.type == "unary_operator":
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("slice", "subscript", "comparison_operator"):
        return True
    if parent.type == "binary_operator":
        operator = parent.child_by_field_name("operator")
        return operator is not None and operator.text in _BOUND_ARITHMETIC
    if parent.type == "argument_list" and parent.parent is not None:
        called = parent.parent.child_by_field_name("function")
        return called is not None and (called.text or b"").rpartition(b".")[2] in _RANGES
    return False


def _is_key(node: Node) -> bool:
    """Whether a string is a subscript, the first argument of a look-up, or compared with something."""
    parent = node.parent
    assert parent is not None
    if parent.type == "subscript":
        return _field(node) == "subscript"
    if parent.type == "comparison_operator":
        return True
    if parent.type in ("tuple", "list", "set") and parent.parent is not None:
        return parent.parent.type == "comparison_operator"
    if parent.type != "argument_list" or parent.parent is None:
        return False
    called = parent.parent.child_by_field_name("function")
    name = (called.text or b"") if called is not None else b""
    if name.rpartition(b".")[2] not in _KEY_METHODS:
        return False
    return node in parent.named_children[: 1 if b"." in name else 2]


def _same_string(old: bytes, new: bytes) -> bool:
    """Whether two literals differ only in prefix or quotes."""
    try:
        first, second = (ast.literal_eval(re.sub(rb"^[uUbB]+", b"", text).decode()) for text in (old, new))
    except (ValueError, SyntaxError, UnicodeDecodeError):
        return False
    return bool(first == second)


def _run(before: Tree, old: Sequence[Token], after: Tree, new: Sequence[Token], head: int) -> Change | None:
    """An inserted or a deleted run of tokens, tried at every place where it reads the same."""
    inserted = len(new) > len(old)
    longer, tree = (new, after) if inserted else (old, before)
    length = abs(len(new) - len(old))
    if length > 3:
        return None
    start = head
    while True:
        run = longer[start : start + length]
        kind = _kind_of_run(tree, longer, start, length)
        if kind is not None:
            kinds = tuple(_leaf(tree, token).type for token in run)
            texts = tuple(token.text for token in run)
            if inserted:
                position = old[start - 1].end
                return Change(kind, position, position, (), texts, (), kinds)
            return Change(kind, run[0].start, run[-1].end, texts, (), kinds, ())
        if start == 0 or longer[start - 1].text != longer[start + length - 1].text:
            return None
        start -= 1


def _kind_of_run(tree: Tree, longer: Sequence[Token], start: int, length: int) -> str | None:
    if start == 0:
        return None
    texts = tuple(token.text for token in longer[start : start + length])
    parent = _leaf(tree, longer[start]).parent
    if parent is None:
        return None
    if texts == (b"not",):
        return "negation" if parent.type == "not_operator" else None
    if texts == (b"-",):
        return "sign" if parent.type == "unary_operator" else None
    if texts == (b"(", b")"):
        return "missing-call" if parent.type == "argument_list" else None
    if texts in ((b"self", b"."), (b"cls", b".")):
        if parent.type != "attribute" or longer[start - 1].text == b".":
            return None
        return None if _in_annotation(parent) else "self-or-name"
    if length == 2 and texts[0] in _BOUND_ARITHMETIC and texts[1] == b"1":
        return "off-by-one" if parent.type == "binary_operator" else None
    return None


def _in_annotation(node: Node) -> bool:
    """Whether a node lies in a type, a decorator or the classes of an ``except``."""
    ancestor: Node | None = node
    while ancestor is not None and not ancestor.type.endswith(("_statement", "block", "_definition")):
        if ancestor.type in ("type", "decorator", "except_clause"):
            return True
        ancestor = ancestor.parent
    return False


def _signed_number(before: Tree, old: Sequence[Token], after: Tree, new: Sequence[Token]) -> Change | None:
    """A number replaced by another where a side has a minus: ``-1`` for ``0``."""
    for side in (old, new):
        if len(side) == 2 and side[0].text != b"-":
            return None
    was, now = _leaf(before, old[-1]), _leaf(after, new[-1])
    if was.type not in _NUMBERS or now.type not in _NUMBERS:
        return None
    for side, leaf in ((old, was), (new, now)):
        if len(side) == 2 and (leaf.parent is None or leaf.parent.type != "unary_operator"):
            return None
    kind = _number(was, b"".join(t.text for t in old), b"".join(t.text for t in new))
    if kind is None:
        return None
    return Change(
        kind,
        old[0].start,
        old[-1].end,
        tuple(t.text for t in old),
        tuple(t.text for t in new),
        tuple(_leaf(before, t).type for t in old),
        tuple(_leaf(after, t).type for t in new),
    )


def _swap(before: Tree, old: Sequence[Token], new: Sequence[Token], head: int, tail: int) -> Change | None:
    """Two nodes below one parent that changed places."""
    stop = len(old) - tail
    if sorted(t.text for t in old[head:stop]) != sorted(t.text for t in new[head : len(new) - tail]):
        return None
    start, end = old[head].start, old[stop - 1].end
    node: Node | None = before.root_node.named_descendant_for_byte_range(start, end)
    for _ in range(3):
        if node is None or node.type.endswith(("_statement", "block", "_definition")):
            return None
        kind = None
        if node.type == "argument_list":
            kind = "swapped-arguments"
        elif node.type in _OPERAND_PARENTS:
            kind = "swapped-operands"
        if kind is not None:
            spans = _swapped_children(node, old, new)
            if spans is not None:
                start, end = spans[0][0], spans[1][1]
                inside = [index for index, token in enumerate(old) if start <= token.start < end]
                low, high = inside[0], inside[-1] + 1
                return Change(
                    kind,
                    start,
                    end,
                    tuple(t.text for t in old[low:high]),
                    tuple(t.text for t in new[low:high]),
                    tuple(_leaf(before, t).type for t in old[low:high]),
                    (),
                    spans,
                )
        node = node.parent
    return None


def _swapped_children(
    parent: Node, old: Sequence[Token], new: Sequence[Token]
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    parts = list(_exchangeable(parent))[:10]
    texts = [token.text for token in old]
    target = [token.text for token in new]
    index_of = {token.start: index for index, token in enumerate(old)}
    end_of = {token.end: index + 1 for index, token in enumerate(old)}
    for first in range(len(parts)):
        for second in range(first + 1, len(parts)):
            one, other = parts[first], parts[second]
            try:
                a, b = index_of[one.start_byte], end_of[one.end_byte]
                c, d = index_of[other.start_byte], end_of[other.end_byte]
            except KeyError:
                continue
            if b <= c and texts[:a] + texts[c:d] + texts[b:c] + texts[a:b] + texts[d:] == target:
                return (one.start_byte, one.end_byte), (other.start_byte, other.end_byte)
    return None


def _exchangeable(parent: Node) -> Iterator[Node]:
    for child in parent.named_children:
        if child.type == "keyword_argument":
            value = child.child_by_field_name("value")
            if value is not None:
                yield value
        elif child.type != "comment":
            yield child
