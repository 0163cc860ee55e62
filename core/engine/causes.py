"""What an exception comes from, in words."""


def root_of(error: Exception) -> Exception:
    """What *error* comes from: trio wraps the one exception of a nursery into groups, which say nothing."""
    whole: object = error
    inner: tuple[Exception, ...] = (
        getattr(error, "exceptions", ()) if isinstance(whole, ExceptionGroup) else ()
    )
    return root_of(inner[0]) if len(inner) == 1 else error


def in_words(error: Exception) -> str:
    """Class and text of the root."""
    root = root_of(error)
    return f"{type(root).__name__}: {root}"
