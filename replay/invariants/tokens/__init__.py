"""Rules; see the docstring of each module."""

__all__: list[str] = []
