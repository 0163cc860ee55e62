"""What is to be explored, found by what was typed: a race by name, `module:function`, or `FILE.py:function`."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import attrs

from turnfold.replay.explore import BadToken, Scenario, name_of, scenario_of
from turnfold.replay.lab import SUFFIXES, Race
from turnfold.replay.races import RACES
from turnfold.tools.exits import Complaint

FORMS: Final = (
    "a race that `turnfold explore --list` names, module:function with a module on the current folder, "
    "or FILE.py:function"
)


@attrs.frozen(kw_only=True)
class Target:
    """A scenario, and how it is called. Can be sent to other processes: they look it up again."""

    asked: str
    """As it was typed, or would be."""
    scenario: Scenario

    @property
    def name(self) -> str:
        """Its name in tokens."""
        return name_of(self.scenario)

    @property
    def race(self) -> Race | None:
        """The race, if it is one."""
        return self.scenario if isinstance(self.scenario, Race) else None

    def __call__(self) -> Any:
        """Begin it."""
        return self.scenario()

    def __reduce__(self) -> tuple[Callable[[str], Target], tuple[str]]:
        """Be looked up again elsewhere."""
        return target_of, (self.asked,)


def all_races() -> Iterator[Target]:
    """Each race with its variants."""
    for race in RACES.values():
        for variant in race.variants:
            yield Target(asked=variant.name, scenario=variant)


def target_of(asked: str) -> Target:
    """Return the scenario of a name.

    Raises:
        Complaint: there is none, it cannot be imported, or it is no scenario; says what was searched, and what is near.
    """
    suffix = next((each for each in SUFFIXES if asked.endswith(each)), "")
    plain = asked.removesuffix(suffix)
    if plain in RACES:
        found: object = RACES[plain]
    elif plain.endswith(".py") or ".py:" in plain:
        found = _in_file(plain)
    elif ":" in plain:
        found = _in_module(plain)
    else:
        near = get_close_matches(plain, RACES, n=2)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        raise Complaint(f"there is no race {plain!r}: {hint}A scenario is {FORMS}")
    if plain != asked:
        if not isinstance(found, Race):
            raise Complaint(f"{asked}: only a race has a variant {suffix}, and {plain} is none")
        found = found.variant(suffix)
    target = Target(asked=asked, scenario=_scenario(plain, found))
    if "~" in target.name:
        raise Complaint(
            f"{asked}: its name {target.name!r} has a '~' in it, which a token cannot hold; rename it"
        )
    return target


def target_for_token(token: str) -> Target:
    """Return the scenario that a token names.

    Raises:
        Complaint: the token is damaged or of another version, or its scenario is not to be found by its name.
    """
    try:
        name = scenario_of(token)
    except BadToken as error:
        raise Complaint(str(error)) from None
    try:
        return target_of(name)
    except Complaint as complaint:
        raise Complaint(
            f"the token is of the scenario {name!r}, which is not to be found by that name; say what it is: "
            f"`turnfold explore SCENARIO --replay TOKEN` ({complaint})"
        ) from None


def _in_module(text: str) -> object:
    name, _, path = text.partition(":")
    if not all(part.isidentifier() for part in [*name.split("."), *path.split(".")]):
        raise Complaint(f"{text!r} names no scenario; it is {FORMS}")
    _search_first(_here())
    return _member(_imported(name), path, text)


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _raised(name, error) from error
        raise Complaint(
            f"there is no module {error.name!r}: looked in {_here()}, and then where the Python of turnfold "
            f"({sys.executable}) has its packages. Go to the folder of the module, or name it as FILE.py:function"
        ) from None
    except (Exception, SystemExit) as error:
        raise _raised(name, error) from error


def _in_file(text: str) -> object:
    head, _, path = text.rpartition(".py:") if ".py:" in text else (text.removesuffix(".py"), "", "")
    file = Path(f"{head}.py")
    if not file.is_file():
        raise Complaint(f"{file}: there is no such file, seen from {_here()}")
    module = _loaded(file.resolve())
    if not path:
        raise Complaint(f"{file}: name the function too, as {file}:FUNCTION; {_choices(module)}")
    return _member(module, path, text)


def _loaded(file: Path) -> ModuleType:
    """Load a file as a module of its name, as if its folder were the current one."""
    name = file.stem
    known = sys.modules.get(name)
    if known is not None:
        if known.__spec__ is not None and known.__spec__.origin == str(file):
            return known
        raise Complaint(
            f"{file}: a module {name!r} is loaded already, from elsewhere; give the file another name"
        )
    _search_first(file.parent)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None, "the name ends with .py"
    assert spec.loader is not None, "as above"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _raised(str(file), error) from error
    return module


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise Complaint(
            f"the current folder, where a scenario is looked for, is not to be had ({error.strerror}): "
            "go to another one"
        ) from None


def _search_first(folder: Path) -> None:
    if sys.path[:1] != [str(folder)]:
        sys.path.insert(0, str(folder))


def _raised(what: str, error: BaseException) -> Complaint:
    """What a module did wrong when it was imported: its own message, file and line."""
    lines = " ".join(f"{type(error).__name__}: {error}".removesuffix(": ").split())
    return Complaint(f"importing {what} raised {lines}{_where(error)}; mend that, then explore")


def _where(error: BaseException) -> str:
    if isinstance(error, SyntaxError):  # its message has file and line
        return ""
    trace, where = error.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file != __file__ and not file.startswith("<frozen importlib"):
            where = f" ({file}:{trace.tb_lineno})"
        trace = trace.tb_next
    return where


def _member(module: ModuleType, path: str, text: str) -> object:
    try:
        return reduce(getattr, path.split("."), module)
    except AttributeError:
        file = getattr(module, "__file__", None) or module.__name__
        near = get_close_matches(path, _scenarios(module), n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else _choices(module)
        raise Complaint(f"{text}: {file} has no {path!r}; {hint}") from None


def _choices(module: ModuleType) -> str:
    names = _scenarios(module)
    if not names:
        return "it has no scenario, which is an async function without parameters"
    return f"its scenarios are {', '.join(names[:8])}" + (" ..." if len(names) > 8 else "")


def _scenarios(module: ModuleType) -> list[str]:
    return [name for name, value in vars(module).items() if value is not None and _fault(value) is None]


def _scenario(text: str, found: Any) -> Scenario:
    fault = _fault(found)
    if fault is not None:
        raise Complaint(f"{text} {fault}")
    scenario: Scenario = found
    return scenario


def _fault(found: Any) -> str | None:
    """Why it is no scenario."""
    if isinstance(found, type) or not callable(found):
        return f"is of type {type(found).__name__}; a scenario is an async function without parameters"
    if not (inspect.iscoroutinefunction(found) or inspect.iscoroutinefunction(type(found).__call__)):
        return "is not async; a scenario is an `async def` without parameters, which trio could run"
    needed = [
        parameter.name
        for parameter in inspect.signature(found).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if needed:
        return (
            f"takes parameters: {', '.join(needed)}. A scenario takes none; write an async function around it, "
            "or decorate what is given a lab with @race"
        )
    return None
