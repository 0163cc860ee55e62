"""The commands, a module each; `turnfold.tools.cli` has their table."""

__all__: list[str] = []
