"""``python -m benchmarks.editor_features.memory NAME=COMMAND...``: what language servers hold with 20 files open.

Each server is started as in ``benchmarks.editor_features``, in a folder with 20 modules of the standard library, which are
opened and pulled; when it and the processes that it started have used no processor time for three seconds, their memory is
told: now, and the sum of what each held at most (Linux only; megabytes are 10^6 bytes).
"""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sysconfig
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from benchmarks.editor_features.__main__ import SECONDS, Server

MODULES = (
    *("argparse", "ast", "bdb", "calendar", "cmd", "codecs", "configparser", "contextlib", "copy", "csv"),
    *(
        "dataclasses",
        "difflib",
        "enum",
        "fractions",
        "ftplib",
        "gettext",
        "heapq",
        "imaplib",
        "inspect",
        "bisect",
    ),
)
"""Those that `npm run measure` of the VS Code extension opens, and one more."""

_IDLE = 3.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that the processes of a server hold and the most that each held; seconds of processor time till then."""

    settled: int
    peak: int
    seconds: float


def memory_with_files_open(command: Sequence[str]) -> Memory:
    """The memory of the server that ``command`` starts, with ``MODULES`` open and checked.

    Raises:
        EOFError: the server ended.
        TimeoutError: it was still at work after ``SECONDS``.
    """
    library = Path(sysconfig.get_path("stdlib"))
    with Server(command) as server:
        server.send(method="initialized", params={})
        for name in MODULES:
            path = server.root / f"{name}_.py"
            text = (library / f"{name}.py").read_text("utf-8")
            path.write_text(text)
            document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
            server.send(method="textDocument/didOpen", params={"textDocument": document})
        for number, name in enumerate(MODULES, 2):
            uri = (server.root / f"{name}_.py").as_uri()
            server.send(id=number, method="textDocument/diagnostic", params={"textDocument": {"uri": uri}})
        last = len(MODULES) + 1
        server.until(lambda message: message.get("id") == last and "method" not in message)
        threading.Thread(target=_answered, args=(server,), daemon=True).start()
        return _settled(psutil.Process(server.pid))


def _answered(server: Server) -> None:
    """Answer what the server asks until it ends."""
    with contextlib.suppress(EOFError, OSError, ValueError):
        server.until(lambda message: False)


def _settled(process: psutil.Process) -> Memory:
    used, since, end = -1.0, time.monotonic(), time.monotonic() + SECONDS
    while time.monotonic() < end:
        processes = [process, *process.children(recursive=True)]
        now = sum(sum(item.cpu_times()[:2]) for item in processes)
        if now - used > 0.03:
            used, since = now, time.monotonic()
        elif time.monotonic() - since >= _IDLE:
            settled = sum(item.memory_info().rss for item in processes)
            return Memory(settled, sum(_most(item.pid) for item in processes), now)
        time.sleep(0.5)
    raise TimeoutError(f"{shlex.join(process.cmdline())} is still at work")


def _most(pid: int) -> int:
    """The most bytes that a process held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=COMMAND")
    print("| server | settled, MB | peak, MB | processor, s |\n| --- | --- | --- | --- |")
    for server in parser.parse_args().servers:
        name, _, command = server.partition("=")
        found = memory_with_files_open(shlex.split(command))
        print(
            f"| {name} | {found.settled / 1e6:.0f} | {found.peak / 1e6:.0f} | {found.seconds:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
