"""Training: sources -> corpus -> tokenizer -> mutants -> network. Nothing here is imported by the linter or the server."""
