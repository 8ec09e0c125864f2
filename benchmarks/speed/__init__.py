"""Speed: the linter and the language server on one tree, beside pylint, mypy and ruff on the same tree in the same run.

``python -m benchmarks.speed PATH`` copies the ``.py`` files below PATH into a temporary folder, so that nobody's
configuration counts, and prints a Markdown table. Every measurement is repeated and the repeats of all tools are
interleaved; a cell is the median with the least and the greatest value. Run it on a machine that does nothing else.
"""
