"""One row a turn: what is shown of a turn, and the slot in which a fold collects it."""

from __future__ import annotations

from enum import StrEnum

import attrs


class TurnStatus(StrEnum):
    """How a turn stands where the file ends."""

    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    """An error ended it: its terminal says so, or an error is the last that is heard of it."""
    IN_PROGRESS = "inProgress"
    """It has no terminal: it still runs, or its process died."""


class Opening(StrEnum):
    """What made a fold open a slot for a turn."""

    EXPLICIT = "explicit"
    """A turn start."""
    IMPLICIT = "implicit"
    """A user's message, or work, while no turn was open: older files record no starts."""
    COMPACTION = "compaction"
    """A compaction while no turn was open; the user's next message takes the slot over."""


@attrs.frozen(kw_only=True)
class TurnRow:
    """One turn. The first eight fields are the columns of `turnfold turns`."""

    file: str
    """Name of the file, without its folder."""
    thread_id: str
    """Identity of the session; empty when the file does not say."""
    turn_id: str
    """Id of its start, or `rollout-N`, where N counts the readable records before it."""
    position: int
    """Place among the session's turns, from 0; turns that were rolled back have none."""
    status: TurnStatus
    started_at: int | None
    """Start in unix seconds *as the terminal says it* (0.150 on); of a turn without terminal, as its start says.

    It is the vendor's column, which is empty for most files. `began_at` is the one to show to people.
    """
    completed_at: int | None
    """End in unix seconds; of an implicit turn the time of the record that shows it is over."""
    duration_ms: int | None
    """As the terminal says it, in milliseconds."""
    began_at: int | None
    """Start in unix seconds: as its start says, or the time of its first record."""
    opening: Opening
    """What opened it."""
    reason: str | None
    """Why it was aborted; None when it was not."""
    inherited: bool
    """Whether a fork copied it from its parent."""
    first_line: int
    """1-based line of its first record."""
    last_line: int
    """Line of its terminal, or of the last record before something else began."""
    user_inputs: tuple[int, ...]
    """Lines of the user's messages in it."""
    preview: str | None
    """Beginning of the first of them: one line of at most `PREVIEW_CHARS` characters."""


PREVIEW_CHARS = 120


def preview_of(text: str | None) -> str | None:
    """The beginning of a text in one line."""
    return " ".join(text[: 4 * PREVIEW_CHARS].split())[:PREVIEW_CHARS] or None if text else None


@attrs.define(kw_only=True)
class Slot:
    """A turn that a fold has opened."""

    turn_id: str
    opening: Opening
    first_line: int
    last_line: int
    began_at: int | None
    started_at: int | None = None
    status: TurnStatus = TurnStatus.IN_PROGRESS
    completed_at: int | None = None
    duration_ms: int | None = None
    reason: str | None = None
    inherited: bool = False
    failed: bool = False
    """Whether an error was raised in it that ends turns."""
    user_inputs: list[int] = attrs.field(factory=list[int])
    preview: str | None = None

    def take_input(self, text: str | None, line: int) -> None:
        """Note a user's message. A slot that only held a compaction is an ordinary turn from here on."""
        if self.opening is Opening.COMPACTION:
            self.opening = Opening.IMPLICIT
        if not self.user_inputs:
            self.preview = preview_of(text)
        self.user_inputs.append(line)

    def row(self, file: str, thread_id: str, position: int) -> TurnRow:
        """The row of this turn."""
        return TurnRow(
            file=file,
            thread_id=thread_id,
            turn_id=self.turn_id,
            position=position,
            status=self.status,
            started_at=self.started_at,
            completed_at=self.completed_at,
            duration_ms=self.duration_ms,
            began_at=self.began_at,
            opening=self.opening,
            reason=self.reason,
            inherited=self.inherited,
            first_line=self.first_line,
            last_line=self.last_line,
            user_inputs=tuple(self.user_inputs),
            preview=self.preview,
        )
