"""The project's own papers: what the documents name exists, and starting costs little."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import groundstate
from groundstate_energy.engine import CERTIFIED
from groundstate_energy.model_package import load_model_package

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def _run(*arguments: str) -> str:
    command = [sys.executable, "-m", "groundstate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text())
    made = (
        document.parent == ROOT / "docs"
    )  # some pages of the site are made when it is built, which checks its links
    missing = [
        link
        for link in links
        if "://" not in link
        and not (document.parent / link).exists()
        and not (made and re.fullmatch(r"rules/\w+\.md|(settings|command-line|changelog)\.md", link))
    ]
    assert missing == []


def test_the_code_map_names_what_exists() -> None:
    missing = []
    for section in (ROOT / "ARCHITECTURE.md").read_text().split("\n### ")[1:]:
        root = re.match(r"`(\S+/\S+)`", section)
        if root is None:
            continue
        for bullet in re.findall(r"^- (.+?)[:(]", section, re.MULTILINE):
            for name in re.findall(r"`(\w+)/?`", bullet):
                path = ROOT / root[1] / name
                if not (path.is_dir() or path.with_suffix(".py").is_file()):
                    missing.append(path.relative_to(ROOT).as_posix())
    assert missing == []


@pytest.mark.parametrize(
    "document", ["README.md", "docs/ci.md", "docs/ci/github.md", "docs/ci/pre-commit.md"]
)
def test_options_in_the_documents_exist(document: str) -> None:
    mentioned = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / document).read_text())) - {"--help"}
    offered = "".join(
        _run(*command, "--help") for command in ([], ["check"], ["config"], ["explain"], ["scan"])
    )
    assert mentioned <= set(re.findall(r"--[a-z][a-z-]+", offered))


def test_every_feature_names_its_test() -> None:
    """Each row that must or should be "yes" is, and each "yes" of ours names a test that there is."""
    tables = (ROOT / "docs" / "features.md").read_text().partition("## In the editors")[0]
    rows = [row for row in re.findall(r"^\| .*$", tables, re.MULTILINE) if row[2] not in "|-"]
    wanted = [row for row in rows if row.startswith("| *")]
    assert len(wanted) > 70
    assert all(re.match(r"\| [^|]+ \| yes \|", row) for row in wanted)
    for row in rows:
        found = re.search(r"`([\w/.]+)::(\w+)` \|$", row)
        assert found, row
        path = ROOT / "tests" / found[1]
        assert re.search(rf"^(async )?def {found[2]}\(", path.read_text(), re.MULTILINE), row


def test_the_changelog_has_this_version() -> None:
    assert f"## [{groundstate.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_version_is_told_without_importing_anything_heavy() -> None:
    code = (
        "import sys; from groundstate.cli import run; run(['--version']);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    version, modules = result.stdout.splitlines()
    assert version == f"groundstate {groundstate.__version__}"
    heavy = {"numpy", "tree_sitter", "tokenizers", "onnxruntime", "pygls", "lsprotocol", "asyncio", "torch"}
    ours = {"groundstate_grammars", "groundstate_energy"}
    assert (heavy | ours).isdisjoint(modules.split())


def test_the_readme_says_whether_the_shipped_model_certifies_anything() -> None:
    package = load_model_package(None)
    assert package is not None
    none = all(rule.certified < CERTIFIED for rule in package.calibration.values())
    said = "The shipped model certifies no rule yet" in (ROOT / "README.md").read_text()
    assert said is none
