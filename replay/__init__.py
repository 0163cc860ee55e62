"""Replaying logs: repair, projections, invariants and verdicts."""

__all__: list[str] = []
