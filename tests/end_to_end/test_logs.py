"""What the server logs, where to, and what it tells a client that traces."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from lsprotocol import types
from tests.end_to_end.conftest import HELIX, VSCODE, Start
from tests.end_to_end.editor import REAL, SECONDS, Editor

TEXT = "undefined_name\n"


def traced(editor: Editor) -> list[types.LogTraceParams]:
    """Collects what the server tells; to be called before it starts."""
    told: list[types.LogTraceParams] = []

    @editor.client.feature(types.LOG_TRACE)
    def log_trace(params: types.LogTraceParams) -> None:
        told.append(params)

    return told


async def test_a_log_file_holds_what_its_level_asks_for(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    editor = await start(HELIX, command=[*REAL, "--log-level", "info", "--log-file", str(log)])
    uri = editor.open("x.py", TEXT)
    await editor.diagnostics(uri)
    lines = log.read_text().splitlines()
    assert any("positions in utf-8" in line for line in lines)
    assert any(f"INFO groundstate.lsp.analyses: {uri} version 1: 1 findings in" in line for line in lines)


async def test_the_level_is_a_setting_that_can_change(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    editor = await start(VSCODE, command=[*REAL, "--log-file", str(log)])
    uri = editor.open("x.py", TEXT)
    await editor.diagnostics(uri)
    assert "INFO" not in log.read_text()
    editor.client.set_configuration({"groundstate": {"logLevel": "info"}})
    params = types.DidChangeConfigurationParams(settings={})
    editor.client.workspace_did_change_configuration(params)
    for _ in range(200):
        await asyncio.sleep(0.02)
        await editor.diagnostics(uri)
        if "1 findings in" in log.read_text():
            return
    raise AssertionError(log.read_text())


async def test_a_client_that_traces_is_told(start: Start) -> None:
    editor = await start(VSCODE)
    told = traced(editor)
    await editor.diagnostics(editor.open("silent.py", TEXT))
    assert not told
    for value, verbose in ((types.TraceValue.Messages, False), (types.TraceValue.Verbose, True)):
        editor.client.set_trace(types.SetTraceParams(value))
        uri = editor.open(f"{value.value}.py", TEXT)
        await editor.diagnostics(uri)
        await asyncio.sleep(0.05)
        last = next(item for item in reversed(told) if uri in item.message)
        assert (last.verbose is not None) == verbose
    editor.client.set_trace(types.SetTraceParams(types.TraceValue.Off))
    count = len(told)
    await editor.diagnostics(editor.open("off.py", TEXT))
    await asyncio.sleep(0.05)
    assert len(told) == count


def test_a_log_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "server.log"
    run = subprocess.run([*REAL, "--log-file", str(file)], capture_output=True, timeout=SECONDS, check=False)
    assert run.returncode == 2
    assert run.stderr.decode() == f"groundstate: error: cannot log to {file}: No such file or directory\n"
