"""The contract term: edits that refute a clause that held, and silence about all else."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from groundstate_energy.contracts.excerpts import excerpt
from groundstate_energy.contracts.versions import has_bare_parameter, version_at
from groundstate_energy.terms import contract_term
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import parse

CLAMP = '''\
import os

LIMIT = 10


def helper(n: int) -> int:
    return n + 1


def clamp(n: int) -> int:
    """
    post: __return__ <= LIMIT
    post: __return__ > 0
    """
    if helper(n) > LIMIT:
        return LIMIT
    return helper(n)


def unrelated(a, b):
    return os.path.join(a, b)
'''


def refuted(text: str, old: str, new: str) -> list[str]:
    """What the edit of the last ``old`` to ``new`` refutes."""
    file = parse(text.encode())
    term = contract_term(file)
    assert term is not None
    at = text.rindex(old)
    after = file.edited([Replacement(at, at + len(old), new.encode())])
    return [item.message for item in term.violations(after)]


def test_an_edit_that_refutes_what_held_is_a_violation() -> None:
    assert refuted(CLAMP, "> LIMIT", "< LIMIT") == ["`__return__ <= LIMIT` held in `clamp`"]


def test_so_is_one_in_what_the_function_calls() -> None:
    assert refuted(CLAMP, "n + 1", "LIMIT + 1") == []  # then it returns LIMIT always
    assert refuted(CLAMP, "return LIMIT", "return n") == ["`__return__ <= LIMIT` held in `clamp`"]
    assert refuted(CLAMP.replace("    if helper(n)", "    if n + 1"), "n + 1\n", "20\n") == [
        "`__return__ <= LIMIT` held in `clamp`"
    ]


def test_and_one_of_a_constant() -> None:
    text = CLAMP.replace("post: __return__ <= LIMIT", "post: __return__ <= 10")
    assert refuted(text, "LIMIT = 10", "LIMIT = 11") == ["`__return__ <= 10` held in `clamp`"]


def test_what_failed_before_may_fail_after() -> None:
    # `__return__ > 0` fails as written, for -1; an edit that leaves it failing adds nothing.
    assert refuted(CLAMP, "n + 1", "n - 1") == []


@pytest.mark.parametrize(
    ("old", "new"), [("os.path.join(a, b)", "os.path.join(b, a)"), ("import os", "import io")]
)
def test_an_edit_elsewhere_is_none(old: str, new: str) -> None:
    assert refuted(CLAMP, old, new) == []


def test_what_is_not_modelled_is_silent() -> None:
    text = 'def f(n):\n    """post: __return__ > 0"""\n    return abs(n) + 1\n'
    assert refuted(text, "+ 1", "- 1") == []
    text = 'def f(n: int) -> int:\n    """post: __return__ > 0"""\n    return open(n) and 1\n'
    assert refuted(text, "1", "0") == []


def test_a_text_without_contracts_has_no_term_and_z3_is_never_imported() -> None:
    assert contract_term(parse(b"def f(x):\n    return x\n")) is None
    program = (
        "import sys\n"
        "from groundstate_energy.terms import contract_term\n"
        "from groundstate_grammars.python.parsed import parse\n"
        "assert contract_term(parse(b'x = 1')) is None\n"
        "assert 'groundstate_energy.contracts.interpreter' not in sys.modules\n"
        "text = b'def f(n: int) -> int:\\n    assert n > 0\\n    r = n\\n    assert r > 0\\n    return r\\n'\n"
        "file = parse(text)\n"
        "assert contract_term(file).violations(parse(text.replace(b'r = n', b'r = -n')))\n"
        "assert 'z3' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_a_bare_parameter_rules_out_has_no_version() -> None:
    """Where nothing says what a parameter is, no version of the function is found, and none need be looked for."""
    method = CLAMP[CLAMP.index("def clamp") : CLAMP.index("def unrelated")].replace("n: int", "self, n: int")
    methods = "class Box:\n" + textwrap.indent(method, "    ")
    texts = (
        CLAMP,
        CLAMP.replace("clamp(n: int)", "clamp(n)"),
        CLAMP.replace("clamp(n: int)", "clamp(n: int, more=1)"),
        CLAMP.replace("clamp(n: int)", "clamp(*, n: int = 1)"),
        CLAMP.replace("clamp(n: int)", "clamp()").replace("helper(n)", "helper(1)"),
        methods,
        methods.replace("self, n: int", "self, n"),
    )
    bare = []
    for text in texts:
        file = parse(text.encode())
        (said,) = read_contracts(file.flat)
        bare.append(has_bare_parameter(file.flat, said))
        found = version_at(excerpt(file, said.node), file.flat.start[said.node])
        assert found is None or not bare[-1]
    assert bare == [False, True, True, False, False, False, True]
