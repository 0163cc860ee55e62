"""Trust: who approved a handler, and whether it is still the same."""

import attrs
import pytest

from tests.core.hooks.config.files import command, group, hooks_json, raw, the_one
from turnfold.core.hooks import HookEvent
from turnfold.core.hooks.config import (
    MANAGED_SOURCES,
    Handler,
    HookFile,
    HookState,
    Trust,
    configure,
    hook_hash,
)

FILE = hooks_json(Stop=[group(command("x"))])
KEY = "/u/hooks.json:stop:0:0"


def state(key: str = KEY, source: str = "user", **fields: str | bool) -> HookFile:
    """Return a config.toml that says *fields* about the handler of *key*."""
    lines = [
        f"{name} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
        for name, value in fields.items()
    ]
    return raw("\n".join([f"[hooks.state.{key!r}]", *lines]), "toml", source)


def only(*files: HookFile) -> Handler:
    """Return the only handler, without a bypass."""
    (handler,) = configure(files).handlers
    return handler


def test_the_hash_is_the_one_that_codex_computes() -> None:
    """SHA-256 over sorted JSON without spaces of event, matcher and the handler in force."""
    file = hooks_json(
        PermissionRequest=[
            group(command("./gate.py", timeout=30, statusMessage="asking the gate"), matcher="^Bash$")
        ]
    )
    handler = the_one(file)
    assert "sha256:c0bb34e85681a1b26f437a027320606a346054aa9d58af79a4bb5646edc6fe1e" == handler.current_hash


@pytest.mark.parametrize(
    "changed",
    [
        hooks_json(Stop=[group(command("y"))]),
        hooks_json(Stop=[group(command("x", timeout=5))]),
        hooks_json(Stop=[group(command("x", statusMessage="s"))]),
        hooks_json(Stop=[group(command("x", commandWindows="w"))]),
        hooks_json(Stop=[group({**command("x"), "async": True})]),
        hooks_json(Interrupt=[group(command("x"))]),
    ],
)
def test_a_change_of_what_would_run_changes_the_hash(changed: HookFile) -> None:
    """Event, command, timeout, mode and message are covered by the trust."""
    assert the_one(FILE).current_hash != the_one(changed).current_hash


@pytest.mark.parametrize(
    "same",
    [
        hooks_json(Stop=[group(command("x", timeout=600))]),
        hooks_json(Stop=[group(command("x"), matcher="Bash")]),
        hooks_json(Stop=[group(command("x", additionalContextLimit=10))]),
        raw('[[hooks.Stop]]\nhooks = [{type = "command", command = "x"}]', "toml"),
    ],
)
def test_what_changes_nothing_in_force_keeps_the_hash(same: HookFile) -> None:
    """A default spelled out, a matcher or a limit that does not count, and the other file format."""
    assert the_one(FILE).current_hash == the_one(same).current_hash


def test_a_context_limit_counts_where_there_is_context() -> None:
    """It is covered for events with context, unless it is the usual one."""
    plain, usual, own = (
        the_one(hooks_json(SessionStart=[group(command("x", **limit))]))
        for limit in ({}, {"additionalContextLimit": 2500}, {"additionalContextLimit": 100})
    )
    assert (None, 2500, 100) == tuple(each.additional_context_limit for each in (plain, usual, own))
    assert plain.current_hash == usual.current_hash != own.current_hash


def test_the_matcher_is_covered_also_when_it_is_empty() -> None:
    """An empty matcher is not the same text as none."""
    hashes = {hook_hash(HookEvent.PRE_TOOL_USE, matcher, command()) for matcher in (None, "", "*")}
    assert 3 == len(hashes)


def test_a_handler_runs_only_with_the_trust_of_its_hash() -> None:
    """Untrusted, then trusted, then modified; only the second runs, and the others say what to do."""
    good = the_one(FILE).current_hash
    untrusted, trusted, modified = (
        configure([FILE, *files]) for files in ([], [state(trusted_hash=good)], [state(trusted_hash="old")])
    )
    found = [(each.handlers[0].trust, each.handlers[0].runs) for each in (untrusted, trusted, modified)]
    assert [(Trust.UNTRUSTED, False), (Trust.TRUSTED, True), (Trust.MODIFIED, False)] == found
    assert [1, 0, 1] == [len(each.problems) for each in (untrusted, trusted, modified)]
    assert (
        "the hook `hooks.Stop[0].hooks[0]` is not trusted and does not run" == untrusted.problems[0].message
    )
    assert good in untrusted.problems[0].remedy
    assert "was changed since it was trusted" in modified.problems[0].message


def test_a_bypass_runs_what_nobody_trusted() -> None:
    """It runs, without a warning, but not when it is switched off."""
    config = configure([FILE], bypass_trust=True)
    assert (True, ()) == (config.handlers[0].runs, config.problems)
    off = configure([FILE, state(enabled=False)], bypass_trust=True)
    assert (False, ()) == (off.handlers[0].runs, off.problems)
    assert () == off.matching(HookEvent.STOP)


@pytest.mark.parametrize("source", sorted(MANAGED_SOURCES))
def test_a_managed_handler_needs_no_trust_and_stays_on(source: str) -> None:
    """The user cannot switch off what an administrator configured."""
    handler = only(attrs.evolve(FILE, source=source), state(enabled=False))
    assert (Trust.MANAGED, True, True) == (handler.trust, handler.enabled, handler.runs)


def test_a_project_cannot_trust_itself() -> None:
    """Only the user's file and the flags of the session say what is trusted."""
    good = the_one(FILE).current_hash
    project = attrs.evolve(FILE, source="project")
    assert not only(project, state(source="project", trusted_hash=good)).runs
    assert only(project, state(source="session_flags", trusted_hash=good)).runs


def test_later_layers_speak_field_by_field() -> None:
    """Flags of a session may switch a trusted handler off and keep its trust."""
    good = the_one(FILE).current_hash
    handler = only(FILE, state(trusted_hash=good, enabled=True), state(source="session_flags", enabled=False))
    assert (Trust.TRUSTED, False, False) == (handler.trust, handler.enabled, handler.runs)
    below = HookState(enabled=True, trusted_hash="a")
    assert HookState(enabled=True, trusted_hash="b") == below.under(HookState(trusted_hash="b"))
