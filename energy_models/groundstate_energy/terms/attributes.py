"""The attributes term: attributes that a class or module never defines, where both are closed and fully known.

An attribute of ``self`` may come from a subclass, of any instance from an assignment elsewhere. So a violation also
needs that no file of the workspace so much as mentions the name other than by reading it as an attribute.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundstate_energy.terms.guards import expects_failure
from groundstate_energy.terms.nearest import nearest_names
from groundstate_energy.terms.receivers import Receivers
from groundstate_energy.terms.view import FileView
from groundstate_energy.terms.violation import Reason, Violation
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.index import Class, Module
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.definitions import is_plain_metaclass

_CAUGHT = frozenset((b"AttributeError",))
_MOST_REPAIRS = 5
_MODULE_ATTRIBUTES = frozenset(
    [
        "__annotations__",
        "__builtins__",
        "__cached__",
        "__class__",
        "__dict__",
        "__doc__",
        "__file__",
        "__loader__",
        "__name__",
        "__package__",
        "__path__",
        "__spec__",
        "__version__",
        "__all__",
    ]
)


def attribute_violations(
    view: FileView, receivers: Receivers, first: int = 0, stop: int | None = None
) -> Iterator[Violation]:
    """GS107 of the nodes from ``first`` up to ``stop``; without them, of the whole file."""
    flat = view.flat
    kinds = flat.kind
    attribute, identifier = py.ATTRIBUTE, py.IDENTIFIER
    for node in flat.of_kind(attribute, first, stop):
        receiver = node + 1
        if kinds[receiver] != identifier and kinds[receiver] != attribute:
            continue
        name_node = flat.child_by_field(node, py.FIELD_ATTRIBUTE)
        if name_node < 0:
            continue
        name = view.text(name_node)
        if name.startswith("__") or name in view.module.stores:
            continue
        own = receivers.self_class(receiver)
        cls = own or receivers.instance(receiver)
        if cls is not None:
            known = members_of(view, cls)
            what = f"`{cls.name}`"
        else:
            definition = receivers.definition(receiver)
            if not isinstance(definition, Module) or definition.is_stub:
                continue
            cls = None
            known = names_of_module(view, definition, name)
            what = f"module `{definition.name}`"
            if known is not None and name not in known and receivers.is_version_dependent(definition, node):
                continue
        if known is None or name in known:
            continue
        if expects_failure(flat, node, _CAUGHT) or view.mentions(name):
            continue
        if own is not None and view.is_subclassed(own.name):
            continue
        yield _violation(view, name_node, name, known, what, cls)


def members_of(view: FileView, cls: Class) -> frozenset[str] | None:
    """All attributes of an instance of ``cls``; None unless the class and its lineage are closed and fully known."""
    lineage = view.lineage(cls)
    if lineage is None:
        return None
    found: set[str] = set()
    for base in lineage:
        if base.open_because or not is_plain_metaclass(base.metaclass) or base.home.is_stub:
            return None
        found |= base.members
        found |= base.attributes
        if base.home is not view.module:
            found |= base.home.stores | base.home.attribute_words
    return frozenset(found)


def names_of_module(view: FileView, module: Module, name: str) -> frozenset[str] | None:
    """All attributes of ``module``; None where others may come, such as a submodule called ``name``."""
    if module.is_open or module.has_getattr or view.index.has_submodule(module, name):
        return None
    return frozenset(module.members) | _MODULE_ATTRIBUTES


def _violation(
    view: FileView, node: int, name: str, known: frozenset[str], what: str, cls: Class | None
) -> Violation:
    flat = view.flat
    start, end = flat.start[node], flat.end[node]
    near = nearest_names(name, sorted(other for other in known if not other.startswith("__")), _MOST_REPAIRS)
    repairs = tuple(Edit("GS107", (Replacement(start, end, other.encode()),)) for other in near)
    evidence: tuple[Reason, ...] = ()
    if cls is not None and cls.home is view.module:
        place = flat.child_by_field(cls.node, py.FIELD_NAME)
        evidence = (
            Reason(flat.start[place], flat.end[place], f"{what} is defined here, closed and fully known"),
        )
    return Violation("GS107", start, end, f"{what} never defines `{name}`", repairs, evidence)
