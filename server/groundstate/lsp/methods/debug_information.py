"""The command ``groundstate.debugInformation``: what is running with which settings, for a report of a problem."""

from __future__ import annotations

import dataclasses
import platform
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from groundstate import __version__
from groundstate.lsp.handlers import Command

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, arguments: Sequence[Any]) -> dict[str, object]:
    """JSON; ``model`` and ``device`` are those of the first project that has a model, null where none has."""
    projects = await server.worker.run(server.projects.described)
    models = [project["model"] for project in projects if isinstance(project["model"], dict)]
    return {
        "version": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "model": models[0]["name"] if models else None,
        "device": models[0]["device"] if models else None,
        "trusted": server.trusted,
        "projects": projects,
        "editorSettings": {
            str(folder or ""): dataclasses.asdict(settings)
            for folder, settings in server.configuration.folders.items()
        },
        "client": {**dataclasses.asdict(server.client), "encoding": server.client.encoding.value},
        "folders": list(server.folders),
        "openDocuments": [
            {
                "uri": item.uri,
                "version": item.version,
                "bytes": len(item.document.data),
                "sha256": item.document.digest,
            }
            for item in server.documents
        ],
    }


HANDLER = Command("groundstate.debugInformation", handle)
