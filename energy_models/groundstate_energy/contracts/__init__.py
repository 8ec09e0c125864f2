"""Contracts: proved, refuted by a replayed counterexample, or unknown with the reason. The code is read, never run."""
