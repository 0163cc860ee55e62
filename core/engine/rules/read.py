"""Reads one rules file."""

import ast
import re
from collections.abc import Sequence
from itertools import count
from typing import Final

import attrs

from turnfold.core.engine.rules.builtins import Collector
from turnfold.core.execpolicy import HostExecutable, Ruleset

SIZE_MAX: Final = 1_000_000
"""Characters of the longest file that is read."""

_DEPTH_MAX: Final = 100
"""Nesting beyond which the Starlark interpreter may run out of stack, which would end the whole process."""

_CALLS_MAX: Final = 50
"""Depth of calls of a file's own functions."""

_TICKS_MAX: Final = 10_000
"""How often the interpreter may look whether it is to go on: some millions of steps, a fraction of a second."""

_MODULE: Final = "rules"
_FAULT: Final = re.compile(
    rf"error: (?:RuleError: |TypeError: )?(?P<said>.*?)\n --> {_MODULE}:(?P<line>\d+):\d+", re.DOTALL
)


@attrs.frozen(kw_only=True)
class RuleProblem:
    """Why a rules file is left out."""

    file: str
    """The file."""

    line: int | None = None
    """Line in it, counted from 1; None when the fault is in none."""

    message: str
    """What is wrong, and what to do."""

    def __str__(self) -> str:
        """Return `FILE:LINE: message`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


class RulesUnreadable(Exception):
    """A rules file makes no sense."""

    def __init__(self, problem: RuleProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_rules(file: str, text: str, executables: Sequence[HostExecutable] = ()) -> Ruleset:
    """Read the Starlark *text* of a rules file, as Codex' `execpolicy` does.

    It calls `prefix_rule(pattern=, decision=, justification=, match=, not_match=)`, `host_executable(name=, paths=)`
    and `network_rule(host=, protocol=, decision=, justification=)`. It can use functions, loops and f-strings, and can
    load nothing. Examples of rules are checked, with all host executables of the file known.

    A file runs for a bounded number of steps, but is not hindered from taking much memory: read only files of people
    who may run programs as well.

    Args:
        file: name of the file, for messages.
        executables: what files before this one said of programs.

    Raises RulesUnreadable, with the line and what to do.
    """
    _check_depth(file, text)
    first = _run(file, text, None)
    # Once more: examples may need a host executable that is named below them.
    return _run(file, text, (*executables, *first.executables))


def _run(file: str, text: str, examples_with: Sequence[HostExecutable] | None) -> Ruleset:
    # Not needed by a session without rules.
    import starlark

    collector = Collector(examples_with)
    module = starlark.Module()
    for name, function in collector.functions().items():
        module.add_callable(name, function)
    dialect = starlark.Dialect.extended()
    dialect.enable_f_strings = True
    dialect.enable_load = False
    ticks = count()
    options = starlark.EvalOptions(
        check_cancelled=lambda: next(ticks) > _TICKS_MAX, max_callstack_size=_CALLS_MAX
    )
    try:
        starlark.eval_with(
            options, module, starlark.parse(_MODULE, text, dialect), starlark.Globals.standard()
        )
    except starlark.StarlarkError as error:
        raise RulesUnreadable(_problem(file, str(error))) from None
    return collector.ruleset


def _problem(file: str, told: str) -> RuleProblem:
    """Return what the interpreter says, without its picture of the source."""
    fault = _FAULT.search(told)
    said = (fault["said"] if fault else told).strip().rstrip(".")
    if said == "Evaluation cancelled":
        said = "it runs for too long. Write its rules one by one"
    line = int(fault["line"]) if fault else None
    return RuleProblem(file=file, line=line, message=f"{said}. Until then none of its rules holds")


def _check_depth(file: str, text: str) -> None:
    """Raise RulesUnreadable for what would exhaust the stack of the interpreter.

    Python's parser, whose language contains Starlark's syntax, has limits of its own and survives them.
    """
    problem: RuleProblem | None = None
    try:
        if len(text) > SIZE_MAX:
            problem = RuleProblem(file=file, message=f"it is longer than {SIZE_MAX} characters. Split it")
        elif _depth(ast.parse(text)) > _DEPTH_MAX:
            problem = RuleProblem(
                file=file, message=f"it nests deeper than {_DEPTH_MAX} levels. Write it flatter"
            )
    except SyntaxError as error:
        problem = RuleProblem(
            file=file, line=error.lineno, message=f"{error.msg}. Until then none of its rules holds"
        )
    except (RecursionError, MemoryError):
        problem = RuleProblem(
            file=file, message=f"it nests deeper than {_DEPTH_MAX} levels. Write it flatter"
        )
    except ValueError as error:
        problem = RuleProblem(
            file=file, message=f"it is no text: {error}. Until then none of its rules holds"
        )
    if problem is not None:
        raise RulesUnreadable(problem)


def _depth(tree: ast.AST) -> int:
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth
