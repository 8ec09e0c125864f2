"""``python -m groundstate`` and the ``groundstate`` script."""

from __future__ import annotations

import sys

from groundstate.cli import run


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
