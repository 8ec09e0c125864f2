"""Files that are replaced in one step, so that whatever happens there is the old content or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Write ``data`` beside ``path`` and put it in its place; a file that was there keeps its mode, a link its target.

    What is no regular file, such as a terminal or a pipe, is written to as it is.

    Raises:
        OSError: nothing was changed.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb") as stream:
            stream.write(data)
        return
    mode = os.stat(target).st_mode & 0o7777 if os.path.exists(target) else 0o666 & ~_umask()
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".groundstate-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    """The permissions that new files of this process do not get; there is no way to ask without setting them."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
