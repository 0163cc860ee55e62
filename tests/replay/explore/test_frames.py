"""Tracebacks without the run loop: what is left is the program's."""

from __future__ import annotations

import traceback

import trio

from turnfold.replay.explore import explore, leaves, only_one, user_frames


def modules_of(error: BaseException) -> set[str]:
    """The modules whose lines stand in a traceback."""
    return {str(frame.f_globals["__name__"]) for frame, _ in traceback.walk_tb(error.__traceback__)}


async def sends_to_nobody() -> None:
    """Fails inside of trio, in a child task."""
    sender, receiver = trio.open_memory_channel[int](0)
    receiver.close()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sender.send, 1)
        nursery.start_soon(fails)


async def fails() -> None:
    """Fails by itself, because of something else."""
    try:
        raise KeyError("cause")
    except KeyError as error:
        raise ValueError("effect") from error


def test_only_lines_of_the_program_are_left() -> None:
    """In a group, in the exceptions of it, and in their causes; one that has no line of the program stays whole."""
    failure = explore(sends_to_nobody, budget=1).failure
    assert failure is not None
    assert failure.error is not None
    assert failure.error is user_frames(failure.error)
    assert {__name__} == modules_of(failure.error)
    by_type = {type(leaf): leaf for leaf in leaves(failure.error)}
    cause = by_type[ValueError].__cause__
    assert cause is not None
    assert {__name__} == modules_of(by_type[ValueError]) | modules_of(cause)
    assert {"trio._channel", "trio._core._ki"} >= modules_of(by_type[trio.BrokenResourceError]) > set()


def test_exceptions_that_refer_to_each_other_end() -> None:
    """A ring of causes is gone through once."""
    one, other = ValueError("one"), ValueError("other")
    one.__context__, other.__context__ = other, one
    assert one is user_frames(one)


def test_the_one_exception_of_nested_groups_is_found() -> None:
    """A group of several is none to take apart."""
    leaf = ValueError("leaf")
    pair = ExceptionGroup("pair", [leaf, KeyError("other")])
    assert leaf is only_one(leaf)
    assert leaf is only_one(ExceptionGroup("outer", [ExceptionGroup("inner", [leaf])]))
    assert pair is only_one(ExceptionGroup("outer", [pair]))
