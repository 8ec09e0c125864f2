"""Plausibility: edits that no one who knows the code would make, whatever the energies say.

A hard term says what is wrong in a file. The checks here say what is pointless or impossible in an *edit* of a file that is
right as it is taken to be: it changes nothing, makes a condition constant, a store unread, calls what is not there. Each is
one sentence, the first of its docstring, and needs nothing but the file, its classes and the edit. They are asked after
an alarm budget has let an edit pass, which is a handful in a file.
"""

from __future__ import annotations

from collections.abc import Callable

from groundstate_energy.plausibility.agreements import breaks_an_agreement_of_names, gives_one_thing_twice
from groundstate_energy.plausibility.assertions import contradicts_the_assertion_beside, weakens_an_assertion
from groundstate_energy.plausibility.comparisons import (
    compares_unlike_values,
    compares_with_a_display,
    loses_what_find_returns,
    makes_both_sides_the_same,
)
from groundstate_energy.plausibility.conditions import makes_a_condition_of_a_function
from groundstate_energy.plausibility.edited_file import EditedFile
from groundstate_energy.plausibility.identity import compares_the_same_by_identity
from groundstate_energy.plausibility.members import (
    looks_at_known_bases,
    moves_the_only_assignment,
    names_a_keyword_that_is_not_there,
    names_a_member_that_is_not_there,
    reads_the_same_through_a_property,
    sets_a_property_that_has_no_setter,
    uses_a_method_as_a_value,
)
from groundstate_energy.plausibility.numbers import empties_a_range, makes_bounds_the_same
from groundstate_energy.plausibility.roles import asks_for_a_class_that_is_none, uses_a_module_as_a_value
from groundstate_energy.plausibility.statements import (
    leaves_a_local_unread,
    repeats_the_statement_beside,
    stores_twice,
)
from groundstate_energy.plausibility.surroundings import (
    is_a_value_in_an_expected_error,
    turns_a_question_about_the_interpreter,
)

__all__ = ["CHECKS", "EditedFile", "looks_at_known_bases", "objection"]

CHECKS: tuple[Callable[[EditedFile], bool], ...] = (
    turns_a_question_about_the_interpreter,
    is_a_value_in_an_expected_error,
    makes_both_sides_the_same,
    gives_one_thing_twice,
    breaks_an_agreement_of_names,
    asks_for_a_class_that_is_none,
    uses_a_module_as_a_value,
    compares_unlike_values,
    compares_with_a_display,
    loses_what_find_returns,
    makes_a_condition_of_a_function,
    makes_bounds_the_same,
    empties_a_range,
    weakens_an_assertion,
    contradicts_the_assertion_beside,
    repeats_the_statement_beside,
    stores_twice,
    leaves_a_local_unread,
    moves_the_only_assignment,
    names_a_member_that_is_not_there,
    names_a_keyword_that_is_not_there,
    sets_a_property_that_has_no_setter,
    uses_a_method_as_a_value,
    reads_the_same_through_a_property,
    compares_the_same_by_identity,
)
"""What is asked, the cheapest first."""


def objection(edit: EditedFile) -> str:
    """The name of the first check that speaks against ``edit``; empty when none does. Deterministic."""
    return next((check.__name__ for check in CHECKS if check(edit)), "")
