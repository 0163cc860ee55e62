"""Pure heart of a session: state, life-cycle tables, `reduce` and `fold`."""

__all__: list[str] = []
