"""Hypothesis for sessions and schedules: what other people's tests draw from.

Needs Hypothesis, an extra: `pip install 'turnfold[test]'`.
"""

from __future__ import annotations

try:
    import hypothesis as _hypothesis
except ImportError as missing:
    raise ImportError("turnfold.replay.testing needs Hypothesis: pip install 'turnfold[test]'") from missing

from turnfold.replay.testing.schedules import ScheduleFailed, draw_schedule, run_schedule, schedules

__all__ = ["ScheduleFailed", "draw_schedule", "run_schedule", "schedules"]

del _hypothesis
