"""How a session stands at one point of its file: what is open, and since which line."""

from turnfold.replay.standing.parts import EndFacts, OpenThing, SettingsFacts, TokenFacts, TurnFacts
from turnfold.replay.standing.standing import NoSuchPoint, Point, Standing, before_end_of, standing_at

__all__ = [
    "EndFacts",
    "NoSuchPoint",
    "OpenThing",
    "Point",
    "SettingsFacts",
    "Standing",
    "TokenFacts",
    "TurnFacts",
    "before_end_of",
    "standing_at",
]
