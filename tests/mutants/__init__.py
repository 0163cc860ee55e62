"""Mutants: the hazards of the design that ours was made after, re-introduced one by one, and found by the race lab."""
