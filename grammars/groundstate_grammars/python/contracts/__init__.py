"""Contracts as Python programs write them, read from the syntax tree: many syntaxes, one clause type (``clauses``)."""
