"""Keys that an object names twice. Decoders accept them without a word, and keep one value."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import cast

_Pairs = list[tuple[str, object]]
_Path = tuple["_Path", str] | None  # linked from the inside out, so that a step costs the same at any depth


def has_duplicate_keys(line: bytes) -> str | None:
    """Return the path of the first repeated key, such as `payload.content[1].type`, or None.

    None, too, for what is not JSON. Never raises.
    """
    repeats: list[tuple[object, str]] = []

    def build(pairs: _Pairs) -> dict[str, object]:
        built = dict(pairs)
        if len(built) < len(pairs):
            repeats.append((built, _repeated(pairs)))
        return built

    try:
        # Numbers are of no interest: `len` takes any, where int() refuses those with too many digits.
        root = json.loads(line, object_pairs_hook=build, parse_int=len, parse_float=len)
    except (ValueError, RecursionError):
        return None
    # The list keeps its objects alive: an id in it is that of no other object.
    keys = {id(built): key for built, key in repeats}
    return next(_paths(root, keys), None) if keys else None


def _repeated(pairs: Sequence[tuple[str, object]]) -> str:
    return next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)


def _paths(root: object, keys: dict[int, str]) -> Iterator[str]:
    """Yield the path of the repeated key of each object in *keys*, in the order of the text."""
    todo: list[tuple[object, _Path]] = [(root, None)]
    while todo:
        node, path = todo.pop()
        if id(node) in keys:
            yield _text((path, f".{keys[id(node)]}"))
        todo.extend((value, (path, step)) for step, value in reversed(_steps(node)))


def _steps(node: object) -> list[tuple[str, object]]:
    """Return what is in *node*, each with what it adds to the path."""
    if isinstance(node, dict):
        return [(f".{key}", value) for key, value in cast("dict[str, object]", node).items()]
    if isinstance(node, list):
        return [(f"[{index}]", value) for index, value in enumerate(cast("list[object]", node))]
    return []


def _text(path: _Path) -> str:
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return "".join(reversed(steps)).removeprefix(".")


def without_duplicate_keys(line: bytes) -> bytes:
    """Return the JSON of *line* with each key once: the last value counts, as for our readers.

    Raises ValueError for what is not JSON.
    """
    return json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":")).encode()
