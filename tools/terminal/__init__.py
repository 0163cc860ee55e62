"""A session in the terminal: keys and lines in, short lines out."""

from turnfold.tools.terminal.conversation import Typing, feed, given, patient
from turnfold.tools.terminal.dialogue import Dialogue, Outcome
from turnfold.tools.terminal.editor import Editor, Line, Sign
from turnfold.tools.terminal.keys import Key, KeyDecoder, Typed
from turnfold.tools.terminal.orders import HELP, Order, order_of
from turnfold.tools.terminal.pane import Pane
from turnfold.tools.terminal.questions import Reply, lines_of, offered, reply_of
from turnfold.tools.terminal.telling import Teller, Told, shown
from turnfold.tools.terminal.tty import cbreak, keys, lines

__all__ = [
    "Dialogue",
    "Editor",
    "HELP",
    "Key",
    "KeyDecoder",
    "Line",
    "Order",
    "Outcome",
    "Pane",
    "Reply",
    "Sign",
    "Teller",
    "Told",
    "Typed",
    "Typing",
    "cbreak",
    "feed",
    "given",
    "keys",
    "lines",
    "lines_of",
    "offered",
    "order_of",
    "patient",
    "reply_of",
    "shown",
]
