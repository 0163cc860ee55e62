"""How an event reads in a message of a failed test."""

from turnfold.events import TokenUsage, TurnStarted


def test_a_value_names_what_it_holds() -> None:
    """The class and the fields that were given; what is empty is left out, what is zero is not."""
    assert "TurnStarted(turn_id='a', started_at_s=0)" == repr(TurnStarted(turn_id="a", started_at_s=0))
    assert "TokenUsage(input_tokens=3" in repr(TokenUsage(input_tokens=3))
