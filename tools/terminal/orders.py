"""What a finished line asks for: input for the agent, or an order that begins with a slash."""

from __future__ import annotations

from typing import Final, TypeAlias

import attrs


@attrs.frozen
class Say:
    """Input for the agent."""

    text: str


@attrs.frozen
class Compact:
    """`/compact`."""


@attrs.frozen
class Review:
    """`/review TEXT`."""

    text: str


@attrs.frozen
class RollBack:
    """`/rollback N`."""

    num_turns: int


@attrs.frozen
class Interrupt:
    """`/interrupt`, for where there is no Esc."""


@attrs.frozen
class Help:
    """`/help`."""


@attrs.frozen
class Quit:
    """`/quit`."""


@attrs.frozen
class Wrong:
    """An order that makes no sense; *message* says what to write instead."""

    message: str


Order: TypeAlias = Say | Compact | Review | RollBack | Interrupt | Help | Quit | Wrong

HELP: Final = (
    "/compact       replace the history by a summary",
    "/review TEXT   have a change reviewed, in a turn of its own",
    "/rollback N    take your last N turns out of the history",
    "/interrupt     end the running turn, as Esc and Ctrl-C do",
    "/quit          end the session; so does Ctrl-D",
    "//TEXT         input that begins with a slash",
)
"""What `/help` shows. While a turn runs, what you type goes into it."""


def order_of(line: str) -> Order | None:
    """Understand a line; None for a blank one."""
    text = line.strip()
    if not text.startswith("/") or text.startswith("//"):
        return Say(text.removeprefix("/") if text.startswith("//") else text) if text else None
    name, _, rest = text.partition(" ")
    rest = rest.strip()
    match name:
        case "/compact" if not rest:
            return Compact()
        case "/review":
            return Review(rest) if rest else Wrong("say what to review: /review the last commit")
        case "/rollback":
            good = rest.isascii() and rest.isdigit() and 1 <= int(rest[:9]) < 10**6
            return RollBack(int(rest)) if good else Wrong("say how many turns, from 1 on: /rollback 1")
        case "/interrupt" if not rest:
            return Interrupt()
        case "/help" if not rest:
            return Help()
        case "/quit" | "/exit" if not rest:
            return Quit()
        case _:
            return Wrong(f"there is no order {name!r} like that; /help lists them, //... is input")
