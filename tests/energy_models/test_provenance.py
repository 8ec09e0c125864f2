"""Where the training data comes from: every repository is named, with a permissive licence and its split."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from groundstate_energy.training.batches import split_of
from groundstate_energy.training.mining import read_facts

ENERGY_MODELS = Path(__file__).parents[2] / "energy_models"
PERMISSIVE = {
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "HPND",
    "ISC",
    "ISC/HPND",
    "MIT",
    "PSF-2.0",
    "Unlicense",
    "ZPL",
}


def repositories(name: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = tomllib.loads((ENERGY_MODELS / name).read_text("utf-8"))["repository"]
    return listed


def is_permissive(licence: str) -> bool:
    return all(part in PERMISSIVE for part in licence.split(" OR "))


@pytest.mark.parametrize("name", ["corpus.toml", "fix_repositories.toml"])
def test_each_repository_is_listed_once_with_its_split(name: str) -> None:
    listed = repositories(name)
    names = [str(repository["name"]) for repository in listed]
    assert len({each.casefold() for each in names}) == len(names)
    for repository in listed:
        assert repository["split"] == split_of(str(repository["name"]).replace("/", "+")), repository["name"]


def test_the_licences_of_the_corpus_are_permissive() -> None:
    assert [each["name"] for each in repositories("corpus.toml") if not is_permissive(each["licence"])] == []


def test_the_licences_of_the_fixes_are_permissive() -> None:
    for repository in repositories("fix_repositories.toml"):
        assert repository["licences"], repository["name"]
        assert all(is_permissive(licence) for licence in repository["licences"]), repository["name"]


def test_every_fix_is_of_a_listed_repository() -> None:
    facts = Counter(str(record["repo"]) for record in read_facts(ENERGY_MODELS / "real_fixes.jsonl.gz"))
    listed = {repository["name"]: repository["fixes"] for repository in repositories("fix_repositories.toml")}
    assert facts == listed


def test_what_was_read_are_fixes_of_the_list() -> None:
    lines = (ENERGY_MODELS / "fix_reading.tsv").read_text("utf-8").splitlines()
    header, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    read = [dict(zip(header, row, strict=True)) for row in rows]
    listed = {
        (str(fact["repo"]), str(fact["commit"]), str(fact["path"]), str(fact["function"]))
        for fact in read_facts(ENERGY_MODELS / "real_fixes.jsonl.gz")
    }
    assert {(row["repo"], row["commit"], row["path"], row["function"]) for row in read} <= listed
    assert all((row["bug"] == "yes") == (row["why_not"] == "") for row in read)
