"""Settings: the fields of ``Settings`` are the one source of their names, kinds, defaults and documentation.

They come from ``[tool.groundstate]`` of the nearest ``pyproject.toml``, or from the top level of a ``groundstate.toml``
beside or above the checked files; the command line and an editor replace single keys. A key in Python
(``per_file_ignores``) is written with dashes everywhere else (``per-file-ignores``).
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from groundstate.errors import UserError
from groundstate.path_patterns import matches
from groundstate_grammars.rules import RULE_NAMES, RULES

SENSITIVITIES = ("strict", "default", "explore", "all")
"""Alarm budgets, the quietest first."""

DEVICES = ("auto", "cpu", "cuda")


class SettingsError(UserError):
    """A configuration that cannot be used; the message is one line: what is wrong, where, what to do."""


def _setting(kind: str, doc: str, choices: tuple[str, ...] = ()) -> dict[str, object]:
    return {"kind": kind, "doc": doc, "choices": choices}


@dataclass(frozen=True, slots=True)
class Settings:
    """The effective settings of one run or one workspace."""

    select: tuple[str, ...] = field(
        default=("ALL",),
        metadata=_setting("rules", "Rules to report: codes, names, prefixes such as GS3, or ALL."),
    )
    ignore: tuple[str, ...] = field(
        default=(), metadata=_setting("rules", "Rules not to report; stronger than select.")
    )
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = field(
        default=(),
        metadata=_setting("rules-by-pattern", "Rules not to report in the files that a pattern matches."),
    )
    exclude: tuple[str, ...] = field(
        default=(),
        metadata=_setting("strings", "Patterns of files and folders to skip, besides those always skipped."),
    )
    sensitivity: str = field(
        default="default",
        metadata=_setting(
            "choice",
            "Budget of false alarms of the learned rules: strict is at most 1 in 10,000 lines of unchanged code, "
            "default 1 in 2,000, explore 1 in 200, all has no threshold. In test code the next stricter one counts.",
            SENSITIVITIES,
        ),
    )
    model: Path | None = field(
        default=None,
        metadata=_setting("path", "Folder of a model package; without it the shipped one is used."),
    )
    interpreter: Path | None = field(
        default=None,
        metadata=_setting("path", "Python interpreter whose installed packages are read (never run)."),
    )
    baseline: Path | None = field(
        default=None,
        metadata=_setting("path", "File of known findings; what is in it is not reported."),
    )
    cache_dir: Path | None = field(
        default=None,
        metadata=_setting("path", "Folder of the cache; without it the user's cache folder is used."),
    )
    device: str = field(
        default="auto", metadata=_setting("choice", "Where the model runs: auto, cpu or cuda.", DEVICES)
    )

    def reported_rules(self, relative: PurePath) -> frozenset[str]:
        """Codes of the rules that may be reported in the file at ``relative`` (a path below the root)."""
        codes = selected_codes(self.select) - selected_codes(self.ignore)
        for pattern, selectors in self.per_file_ignores:
            if matches(pattern, relative):
                codes -= selected_codes(selectors)
        return codes


KEYS: dict[str, dataclasses.Field[object]] = {
    item.name.replace("_", "-"): item for item in dataclasses.fields(Settings)
}
"""Every key as users write it, with its field."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """``root``: the project's folder. ``source``: the file the settings came from, None without one.

    ``is_project``: something marks ``root`` as a project's folder, so that all files below it belong together.
    ``given``: the keys that the file has.
    """

    settings: Settings
    root: Path
    source: Path | None
    is_project: bool = True
    given: frozenset[str] = frozenset()


def without_paths(loaded: LoadedSettings) -> tuple[LoadedSettings, tuple[str, ...]]:
    """``loaded`` without the files and folders that a file of the project names, and the keys that were left out.

    For a project that the user does not trust: a model of its choice is code for ONNX Runtime, and a cache or a baseline
    is written where it says.
    """
    keys = tuple(key for key in sorted(loaded.given) if KEYS[key].metadata["kind"] == "path")
    values: dict[str, Any] = {KEYS[key].name: KEYS[key].default for key in keys}
    return dataclasses.replace(loaded, settings=dataclasses.replace(loaded.settings, **values)), keys


def selected_codes(selectors: tuple[str, ...]) -> frozenset[str]:
    """Rule codes that codes, names, prefixes and ``ALL`` stand for (all of them already validated)."""
    codes: set[str] = set()
    for selector in selectors:
        if selector == "ALL":
            codes.update(RULES)
        elif selector in RULE_NAMES:
            codes.add(RULE_NAMES[selector].code)
        else:
            codes.update(code for code in RULES if code.startswith(selector))
    return frozenset(codes)


def settings_from_mapping(
    table: Mapping[str, object], where: str, base: Settings | None = None, folder: Path | None = None
) -> Settings:
    """``base`` with the keys of ``table`` replaced.

    Args:
        table: keys with dashes, values as TOML or JSON give them.
        where: what the table is called in messages.
        folder: relative paths are resolved against it.

    Raises:
        SettingsError: an unknown key, a wrong type, an unknown rule or choice.
    """
    values: dict[str, Any] = {}  # each of its field's type, which `_converted` sees to
    for key, value in table.items():
        if key not in KEYS:
            raise SettingsError(f"{where}: unknown key `{key}`{_did_you_mean(key, list(KEYS))}")
        item = KEYS[key]
        values[item.name] = _converted(f"{where}: `{key}`", value, item, folder)
    return dataclasses.replace(base or Settings(), **values)


def rule_selectors(where: str, values: object) -> tuple[str, ...]:
    """Validated rule selectors; a name is kept, a code is made upper case.

    Raises:
        SettingsError: not a list of strings, or a rule that does not exist.
    """
    selectors = []
    for value in _strings(where, values):
        name = value.strip()
        code = name.upper()
        if (
            code != "ALL"
            and name not in RULE_NAMES
            and not (code and any(known.startswith(code) for known in RULES))
        ):
            known = [*RULES, *RULE_NAMES, "ALL"]
            raise SettingsError(f"{where}: unknown rule `{value}`{_did_you_mean(name, known)}")
        selectors.append(name if name in RULE_NAMES else code)
    return tuple(selectors)


def load_settings(start: Path) -> LoadedSettings:
    """Settings for files at or below ``start``, from the nearest file that has any.

    Without one the root is the nearest folder above with a ``pyproject.toml`` or a ``.git``, else ``start`` itself.

    Raises:
        SettingsError: the nearest file cannot be read, is not TOML, or holds something that is not a setting.
    """
    start = Path(os.path.abspath(start))
    folder = start if start.is_dir() else start.parent
    marked: Path | None = None
    for candidate in (folder, *folder.parents):
        own = candidate / "groundstate.toml"
        if own.is_file():
            content = _read_toml(own)
            settings = settings_from_mapping(content, str(own), folder=candidate)
            return LoadedSettings(settings, candidate, own, given=frozenset(content))
        project = candidate / "pyproject.toml"
        if project.is_file():
            tool = _read_toml(project).get("tool", {})
            table = tool.get("groundstate") if isinstance(tool, dict) else None
            if table is not None:
                where = f"{project}: [tool.groundstate]"
                if not isinstance(table, dict):
                    raise SettingsError(f"{where} must be a table, not {_type_name(table)}")
                settings = settings_from_mapping(table, where, folder=candidate)
                return LoadedSettings(settings, candidate, project, given=frozenset(table))
        if marked is None and (project.is_file() or (candidate / ".git").exists()):
            marked = candidate
    return LoadedSettings(Settings(), marked or folder, None, is_project=marked is not None)


def settings_as_mapping(settings: Settings) -> dict[str, object]:
    """The settings under the names users write, as JSON-ready values."""
    shown: dict[str, object] = {}
    for key, item in KEYS.items():
        value = getattr(settings, item.name)
        if isinstance(value, Path):
            value = str(value)
        elif item.metadata["kind"] == "rules-by-pattern":
            value = {pattern: list(selectors) for pattern, selectors in value}
        elif isinstance(value, tuple):
            value = list(value)
        shown[key] = value
    return shown


def settings_schema() -> dict[str, object]:
    """JSON schema of the settings, for editors and for checking ``pyproject.toml``."""
    known = {"enum": ["ALL", *RULES, *RULE_NAMES]}
    rules: dict[str, object] = {
        "type": "array",
        "items": {"type": "string", "anyOf": [known, {"pattern": "^\\s*[Gg][Ss][0-9]*\\s*$"}]},
    }
    kinds: dict[str, dict[str, object]] = {
        "rules": rules,
        "strings": {"type": "array", "items": {"type": "string"}},
        "rules-by-pattern": {"type": "object", "additionalProperties": rules},
        "choice": {"type": "string"},
        "path": {"type": ["string", "null"]},
    }
    defaults = settings_as_mapping(Settings())
    properties: dict[str, object] = {}
    for key, item in KEYS.items():
        schema = dict(kinds[item.metadata["kind"]])
        if item.metadata["choices"]:
            schema["enum"] = list(item.metadata["choices"])
        properties[key] = {**schema, "description": item.metadata["doc"], "default": defaults[key]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "[tool.groundstate]",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 at byte {error.start}; TOML must be") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    except RecursionError:
        raise SettingsError(f"{path}: not usable TOML: nested too deeply") from None


def _converted(where: str, value: object, item: dataclasses.Field[object], folder: Path | None) -> object:
    kind = item.metadata["kind"]
    if kind == "rules":
        return rule_selectors(where, value)
    if kind == "strings":
        return tuple(_strings(where, value))
    if kind == "rules-by-pattern":
        if not isinstance(value, Mapping):
            raise SettingsError(f"{where} must be a table of patterns, not {_type_name(value)}")
        return tuple(
            (str(pattern), rule_selectors(f"{where}.`{pattern}`", rules)) for pattern, rules in value.items()
        )
    if kind == "path" and value is None:
        return None
    if not isinstance(value, str):
        raise SettingsError(f"{where} must be a string, not {_type_name(value)}")
    if kind == "path":
        if "\0" in value:
            raise SettingsError(f"{where} holds a NUL character, which no path may")
        path = Path(os.path.expanduser(value))
        return path if folder is None else folder / path
    choices: tuple[str, ...] = item.metadata["choices"]
    if value not in choices:
        listed = ", ".join(choices)
        raise SettingsError(
            f"{where} must be one of {listed}, not `{value}`{_did_you_mean(value, list(choices))}"
        )
    return value


def _strings(where: str, value: object) -> list[str]:
    if not isinstance(value, list | tuple):
        raise SettingsError(f"{where} must be a list of strings, not {_type_name(value)}")
    for item in value:
        if not isinstance(item, str):
            raise SettingsError(f"{where} must be a list of strings, but it holds {_type_name(item)}")
    return list(value)


def _type_name(value: object) -> str:
    names = {
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), type(value).__name__)


def _did_you_mean(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if not close:
        close = difflib.get_close_matches(word.upper(), known, n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""
