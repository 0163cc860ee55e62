"""Moves of the slot: the parts of which steps and silent moves consist."""

from turnfold.replay.linear.session.standing import End, Questions, Reason, Slot, Standing


def reserved(at: Standing, turn_id: str | None, kind: str = "regular") -> Standing:
    """A turn takes the slot; its task is still to come."""
    return at._replace(slot=Slot("reserved", turn_id, kind))


def freed(at: Standing, slot: Slot, end: End) -> Standing:
    """The turn leaves the slot; its questions go with it (F6)."""
    questions = at.questions
    if questions.open or questions.absent:
        questions = Questions(questions.over | questions.open)
    ends = at.ends | ({(slot.turn_id, end)} & at.watched) if at.watched else at.ends
    return at._replace(slot=None, questions=questions, ends=ends)


def started_by_itself(at: Standing) -> Standing:
    """What waits starts a turn, if nothing else does (F11)."""
    if at.waiting and at.slot is None and at.life == "open" and not at.parked:
        return reserved(at, None)
    return at


def aborted(at: Standing, slot: Slot, reason: Reason = "interrupted") -> Standing:
    """An abort begins; one that runs goes on as it was (F1)."""
    if slot.phase == "aborting":
        return at
    return at._replace(slot=slot._replace(phase="aborting", reason=reason))


def interrupted(at: Standing, slot: Slot) -> Standing:
    """A turn that has no task yet is cleared (F8), one that runs is aborted."""
    if slot.phase == "reserved":
        return started_by_itself(freed(at, slot, "cleared"))
    return aborted(at, slot)


def closing(at: Standing) -> Standing:
    """The end of the session begins; no turn starts any more (F14)."""
    at = at._replace(life="closing")
    return at if at.slot is None else interrupted(at, at.slot)


def in_silence(at: Standing) -> list[tuple[str, Standing]]:
    """What the session does by itself."""
    slot = at.slot
    if slot is None:
        if at.life == "closing" and not at.parked:
            return [("the session has ended", at._replace(life="closed"))]
        return []
    if slot.phase == "reserved":
        return [] if at.parked else [("the turn begins", at._replace(slot=slot._replace(phase="running")))]
    if slot.phase == "aborting":
        return [("the turn is aborted", started_by_itself(freed(at, slot, slot.reason)))]
    moves = [("the turn completes", started_by_itself(freed(at, slot, "completed")))]
    if at.waiting:
        moves.append(("the turn takes what waits", at._replace(waiting=False)))
    return moves
