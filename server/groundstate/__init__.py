"""groundstate: a language server and linter that reads code as an energy and reports what has a lower neighbour."""

__version__ = "0.1.0"
