"""The editor's own settings: what is taken, what is refused, and that the documentation has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundstate.lsp.editor_settings import CLIENT_KEYS, KEYS, EditorSettings, editor_settings

PAGE = Path(__file__).parents[3] / "docs" / "server.md"


@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_documented_with_its_default(key: str) -> None:
    item = KEYS[key]
    default = "" if item.default is None else f"`{json.dumps(item.default)}`"
    (row,) = (
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{key}` |")
    )
    _, _, value, documented, doc, _ = (cell.strip() for cell in row.split("|"))
    assert documented == default
    assert doc == item.metadata["doc"]
    assert all(f"`{choice}`" in value for choice in item.metadata["choices"])


def test_keys_are_told_apart() -> None:
    table = {"run": "onSave", "sensitivity": "strict", "codeLens": True, **dict.fromkeys(CLIENT_KEYS, "x")}
    settings, others, wrong = editor_settings(table)
    assert settings == EditorSettings(run="onSave", code_lens=True)
    assert others == {"sensitivity": "strict"}
    assert not wrong


@pytest.mark.parametrize(
    ("key", "value"),
    [("enable", 1), ("delay", -1), ("delay", True), ("delay", 1e9), ("run", None), ("logLevel", "all")],
)
def test_what_cannot_be_used_is_told_and_left_out(key: str, value: object) -> None:
    settings, _, wrong = editor_settings({key: value})
    assert settings == EditorSettings()
    assert len(wrong) == 1
    assert f"`{key}`" in wrong[0]
