"""The rules: one code and one name for every kind of finding."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding. ``hard`` rules are exact; the others are learned and calibrated."""

    code: str
    name: str
    summary: str
    hard: bool


_ALL = (
    Rule("GS101", "syntax-error", "The text does not parse.", True),
    Rule("GS102", "undefined-name", "A name that no scope defines.", True),
    Rule("GS103", "used-before-binding", "A local name that is used before it can be bound.", True),
    Rule(
        "GS104", "wrong-argument-count", "A call with more positional arguments than the callee takes.", True
    ),
    Rule("GS105", "unknown-keyword", "A keyword argument that the callee does not have.", True),
    Rule("GS106", "missing-argument", "A call without an argument that the callee requires.", True),
    Rule("GS107", "unknown-attribute", "An attribute that the class never defines.", True),
    Rule(
        "GS201", "broken-contract", "A contract that fails for some arguments inside its preconditions.", True
    ),
    Rule("GS202", "empty-contract", "Preconditions that no arguments satisfy.", True),
    Rule("GS203", "exception-in-contract", "An exception for arguments that the contract allows.", True),
    Rule("GS301", "wrong-name", "Another name in scope fits here much better.", False),
    Rule("GS302", "wrong-attribute", "Another attribute fits here much better.", False),
    Rule("GS303", "wrong-method", "Another method fits here much better.", False),
    Rule("GS304", "wrong-function", "Another function fits here much better.", False),
    Rule("GS305", "wrong-keyword", "Another keyword of the callee fits here much better.", False),
    Rule("GS306", "swapped-arguments", "Two arguments fit better in the other order.", False),
    Rule("GS307", "swapped-operands", "Two operands fit better in the other order.", False),
    Rule("GS308", "self-or-name", "`x` where `self.x` fits better, or the reverse.", False),
    Rule("GS309", "missing-call", "A method that should be called, or a call that should not be one.", False),
    Rule("GS310", "wrong-operator", "Another arithmetic, bitwise or shift operator fits better.", False),
    Rule("GS311", "wrong-assignment-operator", "Another assignment operator fits better.", False),
    Rule("GS312", "wrong-comparison", "Another comparison operator fits better.", False),
    Rule("GS313", "wrong-boolean", "`and` where `or` fits better, or the reverse.", False),
    Rule("GS314", "negation", "A `not` is missing or should not be there.", False),
    Rule("GS315", "wrong-literal", "Another literal fits better.", False),
    Rule("GS316", "sign", "A minus is missing or should not be there.", False),
    Rule("GS317", "off-by-one", "An index or bound that fits better one higher or lower.", False),
    Rule("GS901", "unused-ignore", "An ignore comment that hides nothing.", True),
)

RULES: dict[str, Rule] = {rule.code: rule for rule in _ALL}
RULE_NAMES: dict[str, Rule] = {rule.name: rule for rule in _ALL}

CONTRACT_RULES = frozenset(code for code in RULES if code.startswith("GS2"))
"""Codes of the rules about contracts, which are looked at after all others."""

SOFT_RULES: tuple[str, ...] = tuple(rule.code for rule in _ALL if not rule.hard)
"""Codes of the learned rules in a fixed order; the position is the rule index of the network."""
