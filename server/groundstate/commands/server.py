"""``groundstate server``: the language server."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

_COLLECTED_AFTER = 400_000, 20, 100
"""Thresholds of the garbage collector: about a hundred keystrokes without a pause. A keystroke makes many objects, most of
which last, and no cycles; a collection takes as long as a keystroke, and the worker makes one when it has nothing to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate server``."""
    transport = parser.add_mutually_exclusive_group()
    transport.add_argument(
        "--stdio", action="store_true", help="speak over standard input and output (default)"
    )
    transport.add_argument("--tcp", metavar="[HOST:]PORT", help="listen for one client on a TCP port")
    transport.add_argument("--ws", metavar="[HOST:]PORT", help="listen for clients on a WebSocket port")
    parser.add_argument(
        "--log-level",
        choices=("error", "warning", "info", "debug"),
        default="warning",
        help="what to log, until the editor's settings say something else (default: warning)",
    )
    parser.add_argument(
        "--log-file", type=Path, metavar="FILE", help="where to log, in the place of standard error"
    )
    parser.add_argument(
        "--untrusted",
        action="store_true",
        help="use no model, interpreter, baseline or cache folder that a project's own settings name",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until the client says exit."""
    gc.set_threshold(*_COLLECTED_AFTER)  # before the imports, which make many objects that last
    from groundstate.lsp.server import GroundstateServer, serve

    return serve(
        tcp=arguments.tcp,
        ws=arguments.ws,
        log_level=arguments.log_level,
        log_file=arguments.log_file,
        server=GroundstateServer(trusted=not arguments.untrusted),
    )
