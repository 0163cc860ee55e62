"""TF7xx: compaction, rollback, forks and sub-agents."""

from turnfold.replay.invariants.history.compaction_outside_turn import CompactionOutsideTurn
from turnfold.replay.invariants.history.compaction_unnoted import CompactionUnnoted
from turnfold.replay.invariants.history.compaction_without_replacement import CompactionWithoutReplacement
from turnfold.replay.invariants.history.copied_rows_after_own_rows import CopiedRowsAfterOwnRows
from turnfold.replay.invariants.history.fork_copy_left_open import ForkCopyLeftOpen
from turnfold.replay.invariants.history.fork_of_itself import ForkOfItself
from turnfold.replay.invariants.history.parent_meta_mismatch import ParentMetaMismatch
from turnfold.replay.invariants.history.readers_differ import HistoryReadersDiffer
from turnfold.replay.invariants.history.rollback_beyond_history import RollbackBeyondHistory
from turnfold.replay.invariants.history.rollback_during_turn import RollbackDuringTurn
from turnfold.replay.invariants.history.rollback_of_nothing import RollbackOfNothing
from turnfold.replay.invariants.history.rollback_without_tokens import RollbackWithoutTokens
from turnfold.replay.invariants.history.subagent_without_parent import SubagentWithoutParent
from turnfold.replay.invariants.history.window_chain_broken import WindowChainBroken

__all__ = [
    "CompactionOutsideTurn",
    "CompactionUnnoted",
    "CompactionWithoutReplacement",
    "CopiedRowsAfterOwnRows",
    "ForkCopyLeftOpen",
    "ForkOfItself",
    "HistoryReadersDiffer",
    "ParentMetaMismatch",
    "RollbackBeyondHistory",
    "RollbackDuringTurn",
    "RollbackOfNothing",
    "RollbackWithoutTokens",
    "SubagentWithoutParent",
    "WindowChainBroken",
]
