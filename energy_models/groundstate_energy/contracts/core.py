"""The core: the small language that functions and clauses are lowered to before anything is concluded about them.

It is Python without what is hard to be exact about. Every node keeps the byte range ``at`` it came from; two nodes that
differ only there are equal. An operation that may raise does so in the core too: there is no undefined behaviour, only
exits. Local names are unique within a function; those of comprehensions carry a ``#`` and a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

Range = tuple[int, int]


class Unmodelled(Exception):
    """Something that is not modelled exactly. ``construct``: what, in words. ``at``: byte range in the file."""

    def __init__(self, construct: str, at: Range) -> None:
        super().__init__(construct)
        self.construct = construct
        self.at = at


@dataclass(frozen=True, slots=True)
class Type:
    """What an annotation says.

    ``name``: int, bool, float, str, none, list, tuple, tuple*, dict, set, sequence, union, self, any.
    ``arguments``: element types; of ``tuple`` one for each element, of ``tuple*`` (any length) one, of ``union`` all.
    """

    name: str
    arguments: tuple[Type, ...] = ()

    def __str__(self) -> str:
        if self.name == "union":
            return " | ".join(map(str, self.arguments))
        if self.name == "tuple*":
            return f"tuple[{self.arguments[0]}, ...]"
        if self.name == "none":
            return "None"
        return f"{self.name}[{', '.join(map(str, self.arguments))}]" if self.arguments else self.name


INT, BOOL, FLOAT, STR, NONE, ANY = (Type(name) for name in ("int", "bool", "float", "str", "none", "any"))


def union(*members: Type) -> Type:
    """The union of types, flattened; of one type that type."""
    found: dict[Type, None] = {}
    for member in members:
        found.update(dict.fromkeys(member.arguments if member.name == "union" else (member,)))
    return next(iter(found)) if len(found) == 1 else Type("union", tuple(found))


@dataclass(frozen=True, slots=True)
class Const:
    """An int, bool, float, str, None, or a tuple of these."""

    value: object
    at: Range = field(default=(0, 0), compare=False)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Const) and type(self.value) is type(other.value) and repr(self) == repr(other)
        )

    def __hash__(self) -> int:
        return hash((type(self.value), repr(self.value)))

    def __repr__(self) -> str:
        return f"Const({self.value!r})"


@dataclass(frozen=True, slots=True)
class Name:
    """A local variable."""

    name: str
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``operator``: ``-``, ``+``, ``~`` or ``not``."""

    operator: str
    operand: Expression
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """``operator``: ``+ - * / // % ** & | ^ << >>``."""

    operator: str
    left: Expression
    right: Expression
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """``first op rest[0] op rest[1] …``, each operand evaluated at most once, stopping at the first false comparison."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Logical:
    """``and`` or ``or``: gives the operand that decides, evaluates nothing after it."""

    operator: str
    operands: tuple[Expression, ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    condition: Expression
    then: Expression
    otherwise: Expression
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Display:
    """A new container of ``kind``: tuple, list, set; or dict, whose ``items`` are key, value, key, value, …"""

    kind: str
    items: tuple[Expression, ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Subscript:
    value: Expression
    index: Expression
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Slice:
    value: Expression
    lower: Expression | None
    upper: Expression | None
    step: Expression | None
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Builtin:
    """A call of a builtin function, which the module does not shadow."""

    name: str
    arguments: tuple[Expression, ...]
    keywords: tuple[tuple[str, Expression], ...] = ()
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Method:
    """A call of a method of a builtin type."""

    name: str
    receiver: Expression
    arguments: tuple[Expression, ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function of the same module. ``arguments``: one for each parameter, None where the default is used."""

    function: str
    arguments: tuple[Expression | None, ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Clause:
    """``for target in iterable if condition if …`` of a comprehension."""

    target: Target
    iterable: Expression
    conditions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Comprehension:
    """``kind``: list, set, dict (``element`` is then a tuple display of key and value) or generator.

    Generators stand only where a builtin consumes them at once.
    """

    kind: str
    element: Expression
    clauses: tuple[Clause, ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Lambda:
    """The ``key=`` of a builtin: a function of one value, which the builtin calls and nobody keeps."""

    parameter: Name
    body: Expression
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Formatted:
    """An f-string of texts and of values that are formatted without a specification."""

    parts: tuple[Expression, ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Walrus:
    name: str
    value: Expression
    at: Range = field(default=(0, 0), compare=False)


Expression = (
    Const
    | Name
    | Unary
    | Binary
    | Compare
    | Logical
    | Conditional
    | Display
    | Subscript
    | Slice
    | Builtin
    | Method
    | Call
    | Comprehension
    | Lambda
    | Formatted
    | Walrus
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Unpacking into a fixed number of targets."""

    targets: tuple[Target, ...]
    at: Range = field(default=(0, 0), compare=False)


Target = Name | Pattern | Subscript


@dataclass(frozen=True, slots=True)
class Assign:
    """``targets[0] = targets[1] = … = value``. ``annotation``: of the one target that has it."""

    targets: tuple[Target, ...]
    value: Expression
    annotation: Type | None = None
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Augment:
    """``target op= value``, in place where the value before is a list."""

    target: Name | Subscript
    operator: str
    value: Expression
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Evaluate:
    expression: Expression
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class If:
    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class While:
    """``number``: of the loop in its function, in text order. ``otherwise``: the ``else`` part."""

    condition: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    number: int
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class For:
    target: Target
    iterable: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    number: int
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Return:
    value: Expression
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Raise:
    """``exception`` None: what is being handled. ``arguments`` are evaluated and forgotten."""

    exception: str | None
    arguments: tuple[Expression, ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Assert:
    """``clause``: index into the function's clauses, or -1 when no clause is about it. ``role``: the clause's kind."""

    condition: Expression
    clause: int
    role: str
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Handler:
    """``exceptions``: names of classes; empty catches all."""

    exceptions: tuple[str, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Try:
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    otherwise: tuple[Statement, ...]
    final: tuple[Statement, ...]
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Break:
    at: Range = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Continue:
    at: Range = field(default=(0, 0), compare=False)


Statement = Assign | Augment | Evaluate | If | While | For | Return | Raise | Assert | Try | Break | Continue


@dataclass(frozen=True, slots=True)
class Parameter:
    """``type``: None without an annotation. ``default``: None where the caller must give a value."""

    name: str
    type: Type | None
    default: Expression | None = None
    keyword_only: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A clause, lowered. ``moment``: when its expression is evaluated.

    Attributes:
        index: of the clause among those of its function.
        moment: entry, return, or place (an assert in the body, found by its ``clause``), or exceptions.
        expression: in terms of ``name@`` (parameters as passed), ``@result`` and ``@old.name``; None without one.
        exceptions: of a clause about what may be raised.
        detached: ranges ``at`` of the nodes count in ``text``, not in the file.
    """

    index: int
    moment: str
    expression: Expression | None
    text: str
    at: Range
    exceptions: tuple[str, ...] = ()
    detached: bool = False


@dataclass(frozen=True, slots=True)
class Old:
    """A value taken at entry into the variable ``name``. ``copied``: it does not change with the argument."""

    name: str
    expression: Expression
    copied: bool


@dataclass(frozen=True, slots=True)
class Receiver:
    """The object whose method a function is: it is nothing but its fields, which are parameters of the function.

    ``owner``: the class. ``fields``: those that the method or its contract speaks of. ``constructor``: the function of the
    program whose variables of these names are what a new object has.
    """

    owner: str
    fields: tuple[str, ...]
    constructor: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function in the core, with its contract. ``receiver``: of a method that speaks of its object."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: Type | None
    body: tuple[Statement, ...]
    conditions: tuple[Condition, ...] = ()
    olds: tuple[Old, ...] = ()
    at: Range = field(default=(0, 0), compare=False)
    receiver: Receiver | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A function and the functions of its module that it may call, by name."""

    main: str
    functions: dict[str, Function]
    exceptions: dict[str, tuple[str, ...]]

    @property
    def function(self) -> Function:
        return self.functions[self.main]


def walk(root: object) -> Iterator[object]:
    """All nodes at and below ``root`` in a fixed order, ``root`` first."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(reversed(node))
        elif hasattr(node, "__dataclass_fields__") and not isinstance(node, Type):
            yield node
            if not isinstance(node, Const):
                parts = fields(node)  # type: ignore[arg-type]  # a dataclass, by the test above
                stack.extend(getattr(node, item.name) for item in reversed(parts) if item.name != "at")


def substituted(root: Expression, replace: dict[str, Expression]) -> Expression:
    """``root`` with names replaced by expressions."""

    def visit(node: object) -> object:
        if isinstance(node, Name):
            return replace.get(node.name, node)
        if isinstance(node, tuple):
            return tuple(map(visit, node))
        if isinstance(node, Const | Type) or not hasattr(node, "__dataclass_fields__"):
            return node
        parts = fields(node)  # type: ignore[arg-type]  # a dataclass, by the test above
        return type(node)(**{item.name: visit(getattr(node, item.name)) for item in parts})

    result = visit(root)
    assert isinstance(result, Expression)
    return result


def names_in(root: object) -> set[str]:
    """The local variables that are read below ``root``."""
    return {node.name for node in walk(root) if isinstance(node, Name)}


def assigned_in(root: object) -> set[str]:
    """The local variables that statements below ``root`` bind."""
    found: set[str] = set()
    for node in walk(root):
        if isinstance(node, Assign):
            for target in node.targets:
                found |= target_names(target)
        elif isinstance(node, Augment) and isinstance(node.target, Name):
            found.add(node.target.name)
        elif isinstance(node, For | Clause):
            found |= target_names(node.target)
        elif isinstance(node, Lambda):
            found.add(node.parameter.name)
        elif isinstance(node, Walrus):
            found.add(node.name)
    return found


def target_names(target: Target) -> set[str]:
    if isinstance(target, Name):
        return {target.name}
    if isinstance(target, Pattern):
        return set().union(*map(target_names, target.targets))
    return set()
