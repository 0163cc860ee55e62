"""Which files a patch may change without being asked about."""

from collections.abc import Callable, Iterable

import attrs


@attrs.frozen(kw_only=True)
class Workspace:
    """The folders that may be written to.

    Inside them the names in `protected` are not, in whatever folder they stand: who can write there can make programs
    run outside of any sandbox (hooks of git, our own hooks and rules). Codex protects all but the last.
    """

    roots: tuple[str, ...] = ()
    """Absolute paths of folders besides the working folder."""

    cwd_writable: bool = True
    """Whether the working folder is one of them; False for a session that may only read."""

    unrestricted: bool = False
    """Whether everything may be written."""

    protected: tuple[str, ...] = (".git", ".codex", ".agents", ".turnfold")
    """Names of files and folders that are not to be written."""

    def outside(self, paths: Iterable[str], cwd: str, real: Callable[[str], str]) -> tuple[str, ...]:
        """Return those of *paths* that may not be written without approval.

        Args:
            paths: absolute, with links resolved.
            cwd: the session's working folder.
            real: resolves links, as `Files.real`.
        """
        if self.unrestricted:
            return ()
        roots = [real(root) for root in (*((cwd,) if self.cwd_writable else ()), *self.roots)]
        return tuple(path for path in paths if not any(self._inside(path, root) for root in roots))

    def _inside(self, path: str, root: str) -> bool:
        top = root.rstrip("/") + "/"
        return path.startswith(top) and not any(
            name in self.protected for name in path[len(top) :].split("/")
        )
