"""``groundstate server``: the language server."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate server``."""
    transport = parser.add_mutually_exclusive_group()
    transport.add_argument(
        "--stdio", action="store_true", help="speak over standard input and output (default)"
    )
    transport.add_argument("--tcp", metavar="[HOST:]PORT", help="listen for one client on a TCP port")
    transport.add_argument("--ws", metavar="[HOST:]PORT", help="listen for clients on a WebSocket port")


def run(arguments: argparse.Namespace) -> int:
    """Serve until the client says exit."""
    from groundstate.lsp.server import serve

    return serve(tcp=arguments.tcp, ws=arguments.ws)
