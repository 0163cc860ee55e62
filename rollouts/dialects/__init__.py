"""Dialects: what each kind of source calls the things that our events name."""

from turnfold.rollouts.dialects.base import Dialect, LineDecoder, MalformedRecord
from turnfold.rollouts.dialects.detect import decoder_for, detect

__all__ = ["Dialect", "LineDecoder", "MalformedRecord", "decoder_for", "detect"]
