"""What is known of texts is what Python does."""

from __future__ import annotations

import sys

from groundstate_energy.contracts.symbolic.text_methods import WHITE_SPACE


def test_white_space_is_what_strip_takes_away() -> None:
    listed = {code for low, high in WHITE_SPACE for code in range(low, high + 1)}
    assert listed == {code for code in range(sys.maxunicode + 1) if not chr(code).strip()}
