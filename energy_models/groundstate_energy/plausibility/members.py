"""Edits that the classes of the project rule out: members and keywords that are not there, or are no such thing."""

from __future__ import annotations

from groundstate_energy.plausibility.classes import (
    all_members,
    ancestry,
    class_named,
    class_of,
    known_ancestry,
)
from groundstate_energy.plausibility.conditions import needs_a_value
from groundstate_energy.plausibility.edited_file import EditedFile, last_name, parts
from groundstate_energy.terms.attributes import names_of_module
from groundstate_energy.terms.receivers import Receivers
from groundstate_energy.terms.view import FileView
from groundstate_grammars.index import Class, Function, Module
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.definitions import ParameterKind, is_plain_metaclass
from groundstate_grammars.tree import FlatTree

_PROPERTIES = frozenset(("property", "cached_property", "functools.cached_property"))
_STILL_METHODS = frozenset(
    ("staticmethod", "classmethod", "abstractmethod", "abc.abstractmethod", "override")
)
_ORDERED = frozenset(map(py.token, ("<", "<=", ">", ">=")))


def names_a_member_that_is_not_there(edit: EditedFile) -> bool:
    """The class or module is closed and fully known, has the member as written and not the other one."""
    old, flat = edit.old_nodes[0], edit.before.flat
    if len(edit.replacements) != 1 or not _is_member(flat, old) or _is_stored(flat, flat.parent[old]):
        return False
    new = _new(edit)
    known = _known_members(edit.view, edit.receivers, flat.parent[old] + 1, new)
    return known is not None and edit.view.text(old) in known and new not in known


def _known_members(view: FileView, receivers: Receivers, receiver: int, name: str) -> frozenset[str] | None:
    """What the class or module at ``receiver`` has; None where it may have others, such as a submodule ``name``."""
    definition = receivers.definition(receiver)
    if isinstance(definition, Module):
        if definition.is_stub or receivers.is_version_dependent(definition, receiver):
            return None
        return names_of_module(view, definition, name)
    named = class_named(view, receivers, receiver)
    cls = named or class_of(view, receivers, receiver)
    known = None if cls is None else all_members(view, cls)
    if cls is None or known is None or (named is None and view.is_subclassed(cls.name)):
        return None
    return known


def names_a_keyword_that_is_not_there(edit: EditedFile) -> bool:
    """The callee has the keyword as written and not the other one, and takes no others."""
    old, flat = edit.old_nodes[0], edit.before.flat
    keyword = flat.parent[old]
    if (
        len(edit.replacements) != 1
        or flat.kind[keyword] != py.KEYWORD_ARGUMENT
        or flat.field[old] != py.FIELD_NAME
    ):
        return False
    callee = flat.parent[flat.parent[keyword]] + 1
    definition = edit.receivers.definition(callee)
    cls = class_named(edit.view, edit.receivers, callee)
    if isinstance(definition, Function):
        known = _parameters(definition)
    else:
        known = None if cls is None else _keywords_of_class(edit.view, cls)
    return known is not None and edit.view.text(old) in known and _new(edit) not in known


def _parameters(function: Function) -> frozenset[str] | None:
    if any(parameter.kind is ParameterKind.ANY_KEYWORD for parameter in function.parameters):
        return None
    return frozenset(parameter.name for parameter in function.parameters)


def _keywords_of_class(view: FileView, cls: Class) -> frozenset[str] | None:
    """Parameters of ``__init__``; where a decorator may write it, what the class and its bases have too: it may be fields.

    None where they are not known. Whatever ``__new__`` takes, ``__init__`` is called with the same.
    """
    classes = ancestry(view, cls)
    plain = bool(cls.decorators) or all(is_plain_metaclass(one.metaclass) for one in classes or ())
    if classes is None or not plain:
        return None
    found: set[str] = set()
    for one in classes:
        if one.home.name == "builtins":
            return None
        if "__init__" in one.members:
            init = one.methods.get("__init__")
            known = None if init is None else _parameters(init)
            if known is None or not cls.decorators or one is cls:
                return known
            found |= known
        if cls.decorators:
            found |= one.members | {name.lstrip("_") for name in one.members}
    return frozenset(found) or None


def sets_a_property_that_has_no_setter(edit: EditedFile) -> bool:
    """The attribute would be assigned where its class has it as a property that can only be read."""
    new, flat = edit.new_nodes[0], edit.after.flat
    if not _is_member(flat, new) or not _is_stored(flat, flat.parent[new]):
        return False
    view = edit.view_after
    cls = class_of(view, Receivers(view), flat.parent[new] + 1)
    name = view.text(new)
    classes = [] if cls is None else known_ancestry(view, cls)[0]
    owner = next((one for one in classes if name in one.members), None)
    if owner is None or owner.home is not view.module or name not in owner.methods:
        return False
    group = view.scopes.scopes[_scope_of_class(view, owner)].bindings[name]
    return owner.methods[name].decorators == ("property",) and len(group) == 1


def moves_the_only_assignment(edit: EditedFile) -> bool:
    """An attribute that the file reads would get a value nowhere, for its one assignment names another."""
    old, flat = edit.old_nodes[0], edit.before.flat
    if len(edit.replacements) != 1 or not _is_member(flat, old) or not _is_stored(flat, flat.parent[old]):
        return False
    name, view = edit.view.text(old), edit.view_after
    before = class_of(edit.view, edit.receivers, flat.parent[old] + 1)
    if (
        before is None
        or before.home is not edit.view.module
        or name.startswith("__")
        or name in view.module.stores
    ):
        return False
    after = next((cls for cls in view.module.class_at.values() if cls.node == before.node), None)
    if after is None or view.is_subclassed(after.name):
        return False
    if any(name in cls.members | cls.attributes for cls in known_ancestry(view, after)[0][1:]):
        return False
    if name in after.members and not _is_only_declared(view, after, name):
        return False
    return any(
        flat.kind[node] == py.ATTRIBUTE
        and last_name(flat, node) == flat.text(old)
        and not _is_stored(flat, node)
        for node in range(len(flat))
    )


def looks_at_known_bases(edit: EditedFile) -> bool:
    """Whether a check may look at those bases of a class that are known, and so object where fewer are.

    Only checks of members do; all others are silent where a base is not known.
    """
    return _is_member(edit.before.flat, edit.old_nodes[0]) or _is_member(edit.after.flat, edit.new_nodes[0])


def _is_only_declared(view: FileView, cls: Class, name: str) -> bool:
    """Whether the body of a class of the file says of a name that it is there, and gives it no value but ``None``."""
    flat = view.flat
    for binding in view.scopes.scopes[_scope_of_class(view, cls)].bindings[name]:
        statement = flat.parent[binding.node]
        if flat.kind[statement] != py.ASSIGNMENT:
            return False
        value = flat.child_by_field(statement, py.FIELD_RIGHT)
        if value >= 0 and flat.kind[value] != py.NONE:
            return False
    return True


def uses_a_method_as_a_value(edit: EditedFile) -> bool:
    """A method of the class would be subscripted, iterated, ordered, calculated with or asked whether it is true."""
    new, flat = edit.new_nodes[0], edit.after.flat
    if not _is_member(flat, new) or not _is_used(flat, flat.parent[new]):
        return False
    view = edit.view_after
    cls = class_of(view, Receivers(view), flat.parent[new] + 1)
    if cls is None:
        return False
    name = view.text(new)
    for base in known_ancestry(view, cls)[0]:
        if name in base.attributes or name in base.members:
            method = base.methods.get(name)
            plain = method is not None and _STILL_METHODS.issuperset(method.decorators)
            return plain and name not in base.attributes
    return False


def _is_used(flat: FlatTree, attribute: int) -> bool:
    around = flat.parent[attribute]
    if flat.kind[around] == py.COMPARISON_OPERATOR:
        return any(flat.kind[child] in _ORDERED for child in flat.children(around))
    return needs_a_value(flat, attribute)


def reads_the_same_through_a_property(edit: EditedFile) -> bool:
    """A property that only returns an attribute gives the same as the attribute."""
    old, flat = edit.old_nodes[0], edit.before.flat
    if len(edit.replacements) != 1 or not _is_member(flat, old) or _is_stored(flat, flat.parent[old]):
        return False
    cls = class_of(edit.view, edit.receivers, flat.parent[old] + 1)
    if cls is None or cls.home is not edit.view.module:
        return False
    names = (edit.view.text(old), _new(edit))
    return any(_returned_attribute(edit.view, cls, one) == other for one, other in (names, names[::-1]))


def _returned_attribute(view: FileView, cls: Class, name: str) -> str:
    """The attribute of ``self`` that the property ``name`` returns and does nothing else; empty for any other."""
    method = cls.methods.get(name)
    if method is None or len(method.decorators) != 1 or method.decorators[0] not in _PROPERTIES:
        return ""
    flat = view.flat
    body = parts(flat, flat.child_by_field(method.node, py.FIELD_BODY))
    if (
        len(body) == 2
        and flat.kind[body[0]] == py.EXPRESSION_STATEMENT
        and flat.kind[body[0] + 1] == py.STRING
    ):
        body = body[1:]
    if len(body) != 1 or flat.kind[body[0]] != py.RETURN_STATEMENT or flat.size[body[0]] < 3:
        return ""
    value = parts(flat, body[0])[-1]
    if flat.kind[value] != py.ATTRIBUTE or flat.text(value + 1) != b"self":
        return ""
    return last_name(flat, value).decode("utf-8", "replace")


def _is_stored(flat: FlatTree, attribute: int) -> bool:
    """Whether an assignment by ``=`` or another sign stores into an attribute."""
    around = flat.parent[attribute]
    return (
        flat.kind[around] in (py.ASSIGNMENT, py.AUGMENTED_ASSIGNMENT)
        and flat.field[attribute] == py.FIELD_LEFT
    )


def _is_member(flat: FlatTree, node: int) -> bool:
    """Whether ``node`` is the name of an attribute."""
    return flat.kind[flat.parent[node]] == py.ATTRIBUTE and flat.field[node] == py.FIELD_ATTRIBUTE


def _new(edit: EditedFile) -> str:
    return edit.replacements[0].new.decode("utf-8", "replace")


def _scope_of_class(view: FileView, cls: Class) -> int:
    """Index of the scope of the body of a class of the file itself."""
    body = view.flat.child_by_field(cls.node, py.FIELD_BODY)
    return view.scopes.scope_of[body]
