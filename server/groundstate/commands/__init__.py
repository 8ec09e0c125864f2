"""Subcommands of ``groundstate``: each has ``add_arguments(parser)`` and ``run(arguments)`` that returns an exit code.

Their modules import only what the argument parser needs; everything else is imported when the command runs.
"""
