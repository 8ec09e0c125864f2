"""Brackets of Python texts."""

CLOSING = {b"(": b")", b"[": b"]", b"{": b"}"}
"""The bracket that closes each opening one."""
