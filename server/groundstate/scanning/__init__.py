"""Scanning: many repositories at once, by workers that may die, into one folder that a later run goes on with.

``planning`` reads the repositories and says what is to be done, ``scheduling`` gives it to a crew of workers
(``local_crew``: processes of this machine, ``ray_crew``: actors of a Ray cluster), each of which runs the linter's own
analysis (``worker``); ``store`` keeps what is finished, and ``tables`` and SARIF's ``merged_log`` write it out.
"""
