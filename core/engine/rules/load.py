"""Reads the rules files of all layers."""

from collections.abc import Sequence
from pathlib import Path

import attrs
import trio

from turnfold.core.engine.rules.read import RuleProblem, RulesUnreadable, read_rules
from turnfold.core.execpolicy import NO_RULES, Ruleset


@attrs.frozen(kw_only=True)
class LoadedRules:
    """What was found."""

    ruleset: Ruleset = NO_RULES
    """The rules of all files that could be read."""

    problems: tuple[RuleProblem, ...] = ()
    """Files that were left out, and why."""


async def load_rules(folders: Sequence[str | Path]) -> LoadedRules:
    """Read `rules/*.rules` of each of *folders*, lowest layer first, files of a folder by name.

    A file that cannot be read is left out as a whole and reported; the others hold. A folder without rules is no
    problem.
    """
    return await trio.to_thread.run_sync(
        _load, tuple(Path(folder) for folder in folders), abandon_on_cancel=True
    )


def _load(folders: tuple[Path, ...]) -> LoadedRules:
    ruleset = NO_RULES
    problems: list[RuleProblem] = []
    for folder in folders:
        try:
            files = sorted(path for path in (folder / "rules").iterdir() if path.suffix == ".rules")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            problems.append(_unread(folder / "rules", error))
            continue
        for file in files:
            try:
                ruleset = ruleset.merged(
                    read_rules(str(file), file.read_bytes().decode(), ruleset.executables)
                )
            except RulesUnreadable as unreadable:
                problems.append(unreadable.problem)
            except UnicodeDecodeError as error:
                message = f"it is no UTF-8 text (byte {error.start}). Save it as UTF-8"
                problems.append(RuleProblem(file=str(file), message=message))
            except OSError as error:
                problems.append(_unread(file, error))
    return LoadedRules(ruleset=ruleset, problems=tuple(problems))


def _unread(path: Path, error: OSError) -> RuleProblem:
    return RuleProblem(
        file=str(path), message=f"it cannot be read: {error.strerror or error}. Check its permissions"
    )
