"""What a turn changed in files, all together."""

from collections.abc import Collection

from turnfold.core.engine.patching.plan import Plan
from turnfold.core.patch import file_diff


class TurnDiff:
    """Keeps the texts that the files of a turn had before its first patch, and those they have now.

    Changes that commands make are not seen, as in Codex.
    """

    def __init__(self) -> None:
        self._turn_id = ""
        self._before: dict[str, str | None] = {}
        self._now: dict[str, str | None] = {}

    def update(self, turn_id: str, cwd: str, plan: Plan, done: Collection[str]) -> str:
        """Take in what became of *plan* and return the diff of the whole turn, files in order of their paths.

        Args:
            done: those paths of the plan that were written or removed.
        """
        if turn_id != self._turn_id:
            self._turn_id = turn_id
            self._before.clear()
            self._now.clear()
        for path in done:
            self._before.setdefault(path, plan.before[path])
            self._now[path] = plan.after[path]
        top = cwd.rstrip("/") + "/"
        return "".join(
            file_diff(path.removeprefix(top), self._before[path], now)
            for path, now in sorted(self._now.items())
        )
