"""From a file to an explanation, in two readings: the first finds the turn, the second its story."""

from __future__ import annotations

import os

from turnfold.replay.explain.answers import answer, title
from turnfold.replay.explain.chain import chain
from turnfold.replay.explain.endings import ending_of
from turnfold.replay.explain.explanation import Explanation
from turnfold.replay.explain.facts import Story
from turnfold.replay.explain.limits import unknowns
from turnfold.replay.explain.story import StoryFold
from turnfold.replay.ledger import Ledger, LedgerTurn, ledger_of
from turnfold.replay.walk import Walk
from turnfold.rollouts import Reader, open_source

AT_THE_END = frozenset({"TF002", "TF013", "TF015"})
"""Damage that may have taken the rest of the file along."""


def explain(path: str | os.PathLike[str], turn: str | None = None) -> Explanation:
    """Explain the end of a turn of the file at *path*, which is read twice.

    *turn* is an id, its beginning or end, or a position; by default it is the last turn that did not simply
    complete, else the last.

    Raises:
        NoSuchTurn: it is not there.
        SourceError: the file cannot be opened.
    """
    ledger = ledger_of(path)
    chosen = ledger.latest_of_interest() if turn is None else ledger.find(turn)
    return explained(story_of(path, ledger, chosen), ledger.thread_id)


def story_of(path: str | os.PathLike[str], ledger: Ledger, turn: LedgerTurn) -> Story:
    """What the file has to say about the end of *turn*."""
    with open_source(path) as source:
        walk = Walk(Reader(source, twins=False))
        fold: StoryFold | None = None
        for moment in walk:
            fold = fold or StoryFold(turn, ledger, walk.profile)
            fold.feed(moment)
        if fold is None:  # it has records, for the ledger has a turn; but files change
            return Story(turn=turn, position=None, profile=walk.profile)
        fold.story.profile = walk.profile
        damage = walk.last_damage
        last = fold.story.file_ends
        if damage is not None and damage.code in AT_THE_END and last is not None and damage.line >= last.line:
            fold.story.damage = damage.code
    return fold.story


def explained(story: Story, thread_id: str | None = None) -> Explanation:
    """Put a story into an explanation."""
    ending, slot = ending_of(story), story.turn.slot
    return Explanation(
        thread_id=thread_id,
        turn_id=slot.turn_id,
        position=story.position,
        ending=ending,
        title=title(story, ending),
        answer=answer(story, ending),
        steps=chain(story, ending),
        unknowns=unknowns(story, ending),
        first_line=slot.first_line,
        last_line=slot.last_line,
        further_ends=max(len(story.ends) - 1, 0),
        rolled_back_at=story.turn.rolled_back_at or None,
    )
