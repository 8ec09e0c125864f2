"""Speed: the linter and the language server on one tree, beside pylint, mypy, pyright and ruff on the same tree in turns.

``python -m benchmarks.speed PATH`` copies the ``.py`` files below PATH into a temporary folder, so that nobody's
configuration counts. It measures cold runs, runs where nothing and where one file changed, memory, keystrokes, growth with
the size of a file and of a repository, and the encoder beside its matrix products alone; writes ``results.json``,
``table.md`` and plots into ``--out``; and goes on there when it was cut off. Run it on a machine that does nothing else.
"""
