"""A reviewer that says what a test scripted."""

from collections.abc import Iterable

import trio

from turnfold.core.engine.ports import Judgement, ReviewRequest


class ScriptedReviewer:
    """Gives the scripted answers in turn, and the last one again when they run out.

    Args:
        answers: judgements to return, exceptions to raise; None never answers.
    """

    def __init__(self, answers: Iterable[Judgement | Exception | None]) -> None:
        self._answers = list(answers)
        if not self._answers:
            raise ValueError("a scripted reviewer needs at least one answer")
        self.requests: list[ReviewRequest] = []
        """What it was asked, in order."""

    async def review(self, request: ReviewRequest) -> Judgement:
        """Return, raise or wait for ever, as the script says."""
        await trio.lowlevel.checkpoint()
        answer = self._answers[min(len(self.requests), len(self._answers) - 1)]
        self.requests.append(request)
        if answer is None:
            await trio.sleep_forever()
        if isinstance(answer, Exception):
            raise answer
        return answer
