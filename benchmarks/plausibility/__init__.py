"""What the checks of plausibility cost in real fixes and mutants, and what they remove of alarms in unchanged code."""
