"""``groundstate config``: the effective settings, where each value came from, and what each key means."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate config``."""
    parser.add_argument("path", nargs="?", default=".", help="file or folder whose settings are shown")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of the settings instead")
    parser.add_argument("--output-format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print the settings that hold for the path."""
    import json

    from groundstate.settings import KEYS, load_settings, settings_as_mapping, settings_schema

    if arguments.schema:
        print(json.dumps(settings_schema(), indent=2))
        return 0
    loaded = load_settings(Path(arguments.path))
    shown = settings_as_mapping(loaded.settings)
    if arguments.output_format == "json":
        source = None if loaded.source is None else str(loaded.source)
        origins = {key: source if key in loaded.given else "default" for key in shown}
        print(
            json.dumps(
                {"root": str(loaded.root), "source": source, "settings": shown, "origins": origins}, indent=2
            )
        )
        return 0
    print(f"# root: {loaded.root}")
    print(f"# settings file: {loaded.source or 'none'}")
    for key, value in shown.items():
        print(f"\n# {KEYS[key].metadata['doc']}")
        origin = f"from {loaded.source.name}" if loaded.source and key in loaded.given else "default"
        print(f"# {key} is not set" if value is None else f"{key} = {_toml(value)}  # {origin}")
    return 0


def _toml(value: object) -> str:
    import json

    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)
