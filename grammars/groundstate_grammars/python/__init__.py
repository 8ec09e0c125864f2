"""Python: its grammar, scopes, units, sites and candidate edits."""
