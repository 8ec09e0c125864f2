"""How a protocol method runs is declared, not implied: each module of ``methods`` has a ``HANDLER`` of a type below.

pygls would let any function be a handler and would run it according to what kind of function it is: an ``async`` one
may start after later messages were handled, one marked as a thread is never cancelled and writes from a foreign thread.
Here a handler either runs at once, in message order, or gets the document as it was when the message came.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcContentModified, JsonRpcException

from groundstate.lsp.cancellation import Superseded
from groundstate.lsp.client import Client
from groundstate.lsp.snapshots import Snapshot

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

RECEIVED: ContextVar[Snapshot | None] = ContextVar("RECEIVED", default=None)
"""The document that the message at hand is about, as it was when the message came."""


def content_modified() -> JsonRpcException:
    """The answer to a request about a text that is not the document's any more."""
    return JsonRpcContentModified("the document changed")


def every_client(client: Client) -> bool:
    """For methods that need nothing of the client; others are neither handled nor advertised where it lacks that."""
    return True


@dataclass(frozen=True, slots=True)
class OnLoop:
    """Runs at once on the protocol loop, in message order: quick, and never waits."""

    method: str
    handle: Callable[[GroundstateServer, Any], Any]
    options: Any = None
    wanted: Callable[[Client], bool] = every_client


@dataclass(frozen=True, slots=True)
class InBackground:
    """Runs as a task, may wait, and ends when the client cancels the request."""

    method: str
    handle: Callable[[GroundstateServer, Any], Awaitable[Any]]
    options: Any = None
    wanted: Callable[[Client], bool] = every_client


async def nothing(server: GroundstateServer, params: Any) -> None:
    """The answer about a document that is not open, where there is none."""


@dataclass(frozen=True, slots=True)
class OnSnapshot:
    """Runs as a task on the document as it was when the request came, and is cancelled with the request.

    ``absent``: makes the answer about a document that is not open. ``stale``: the error when the document changed
    before the answer was ready, for an answer about an old text is never given.
    """

    method: str
    handle: Callable[[GroundstateServer, Snapshot, Any], Awaitable[Any]]
    absent: Callable[[GroundstateServer, Any], Awaitable[Any]] = nothing
    stale: Callable[[], JsonRpcException] = content_modified
    options: Any = None
    wanted: Callable[[Client], bool] = every_client


@dataclass(frozen=True, slots=True)
class Command:
    """A command of ``workspace/executeCommand``: runs as a task with the arguments as the client sent them."""

    method: str
    handle: Callable[[GroundstateServer, Sequence[Any]], Awaitable[Any]]
    wanted: Callable[[Client], bool] = every_client


Handler = OnLoop | InBackground | OnSnapshot | Command


def register(server: GroundstateServer, handler: Handler) -> None:
    """Make ``server`` handle a method."""
    match handler:
        case OnLoop():

            def on_loop(params: Any) -> Any:
                return handler.handle(server, params)

            server.feature(handler.method, handler.options)(on_loop)
        case InBackground():

            async def in_background(params: Any) -> Any:
                return await handler.handle(server, params)

            server.feature(handler.method, handler.options)(in_background)
        case OnSnapshot():
            server.feature(handler.method, handler.options)(_on_snapshot(server, handler))
        case Command():

            async def command(*arguments: Any) -> Any:
                return await handler.handle(server, arguments)

            server.command(handler.method)(command)


def _on_snapshot(server: GroundstateServer, handler: OnSnapshot) -> Callable[[Any], Awaitable[Any]]:
    async def on_snapshot(params: Any) -> Any:
        snapshot = RECEIVED.get()
        if snapshot is None:
            return await handler.absent(server, params)
        try:
            answer = await handler.handle(server, snapshot, params)
        except Superseded:
            raise handler.stale() from None
        if server.documents.get(snapshot.uri) is not snapshot:
            raise handler.stale()
        return answer

    return on_snapshot
