"""Parts to plug into a session."""

from turnfold.core.engine.plugs.commands import GuardOf, command_tools
from turnfold.core.engine.plugs.gate import exec_gate, guarded_names
from turnfold.core.engine.plugs.network import network_approvals
from turnfold.core.engine.plugs.plug import Fitted, Interior, Plug

__all__ = [
    "Fitted",
    "GuardOf",
    "Interior",
    "Plug",
    "command_tools",
    "exec_gate",
    "guarded_names",
    "network_approvals",
]
