"""Editors for the end-to-end tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.end_to_end.editor import CLIENTS, SCRIPTED, Editor, declared

Start = Callable[..., Awaitable[Editor]]


@pytest.fixture(params=sorted(CLIENTS), ids=[name.split("_")[0] for name in sorted(CLIENTS)])
def any_client(request: pytest.FixtureRequest) -> str:
    """The name of each captured editor in turn."""
    return str(request.param)


@pytest_asyncio.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts an editor; all are stopped after the test, and every server must then exit with 0."""
    editors: list[Editor] = []

    async def started(
        client: str, *, command: Sequence[str] = SCRIPTED, options: Any = None, **configuration: Any
    ) -> Editor:
        editor = Editor(declared(client), tmp_path, command)
        editor.client.set_configuration({"groundstate": configuration})
        await editor.start(options)
        editors.append(editor)
        return editor

    yield started
    for editor in editors:
        if editor.process.returncode is None:
            assert await editor.stop() == 0


VSCODE, NEOVIM, HELIX, EMACS = (
    next(name for name in CLIENTS if name.startswith(prefix))
    for prefix in ("vscode", "neovim", "helix", "emacs")
)
