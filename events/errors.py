"""What can be wrong with events that are read or written, one by one or all together."""


class CodecError(ValueError):
    """An event in our own form could not be read or written.

    Not for a kind or field that this version does not know: those are carried along, without an error.
    """

    def __init__(
        self, problem: str, *, remedy: str, kind: str | None = None, field: str | None = None
    ) -> None:
        """Say what is wrong and what to do.

        `kind` is the event's kind and `field` the path of the field, such as `entries[0].text`; None where
        the problem lies outside an event or a field.
        """
        where = ".".join(part for part in (kind, field) if part)
        super().__init__(f"{where}: {problem}; {remedy}" if where else f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.kind = kind
        self.field = field


class JournalError(Exception):
    """What was appended to a journal could not be written. It is kept, and tried again with the next commit."""

    def __init__(self, message: str, pending: int) -> None:
        """Say what went wrong, and how many envelopes are not as durable as promised."""
        super().__init__(message)
        self.message = message
        self.pending = pending
