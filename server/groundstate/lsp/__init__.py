"""The language server: a thin protocol layer over ``groundstate.analysis``.

Only this package knows LSP. The protocol loop keeps documents and sends answers; one worker thread parses, analyses and
reads files. ``methods`` has a file for each protocol method.
"""
