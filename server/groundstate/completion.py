"""Shell completion, generated from the parsers of the command line so that it never lags behind them."""

from __future__ import annotations

import argparse
import importlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from groundstate.cli import COMMANDS


@dataclass(frozen=True, slots=True)
class Option:
    """``choices``: of its value; empty for any text. ``takes_value``: a word follows it."""

    name: str
    help: str
    takes_value: bool
    choices: tuple[str, ...]


def completion_script(shell: str) -> str:
    """The script for ``bash``, ``zsh`` or ``fish``."""
    options = {command: tuple(_options(command)) for command in COMMANDS}
    if shell == "fish":
        return _fish(options)
    script = _bash(options)
    return f"autoload -Uz bashcompinit && bashcompinit\n{script}" if shell == "zsh" else script


def _options(command: str) -> Iterator[Option]:
    """The options of a command, and under an empty name the choices of its first word."""
    parser = argparse.ArgumentParser()
    importlib.import_module(f"groundstate.commands.{command}").add_arguments(parser)
    for action in parser._actions:
        choices = tuple(str(choice) for choice in action.choices or ())
        text = (action.help or "").replace("%%", "%")
        if not action.option_strings and choices:
            yield Option("", text, True, choices)
        for name in action.option_strings:
            if name.startswith("--"):
                yield Option(name, text, action.nargs != 0, choices)


def _bash(options: dict[str, tuple[Option, ...]]) -> str:
    values = [
        f'        "{command} {option.name}") words={shlex.quote(" ".join(option.choices))} ;;'
        for command, offered in options.items()
        for option in offered
        if option.choices and option.name
    ]
    files = [
        f'"{command} {option.name}"'
        for command, offered in options.items()
        for option in offered
        if option.takes_value and not option.choices
    ]
    commands = []
    for command, offered in options.items():
        first = " ".join(choice for option in offered if not option.name for choice in option.choices)
        names = " ".join(option.name for option in offered if option.name)
        commands.append(f"        {command}) names={shlex.quote(names)}; words={shlex.quote(first)} ;;")
    return "\n".join(
        [
            "_groundstate() {",
            "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= word names= words=",
            '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
            "        if [[ $word != -* ]]; then command=$word; break; fi",
            "    done",
            "    COMPREPLY=()",
            '    case "$command $previous" in',
            *values,
            f"        {'|'.join(files)}) return ;;",
            "    esac",
            "    if [[ -n $words ]]; then",
            '        COMPREPLY=($(compgen -W "$words" -- "$current"))',
            "        return",
            "    fi",
            "    case $command in",
            f'        "") names="--version --help"; words={shlex.quote(" ".join(options))} ;;',
            *commands,
            "    esac",
            "    if [[ $current == -* ]]; then words=$names; fi",
            '    COMPREPLY=($(compgen -W "$words" -- "$current"))',
            "}",
            "complete -o default -F _groundstate groundstate",
            "",
        ]
    )


def _fish(options: dict[str, tuple[Option, ...]]) -> str:
    lines = [
        "complete -c groundstate -n __fish_use_subcommand -l version",
        *(
            f"complete -c groundstate -n __fish_use_subcommand -f -a {command} -d {shlex.quote(COMMANDS[command])}"
            for command in options
        ),
    ]
    for command, offered in options.items():
        for option in offered:
            parts = [f"complete -c groundstate -n '__fish_seen_subcommand_from {command}'"]
            if option.name:
                parts.append(f"-l {option.name.removeprefix('--')}")
            if option.choices:
                parts.append(f"-x -a {shlex.quote(' '.join(option.choices))}")
            elif option.takes_value:
                parts.append("-r")
            parts.append(f"-d {shlex.quote(option.help)}")
            lines.append(" ".join(parts))
    return "\n".join(lines) + "\n"
