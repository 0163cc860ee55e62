"""Times and spans for people."""

from __future__ import annotations

from datetime import UTC, datetime


def span(seconds: float) -> str:
    """`0.412 s`, `12.3 s`, `3m 07s`, `2h 05m`, `4d 3h`."""
    if seconds < 10:
        return f"{seconds:.3f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m" if hours < 72 else f"{hours // 24}d {hours % 24}h"


def offset(seconds: float | None) -> str:
    """Time since a beginning: `0:02.35`, `14:05.00`, `3:14:05`; empty where it is not known."""
    if seconds is None:
        return ""
    if seconds < 0:
        return f"-{offset(-seconds)}"
    minutes, rest = divmod(round(seconds, 2), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{int(rest):02}" if hours else f"{minutes}:{rest:05.2f}"


def moment(unix_s: float | None) -> str:
    """`2026-06-01 09:00:02`, UTC; empty where it is not known."""
    if unix_s is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(unix_s, UTC):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, OSError, ValueError):  # a file may say anything
        return str(unix_s)
