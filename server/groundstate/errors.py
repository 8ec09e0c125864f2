"""What stops a command: an error that is the user's to mend, said in one line."""

from __future__ import annotations


class UserError(Exception):
    """Something that cannot be done as it was asked; the message is one line: what is wrong, where, what to do."""
