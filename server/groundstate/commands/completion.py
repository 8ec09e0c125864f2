"""``groundstate completion``: what completes the command line in a shell."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate completion``."""
    parser.add_argument(
        "shell", choices=("bash", "zsh", "fish"), help='for example: eval "$(groundstate completion bash)"'
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the shell's script."""
    from groundstate.completion import completion_script

    print(completion_script(arguments.shell), end="")
    return 0
