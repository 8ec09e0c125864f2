"""What an expression certainly is: the function, class or module that a dotted name means, the class of an instance."""

from __future__ import annotations

import re
from pathlib import Path

from groundstate_energy.terms.view import FileView
from groundstate_grammars.index import BUILTIN_CLASSES, Class, Definition, Function, Import, Module
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.builtin_names import BUILTINS
from groundstate_grammars.python.definitions import Parameter, is_plain_metaclass
from groundstate_grammars.python.scopes import BindingKind, Scope, ScopeKind

_VERSIONED = re.compile(
    rb"version|VERSION|\bPY_?[23]|\bpy[23]\b|hasattr|getattr|platform|os\.name|hexversion|\bHAS_|\bHAVE_|_AVAILABLE"
)
_CLASS_METHODS = frozenset(("__new__", "__init_subclass__", "__class_getitem__"))
_KEEPS_SELF = frozenset(
    [
        "property",
        "cached_property",
        "functools.cached_property",
        "override",
        "typing.override",
        "final",
        "abstractmethod",
        "contextmanager",
        "contextlib.contextmanager",
        "asynccontextmanager",
        "contextlib.asynccontextmanager",
    ]
)


class Receivers:
    """Resolves expressions of one file; each dotted name once for each scope that binds its head."""

    def __init__(self, view: FileView) -> None:
        self.view = view
        self._known: dict[tuple[int, bytes], Definition | None] = {}
        self._constructors: dict[Class, tuple[Parameter, ...] | None] = {}
        self._inside: dict[Path | None, bool] = {}
        self._versioned: dict[int, bool] = {}
        self._selves: dict[tuple[int, bytes], Class | None] = {}
        self._instances: dict[tuple[int, bytes], Class | None] = {}

    def definition(self, node: int) -> Definition | None:
        """What the name or dotted name at ``node`` certainly means."""
        view = self.view
        flat = view.flat
        head = node
        while flat.kind[head] == py.ATTRIBUTE:
            head += 1
        if flat.kind[head] != py.IDENTIFIER:
            return None
        key = (view.scopes.scope_of[head], flat.text(node))
        if key not in self._known:
            name = view.text(head)
            self._known[key] = self._define(view.scopes.resolve(name, key[0]), name, view.text(node))
        return self._known[key]

    def _define(self, target: int, name: str, dotted: str) -> Definition | None:
        view = self.view
        if target < 0:
            return BUILTIN_CLASSES.get(dotted) if dotted in BUILTINS and not view.is_dynamic else None
        scope = view.scopes.scopes[target]
        if not dotted.replace(".", "").isidentifier() or ("." in dotted and self._is_stored(dotted)):
            return None
        if target > 0:
            found = self._local(scope, name)
            _, _, rest = dotted.partition(".")
            if found is not None and rest:
                found = view.index.follow(found, rest) if isinstance(found, Module) else None
        else:
            found = view.index.follow(view.module, dotted)
        return None if isinstance(found, Function) and found.name in found.home.stores else found

    def _local(self, scope: Scope, name: str) -> Definition | None:
        """What a name of a function's scope means: an inner function or an import."""
        if scope.kind is not ScopeKind.FUNCTION:
            return None
        member = self.view.member(scope, name)
        if isinstance(member, Function):
            return member if member.is_certain else None
        return self.view.index.imported(self.view.module, member) if isinstance(member, Import) else None

    def _is_stored(self, dotted: str) -> bool:
        """Whether the file assigns an attribute on the way, such as ``module.function = …``."""
        return not self.view.module.stores.isdisjoint(dotted.split(".")[1:])

    def instance(self, node: int) -> Class | None:
        """The class of the instance that a name holds, where one assignment of a constructor call binds it."""
        view = self.view
        if view.flat.kind[node] != py.IDENTIFIER:
            return None
        key = (view.scopes.scope_of[node], view.flat.text(node))
        if key not in self._instances:
            name = view.text(node)
            target = view.scopes.resolve(name, key[0])
            self._instances[key] = self._instance(view.scopes.scopes[target], name) if target >= 0 else None
        return self._instances[key]

    def _instance(self, scope: Scope, name: str) -> Class | None:
        flat = self.view.flat
        group = scope.bindings[name]
        if scope.kind not in (ScopeKind.MODULE, ScopeKind.FUNCTION):
            return None
        if len(group) != 1 or group[0].kind is not BindingKind.ASSIGNMENT:
            return None
        if scope.index == 0 and (self.view.is_dynamic or scope.is_open):
            return None
        statement = flat.parent[group[0].node]
        value = flat.child_by_field(statement, py.FIELD_RIGHT)
        if flat.kind[statement] != py.ASSIGNMENT or value < 0 or flat.kind[value] != py.CALL:
            return None
        cls = self.definition(value + 1)
        if not isinstance(cls, Class) or (cls.path is None and cls.home is not self.view.module):
            return None
        return cls if self.constructor(cls) is not None else None

    def self_class(self, node: int) -> Class | None:
        """The class around a method whose first parameter the name at ``node`` is. A subclass may hide in it."""
        view = self.view
        if view.flat.kind[node] != py.IDENTIFIER:
            return None
        key = (view.scopes.scope_of[node], view.flat.text(node))
        if key not in self._selves:
            name = view.text(node)
            target = view.scopes.resolve(name, key[0])
            self._selves[key] = self._self_class(target, name) if target > 0 else None
        return self._selves[key]

    def _self_class(self, scope: int, name: str) -> Class | None:
        view = self.view
        owner = view.class_scope_of_self(scope, name)
        if owner < 0 or len(view.scopes.scopes[scope].bindings[name]) != 1:
            return None
        cls = view.module.class_at.get(view.scopes.scopes[owner].node)
        function = view.scopes.scopes[scope].node
        method = _method_at(cls, view.text(view.flat.child_by_field(function, py.FIELD_NAME)), function)
        if cls is None or cls.is_abstract or method is None or method.name in _CLASS_METHODS:
            return None
        if not all(
            decorator in _KEEPS_SELF or decorator.endswith(".setter") for decorator in method.decorators
        ):
            return None
        if view.index.root is None and not cls.name.startswith("_"):
            return None
        return cls

    def method(self, receiver: int, name: str) -> Function | None:
        """The method that ``receiver.name`` certainly means, for an instance of a class that is known."""
        view = self.view
        own = self.self_class(receiver)
        cls = own or self.instance(receiver)
        lineage = view.lineage(cls) if cls is not None else None
        if lineage is None or name in view.module.stores:
            return None
        for base in lineage:
            if (
                ("__getattribute__" in base.members and base.home.name != "builtins")
                or not is_plain_metaclass(base.metaclass)
                or name in base.attributes
                or name in base.home.stores
            ):
                return None
        definer = next((base for base in lineage if name in base.members), None)
        method = definer.methods.get(name) if definer is not None else None
        if definer is None or method is None or not method.is_certain:
            return None
        return method

    def is_never_overridden(self, receiver: int, name: str) -> bool:
        """Whether nothing in the file or workspace overrides what ``method`` gave. Reads the workspace."""
        view = self.view
        own = self.self_class(receiver)
        if own is None:
            return True
        if view.is_subclassed(own.name):
            return False
        lineage = view.lineage(own) or ()
        definer = next((base for base in lineage if name in base.members), own)
        return self._is_defined_once(name, definer)

    def _is_defined_once(self, name: str, definer: Class) -> bool:
        """Whether no class of the file or the workspace but ``definer`` has a function ``name``."""
        view = self.view
        own = int(definer.home is view.module)
        if view.flat.data.count(b"def " + name.encode()) > own:
            return False
        index = view.index
        inside = definer.path is not None and index.is_own(definer.path)
        return index.times_defined(name) <= int(inside)

    def constructor(self, cls: Class) -> tuple[Parameter, ...] | None:
        """Parameters of the call that makes an instance of ``cls``; None when they are not certain."""
        if cls not in self._constructors:
            self._constructors[cls] = self._construct(cls)
        return self._constructors[cls]

    def _construct(self, cls: Class) -> tuple[Parameter, ...] | None:
        lineage = self.view.lineage(cls)
        if lineage is None or not cls.is_certain or cls.home.name == "builtins":
            return None
        found: tuple[Parameter, ...] | None = None
        for base in lineage:
            if base.home.name == "builtins":
                if found is None:
                    found = () if base.name == "object" else None
                    break
                continue
            if (
                not is_plain_metaclass(base.metaclass)
                or "__new__" in base.members
                or "__init_subclass__" in base.members
                or "__init__" in base.home.stores
                or "__new__" in base.home.stores
            ):
                return None
            if found is None and "__init__" in base.members:
                method = base.methods.get("__init__")
                if method is None or not method.is_certain or method.decorators:
                    return None
                found = method.bound()
                if found is None:
                    return None
            elif found is None and base.is_dataclass:
                found = _dataclass_parameters(lineage[lineage.index(base) :])
                if found is None:
                    return None
        return found

    def is_version_dependent(self, definition: Definition, node: int) -> bool:
        """Whether a use of something from outside the workspace may be meant for another version of it.

        So it is where the function around asks for versions or features, and below a condition of the module or class.
        """
        path = definition.path
        if path not in self._inside:
            self._inside[path] = path is None or self.view.index.is_own(path)
        if self._inside[path]:
            return False
        flat = self.view.flat
        around = 0
        conditional = False
        for ancestor in flat.ancestors(node):
            if flat.kind[ancestor] == py.FUNCTION_DEFINITION:
                around = ancestor
                conditional = False
            elif flat.kind[ancestor] in (py.IF_STATEMENT, py.TRY_STATEMENT):
                conditional = True
        if conditional:
            return True
        if around not in self._versioned:
            text = flat.text(around) if around else flat.data
            self._versioned[around] = _VERSIONED.search(text) is not None
        return self._versioned[around]


def _method_at(cls: Class | None, name: str, node: int) -> Function | None:
    """The method of a class that is defined at a node, under a name as it is written."""
    if cls is None:
        return None
    method = cls.methods.get(name)
    if method is not None and method.node == node:
        return method
    return next((item for item in cls.methods.values() if item.node == node), None)


def _dataclass_parameters(lineage: tuple[Class, ...]) -> tuple[Parameter, ...] | None:
    """Parameters of the constructor that ``dataclass`` writes for the first class of ``lineage``."""
    found: dict[str, Parameter] = {}
    for base in reversed(lineage):
        if base.is_dataclass:
            if base.fields is None:
                return None
            found.update({field.name: field for field in base.fields})
    parameters = tuple(found.values())
    defaults = [parameter.has_default for parameter in parameters]
    return parameters if defaults == sorted(defaults) else None
