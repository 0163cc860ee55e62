"""The `turnfold` command line and the developer tools."""

__all__: list[str] = []
