"""What the server logs, where to, and what of it a client that traces is told.

Everything is said once, as a log record. Records go to standard error, which editors keep in a log of their own, or to
a file; with ``$/setTrace`` they go to the client too, as ``$/logTrace``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from lsprotocol import types

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_OURS = logging.getLogger("groundstate")
_TRACED = {types.TraceValue.Off: None, types.TraceValue.Messages: logging.INFO, types.TraceValue.Verbose: 1}


class Logs:
    """The log of one server."""

    def __init__(self) -> None:
        self._initial = self._level = logging.WARNING
        self._written: logging.Handler = logging.NullHandler()
        self._trace: _Trace | None = None

    def start(self, level: str, file: Path | None) -> None:
        """Log to ``file``, or to standard error.

        Raises:
            OSError: the file cannot be written.
        """
        self._written = (
            logging.StreamHandler() if file is None else logging.FileHandler(file, encoding="utf-8")
        )
        self._written.setFormatter(logging.Formatter(FORMAT))
        self._initial = logging.getLevelNamesMapping()[level.upper()]
        logging.getLogger().addHandler(self._written)
        self.set_level(None)

    def set_level(self, level: str | None) -> None:
        """Log what is at least as loud as ``level``; None: as the server was started."""
        self._level = self._initial if level is None else logging.getLevelNamesMapping()[level.upper()]
        self._written.setLevel(self._level)
        self._apply()

    def set_trace(self, value: types.TraceValue, send: Callable[[types.LogTraceParams], None]) -> None:
        """Tell a client through ``send`` what ``value`` asks for; it may be called on any thread."""
        if self._trace is not None:
            _OURS.removeHandler(self._trace)
            self._trace = None
        traced = _TRACED[value]
        if traced is not None:
            self._trace = _Trace(traced, send, verbose=value is types.TraceValue.Verbose)
            _OURS.addHandler(self._trace)
        self._apply()

    def _apply(self) -> None:
        handlers = (self._level, self._trace.level) if self._trace is not None else (self._level,)
        _OURS.setLevel(min(handlers))


class _Trace(logging.Handler):
    """Hands records to the client."""

    def __init__(self, level: int, send: Callable[[types.LogTraceParams], None], *, verbose: bool) -> None:
        super().__init__(level)
        self._send = send
        self._verbose = verbose

    def emit(self, record: logging.LogRecord) -> None:
        details = f"{record.levelname} {record.name} on {record.threadName}" if self._verbose else None
        self._send(types.LogTraceParams(record.getMessage(), details))
