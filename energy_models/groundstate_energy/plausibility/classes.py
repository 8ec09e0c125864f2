"""Which class a name or the value it holds is of, and what it has: likely, where the hard terms want it certain.

A decorator such as those of ``attrs`` or a registry leaves a class what it is to who reads it; a subclass may stand in for
what is annotated.
"""

from __future__ import annotations

from groundstate_energy.plausibility.edited_file import assigned_value, bindings_of
from groundstate_energy.terms.receivers import Receivers
from groundstate_energy.terms.view import FileView
from groundstate_grammars.index import BUILTIN_CLASSES, Class, Import, Module
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.definitions import is_plain_metaclass
from groundstate_grammars.python.scopes import BindingKind

_MOST_HOPS = 6
"""Re-exports followed before a name is given up."""
_ADD_NOTHING = frozenset(
    ("Generic", "typing.Generic", "Protocol", "typing.Protocol", "ABC", "abc.ABC", "object")
)


def class_named(view: FileView, receivers: Receivers, node: int) -> Class | None:
    """The class that the name or dotted name at ``node`` means; None for a builtin one."""
    definition = receivers.definition(node)
    if isinstance(definition, Class):
        return None if definition.home.name == "builtins" else definition
    flat = view.flat
    head = node
    while flat.kind[head] == py.ATTRIBUTE:
        head += 1
    if flat.kind[head] != py.IDENTIFIER or bindings_of(view.file, head)[0] != 0:
        return None
    return _class_in(view, view.module, view.text(node), 0)


def _class_in(view: FileView, module: Module, dotted: str, hops: int) -> Class | None:
    head, _, rest = dotted.partition(".")
    member = module.members.get(head)
    if isinstance(member, Class):
        return None if rest else member
    if not isinstance(member, Import) or hops > _MOST_HOPS:
        return None
    whole = view.index.imported(module, member)
    if isinstance(whole, Module):
        return _class_in(view, whole, rest, hops + 1) if rest else None
    source = view.index.imported(module, Import(member.module, member.level, None))
    if member.name is None or rest or not isinstance(source, Module):
        return None
    return _class_in(view, source, member.name, hops + 1)


def class_of(view: FileView, receivers: Receivers, node: int) -> Class | None:
    """The class of what the name at ``node`` holds: a first parameter, an annotated one, the result of one constructor."""
    flat, scopes = view.flat, view.scopes
    if flat.kind[node] != py.IDENTIFIER:
        return None
    at, group = bindings_of(view.file, node)
    if len(group) != 1:
        return None
    owner = view.class_scope_of_self(at, view.text(node))
    if owner >= 0:
        cls = view.module.class_at.get(scopes.scopes[owner].node)
        methods = () if cls is None else cls.methods.values()
        static = any(
            item.node == scopes.scopes[at].node and "staticmethod" in item.decorators for item in methods
        )
        return None if static else cls
    statement = flat.parent[group[0].node]
    kind = flat.kind[statement]
    if group[0].kind is BindingKind.PARAMETER and kind in (py.TYPED_PARAMETER, py.TYPED_DEFAULT_PARAMETER):
        return class_named(view, receivers, flat.child_by_field(statement, py.FIELD_TYPE) + 1)
    if group[0].kind is BindingKind.ASSIGNMENT:
        value = assigned_value(flat, group[0])
        if value >= 0 and flat.kind[value] == py.CALL:
            return class_named(view, receivers, value + 1)
    return None


def ancestry(view: FileView, cls: Class) -> list[Class] | None:
    """``cls`` and all its bases, those of a class after it, without ``object``; None when one is not known."""
    found, complete = known_ancestry(view, cls)
    return found if complete else None


def known_ancestry(view: FileView, cls: Class) -> tuple[list[Class], bool]:
    """``cls`` and those of its bases that are known, and whether these are all."""
    found = [cls]
    complete = True
    for own in found:
        complete = complete and own.bases is not None
        for base in own.bases or ():
            if base.name in _ADD_NOTHING:
                continue
            known = (
                BUILTIN_CLASSES.get(base.name) if base.is_builtin else _class_in(view, own.home, base.name, 0)
            )
            complete = complete and known is not None
            if known is not None and known not in found:
                found.append(known)
    return found, complete


def all_members(view: FileView, cls: Class) -> frozenset[str] | None:
    """All attributes of an instance of ``cls``; None where others may come or not all bases are known."""
    classes = ancestry(view, cls)
    if classes is None:
        return None
    found: set[str] = set(BUILTIN_CLASSES["object"].members)
    for one in classes:
        if one.open_because or not is_plain_metaclass(one.metaclass) or one.home.is_stub:
            return None
        found |= one.members | one.attributes
        if one.home is not view.module:
            found |= one.home.stores | one.home.attribute_words
    return frozenset(found)
