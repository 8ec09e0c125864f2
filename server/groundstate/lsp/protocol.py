"""pygls' protocol with our document store in the place of its own."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

from groundstate.lsp.handlers import RECEIVED

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


class GroundstateProtocol(LanguageServerProtocol):
    """Notes for every message which document it is about, and leaves the documents to the handlers."""

    _left = False

    def handle_message(self, message: Any) -> None:
        uri = _uri_of(getattr(message, "params", None))
        documents = getattr(self._server, "documents", None)
        reset = RECEIVED.set(documents.get(uri) if documents is not None and uri is not None else None)
        try:
            super().handle_message(message)
        finally:
            RECEIVED.reset(reset)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        result = yield from super().lsp_initialize(params)
        server = cast("GroundstateServer", self._server)
        result.capabilities.diagnostic_provider = server.pull_registration.offered()
        return result

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> Generator[Any, Any, None]:
        self._left = True
        yield from super().lsp_exit(*args)

    def _send_data(self, data: Any) -> None:
        if self._left:
            return  # what is cancelled now would answer, and what is loaded would end its progress
        with contextlib.suppress(
            BrokenPipeError
        ):  # the client is gone, and the end of its messages ends the server
            super()._send_data(data)

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(
        self, params: types.DidOpenTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(
        self, params: types.DidChangeTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(
        self, params: types.DidCloseTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(
        self, params: types.WorkDoneProgressCancelParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CANCEL], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(
        self, params: types.DidOpenNotebookDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(
        self, params: types.DidChangeNotebookDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(
        self, params: types.DidCloseNotebookDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_CLOSE], (params,), None


def _uri_of(params: object) -> str | None:
    """The document that the parameters of a message name, in the protocol's field or in the data of an action."""
    document = getattr(params, "text_document", None)
    if document is not None:
        return getattr(document, "uri", None)
    data = getattr(params, "data", None)
    uri = data.get("uri") if isinstance(data, dict) else None
    return uri if isinstance(uri, str) else None


class AnsweredErrors(logging.Filter):
    """Drops log records of what is no fault: errors that are answers, a client that is gone, a cancellation too late."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], JsonRpcException | BrokenPipeError):
            return False
        return not str(record.msg).startswith("Cancel notification for unknown message id")
