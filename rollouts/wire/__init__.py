"""The typed form of rollout lines: what the fast path decodes."""

from turnfold.rollouts.wire.base import Payload, Usage
from turnfold.rollouts.wire.lines import BARE, ENVELOPE, LINES, PAYLOADS, STRUCTS, TAGS, OwnRecord

__all__ = ["BARE", "ENVELOPE", "LINES", "OwnRecord", "PAYLOADS", "Payload", "STRUCTS", "TAGS", "Usage"]
