"""The engine: a session that runs. The only part of `core` that knows trio."""

__all__: list[str] = []
