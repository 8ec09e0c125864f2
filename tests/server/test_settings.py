"""Settings: where they come from, what they refuse, and how they say so."""

from __future__ import annotations

from pathlib import Path, PurePath

import jsonschema
import pytest

from groundstate.settings import (
    KEYS,
    Settings,
    SettingsError,
    load_settings,
    settings_as_mapping,
    settings_from_mapping,
    settings_schema,
)
from groundstate_grammars.rules import RULES


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_nearest_file_with_settings_wins(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.groundstate]\nsensitivity = 'strict'\n")
    write(tmp_path / "a" / "pyproject.toml", "[project]\nname = 'a'\n")
    source = write(tmp_path / "b" / "groundstate.toml", "sensitivity = 'explore'\n")
    assert load_settings(tmp_path / "a").settings.sensitivity == "strict"
    assert load_settings(tmp_path / "a").root == tmp_path
    loaded = load_settings(write(tmp_path / "b" / "c" / "x.py", ""))
    assert (loaded.settings.sensitivity, loaded.root, loaded.source) == ("explore", tmp_path / "b", source)


def test_without_settings_the_root_is_the_nearest_project(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    loaded = load_settings(tmp_path / "a" / "b")
    assert (loaded.settings, loaded.root, loaded.source) == (Settings(), tmp_path, None)
    assert loaded.is_project


def test_every_key_is_read(tmp_path: Path) -> None:
    write(
        tmp_path / "groundstate.toml",
        """
select = ["GS3", "undefined-name"]
ignore = ["gs304"]
per-file-ignores = { "tests/*" = ["GS301"] }
exclude = ["generated"]
sensitivity = "all"
model = "models/own"
interpreter = ".venv/bin/python"
cache-dir = ".cache"
device = "cpu"
""",
    )
    settings = load_settings(tmp_path).settings
    assert set(settings_as_mapping(settings)) == set(KEYS)
    assert settings.model == tmp_path / "models" / "own"
    assert settings.cache_dir == tmp_path / ".cache"
    rules = settings.reported_rules(PurePath("a.py"))
    assert "GS102" in rules
    assert "GS301" in rules
    assert not rules & {"GS101", "GS304"}
    assert "GS301" not in settings.reported_rules(PurePath("tests/a.py"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "unknown key `selct`; did you mean `select`?"),
        ("zzz = 1", "unknown key `zzz`"),
        ("select = 'GS1'", "`select` must be a list of strings, not a string"),
        ("ignore = [1]", "`ignore` must be a list of strings, but it holds a number"),
        ("select = ['wrong-nam']", "unknown rule `wrong-nam`; did you mean `wrong-name`?"),
        ("select = ['GS999']", "unknown rule `GS999`"),
        ("select = ['']", "unknown rule ``"),
        (
            "sensitivity = 'stric'",
            "must be one of strict, default, explore, all, not `stric`; did you mean `strict`?",
        ),
        ("sensitivity = 3", "`sensitivity` must be a string, not a number"),
        ("per-file-ignores = []", "must be a table of patterns, not a list"),
        ("per-file-ignores = { a = 'GS1' }", "must be a list of strings"),
        ("model = true", "`model` must be a string, not a boolean"),
        ("select = [", "not valid TOML"),
        ("select = 1\nselect = 2", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path / "groundstate.toml", text)
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path)
    said = str(error.value)
    assert message in said
    assert str(path) in said
    assert "\n" not in said


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\x00", b"[tool]\ngroundstate = 3\n", b"[tool.groundstate"])
def test_a_broken_pyproject_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(data)
    with pytest.raises(SettingsError, match="pyproject"):
        load_settings(tmp_path)


def test_other_tables_of_pyproject_are_not_looked_at(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "tool = 3\n")
    assert load_settings(tmp_path).settings == Settings()


def test_a_mapping_replaces_single_keys(tmp_path: Path) -> None:
    base = settings_from_mapping({"ignore": ["GS1"], "device": "cpu"}, "a test")
    changed = settings_from_mapping({"ignore": []}, "a test", base)
    assert changed == Settings(device="cpu")
    assert settings_from_mapping({"model": None}, "a test", base, tmp_path).model is None


def test_the_schema_has_every_key_and_accepts_the_defaults() -> None:
    schema = settings_schema()
    jsonschema.validate(settings_as_mapping(Settings()), schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"select": ["GS3", "gs301", "wrong-name", "ALL"], "per-file-ignores": {"tests/*": ["GS315"]}}
    jsonschema.validate(good, schema)
    for wrong in (
        {"sensitivity": "loud"},
        {"select": ["wrong-nam"]},
        {"ignore": "GS1"},
        {"senstivity": "all"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_everything_is_reported_by_default() -> None:
    assert Settings().reported_rules(PurePath("a.py")) == frozenset(RULES)
