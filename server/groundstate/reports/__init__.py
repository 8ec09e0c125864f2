"""Reports: one run, rendered for people, for programs and for code hosts."""
