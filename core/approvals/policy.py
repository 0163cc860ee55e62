"""The approval policy: when a person may be asked at all."""

from collections.abc import Mapping
from typing import Final, cast

import attrs

POLICY_WORDS: Final = ("untrusted", "on-failure", "on-request", "never")
"""The policies that are a word; the fifth, granular, is a mapping."""

_GRANULAR: Final = "granular"
_REQUIRED: Final = ("sandbox_approval", "rules", "mcp_elicitations")
_OPTIONAL: Final = ("skill_approval", "request_permissions")


class PolicyError(ValueError):
    """What should be an approval policy is none; the text says what would be."""


@attrs.frozen(kw_only=True)
class Granular:
    """Which questions may reach a person; what is off is refused in their place."""

    sandbox_approval: bool
    """To run something outside the sandbox."""

    rules: bool
    """To run what a rule of the policy of commands wants asked about."""

    mcp_elicitations: bool
    """Questions of tool servers."""

    skill_approval: bool = False
    """To use a skill."""

    request_permissions: bool = False
    """To grant more permissions to the turn."""


@attrs.frozen
class Policy:
    """An approval policy. Make it with `parse_policy`, which knows what is one."""

    word: str
    """One of `POLICY_WORDS`, or `granular`."""

    granular: Granular | None = None
    """The switches of the granular policy; None for every other."""

    @property
    def never(self) -> bool:
        """Whether nobody is ever asked."""
        return self.word == "never"

    @property
    def asks_about_sandbox(self) -> bool:
        """Whether a person may be asked to let something run outside the sandbox."""
        return not self.never and (self.granular is None or self.granular.sandbox_approval)

    @property
    def asks_about_rules(self) -> bool:
        """Whether a person may be asked because a rule says so."""
        return not self.never and (self.granular is None or self.granular.rules)

    @property
    def reviewable(self) -> bool:
        """Whether an automated reviewer can stand in for the person: on-request and granular only."""
        return self.word in {"on-request", _GRANULAR}

    @property
    def wire(self) -> object:
        """The policy as the log holds it: a word, or `{"granular": {...}}`."""
        return self.word if self.granular is None else {_GRANULAR: attrs.asdict(self.granular)}


def parse_policy(raw: object) -> Policy:
    """Return the policy that *raw* stands for: a word, or `{"granular": {switch: bool}}` as the log holds it.

    Raises PolicyError, which says what is wrong and what is accepted.
    """
    if isinstance(raw, str):
        if raw in POLICY_WORDS:
            return Policy(raw)
        raise PolicyError(
            f"unknown approval policy {raw!r}: use {', '.join(POLICY_WORDS)}, or a granular one"
        )
    table = _table(raw)
    if list(table) != [_GRANULAR]:
        raise PolicyError(
            f"an approval policy is one of {', '.join(POLICY_WORDS)}, or a mapping with the one key "
            f"{_GRANULAR!r}; got {raw!r}"
        )
    return Policy(_GRANULAR, _switches(table[_GRANULAR]))


def _switches(raw: object) -> Granular:
    table = _table(raw)
    known = (*_REQUIRED, *_OPTIONAL)
    unknown = sorted(name for name in table if name not in known)
    if unknown:
        raise PolicyError(f"unknown switch {unknown[0]!r} of the granular policy: use {', '.join(known)}")
    missing = [name for name in _REQUIRED if name not in table]
    if missing:
        raise PolicyError(f"the granular policy lacks the switch {missing[0]!r}: set it to true or false")
    values: dict[str, bool] = {}
    for name, value in table.items():
        if not isinstance(value, bool):
            raise PolicyError(f"the switch {name!r} of the granular policy is true or false; got {value!r}")
        values[name] = value
    return Granular(**values)


def _table(raw: object) -> dict[str, object]:
    """Return *raw* with its keys as text; raise PolicyError when it is no mapping."""
    if not isinstance(raw, Mapping):
        raise PolicyError(f"an approval policy is a word or a mapping; got {raw!r}")
    return {str(key): value for key, value in cast("Mapping[object, object]", raw).items()}
