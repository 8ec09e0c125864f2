# What CI runs, one recipe at a time. `just --list`.

default: check test

# Lint, format, types, import contracts.
check:
    ruff check .
    ruff format --check .
    mypy
    lint-imports

# All tests, or those that the arguments select.
test *arguments:
    pytest -q {{ arguments }}

# Write the snapshots of the output formats anew; look at the difference before you commit it.
snapshots:
    pytest -q tests/server/test_snapshots.py --update-snapshots

# Tests in real editors, which are installed first (Debian, as root; 5 to 10 minutes the first time).
editors:
    tests/editors/run

# The VS Code extension: vscode-client/groundstate.vsix.
vsix:
    cd vscode-client && npm ci && npm run package

# Mend what lint and format can mend.
fix:
    ruff check --fix .
    ruff format .

# Speed and memory beside pylint, mypy, pyright and ruff on one tree, into build/speed; needs the `bench` extra.
bench path:
    python -m benchmarks.speed {{ path }}

# False alarms of the exact rules on the standard library and the installed packages, listed for reading.
false-alarms *arguments:
    python -m benchmarks.false_alarms {{ arguments }}

# The documentation site, into build/site.
docs:
    mkdocs build --strict

# The wheel.
build:
    python -m build --wheel

# All of CI, in its own fresh environments.
ci:
    bash .ci/run
