"""Compaction: the history is replaced by a summary that the model itself writes."""

from typing import Final

from turnfold.core.engine.ports import Desk, Item
from turnfold.core.engine.turn.hooks import TurnHooks
from turnfold.core.engine.turn.kit import Kit
from turnfold.core.engine.turn.sampling import Prompt, Sampling
from turnfold.core.hooks import CompactTrigger
from turnfold.events import CompactionNoted, HistoryCompacted, WarningRaised

REQUEST: Final = (
    "This conversation is about to be cut. Write what whoever continues the work has to know: the goal in the "
    "user's words, what was done and decided and why, what is still to do, and the files, commands and facts "
    "that matter. Be complete and short."
)
SUMMARY_PREFIX: Final = "The conversation so far was cut. Its summary:\n\n"
KEPT_TEXT_MAX: Final = 80_000
"""Characters of the user's own messages that are kept beside the summary, the newest first."""


async def compact(
    kit: Kit, desk: Desk, sampling: Sampling, hooks: TurnHooks, trigger: CompactTrigger
) -> bool:
    """Replace the history, if no hook objects. Whether it was. Raises ModelError when no summary is to be had."""
    before = await hooks.pre_compact(trigger)
    if before.decision is not None:
        await desk.record(WarningRaised(message=before.message or "a hook cancelled the compaction"))
        return False
    history = kit.history.items
    prompt = Prompt(instructions=kit.options.instructions, items=(*history, _message(REQUEST)))
    answer = await sampling.sample(lambda: prompt, record=False)
    summary = answer.message or ""
    replacement = [*_users_words(history), _message(SUMMARY_PREFIX + summary)]
    await desk.record(
        HistoryCompacted(
            message=summary,
            replacement_count=len(replacement),
            turn_id=desk.turn_id,
            extra={"replacement_history": replacement},
        ),
        CompactionNoted(turn_id=desk.turn_id),
    )
    await hooks.post_compact(trigger)
    kit.start_source = "compact"
    return True


def _message(text: str) -> Item:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def _users_words(history: tuple[Item, ...]) -> list[Item]:
    """The messages in the user's role, as many of the newest as fit; earlier summaries are replaced, not kept."""
    kept: list[Item] = []
    room = KEPT_TEXT_MAX
    for item in reversed(history):
        if item.get("type") != "message" or item.get("role") != "user":
            continue
        text = str(item.get("content"))
        if SUMMARY_PREFIX.strip() in text:
            continue
        room -= len(text)
        if room < 0:
            break
        kept.append(item)
    return kept[::-1]
