"""``python -m groundstate_energy.training``: the same steps as ``groundstate train``, without the linter."""

from __future__ import annotations

import argparse
import sys

from groundstate_energy.training.command import add_arguments, run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="groundstate_energy.training", description=__doc__)
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))
