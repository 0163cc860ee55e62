"""The vocabulary: every change of a session as one immutable event."""

__all__: list[str] = []
