"""What language servers say that they can do."""
