"""Messages between the prover and its process: a length in four bytes, then a pickle of our own values."""

from __future__ import annotations

import pickle
from typing import BinaryIO


def receive(stream: BinaryIO) -> object:
    """The next message; raises ``EOFError`` at the end."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError
    size = int.from_bytes(head, "big")
    body = stream.read(size)
    if len(body) < size:
        raise EOFError
    return pickle.loads(body)


def send(stream: BinaryIO, message: object) -> None:
    body = pickle.dumps(message)
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()
