"""Pages of the documentation site that come out of the code, made when the site is built (a hook of MkDocs)."""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from groundstate.cli import COMMANDS
from groundstate.energy_page import energy_page
from groundstate.errors import UserError
from groundstate.explaining import landscape_around
from groundstate.rule_pages import rule_page
from groundstate.settings import KEYS, Settings, settings_as_mapping
from groundstate_grammars.rules import RULES

ROOT = Path(__file__).parents[1]

EXAMPLE = """\
def pair(line):
    key, separator, value = line.partition("=")
    if not separator:
        raise ValueError("there is no = in the line")
    return key.strip(), key.strip()
"""
"""The function whose landscape is shown; the second `key` that is returned should be `value`."""


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages."""
    pages = {
        "settings.md": _settings(),
        "command-line.md": _command_line(),
        "rules/index.md": _rules(),
        "changelog.md": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("(docs/", "("),
        "landscape.html": _landscape(),
    }
    pages |= {f"rules/{code}.md": _rule(rule_page(rule).markdown) for code, rule in RULES.items()}
    for path, content in pages.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_config(config: Any) -> Any:
    """Put the pages of the rules below their list."""
    for entry in config["nav"]:
        if isinstance(entry, dict) and "Rules" in entry:
            pages = [{f"{code} {rule.name}": f"rules/{code}.md"} for code, rule in RULES.items()]
            entry["Rules"] = [entry["Rules"], *pages]
    return config


def _settings() -> str:
    defaults = settings_as_mapping(Settings())
    rows = []
    for key, item in KEYS.items():
        default = "" if defaults[key] is None else f"`{json.dumps(defaults[key])}`"
        choices = ", ".join(f"`{choice}`" for choice in item.metadata["choices"])
        kind = choices or item.metadata["kind"].replace("-", " ")
        rows.append(f"| `{key}` | {kind} | {default} | {item.metadata['doc']} |")
    return "\n".join(
        [
            "# Settings",
            "",
            "In `[tool.groundstate]` of `pyproject.toml`, or at the top level of a `groundstate.toml`. The nearest file at",
            "or above the checked files counts. An unknown key is an error. `groundstate config` shows the values in force",
            "and where each comes from, `groundstate config --schema` the JSON schema. Relative paths start at the file.",
            "",
            "| key | value | default | |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            "Patterns are globs over paths below the settings' folder: `*` stays in one part of a path, `**` crosses parts,",
            "and a pattern without a slash matches any part.",
            "",
        ]
    )


def _command_line() -> str:
    parts = ["# Command line", "", "Exit codes: 0 nothing found, 1 findings, 2 could not run.", ""]
    for name, summary in COMMANDS.items():
        parser = argparse.ArgumentParser(
            prog=f"groundstate {name}",
            description=f"{summary[0].upper()}{summary[1:]}.",
            formatter_class=lambda prog: argparse.HelpFormatter(prog, width=100),
        )
        importlib.import_module(f"groundstate.commands.{name}").add_arguments(parser)
        parts += [f"## {name}", "", "```text", parser.format_help().rstrip(), "```", ""]
    return "\n".join(parts)


def _rules() -> str:
    rows = [
        f"| [{code}]({code}.md) | `{rule.name}` | {'exact' if rule.hard else 'learned'} | {rule.summary} |"
        for code, rule in RULES.items()
    ]
    return "\n".join(
        [
            "# Rules",
            "",
            "Exact rules are exact or silent. Learned rules are shown by the budget of false alarms that `sensitivity`",
            "sets. The examples on the pages are the rules' tests.",
            "",
            "| code | name | kind | |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _rule(markdown: str) -> str:
    return markdown.replace("```python bad", "```python").replace("```python good", "```python")


def _landscape() -> str:
    """The picture of a landscape, or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pair.py")
        path.write_text(EXAMPLE, encoding="utf-8")
        try:
            return energy_page(*landscape_around(path, 3, None)).replace(f"{path}", "pair.py")
        except UserError as error:
            return f"<!doctype html><meta charset=utf-8><p>No picture here: {error}</p>\n"
