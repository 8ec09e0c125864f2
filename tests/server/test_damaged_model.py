"""A model package that is damaged in any way is refused in one line, and nothing is checked with it."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import groundstate.cli
from groundstate.cache import Cache
from groundstate.engine_loading import EngineError, engine_source
from groundstate.settings import Settings
from groundstate_energy import model_package
from groundstate_energy.model_package import (
    FILES,
    FORMAT,
    ModelPackage,
    input_contract,
    load_model_package,
)


def package(folder: Path, **changes: Any) -> Path:
    """A package whose hashes match, with fields of its manifest replaced; ``...`` leaves one out."""
    folder.mkdir()
    files = {name: b"{}" if name.endswith(".json") else b"this is no network" for name in FILES}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": "damaged",
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "contract": json.loads(json.dumps(input_contract())),
        "usage": {"weight": [], "bias": []},
        "calibration": {},
        **changes,
    }
    kept = {key: value for key, value in manifest.items() if value is not ...}
    (folder / "manifest.json").write_text(json.dumps(kept), encoding="utf-8")
    return folder


def refused(capsys: pytest.CaptureFixture[str], model: Path) -> str:
    code = groundstate.cli.run(["check", "--no-cache", "--model", str(model), str(model.parent / "a.py")])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith("groundstate: error: ")
    assert err.count("\n") == 1
    assert str(model) in err
    return err


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text("def area(width, height):\n    return width * width\n", encoding="utf-8")
    return tmp_path


def test_a_folder_that_is_none(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such file" in refused(capsys, home / "none")
    (home / "empty").mkdir()
    refused(capsys, home / "empty")
    refused(capsys, home / "a.py")


@pytest.mark.parametrize("text", ["", "[]", "3", "{", '{"format": 0}', "\x00", "null"])
def test_a_manifest_that_is_none(home: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (home / "model").mkdir()
    (home / "model" / "manifest.json").write_text(text, encoding="utf-8")
    refused(capsys, home / "model")


def test_a_changed_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = package(home / "model")
    (model / "reader.onnx").write_bytes(b"changed")
    message = refused(capsys, model)
    assert "reader.onnx has SHA-256" in message
    (model / "reader.onnx").unlink()
    assert "cannot read reader.onnx" in refused(capsys, model)


@pytest.mark.parametrize(
    "changes",
    [
        {"files": []},
        {"files": ...},
        {"contract": {}},
        {"contract": ...},
        {"usage": ...},
        {"usage": 3},
        {"usage": {"weight": "x", "bias": []}},
        {"calibration": []},
        {"calibration": {"GS301": 3}},
        {"calibration": {"GS301": {"slope": 1}}},
        {"name": ...},
    ],
    ids=str,
)
def test_a_manifest_with_wrong_fields(
    home: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    refused(capsys, package(home / "model", **changes))


def test_a_network_that_is_none(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, package(home / "model"))


def test_files_that_were_verified_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until one of them is another by its name, size, time or number."""
    shipped = load_model_package()
    assert shipped is not None
    folder = Path(shutil.copytree(shipped.folder, tmp_path / "model"))
    chosen = replace(Settings(), model=folder)
    read: list[Path | None] = []

    def load(folder: Path | None = None) -> ModelPackage | None:
        read.append(folder)
        return load_model_package(folder)

    monkeypatch.setattr(model_package, "load_model_package", load)
    with Cache(tmp_path / "cache") as cache:
        for _ in range(2):
            source = engine_source(chosen, cache)
            assert source.model_hash == shipped.hash
        assert read == [folder]
        assert source.package is not None
        assert source.package.hash == shipped.hash
        assert read == [folder, folder]
        (folder / "names.json").write_bytes(b"{}")
        with pytest.raises(EngineError, match=r"names\.json has SHA-256"):
            engine_source(chosen, cache)


def test_the_shipped_package_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_package, "SHIPPED", package(tmp_path / "model", calibration=[]))
    with pytest.raises(EngineError, match=r"^the shipped model package: manifest.json is damaged"):
        engine_source(Settings())
