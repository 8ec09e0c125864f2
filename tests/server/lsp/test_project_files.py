"""A project that is open in an editor has the facts that a fresh reading of it would give."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstate.documents import Document, read_document
from groundstate.lsp.cancellation import Superseded, Token
from groundstate.lsp.project_files import ProjectFiles
from groundstate.settings import LoadedSettings, Settings
from groundstate_grammars.project import ProjectFacts

PIECES = st.sampled_from(
    [
        "class A(B):\n    def one(self, x): pass\n",
        "class A(C):\n    def two(self): return self.three\n",
        "class B:\n    def three(self, y=1): pass\n",
        "def one(x): return x\n",
        "def one(x, y): return y\n",
        "import os\n",
        "value = os.path\n",
        "\0",
    ]
)
FILES = st.dictionaries(
    st.sampled_from(["a.py", "b.py", "c.py", "d/e.py"]), st.lists(PIECES, max_size=3).map("".join)
)


def loaded(root: Path) -> LoadedSettings:
    return LoadedSettings(Settings(cache_dir=root / ".cache"), root, None)


def write(root: Path, files: dict[str, str]) -> list[Path]:
    (root / "d").mkdir(exist_ok=True)
    for name, text in files.items():
        (root / name).write_text(text)
    return [root / name for name in files]


def read_at_once(root: Path, document: Document) -> ProjectFacts:
    """Facts by definition: all files merged in the order of their paths, the document's text in place of its file."""
    documents = {path: read_document(path) for path in root.rglob("*.py")} | {document.path: document}
    ordered = sorted(documents.values(), key=lambda item: item.path.parts)
    return ProjectFacts.of(item.parsed.summary() for item in ordered if item.not_text_at is None)


@settings(max_examples=30)
@given(FILES, FILES, st.sampled_from(["a.py", "b.py", "new.py"]), st.lists(PIECES, max_size=3).map("".join))
def test_facts_equal_those_of_reading_everything_again(
    before: dict[str, str], after: dict[str, str], name: str, text: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, before)
        files = ProjectFiles(loaded(root), with_facts=True)
        for version in ("x = 1\n", text):
            files.read(Token())
            document = Document(root / name, version.encode())
            facts = files.workspace(document).facts
            assert facts == read_at_once(root, document)
            on_disk = [read_document(path) for path in root.rglob("*.py")]
            if on_disk:
                assert files.workspace_of_files().facts == read_at_once(root, on_disk[0])
            files.changed(write(root, after))


def test_a_cancelled_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x = 1\n"})
    files = ProjectFiles(loaded(tmp_path), with_facts=True)
    token = Token()
    token.cancel()
    with pytest.raises(Superseded):
        files.read(token)
    assert not files.is_read
    files.read(Token())
    assert files.is_read


def test_without_a_model_no_file_is_read(tmp_path: Path) -> None:
    files = ProjectFiles(loaded(tmp_path), with_facts=False)
    assert files.is_read
    assert files.workspace(Document(tmp_path / "a.py", b"x = 1\n")).facts is None


def test_facts_of_the_files_stay_the_same_object_until_a_file_says_something_else(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x = 1\n", "b.py": "def one(x): return x\n"})
    files = ProjectFiles(loaded(tmp_path), with_facts=True)

    def facts(changed: dict[str, str]) -> tuple[ProjectFacts | None, ProjectFacts | None]:
        files.changed(write(tmp_path, changed))
        files.read(Token())
        around = files.workspace(Document(tmp_path / "a.py", b"x = 1\n")).facts
        return files.workspace_of_files().facts, around

    first, around = facts({})
    again = facts({"b.py": "def one(x): return x  # more\n"})
    assert [again[0] is first, again[1] is around] == [True, True]
    own = facts({"a.py": "y = 1\n"})
    assert [own[0] is first, own[1] is around] == [False, True]
    assert facts({"c.py": "z = 1\n"})[1] is not around


def test_facts_stay_the_same_object_until_an_edit_changes_them(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x = 1\n", "b.py": "def one(x): return x\n"})
    files = ProjectFiles(loaded(tmp_path), with_facts=True)
    files.read(Token())

    def facts(text: str) -> ProjectFacts | None:
        return files.workspace(Document(tmp_path / "a.py", text.encode())).facts

    first = facts("x = 1\n")
    assert facts("x = 1 + 2  # more\nx = 3\n") is first
    assert facts("y = 1\n") is not first


def test_what_a_syntax_error_swallows_is_not_gone(tmp_path: Path) -> None:
    write(tmp_path, {"b.py": "def one(x): return x\n"})
    files = ProjectFiles(loaded(tmp_path), with_facts=True)
    files.read(Token())
    whole, broken = b"def two(y): return y\n", b"x = (\ndef two(y): return y\n"
    facts = files.workspace(Document(tmp_path / "a.py", whole)).facts
    assert files.workspace(Document(tmp_path / "a.py", broken)).facts is facts
    assert facts is not None
    assert "two" in facts.functions
