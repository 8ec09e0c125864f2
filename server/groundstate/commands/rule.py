"""``groundstate rule``: a rule's page, or the list of rules."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate rule``."""
    parser.add_argument("rule", nargs="*", metavar="RULE", help="code or name, such as GS301 or wrong-name")
    parser.add_argument("--all", action="store_true", help="list every rule")


def run(arguments: argparse.Namespace) -> int:
    """Print the pages of the named rules, or the list."""
    from groundstate.rule_pages import rule_page
    from groundstate.settings import rule_selectors, selected_codes
    from groundstate_grammars.rules import RULES

    if arguments.all or not arguments.rule:
        for rule in RULES.values():
            kind = "exact" if rule.hard else "learned"
            print(f"{rule.code}  {rule.name:<26} {kind:<8} {rule.summary}")
        return 0
    codes = selected_codes(rule_selectors("groundstate rule", arguments.rule))
    print("\n".join(rule_page(RULES[code]).markdown.rstrip() + "\n" for code in sorted(codes)), end="")
    return 0
