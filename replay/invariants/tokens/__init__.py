"""TF8xx: token counts."""

from turnfold.replay.invariants.tokens.negative_tokens import NegativeTokens
from turnfold.replay.invariants.tokens.part_exceeds_whole import PartExceedsWhole
from turnfold.replay.invariants.tokens.total_decreased import TotalDecreased
from turnfold.replay.invariants.tokens.total_is_not_input_plus_output import TotalIsNotInputPlusOutput
from turnfold.replay.invariants.tokens.total_is_not_sum import TotalIsNotSum
from turnfold.replay.invariants.tokens.turn_usage_disagrees import TurnUsageDisagrees
from turnfold.replay.invariants.tokens.usage_record_disagrees import UsageRecordDisagrees
from turnfold.replay.invariants.tokens.window_exceeded import WindowExceeded
from turnfold.replay.invariants.tokens.window_size_disagrees import WindowSizeDisagrees

__all__ = [
    "NegativeTokens",
    "PartExceedsWhole",
    "TotalDecreased",
    "TotalIsNotInputPlusOutput",
    "TotalIsNotSum",
    "TurnUsageDisagrees",
    "UsageRecordDisagrees",
    "WindowExceeded",
    "WindowSizeDisagrees",
]
