"""Emacs with eglot, in batch mode, with the documented set-up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.editors.conftest import MENDED, documented


def test_eglot_shows_mends_ignores_and_survives_a_restart(
    program: Callable[[str], str], environment: Mapping[str, str], project: Path, tmp_path: Path
) -> None:
    setup = tmp_path / "setup.el"
    setup.write_text(documented("Emacs", "elisp"))
    command = [
        program("emacs"),
        "--batch",
        "-Q",
        "-l",
        str(setup),
        "-l",
        str(Path(__file__).with_name("eglot.el")),
    ]
    done = subprocess.run(
        command,
        cwd=project,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("ok   ") == 6, done.stdout
    assert (project / "mean.py").read_text() == MENDED
