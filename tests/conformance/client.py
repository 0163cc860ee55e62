"""What both engines are driven through: a client that hears transitions and can wait for them."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from pathlib import Path

import trio

from tests.conformance.endpoint import Endpoint
from tests.conformance.scenario import (
    Answer,
    Compact,
    Ended,
    Fifo,
    Held,
    Interrupt,
    Release,
    Scenario,
    Start,
    Steer,
    Step,
    Until,
)
from tests.conformance.seen import transition
from turnfold.events import Event

ENDS = ("turn completed", "turn failed", "turn aborted")


class Client(ABC):
    """One engine in one scenario."""

    def __init__(self, endpoint: Endpoint, work: Path) -> None:
        self.endpoint = endpoint
        self.work = work
        self.heard: list[str] = []
        self._news = trio.lowlevel.ParkingLot()
        self._turns = 0
        self._questions: dict[str, object] = {}

    def take(self, event: Event) -> None:
        """Note what a client hears of *event*."""
        line = transition(event)
        if line is not None:
            self.heard.append(line)
            self._news.unpark_all()

    async def until(self, line: str, times: int = 1) -> None:
        """Wait until a transition that begins with *line* was heard so many times."""
        while sum(heard.startswith(line) for heard in self.heard) < times:
            await self._news.park()

    async def play(self, scenario: Scenario) -> None:
        """Do what the client does in *scenario*, and wait for the end."""
        for step in scenario.client:
            await self.do(step)

    async def do(self, step: Step) -> None:
        """Do one step."""
        match step:
            case Start(text=text):
                self._turns += 1
                await self.start(text)
            case Steer():
                await self.steer(step)
            case Interrupt():
                await self.interrupt()
            case Answer(decision=decision, call_id=call_id):
                while call_id not in self._questions:
                    await self._news.park()
                await self.answer(self._questions.pop(call_id), decision)
            case Compact():
                self._turns += 1
                await self.compact()
            case Held():
                await self.endpoint.held()
            case Release():
                self.endpoint.release()
            case Fifo(name=name, read=read):
                await trio.to_thread.run_sync(_opened, self.work / name, read, abandon_on_cancel=True)
            case Until(line=line, times=times):
                await self.until(line, times)
            case Ended(answer=answer):
                await self._ended(answer)

    async def _ended(self, answer: str | None) -> None:
        while sum(heard.startswith(ENDS) for heard in self.heard) < self._turns:
            if answer is not None and self._questions:
                await self.answer(self._questions.popitem()[1], answer)
            await self._news.park()

    def asked(self, call_id: str, question: object) -> None:
        """Note a question, under the name that its answer needs."""
        self._questions[call_id] = question

    @abstractmethod
    async def start(self, text: str) -> None:
        """Give input to the idle session."""

    @abstractmethod
    async def steer(self, step: Steer) -> None:
        """Give input to a turn; a refusal is a transition."""

    @abstractmethod
    async def interrupt(self) -> None:
        """Interrupt the turn."""

    @abstractmethod
    async def answer(self, question: object, decision: str) -> None:
        """Answer a question."""

    @abstractmethod
    async def compact(self) -> None:
        """Compact the history."""


def _opened(fifo: Path, read: bool) -> None:
    """Return once somebody has the other end of *fifo* open."""
    os.close(os.open(fifo, os.O_RDONLY if read else os.O_WRONLY))
