"""Definitions of one module: functions with signatures, classes with members, imports. Read from its tree, not run."""

from __future__ import annotations

import copy
import enum
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.builtin_names import BUILTINS
from groundstate_grammars.python.scopes import Binding, BindingKind, Scope, ScopeKind, Scopes
from groundstate_grammars.tree import FlatTree
from groundstate_grammars.word_matches import matches_from

_MOST_STEPS = 32
"""Steps by which the definitions of a version may have moved before they are made at once."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class ParameterKind(enum.Enum):
    POSITIONAL_ONLY = "positional-only"
    POSITIONAL = "positional"
    ANY_POSITIONAL = "any-positional"
    KEYWORD_ONLY = "keyword-only"
    ANY_KEYWORD = "any-keyword"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: ParameterKind
    has_default: bool


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or method. ``is_certain``: bound once, without condition, and no decorator that may replace it; not
    read from a stub, for stubs leave parameters out.

    ``decorators``: their text without arguments. ``node``: the definition in the tree it was read from.
    """

    name: str
    qualname: str
    parameters: tuple[Parameter, ...]
    decorators: tuple[str, ...]
    is_certain: bool
    node: int
    home: Module = field(repr=False)

    @property
    def path(self) -> Path | None:
        return self.home.path

    def bound(self) -> tuple[Parameter, ...] | None:
        """The parameters that a call on an instance or, for a class method, on the class fills; None: none to bind."""
        if "staticmethod" in self.decorators:
            return self.parameters
        first = self.parameters[0] if self.parameters else None
        if first is None or first.kind in (ParameterKind.KEYWORD_ONLY, ParameterKind.ANY_KEYWORD):
            return None
        return self.parameters if first.kind is ParameterKind.ANY_POSITIONAL else self.parameters[1:]


@dataclass(frozen=True, slots=True)
class Base:
    """A base class as written, subscripts left out. ``is_builtin``: the name is Python's own."""

    name: str
    is_builtin: bool


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class.

    Attributes:
        bases: None when one is an expression that the text does not settle.
        members: names bound in its body. attributes: names stored on instances or the class by its methods.
        methods: functions of its body. classes: classes of its body that are certain.
        metaclass: its text, empty without one.
        open_because: why attributes may come that the text does not show; empty when closed.
        is_certain: bound once, without condition, no decorator that may replace it, not read from a stub.
        is_abstract: it or a method says that it wants a subclass.
        is_dataclass: decorated by ``dataclasses.dataclass`` with options that keep the order of its fields.
        fields: of a dataclass, those of its own that its constructor takes; None when they are not certain.
    """

    name: str
    qualname: str
    home: Module = field(repr=False)
    bases: tuple[Base, ...] | None
    members: frozenset[str]
    attributes: frozenset[str]
    is_certain: bool
    methods: Mapping[str, Function] = field(default_factory=dict)
    classes: Mapping[str, Class] = field(default_factory=dict)
    slots: tuple[str, ...] | None = None
    metaclass: str = ""
    decorators: tuple[str, ...] = ()
    open_because: str = ""
    is_abstract: bool = False
    is_dataclass: bool = False
    fields: tuple[Parameter, ...] | None = None
    node: int = -1

    @property
    def path(self) -> Path | None:
        return self.home.path


@dataclass(frozen=True, slots=True)
class Import:
    """``from {level dots}{module} import {name}``; ``name`` None: the module itself."""

    module: str
    level: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that is bound, to what the text does not settle."""


Member = Function | Class | Import | Variable


@dataclass(slots=True, eq=False)
class Module:
    """A module. ``members``: names bound at its top level. ``classes``: its classes by definition node, local ones too.

    ``is_open``: names may come that the text does not show (star imports, ``globals()``, ``exec``).
    ``stores``: names of attributes that the file assigns on anything. ``attribute_words``: where the bodies of functions
    were not read, every name that the file uses as an attribute.
    """

    name: str
    path: Path | None
    members: Mapping[str, Member]
    class_at: Mapping[int, Class]
    is_package: bool
    is_open: bool
    has_getattr: bool
    stores: frozenset[str] = frozenset()
    attribute_words: frozenset[str] = frozenset()
    is_stub: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_stub = self.path is not None and self.path.suffix == ".pyi"


_DYNAMIC_MODULE = re.compile(
    rb"\bexecfile\s*\(|\bvars\s*\(\s*\)|\blocals\s*\(\s*\)\s*(?:\[|\.update)|\bmodules\s*\[\s*__name__"
    rb"|\bsetattr\s*\(\s*(?:sys\.)?modules|\b__builtins__\b|\bbuiltins\.\w+\s*=(?!=)|\bbuiltins\.__dict__"
    rb"|\b_convert_?\s*\(|\bglobal_enum\b|\bFunctionType\s*\(|\beval_code"
)
_DYNAMIC_WORDS = (
    b"globals",
    b"exec",
    b"vars",
    b"locals",
    b"modules",
    b"builtins",
    b"convert",
    b"global_enum",
    b"Function",
    b"eval_code",
)
"""Each match of ``_DYNAMIC_MODULE`` holds one of these; looking for them first is much faster."""
_READS_ONLY = rb"(?!\s*\.\s*(?:copy|get|items|keys|values)\s*\()"
_DYNAMIC_CLASS = re.compile(
    rb"\b[sd]e[tl]attr\s*\(\s*[\w.]+\s*,\s*(?![rbu]?[\"'])|\b(?:vars\s*\(\s*\w*\s*\)|__dict__)"
    + _READS_ONLY
    + rb"|\b(?:exec|locals|globals)\s*\(|__setattr__|__getattr__|__getattribute__|__class__ ?=(?!=)|__init_subclass__"
    rb"|__prepare__"
)
_SETS_ATTRIBUTES = re.compile(
    rb"\bsetattr\s*\(\s*(?!self\b|cls\b)(?![\w.]+\s*,\s*[rbu]?[\"'])|(?<!\bself)(?<!\bcls)\.__dict__"
    + _READS_ONLY
)
_DYNAMIC_MODULE_STARTS = (
    b"execfile",
    b"vars",
    b"locals",
    b"modules",
    b"setattr",
    b"__builtins__",
    b"builtins",
    b"_convert",
    b"global_enum",
    b"FunctionType",
    b"eval_code",
)
_DYNAMIC_CLASS_STARTS = (
    b"setattr",
    b"selattr",
    b"detattr",
    b"delattr",
    b"vars",
    b"__dict__",
    b"exec",
    b"locals",
    b"globals",
    b"__setattr__",
    b"__getattr__",
    b"__getattribute__",
    b"__class__",
    b"__init_subclass__",
    b"__prepare__",
)
_SETS_ATTRIBUTES_STARTS = (b"setattr", b".__dict__")
"""With these begin all matches of the three expressions."""
_WANTS_SUBCLASS = (b"abstract", b"raise NotImplementedError", b"ixin", b"Protocol", b"ABC")
_TRANSPARENT_DECORATORS = frozenset(
    (
        "staticmethod",
        "classmethod",
        "abstractmethod",
        "abc.abstractmethod",
        "final",
        "typing.final",
        "override",
        "typing.override",
        "no_type_check",
        "typing.no_type_check",
    )
)
_TRANSPARENT_CLASS_DECORATORS = frozenset(
    ("final", "typing.final", "runtime_checkable", "typing.runtime_checkable")
)
_KEEPS_ATTRIBUTES = _TRANSPARENT_CLASS_DECORATORS | frozenset(
    (
        "dataclass",
        "dataclasses.dataclass",
        "total_ordering",
        "functools.total_ordering",
        "attr.s",
        "attrs.define",
    )
)
"""Class decorators that add nothing that a reader of the class would not know, though they may add methods."""
_DATACLASS_OPTIONS = re.compile(
    r"\s*(?:(?:frozen|eq|order|repr|slots|unsafe_hash|weakref_slot|match_args)\s*=\s*\w+\s*,?\s*)*\)"
)
_TRANSPARENT_METACLASSES = frozenset(("ABCMeta", "abc.ABCMeta", "type"))
_STORE_PATTERNS = frozenset(
    (
        py.PATTERN_LIST,
        py.TUPLE_PATTERN,
        py.LIST_PATTERN,
        py.LIST_SPLAT_PATTERN,
        py.PARENTHESIZED_EXPRESSION,
        py.TUPLE,
        py.LIST,
        py.EXPRESSION_LIST,
        py.LIST_SPLAT,
    )
)


def read_module(flat: FlatTree, scopes: Scopes, path: Path | None, name: str) -> Module:
    """The definitions of a parsed module. ``path``: where it lies, if anywhere."""
    return ModuleReader(flat, scopes, path, name).module


def is_plain_metaclass(metaclass: str) -> bool:
    """Whether a metaclass (empty: none) makes classes like ``type`` does."""
    return not metaclass or metaclass in _TRANSPARENT_METACLASSES


def is_dynamic(flat: FlatTree) -> bool:
    """Whether a module reaches into namespaces, so that names may come that its text does not show."""
    data = flat.data
    if not any(word in data for word in _DYNAMIC_WORDS):
        return False
    if any(matches_from(_DYNAMIC_MODULE_STARTS, _DYNAMIC_MODULE, data)):
        return True
    if b"globals" not in data and b"exec" not in data:
        return False
    for node in flat.of_kind(py.CALL):
        if flat.kind[node + 1] != py.IDENTIFIER:
            continue
        name = flat.text(node + 1)
        if name == b"exec" and not _is_exec_elsewhere(flat, node):
            return True
        if name == b"globals" and not _is_read_of_globals(flat, node):
            return True
    return False


def _is_exec_elsewhere(flat: FlatTree, call: int) -> bool:
    """Whether a call of ``exec`` gives it a namespace of its own."""
    arguments = flat.child_by_field(call, py.FIELD_ARGUMENTS)
    given = [child for child in flat.children(arguments) if flat.kind[child] not in _PUNCTUATION]
    return len(given) >= 2 and not any(
        word in flat.text(child)
        for child in given[1:]
        for word in (b"globals", b"locals", b"vars", b"modules", b"*")
    )


def _is_read_of_globals(flat: FlatTree, call: int) -> bool:
    """Whether ``globals()`` is only looked into: subscripted, asked with ``in`` or ``get``, handed to ``eval``."""
    outer = flat.parent[call]
    kind = flat.kind[outer]
    if kind == py.SUBSCRIPT:
        around = flat.parent[outer]
        return (
            not _is_store(flat.kind[around], flat.field[outer]) and flat.kind[around] not in _STORE_PATTERNS
        )
    if kind == py.COMPARISON_OPERATOR:
        return True
    if kind == py.ATTRIBUTE:
        return flat.text(flat.child_by_field(outer, py.FIELD_ATTRIBUTE)) in (
            b"get",
            b"copy",
            b"items",
            b"keys",
            b"values",
        )
    if kind == py.ARGUMENT_LIST:
        return flat.text(flat.parent[outer] + 1) in (b"eval", b"dict", b"len", b"sorted", b"list", b"set")
    return False


class ModuleReader:
    """Reads the definitions of one parsed module; ``module`` holds them."""

    def __init__(self, flat: FlatTree, scopes: Scopes, path: Path | None, name: str) -> None:
        self.flat = flat
        self.scopes = scopes
        top = scopes.scopes[0]
        self.is_open = top.is_open or is_dynamic(flat)
        self.changes_signatures = b".__defaults__ " in flat.data or b".__kwdefaults__ " in flat.data
        class_at: dict[int, Class] = {}
        members: dict[str, Member] = {}
        self.module = Module(
            name=name,
            path=path,
            members=members,
            class_at=class_at,
            is_package=path is not None and path.stem == "__init__",
            is_open=self.is_open,
            has_getattr="__getattr__" in top.bindings,
        )
        self.stores, by_class = self._attribute_stores(0, None)
        self.module.stores = frozenset(self.stores)
        self.sets_attributes = any(matches_from(_SETS_ATTRIBUTES_STARTS, _SETS_ATTRIBUTES, flat.data))
        for node, cls in self._classes(scopes.scopes, by_class):
            class_at[node] = cls
        for name_ in top.bindings:
            members[name_] = self.member(top, name_)
        # In a later version, the module as it was read and what has moved since then.
        self._read, self._moves = self.module, Moves()

    def _classes(
        self, scopes: Sequence[Scope], stored: Mapping[int, set[str]]
    ) -> Iterator[tuple[int, Class]]:
        """The classes whose scopes are among some, each with its node, the last first.

        ``stored``: by class scope, attributes assigned on a method's first parameter.
        """
        inner: dict[int, dict[str, Class]] = {}
        for scope in reversed(scopes):
            if scope.kind is ScopeKind.CLASS:
                cls = self._class(scope, stored.get(scope.index, set()), inner.get(scope.index, {}))
                yield scope.node, cls
                if cls.is_certain and scope.parent >= 0:
                    inner.setdefault(scope.parent, {})[cls.name] = cls

    def in_version(self, flat: FlatTree, scopes: Scopes, function: int, size: int) -> ModuleReader:
        """The reader of another version of the file, which differs by a secluded change in one function.

        Args:
            function: its node in both trees. size: its nodes in the tree of this reader.
        """
        other = copy.copy(self)
        other.flat, other.scopes = flat, scopes
        tail, stop = function + size, function + flat.size[function]
        local = [node for node in self.module.class_at if function < node < tail]
        if local or len(self._moves.steps) > _MOST_STEPS:
            rest = copy.copy(self.module)
            rest.class_at = {node: cls for node, cls in rest.class_at.items() if node not in local}
            other._moves = Moves()
            other._read = other.module = _moved(rest, Moves().then(tail, stop - tail), at_once=True)
            _, stored = other._attribute_stores(function, stop)
            found = other._classes(scopes.scopes_in(function, stop), stored)
            other.module.class_at = {**other.module.class_at, **dict(found)}
        elif stop != tail:
            other._moves = self._moves.then(tail, stop - tail)
            other.module = _moved(self._read, other._moves, at_once=False)
        return other

    def member(self, scope: Scope, name: str) -> Member:
        """What ``name`` of the module, or of a function in it, is bound to."""
        bindings = scope.bindings[name]
        first = bindings[0]
        if first.kind is BindingKind.FUNCTION:
            return self._function(first, bindings, scope, name)
        if first.kind is BindingKind.CLASS and len(bindings) == 1:
            return self.module.class_at.get(self.flat.parent[first.node], Variable())
        if first.kind is BindingKind.IMPORT and all(item.kind is BindingKind.IMPORT for item in bindings):
            imports = {self._import(item.node) for item in bindings}
            if len(imports) == 1:
                return imports.pop() or Variable()
        return Variable()

    def _import(self, node: int) -> Import | None:
        """What the identifier ``node`` of an import statement binds."""
        flat = self.flat
        at = flat.parent[node]
        alias = flat.kind[at] == py.ALIASED_IMPORT
        dotted = at + 1 if alias else at
        statement = flat.parent[at]
        name = flat.text(dotted).decode("utf-8", "replace")
        if any(character.isspace() for character in name):
            return None
        if flat.kind[statement] == py.IMPORT_STATEMENT:
            return Import(name if alias else name.partition(".")[0], 0, None)
        if flat.kind[statement] != py.IMPORT_FROM_STATEMENT:
            return None
        source = flat.child_by_field(statement, py.FIELD_MODULE_NAME)
        text = flat.text(source).decode("utf-8", "replace") if source >= 0 else ""
        if source < 0 or any(character.isspace() for character in text):
            return None
        module = text.lstrip(".")
        return Import(module, len(text) - len(module), name)

    def _is_unconditional(self, definition: int, scope: Scope) -> bool:
        """Whether a definition stands directly in the body of its scope."""
        flat = self.flat
        around = flat.parent[definition]
        if flat.kind[around] == py.DECORATED_DEFINITION:
            around = flat.parent[around]
        if scope.index == 0:
            return around == 0
        return flat.kind[around] == py.BLOCK and flat.parent[around] == scope.node

    def _decorators(self, definition: int) -> tuple[str, ...]:
        flat = self.flat
        around = flat.parent[definition]
        if flat.kind[around] != py.DECORATED_DEFINITION:
            return ()
        found = []
        for child in flat.children(around):
            if flat.kind[child] == py.DECORATOR:
                text = flat.text(child)[1:].partition(b"#")[0].strip()
                found.append(text.decode("utf-8", "replace"))
        return tuple(found)

    def _function(self, first: Binding, bindings: list[Binding], scope: Scope, name: str) -> Function:
        flat = self.flat
        node = flat.parent[first.node]
        decorators = self._decorators(node)
        certain = (
            len(bindings) == 1
            and self._is_unconditional(node, scope)
            and _TRANSPARENT_DECORATORS.issuperset(decorators)
            and not (scope.index == 0 and self.is_open)
            and not (scope.is_open or self.changes_signatures or self.module.is_stub)
        )
        parameters = read_parameters(flat, node)
        certain = certain and parameters is not None
        return Function(name, name, parameters or (), decorators, certain, node, self.module)

    def _class(self, scope: Scope, stored: set[str], inner: dict[str, Class]) -> Class:
        flat = self.flat
        node = scope.node
        name_node = flat.child_by_field(node, py.FIELD_NAME)
        name = flat.text(name_node).decode("utf-8", "replace") if name_node >= 0 else ""
        bases, metaclass, odd = self._bases(node, scope)
        decorators = self._decorators(node)
        text = flat.text(node)
        dynamic = next(matches_from(_DYNAMIC_CLASS_STARTS, _DYNAMIC_CLASS, text), None)
        open_because = ""
        if odd:
            open_because = odd
        elif not is_plain_metaclass(metaclass):
            open_because = f"metaclass {metaclass}"
        elif any(decorator.partition("(")[0] not in _KEEPS_ATTRIBUTES for decorator in decorators):
            open_because = "decorated"
        elif dynamic:
            open_because = dynamic[0].decode("utf-8", "replace")
        elif self.sets_attributes:
            open_because = "the module sets attributes by name"
        elif scope.is_open:
            open_because = "star import"
        methods = {
            member: self._function(group[0], group, scope, member)
            for member, group in scope.bindings.items()
            if group[0].kind is BindingKind.FUNCTION
        }
        slots = self._slots(scope)
        is_dataclass = len(decorators) == 1 and self._is_dataclass_decorator(decorators[0])
        home = self.scopes.scopes[scope.parent]
        while home.kind is ScopeKind.TYPE_PARAMETERS:
            home = self.scopes.scopes[home.parent]
        group = [
            binding for binding in home.bindings.get(name, ()) if binding.kind is not BindingKind.ANNOTATION
        ]
        certain = (
            len(group) == 1
            and (is_dataclass or _TRANSPARENT_CLASS_DECORATORS.issuperset(decorators))
            and home.kind in (ScopeKind.MODULE, ScopeKind.CLASS)
            and self._is_unconditional(node, home)
            and not (home.index == 0 and self.is_open)
            and not self.module.is_stub
        )
        return Class(
            name=name,
            qualname=f"{name}@{node}",
            home=self.module,
            bases=None if odd else bases,
            members=frozenset(
                member
                for member, group in scope.bindings.items()
                if any(binding.kind is not BindingKind.DELETE for binding in group)
            ),
            attributes=frozenset(stored | set(slots or ())),
            is_certain=certain,
            methods=methods,
            classes=inner,
            slots=slots,
            metaclass=metaclass,
            decorators=decorators,
            open_because=open_because,
            is_abstract=any(word in text for word in _WANTS_SUBCLASS),
            is_dataclass=is_dataclass,
            fields=self._fields(scope) if is_dataclass else None,
            node=node,
        )

    def _is_dataclass_decorator(self, decorator: str) -> bool:
        """Whether it is the standard library's ``dataclass``, with options that leave the constructor as it is."""
        name, _, options = decorator.partition("(")
        head, _, rest = name.partition(".")
        group = self.scopes.scopes[0].bindings.get(head, [])
        if len(group) != 1 or group[0].kind is not BindingKind.IMPORT:
            return False
        item = self._import(group[0].node)
        if rest not in ("", "dataclass") or item != Import("dataclasses", 0, None if rest else "dataclass"):
            return False
        return not options or _DATACLASS_OPTIONS.fullmatch(options) is not None

    def _fields(self, scope: Scope) -> tuple[Parameter, ...] | None:
        """What a dataclass declares, in order; None where its text leaves doubt."""
        flat = self.flat
        found: list[Parameter] = []
        body = flat.child_by_field(scope.node, py.FIELD_BODY)
        for name, group in scope.bindings.items():
            statements = [self._annotated(binding.node) for binding in group]
            if all(statement < 0 for statement in statements):
                continue
            statement = statements[0]
            if len(group) != 1 or flat.parent[flat.parent[statement]] != body:
                return None
            annotation = flat.text(flat.child_by_field(statement, py.FIELD_TYPE))
            if b"InitVar" in annotation or b"KW_ONLY" in annotation:
                return None
            if b"ClassVar" in annotation:
                continue
            value = flat.child_by_field(statement, py.FIELD_RIGHT)
            has_default = value >= 0
            if value >= 0 and flat.kind[value] == py.CALL:
                callee = flat.text(value + 1)
                text = flat.text(value)
                if callee in (b"field", b"dataclasses.field"):
                    if re.search(rb"\b(?:init|kw_only)\s*=|\*\*", text):
                        return None
                    has_default = b"default" in text
                elif b"field" in callee.lower() or b"attr" in callee.lower():
                    return None
            if found and found[-1].has_default and not has_default:
                return None
            found.append(Parameter(name, ParameterKind.POSITIONAL, has_default))
        return tuple(found)

    def _annotated(self, node: int) -> int:
        """The annotated assignment whose target the identifier ``node`` is, or -1."""
        statement = self.flat.parent[node]
        if self.flat.kind[statement] != py.ASSIGNMENT or self.flat.field[node] != py.FIELD_LEFT:
            return -1
        return statement if self.flat.child_by_field(statement, py.FIELD_TYPE) >= 0 else -1

    def _bases(self, node: int, scope: Scope) -> tuple[tuple[Base, ...], str, str]:
        """Bases, metaclass, and why the bases are not settled (empty when they are)."""
        flat = self.flat
        supers = flat.child_by_field(node, py.FIELD_SUPERCLASSES)
        bases: list[Base] = []
        metaclass = ""
        for child in flat.children(supers) if supers >= 0 else ():
            kind = flat.kind[child]
            if kind == py.SUBSCRIPT:
                child += 1
                kind = flat.kind[child]
            if kind == py.KEYWORD_ARGUMENT:
                if flat.text(child + 1) != b"metaclass":
                    return (), "", "class keywords"
                metaclass = flat.text(flat.child_by_field(child, py.FIELD_VALUE)).decode("utf-8", "replace")
            elif kind in (py.IDENTIFIER, py.ATTRIBUTE):
                name = flat.text(child).decode("utf-8", "replace")
                head = name.partition(".")[0]
                target = self.scopes.resolve(head, scope.parent)
                if (
                    target > 0
                    or (target < 0 and head not in BUILTINS)
                    or not name.replace(".", "").isidentifier()
                ):
                    return (), "", "a base that the module does not define"
                bases.append(Base(name, target < 0))
            elif kind not in (py.COMMENT, _OPEN, _CLOSE, _COMMA):
                return (), "", "a base that is an expression"
        return tuple(bases), metaclass, ""

    def _slots(self, scope: Scope) -> tuple[str, ...] | None:
        """The strings of ``__slots__``; None without it."""
        flat = self.flat
        if "__slots__" not in scope.bindings:
            return None
        statement = flat.parent[scope.bindings["__slots__"][0].node]
        stop = statement + flat.size[statement]
        return tuple(
            flat.text(node).decode("utf-8", "replace")
            for node in range(statement, stop)
            if flat.kind[node] == py.STRING_CONTENT
        )

    def _attribute_stores(self, first: int, stop: int | None) -> tuple[set[str], dict[int, set[str]]]:
        """Attribute names assigned on anything among the nodes from ``first`` up to ``stop``, and by class scope those
        assigned on a method's first parameter."""
        flat = self.flat
        everywhere: set[str] = set()
        by_class: dict[int, set[str]] = {}
        for node in stored_attributes(flat, first, stop):
            name_node = flat.child_by_field(node, py.FIELD_ATTRIBUTE)
            name = flat.text(name_node).decode("utf-8", "replace") if name_node >= 0 else ""
            everywhere.add(name)
            if flat.kind[node + 1] == py.IDENTIFIER:
                owner = self.class_of_self(node + 1)
                if owner >= 0:
                    by_class.setdefault(owner, set()).add(name)
        return everywhere, by_class

    def class_of_self(self, identifier: int) -> int:
        """Scope index of the class whose method's first parameter ``identifier`` reads, or -1."""
        flat, scopes = self.flat, self.scopes
        name = flat.text(identifier).decode("utf-8", "replace")
        at = scopes.resolve(name, scopes.scope_of[identifier])
        return -1 if at < 0 else class_of_first_parameter(flat, scopes, at, name)


def stored_attributes(flat: FlatTree, first: int = 0, stop: int | None = None) -> Iterator[int]:
    """Attributes that are assigned or deleted, among the nodes from ``first`` up to ``stop``, in text order."""
    kinds, parents, fields = flat.kind, flat.parent, flat.field
    for node in flat.of_kind(py.ATTRIBUTE, first, stop):
        target = node
        outer = parents[node]
        while kinds[outer] in _STORE_PATTERNS:
            target = outer
            outer = parents[outer]
        if _is_store(kinds[outer], fields[target]):
            yield node


@dataclass(frozen=True, slots=True)
class Moves:
    """Where the nodes of one version of a tree are in a later one: at each step, so many further from some node on."""

    steps: tuple[tuple[int, int], ...] = ()

    def then(self, tail: int, by: int) -> Moves:
        """One more step; one that follows on the last, as when a function is typed into, is one with it."""
        if self.steps and sum(self.steps[-1]) == tail:
            first, before = self.steps[-1]
            return Moves((*self.steps[:-1], (first, before + by)))
        return Moves((*self.steps, (tail, by)))

    def of(self, node: int) -> int:
        """Where a node is that is in none of the functions that changed."""
        for tail, by in self.steps:
            if node >= tail:
                node += by
        return node


def _moved(module: Module, moves: Moves, *, at_once: bool) -> Module:
    """A module in a version in which its definitions are at other nodes, all made at once or each when first asked for."""
    other = copy.copy(module)
    made: dict[Class, Class] = {}

    def copied(of: Mapping[_Key, _Value], copy: Callable[[_Value], _Value]) -> Mapping[_Key, _Value]:
        return {key: copy(item) for key, item in of.items()} if at_once else _Copies(of, copy)

    def function(item: Function) -> Function:
        return Function(
            item.name,
            item.qualname,
            item.parameters,
            item.decorators,
            item.is_certain,
            moves.of(item.node),
            other,
        )

    def class_(item: Class) -> Class:
        found = made.get(item)
        if found is None:
            node = moves.of(item.node)
            new = replace(
                item,
                qualname=f"{item.name}@{node}",
                home=other,
                methods=copied(item.methods, function),
                classes=copied(item.classes, class_),
                node=node,
            )
            found = made.setdefault(item, new)
        return found

    def member(item: Member) -> Member:
        if isinstance(item, Function):
            return function(item)
        return class_(item) if isinstance(item, Class) else item

    other.class_at = copied({moves.of(node): cls for node, cls in module.class_at.items()}, class_)
    other.members = copied(module.members, member)
    return other


class _Copies(Mapping[_Key, _Value]):
    """Copies of what a mapping maps to, each made when it is first asked for."""

    __slots__ = ("_copies", "_copy", "_of")

    def __init__(self, of: Mapping[_Key, _Value], copy: Callable[[_Value], _Value]) -> None:
        self._of = of
        self._copy = copy
        self._copies: dict[_Key, _Value] = {}

    def __getitem__(self, key: _Key) -> _Value:
        found = self._copies.get(key)
        return self._copies.setdefault(key, self._copy(self._of[key])) if found is None else found

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def __contains__(self, key: object) -> bool:
        return key in self._of


def class_of_first_parameter(flat: FlatTree, scopes: Scopes, scope: int, name: str) -> int:
    """Scope index of the class whose method has the scope ``scope`` and the first parameter ``name``, or -1."""
    function = scopes.scopes[scope]
    if function.kind is not ScopeKind.FUNCTION:
        return -1
    group = function.bindings.get(name)
    if group is None or group[0].kind is not BindingKind.PARAMETER:
        return -1
    outer = scopes.scopes[function.parent]
    while outer.kind is ScopeKind.TYPE_PARAMETERS:
        outer = scopes.scopes[outer.parent]
    if outer.kind is not ScopeKind.CLASS:
        return -1
    parameters = flat.child_by_field(function.node, py.FIELD_PARAMETERS)
    first = next((child for child in flat.children(parameters) if child_is_parameter(flat, child)), -1)
    if first < 0 or not first <= group[0].node < first + flat.size[first]:
        return -1
    return outer.index


def child_is_parameter(flat: FlatTree, node: int) -> bool:
    """Whether a child of a parameter list is a parameter, not punctuation, a comment or a bare star."""
    return flat.kind[node] in _PARAMETER_KINDS


def _is_store(context: int, field_id: int) -> bool:
    if context in (py.ASSIGNMENT, py.AUGMENTED_ASSIGNMENT, py.FOR_STATEMENT, py.FOR_IN_CLAUSE):
        return field_id == py.FIELD_LEFT
    return context in (py.AS_PATTERN_TARGET, py.DELETE_STATEMENT)


_OPEN = py.token("(")
_CLOSE = py.token(")")
_COMMA = py.token(",")
_PUNCTUATION = frozenset((_OPEN, _CLOSE, _COMMA, py.COMMENT, py.LINE_CONTINUATION))
_PARAMETER_KINDS = frozenset(
    (
        py.IDENTIFIER,
        py.DEFAULT_PARAMETER,
        py.TYPED_PARAMETER,
        py.TYPED_DEFAULT_PARAMETER,
        py.LIST_SPLAT_PATTERN,
        py.DICTIONARY_SPLAT_PATTERN,
    )
)


def read_parameters(flat: FlatTree, function: int) -> tuple[Parameter, ...] | None:
    """The parameters of a function definition; None when the list holds something unknown."""
    node = flat.child_by_field(function, py.FIELD_PARAMETERS)
    if node < 0:
        return None
    found: list[Parameter] = []
    keyword_only = False
    for child in flat.children(node):
        kind = flat.kind[child]
        if kind in _PUNCTUATION:
            continue
        if kind == py.POSITIONAL_SEPARATOR:
            found = [Parameter(item.name, ParameterKind.POSITIONAL_ONLY, item.has_default) for item in found]
            continue
        if kind == py.KEYWORD_SEPARATOR:
            keyword_only = True
            continue
        has_default = kind in (py.DEFAULT_PARAMETER, py.TYPED_DEFAULT_PARAMETER)
        inner = child
        if kind in (py.DEFAULT_PARAMETER, py.TYPED_DEFAULT_PARAMETER, py.TYPED_PARAMETER):
            inner = child + 1
            kind = flat.kind[inner]
        name = flat.text(inner).lstrip(b"* \t").decode("utf-8", "replace")
        if kind == py.LIST_SPLAT_PATTERN:
            found.append(Parameter(name, ParameterKind.ANY_POSITIONAL, False))
            keyword_only = True
        elif kind == py.DICTIONARY_SPLAT_PATTERN:
            found.append(Parameter(name, ParameterKind.ANY_KEYWORD, False))
        elif kind == py.IDENTIFIER:
            is_private = name.startswith("__") and not name.endswith("__")
            if is_private:
                return None
            found.append(
                Parameter(
                    name,
                    ParameterKind.KEYWORD_ONLY if keyword_only else ParameterKind.POSITIONAL,
                    has_default,
                )
            )
        else:
            return None
    return tuple(found)
