"""What the errors of a Responses endpoint mean: may the same request succeed later, and when."""

import json
import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final, cast

from turnfold.core.engine.ports import ModelError

_CODES: Final = {
    "context_length_exceeded": ("context_window_exceeded", False),
    "insufficient_quota": ("quota_exceeded", False),
    "usage_limit_reached": ("quota_exceeded", False),
    "usage_not_included": ("quota_exceeded", False),
    "invalid_prompt": ("bad_request", False),
    "rate_limit_exceeded": ("rate_limited", True),
    "server_error": ("server_error", True),
}
"""Code (or type) that the endpoint gives → ours, and whether to retry."""

_TEXT_MAX: Final = 1_000
"""Longest text of a server that a message repeats, in characters."""

_AGAIN: Final = re.compile(
    r"try again in\s+((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|[hms]|seconds?|minutes?)\s*)+)", re.IGNORECASE
)
_PIECE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|milli|[hms])", re.IGNORECASE)
_SECONDS: Final = {"ms": 0.001, "milli": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def mapping(value: object) -> Mapping[str, object]:
    """Return *value* if it is a JSON object, else an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def text(value: object) -> str | None:
    """Return *value* if it is text that says something."""
    return value if isinstance(value, str) and value else None


def failure_of_status(status: int, headers: Mapping[str, str], body: bytes) -> ModelError:
    """Return the error that an HTTP answer other than 200 stands for. *headers* has lower-case names."""
    try:
        error = mapping(mapping(json.loads(body)).get("error"))
    except (ValueError, RecursionError):
        error = mapping(None)
    said = text(error.get("message")) or body.decode(errors="replace").strip()
    code, retryable = _class_of_status(status, error)
    message = f"the model endpoint answered {status}: {said[:_TEXT_MAX] or 'nothing more'}"
    if request_id := headers.get("x-request-id"):
        message += f" (its request id is {request_id[:100]})"
    return ModelError(
        message,
        code=code,
        retryable=retryable,
        retry_after_s=_retry_after(headers, said) if retryable else None,
    )


def failure_of_event(error: Mapping[str, object]) -> ModelError:
    """Return the error that the endpoint gives inside a stream, in `response.failed` or `error`."""
    said = text(error.get("message")) or "it does not say why"
    # Codex retries what it does not know: a stream that began shows that the request was understood.
    code, retryable = _known(error) or ("server_error", True)
    return ModelError(
        f"the model endpoint failed the response: {said[:_TEXT_MAX]}",
        code=code,
        retryable=retryable,
        retry_after_s=_in_words(said) if retryable else None,
    )


def _known(error: Mapping[str, object]) -> tuple[str, bool] | None:
    for name in ("code", "type"):
        if (known := _CODES.get(text(error.get(name)) or "")) is not None:
            return known
    return None


def _class_of_status(status: int, error: Mapping[str, object]) -> tuple[str, bool]:
    if (known := _known(error)) is not None and (status < 500 or not known[1]):
        return known
    if status >= 500:
        return "server_error", True
    match status:
        case 401 | 403:
            return "unauthorized", False
        case 404:
            return "not_found", False
        case 429:
            return "rate_limited", True
        case 408 | 409 | 425:
            return "server_error", True
        case _:
            return "bad_request", False


def _retry_after(headers: Mapping[str, str], said: str) -> float | None:
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    try:
        # The server's own time is the one that its date counts from; ours may differ.
        until, now = parsedate_to_datetime(headers["retry-after"]), parsedate_to_datetime(headers["date"])
        return max(0.0, (until - now).total_seconds())
    except (KeyError, ValueError, TypeError, IndexError):
        return _in_words(said)


def _in_words(said: str) -> float | None:
    found = _AGAIN.search(said[:_TEXT_MAX])
    if found is None:
        return None
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in _PIECE.findall(found[1]))
