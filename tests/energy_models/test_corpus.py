"""Gathering: duplicates and files left out are not learned from; evaluation repositories are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstate_energy.training.corpus import files_left_out, gather, load_repository

BODY = (
    "def {name}(items, start):\n    total = start\n"
    "    for item in items:\n        total += item.{field}\n    return total\n"
)


def _tree(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def _functions(corpus: Path, name: str) -> dict[str, int]:
    return {file.path: len(file.units) for file in load_repository(corpus / f"{name}.jsonl").files}


def test_a_function_seen_before_is_dropped(tmp_path: Path) -> None:
    one = _tree(tmp_path / "owner+one", {"a.py": BODY.format(name="add", field="price")})
    two = _tree(
        tmp_path / "owner+two",
        {
            "copy.py": BODY.format(name="add", field="price"),
            "own.py": BODY.format(name="sum_up", field="cost"),
        },
    )
    gather([one, two], tmp_path / "corpus", progress=lambda _: None)
    assert _functions(tmp_path / "corpus", "owner+one") == {"a.py": 1}
    assert _functions(tmp_path / "corpus", "owner+two") == {"own.py": 1}


def test_repositories_added_later_are_compared_with_those_that_are_there(tmp_path: Path) -> None:
    before = _tree(tmp_path / "owner+two", {"a.py": BODY.format(name="add", field="price")})
    gather([before], tmp_path / "corpus", progress=lambda _: None)
    shard = (tmp_path / "corpus" / "owner+two.jsonl").read_bytes()
    added = _tree(
        tmp_path / "owner+one",
        {
            "copy.py": BODY.format(name="add", field="price"),
            "own.py": BODY.format(name="sum_up", field="cost"),
        },
    )
    gather([added, before], tmp_path / "corpus", progress=lambda _: None)
    assert _functions(tmp_path / "corpus", "owner+one") == {"own.py": 1}
    assert (tmp_path / "corpus" / "owner+two.jsonl").read_bytes() == shard


def test_files_that_the_listing_leaves_out_are_passed_over(tmp_path: Path) -> None:
    root = _tree(
        tmp_path / "owner+one",
        {
            "own.py": BODY.format(name="add", field="price"),
            "taken.py": BODY.format(name="sum_up", field="cost").replace("total", "amount"),
        },
    )
    listing = tmp_path / "corpus.toml"
    listing.write_text('[[repository]]\nname = "owner/one"\nleft_out = ["taken.py"]\n', "utf-8")
    gather([root], tmp_path / "corpus", left_out=files_left_out(listing), progress=lambda _: None)
    assert set(_functions(tmp_path / "corpus", "owner+one")) == {"own.py"}


def test_an_evaluation_repository_is_refused(tmp_path: Path) -> None:
    root = _tree(tmp_path / "Owner+One", {"a.py": BODY.format(name="add", field="price")})
    with pytest.raises(ValueError, match="evaluation"):
        gather([root], tmp_path / "corpus", evaluation=frozenset({"owner/one"}), progress=lambda _: None)
