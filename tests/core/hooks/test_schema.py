"""The published schemas of hooks are made from the types, current, and say what the code does."""

import json
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from tests.conftest import ROOT
from tests.core.hooks.answers import ANSWERS, EVENTS, error, said
from tests.core.hooks.payloads import payloads
from turnfold.core.hooks import PROFILES, SEED_EVENTS, HookEvent, stdin_of
from turnfold.core.hooks.schema import files, input_schema, output_schema
from turnfold.tools import generated, hookdocs

FIXTURES = ROOT / "tests" / "fixtures" / "hooks"
INVALID = {
    HookEvent.PRE_TOOL_USE: "hook returned invalid pre-tool-use JSON output",
    HookEvent.PERMISSION_REQUEST: "hook returned invalid permission-request JSON output",
    HookEvent.POST_TOOL_USE: "hook returned invalid post-tool-use JSON output",
    HookEvent.SESSION_START: "hook returned invalid session start JSON output",
    HookEvent.USER_PROMPT_SUBMIT: "hook returned invalid user prompt submit JSON output",
    HookEvent.STOP: "hook returned invalid stop hook JSON output",
    HookEvent.PRE_COMPACT: "hook returned invalid PreCompact hook JSON output",
    HookEvent.POST_COMPACT: "hook returned invalid PostCompact hook JSON output",
    HookEvent.SUBAGENT_START: "hook returned invalid subagent start JSON output",
    HookEvent.SUBAGENT_STOP: "hook returned invalid subagent stop hook JSON output",
    HookEvent.INTERRUPT: "hook returned invalid interrupt hook JSON output",
}
"""The error of an answer that is not valid, for the events that read one."""


def keeps(document: Any, schema: Any) -> bool:
    """Whether a document is what a schema describes."""
    validator: Any = jsonschema.Draft7Validator(schema)
    return bool(validator.is_valid(document))


@pytest.mark.covers("A4")
def test_schemas_are_current() -> None:
    """The published files are those of the types; `make docs` writes them anew."""
    assert [] == generated.stale(hookdocs.schema_files(), owned=hookdocs.OWNED)


def test_the_generator_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes two files for each event, and each is a schema of draft 7."""
    monkeypatch.setattr(generated, "ROOT", tmp_path)
    hookdocs.main()
    written = list((tmp_path / hookdocs.FOLDER).iterdir())
    assert 2 * len(HookEvent) == len(written)
    for path in written:
        jsonschema.Draft7Validator.check_schema(json.loads(path.read_text("utf-8")))


@pytest.mark.covers("A4")
@pytest.mark.parametrize("side", ["input", "output"])
def test_the_pair_of_the_source(side: str) -> None:
    """What is published for PermissionRequest equals the source's, as parsed JSON."""
    name = f"permission-request.command.{side}.schema.json"
    published = (resources("turnfold.core.hooks") / "schemas" / name).read_text("utf-8")
    assert json.loads((FIXTURES / name).read_text("utf-8")) == json.loads(published)


@pytest.mark.covers("A4")
def test_a_newer_profile_adds_names_and_nothing_else() -> None:
    """The enumeration of events is the source's, and then the newer ones."""
    assert list(files("seed")) == list(files("codex"))
    seed = [event.wire for event in SEED_EVENTS]
    for event in SEED_EVENTS:
        older, newer = (output_schema(event, profile) for profile in PROFILES)
        as_older = json.loads(
            json.dumps(newer).replace(json.dumps([e.wire for e in HookEvent]), json.dumps(seed))
        )
        assert older == as_older
        if event is not HookEvent.STOP:
            assert older != newer


@pytest.mark.covers("A4")
def test_each_turn_has_its_id() -> None:
    """Every input of turn scope requires a string `turn_id`."""
    for payload in payloads():
        schema: Any = input_schema(type(payload))
        if payload.event.scope == "turn":
            assert "turn_id" in schema["required"]
            assert "string" == schema["properties"]["turn_id"]["type"]


@pytest.mark.covers("A4", "B1")
@pytest.mark.parametrize("path", [None, "/r.jsonl"])
def test_what_hooks_read_keeps_its_schema(path: str | None) -> None:
    """Each payload does, and with one member more or less none does."""
    for payload in payloads(transcript_path=path):
        document, schema = json.loads(stdin_of(payload)), input_schema(type(payload))
        assert keeps(document, schema)
        assert not keeps({**document, "more": 1}, schema)
        assert not keeps({name: value for name, value in document.items() if name != "cwd"}, schema)


@pytest.mark.covers("A4", "B2")
@settings(max_examples=400)
@given(EVENTS, ANSWERS)
def test_an_answer_is_valid_if_and_only_if_its_schema_says_so(event: HookEvent, answer: object) -> None:
    """In either profile; what is refused for its meaning is valid all the same."""
    for profile in PROFILES:
        is_valid = keeps(answer, output_schema(event, profile))
        if event in INVALID:
            assert is_valid == (error(INVALID[event]) != said(event, answer, profile).entries)
        else:
            assert is_valid
