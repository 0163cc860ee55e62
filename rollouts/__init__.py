"""Session files: finding, reading, damage, dialects."""

__all__: list[str] = []
