"""Which methods the server handles."""

from __future__ import annotations

from lsprotocol import types

from groundstate.lsp.handlers import Command
from groundstate.lsp.methods import HANDLERS


def test_every_method_is_the_protocols_and_what_is_ours_is_a_command() -> None:
    methods = {item.method for item in HANDLERS if not isinstance(item, Command)}
    assert methods <= types.METHOD_TO_TYPES.keys()
    commands = {item.method for item in HANDLERS if isinstance(item, Command)}
    assert all(name.startswith("groundstate.") for name in commands)
