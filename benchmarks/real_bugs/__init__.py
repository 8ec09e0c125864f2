"""Real bugs: recall, joint accuracy and false alarms of the linter on known fixes, at each sensitivity and per rule.

The numbers come from the SARIF of ``groundstate check --sensitivity all`` alone, run as a user runs it.
"""
