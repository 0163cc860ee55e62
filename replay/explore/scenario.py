"""What is to be explored: its name in tokens, and whether it can be explored at all."""

from __future__ import annotations

import inspect
from typing import Any

from turnfold.replay.explore.stage import Scenario
from turnfold.replay.explore.tape import Tape, encode


def name_of(scenario: Scenario) -> str:
    """The name that a scenario has in tokens if none is given: its `scenario_name`, else `module:function`."""
    own = getattr(scenario, "scenario_name", None)
    if isinstance(own, str):
        return own
    module = getattr(scenario, "__module__", "")
    return f"{module}:{getattr(scenario, '__qualname__', type(scenario).__qualname__)}"


def label_of(scenario: Scenario, name: str | None) -> str:
    """The name that a scenario is to have in tokens: *name* if it is given.

    Raises:
        ValueError: no token can hold it. So that is said at once, and not at the first failure.
    """
    label = name_of(scenario) if name is None else name
    encode(Tape(), label)
    return label


def refuse_misuse(scenario: Any, strategy: object, budget: int) -> None:
    """Look at what is to be explored before anything runs.

    Raises:
        TypeError: the scenario cannot be called without arguments, or the strategy is none.
        ValueError: the budget is not positive.
    """
    if budget < 1:
        raise ValueError(f"the budget is the number of schedules to run, at least 1, not {budget}")
    name = name_of(scenario)
    if not callable(scenario):
        raise TypeError(f"a scenario is an async function without parameters, not {scenario!r}")
    try:
        inspect.signature(scenario).bind()
    except TypeError as error:
        raise TypeError(f"{name} cannot be called without arguments: {error}. Bind them first") from None
    except ValueError:
        pass  # a callable of which Python does not know the parameters
    if isinstance(strategy, str | type) or not hasattr(strategy, "begin"):
        hint = f"strategy_of({strategy!r}) makes one of a text" if isinstance(strategy, str) else "make one"
        raise TypeError(f"a strategy is an object such as DelayBounded(2), not {strategy!r}: {hint}")
