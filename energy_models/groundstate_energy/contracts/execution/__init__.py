"""Statements of the core on symbolic states: a layer of a class a module, each resting on those before."""
