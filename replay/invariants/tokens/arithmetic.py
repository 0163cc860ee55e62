"""What must hold between token counts, whatever struct they come in."""

from __future__ import annotations

from typing import Any


def is_sound(usage: Any) -> bool:
    """Whether parts fit into what they are parts of, and the total is the sum."""
    return bool(
        0 <= usage.cached_input_tokens <= usage.input_tokens
        and 0 <= usage.reasoning_output_tokens <= usage.output_tokens
        and usage.total_tokens == usage.input_tokens + usage.output_tokens
    )


def is_estimate(usage: Any) -> bool:
    """Whether it has only a total: after a compaction Codex guesses what the new history takes up."""
    return not (
        usage.input_tokens
        or usage.cached_input_tokens
        or usage.output_tokens
        or usage.reasoning_output_tokens
    )


def is_negative(usage: Any) -> bool:
    """Whether any number is below 0."""
    numbers: list[int] = [
        usage.input_tokens,
        usage.cached_input_tokens,
        usage.output_tokens,
        usage.reasoning_output_tokens,
        usage.total_tokens,
    ]
    return min(numbers) < 0


def has_large_part(usage: Any) -> bool:
    """Whether a part is larger than what it is a part of."""
    return bool(
        usage.cached_input_tokens > usage.input_tokens or usage.reasoning_output_tokens > usage.output_tokens
    )


def is_sum(before: Any, usage: Any, after: Any) -> bool:
    """Whether *after* is *before* plus *usage*, in every number that all versions write."""
    return bool(
        after.total_tokens == before.total_tokens + usage.total_tokens
        and after.input_tokens == before.input_tokens + usage.input_tokens
        and after.cached_input_tokens == before.cached_input_tokens + usage.cached_input_tokens
        and after.output_tokens == before.output_tokens + usage.output_tokens
        and after.reasoning_output_tokens == before.reasoning_output_tokens + usage.reasoning_output_tokens
    )


def same(one: Any, other: Any) -> bool:
    """Whether two counts agree in every number that all versions write."""
    return one is other or is_sum(one, _NOTHING, other)


class _Nothing:
    input_tokens = cached_input_tokens = output_tokens = reasoning_output_tokens = total_tokens = 0


_NOTHING = _Nothing()
