"""Expressions of the core as z3 terms: a layer of a class a module, each resting on those before."""
