"""The context header of a unit: a few tokens of what surrounds it, read by the network before the unit itself.

In order, as far as the budget goes: the class and its bases, the signatures of the callees that the file or the project
knows, the attributes and the methods of the class, where the imported names come from.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from groundstate_grammars.python.lexical import Role
from groundstate_grammars.python.scopes import BindingKind
from groundstate_grammars.python.units import Unit

if TYPE_CHECKING:
    from groundstate_grammars.python.parsed import ParsedFile

MAX_HEADER = 96
_MAX_CALLEES = 8
_MAX_PARAMETERS = 8
_MAX_MEMBERS = 20

_CALLED = frozenset((int(Role.FUNCTION), int(Role.METHOD)))
_USED = frozenset((int(Role.READ), int(Role.FUNCTION)))
_NAMED = _CALLED | _USED

HeaderToken = tuple[str, Role]


def context_header(file: ParsedFile, unit: Unit) -> list[HeaderToken]:
    """At most ``MAX_HEADER`` (text, role) pairs; a function of the unit's surroundings and of the names it uses."""
    tokens, texts = file.tokens, file.lexicon.texts
    header: list[HeaderToken] = []
    class_name = file.class_name(unit)
    if class_name:
        header += (("class", Role.KEYWORD), (class_name, Role.DEFINITION))
        bases = file.facts.classes.get(class_name, ((), ()))[0]
        header += ((base, Role.READ) for base in bases[:3])
    roles, lex_of = tokens.role, tokens.lex.item
    named = [(roles[token], lex_of(token)) for token in unit.tokens if roles[token] in _NAMED]
    callees = [texts[name] for name in dict.fromkeys(name for role, name in named if role in _CALLED)]
    used = [texts[name] for name in dict.fromkeys(name for role, name in named if role in _USED)]
    own_name = unit.qualname.rpartition(".")[2]
    count = 0
    for callee in callees:
        if callee == own_name or count == _MAX_CALLEES:
            continue
        signature = file.signature(callee)
        if signature is None or not signature.names:
            continue
        count += 1
        header += (("def", Role.KEYWORD), (callee, Role.DEFINITION))
        header += ((name, Role.BOUND) for name in signature.names[:_MAX_PARAMETERS])
    if class_name:
        uncalled, called = file.attributes_and_methods(class_name)
        attributes = uncalled[:_MAX_MEMBERS]
        methods = tuple(islice((name for name in called if not name.startswith("__")), _MAX_MEMBERS))
        if attributes:
            header.append(("self", Role.READ))
            header += ((name, Role.ATTRIBUTE) for name in attributes)
        if methods:
            header.append(("self", Role.READ))
            header += ((name, Role.METHOD) for name in methods)
    module = file.scopes.scopes[0].bindings
    imports = [name for name in used if name in module and module[name][0].kind is BindingKind.IMPORT]
    if imports:
        header.append(("import", Role.KEYWORD))
        header += ((name, Role.IMPORTED) for name in imports[:12])
    return header[:MAX_HEADER]
