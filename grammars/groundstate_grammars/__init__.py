"""What is known about each language: trees, units, scopes, sites and candidate edits."""
