"""What holds for every rule, whoever wrote it."""

from __future__ import annotations

import ast
import inspect
import string
import textwrap
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.replay.invariants.support import NAME, check, codes, fixtures, roots
from turnfold.events import Event
from turnfold.replay.findings import Severity
from turnfold.replay.invariants import Invariant, OrderRule, registry
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.registry import SECTIONS, Handled
from turnfold.replay.verification import verify
from turnfold.replay.watch import Watch
from turnfold.rollouts import Dialect, profile_of
from turnfold.rollouts.wire import STRUCTS

RULES = registry()
FIXTURES = fixtures()

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)


def test_there_are_many_rules() -> None:
    """At least 60 rules are in the book."""
    assert len(RULES) >= 60


def test_names_are_unique() -> None:
    """No two rules have the same name."""
    names = [rule.name() for rule in RULES.values()]
    assert sorted(set(names)) == sorted(names)


@every_rule
def test_a_rule_is_a_module_named_after_it(rule: type[Invariant]) -> None:
    """The module of a rule is the snake case of its class, which may begin with the name of its family."""
    _, family, module = rule.__module__.rsplit(".", 2)
    assert rule.name().replace("-", "_") in (module, f"{family}_{module}")


@every_rule
def test_docs_are_whole(rule: type[Invariant]) -> None:
    """A rule's docstring has a summary of one sentence and text under every heading."""
    assert rule.summary().endswith(".")
    assert [] == [title for title in SECTIONS if not rule.section(title)]
    assert rule.since


@every_rule
def test_implications_name_other_rules(rule: type[Invariant]) -> None:
    """A rule is implied by rules that exist, and not by itself."""
    assert set(rule.implied_by) <= set(RULES) - {rule.code}


@every_rule
def test_the_example_speaks(rule: type[Invariant]) -> None:
    """On the example in its docstring a rule that runs alone has a finding."""
    assert rule.code in codes(check(rule.example(), [rule], name=NAME))


@every_rule
def test_the_texts_can_be_filled_in(rule: type[Invariant]) -> None:
    """The findings on the example have every fact that the rule's templates name."""
    fields = {
        str(field)
        for template in (rule.claim, rule.because, rule.however)
        for _, field, _, _ in string.Formatter().parse(template)
        if field is not None
    }
    for finding in check(rule.example(), [rule], name=NAME):
        if finding.code == rule.code:
            assert set() == fields - set(finding.facts)


@every_rule
def test_findings_have_witnesses(rule: type[Invariant]) -> None:
    """Each finding on the example names lines of it as witnesses."""
    lines = rule.example().count("\n")
    found = [finding for finding in check(rule.example(), [rule], name=NAME) if finding.code == rule.code]
    assert all(finding.witnesses for finding in found)
    assert [] == [w for f in found for w in f.witnesses if not 1 <= w.line <= lines or not w.role]


@every_rule
def test_the_fixture_has_this_fault_alone(rule: type[Invariant]) -> None:
    """There is a whole file in which all rules together find one root: this one, on the expected line."""
    fixture = FIXTURES[rule.code]
    assert [(rule.code, fixture.line)] == roots(check(fixture.data, name=fixture.name))


def test_every_fixture_belongs_to_a_rule() -> None:
    """The tables of fixtures name no code that is not in the book."""
    assert set() == set(FIXTURES) - set(RULES)


def uses(part: type[Handled]) -> Iterator[tuple[type[Event], str]]:
    """Yield each event class with each attribute of it that a handler reads."""
    for _, method in inspect.getmembers(part, inspect.isfunction):
        kinds: tuple[type[Event], ...] = method.__dict__.get("_handles", ())
        if method.__name__ == "breached" and issubclass(part, OrderRule):
            kinds = tuple({kind for _, _, kind in part.refused})
        if not kinds:
            continue
        definition: Any = ast.parse(textwrap.dedent(inspect.getsource(method))).body[0]
        parameter = definition.args.args[1].arg
        for node in ast.walk(definition):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == parameter:
                    yield from ((kind, attribute) for kind in kinds)
                case _:
                    pass


def parts() -> list[type[Handled]]:
    """Every rule, and every checker that rules hang on."""
    checkers = dict.fromkeys(rule.checker for rule in RULES.values() if issubclass(rule, CheckedRule))
    return [*RULES.values(), *checkers]


@pytest.mark.parametrize("part", parts(), ids=lambda part: getattr(part, "code", part.__name__))
def test_handlers_read_what_events_and_structs_both_have(part: type[Handled]) -> None:
    """Rules can be handed the wire struct or the event: each attribute that they read is on both."""
    lacking: list[str] = []
    for kind, attribute in uses(part):
        if attribute not in {field.name for field in attrs.fields(kind)}:
            lacking.append(f"{kind.__name__}.{attribute}")
        lacking += [
            f"{struct.__name__}.{attribute}"
            for struct in STRUCTS
            if struct.event is kind and not hasattr(struct, attribute)
        ]
    assert [] == lacking


def recorded(folder: Path) -> list[Path]:
    """The recorded sessions and captures."""
    return sorted(path for path in folder.rglob("*.jsonl") if path.name != "requests.jsonl")


@pytest.mark.slow
def test_no_real_file_is_called_wrong(shared: Path) -> None:
    """In no recorded session does any rule find a violation."""
    paths = recorded(shared / "rollouts")
    found = [
        (path.name, finding.line, finding.code)
        for path in paths
        for finding in verify(path).findings
        if finding.severity is Severity.VIOLATION
    ]
    assert paths
    assert [] == found


DOC = "A complaint.\n\n" + "\n\n".join(f"## {title}\ntext" for title in SECTIONS)


@pytest.mark.parametrize(
    ("code", "members", "message"),
    [
        ("TF1", {}, "a code is TF and three digits"),
        (next(iter(RULES)), {}, "is already"),
        ("TF999", {"__doc__": DOC}, "has no `claim` template"),
        ("TF999", {"claim": "no", "__doc__": "A complaint."}, "lacks doc sections: What it checks"),
    ],
)
def test_a_malformed_rule_is_refused(code: str, members: dict[str, Any], message: str) -> None:
    """A wrong or taken code, and a missing text, are refused where the rule is defined, and it is not entered."""
    with pytest.raises(TypeError, match=message):
        types.new_class("Broken", (Invariant,), {"code": code}, lambda body: body.update(members))
    assert RULES.keys() == registry().keys()


def test_an_order_rule_says_what_a_breach_means() -> None:
    """The base class of order rules has no answer of its own."""
    watch = Watch(profile_of(Dialect.CODEX), ())
    with pytest.raises(NotImplementedError):
        OrderRule(watch.session, watch.findings.append).breached(None, 1, None, 0)
