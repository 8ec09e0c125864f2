"""Editors for the end-to-end tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.end_to_end.editor import CLIENTS, SCRIPTED, Editor, declared

Start = Callable[..., Awaitable[Editor]]

VSCODE, NEOVIM, HELIX, EMACS = (
    next(name for name in CLIENTS if name.startswith(prefix))
    for prefix in ("vscode", "neovim", "helix", "emacs")
)

in_every_editor = pytest.mark.asyncio(loop_scope="session")
"""For tests that take ``editor``: they run once for each of the captured clients."""


@pytest.fixture(params=sorted(CLIENTS))
def any_client(request: pytest.FixtureRequest) -> str:
    """The name of each captured client in turn, for tests that start a server of their own."""
    return str(request.param)


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=sorted(CLIENTS))
async def connected(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Editor]:
    """Each of the captured editors in turn, with one scripted server for all tests."""
    folder = tmp_path_factory.mktemp(request.param.split("_")[0])
    editor = Editor(declared(request.param), folder, SCRIPTED)
    await editor.start()
    await editor.warm_up()
    yield editor
    assert await editor.stop() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def editor(connected: Editor) -> AsyncIterator[Editor]:
    """Each of the captured editors in turn, with no document open."""
    yield connected
    for uri in list(connected.texts):
        connected.close(uri)
    connected.published.clear()


@pytest_asyncio.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts an editor with a server of its own; after the test the server must exit with 0.

    ``pulls``: make the client one that pulls findings, or one that is pushed to, whichever it is in truth.
    ``program``: what it calls itself. ``cold``: the model is not loaded before the first document is opened.
    """
    editors: list[Editor] = []

    async def started(
        client: str,
        *,
        command: Sequence[str] = SCRIPTED,
        options: Any = None,
        settings: Any = None,
        pulls: bool | None = None,
        program: str | None = None,
        cold: bool = False,
    ) -> Editor:
        capabilities = declared(client)
        if pulls is not None and capabilities.text_document and capabilities.workspace:
            like = declared(VSCODE if pulls else EMACS)
            assert like.text_document is not None
            assert like.workspace is not None
            capabilities.text_document.diagnostic = like.text_document.diagnostic
            capabilities.workspace.diagnostics = like.workspace.diagnostics
        editor = Editor(capabilities, tmp_path, command)
        editor.client.set_configuration({"groundstate": settings or {}})
        await editor.start(options, program=program)
        editors.append(editor)
        if not cold:
            await editor.warm_up()
        return editor

    yield started
    for editor in editors:
        if editor.process.returncode is None:
            assert await editor.stop() == 0
