"""Take a run's result along: averaged weights in fp16, split into files of at most 15 MiB, and back again."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import torch

PART_BYTES = 15 * 1024 * 1024


def pack(run: Path, out: Path) -> None:
    """Write ``weights.00``, ``weights.01``, … from ``run/checkpoint.pt``."""
    state = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
    half = {name: value.half() for name, value in state["average"].items()}
    buffer = io.BytesIO()
    torch.save(
        {"average": half, "usage": state["usage"], "step": state["step"], "windows": state["windows"]}, buffer
    )
    data = buffer.getvalue()
    out.mkdir(parents=True, exist_ok=True)
    for number, start in enumerate(range(0, len(data), PART_BYTES)):
        (out / f"weights.{number:02}").write_bytes(data[start : start + PART_BYTES])


def unpack(parts: Path, out: Path) -> None:
    """Join ``weights.*`` into ``out`` (fp32 again)."""
    data = b"".join(path.read_bytes() for path in sorted(parts.glob("weights.*")))
    state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    state["average"] = {name: value.float() for name, value in state["average"].items()}
    torch.save(state, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=("pack", "unpack"))
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    options = parser.parse_args()
    (pack if options.action == "pack" else unpack)(options.source, options.target)


if __name__ == "__main__":
    main()
