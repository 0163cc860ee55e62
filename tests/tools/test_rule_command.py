"""`turnfold rule`, and the pages made of the same texts."""

from __future__ import annotations

import pytest

from tests.tools.documents import validated
from tests.tools.process import turnfold
from turnfold.replay.invariants import registry
from turnfold.rollouts import DAMAGE_KINDS
from turnfold.tools import formatdocs, ruledocs
from turnfold.tools.codes import resolve
from turnfold.tools.exits import Complaint
from turnfold.tools.generated import stale
from turnfold.tools.rulepages import FAMILIES, rule_pages


def test_the_pages_are_current() -> None:
    """docs/rules.md and docs/rules/ are those of the rules; `make docs` writes them anew."""
    assert [] == stale(ruledocs.page_files(), owned=ruledocs.OWNED)


def test_the_schemas_are_current() -> None:
    """The published schema of verify's JSON is that of its classes; `make docs` writes it anew."""
    assert [] == stale(formatdocs.schema_files(), owned=formatdocs.OWNED)


def test_every_code_has_a_page_in_a_family() -> None:
    """Rules and damage alike can be looked up."""
    assert {*registry(), *DAMAGE_KINDS} == rule_pages().keys()
    assert {code[:3] for code in rule_pages()} <= FAMILIES.keys()


def test_a_rule_is_explained() -> None:
    """The page has the sections of the docstring, and is Markdown when piped."""
    done = turnfold("rule", "TF304")
    assert 0 == done.returncode
    for heading in ("# TF304 second-terminal", "## What it checks", "## Example", "## What can excuse it"):
        assert f"{heading}\n" in done.stdout
    assert done.stdout == turnfold("rule", "second-terminal", "--format", "markdown").stdout
    assert "\x1b[" in turnfold("rule", "TF304", "--color", "always").stdout


def test_all_rules_are_a_line_each() -> None:
    """`rule --all` lists every code once, in order."""
    done = turnfold("rule", "--all")
    assert list(rule_pages()) == [line.split()[0] for line in done.stdout.splitlines()]


def test_rules_as_json() -> None:
    """The same for programs: of all, of a family, of one."""
    every = validated("rules", turnfold("rule", "--all", "--format", "json").stdout)
    assert "turnfold.rules/1" == every["schema"]
    assert list(rule_pages()) == [rule["code"] for rule in every["rules"]]
    damage = validated("rules", turnfold("rule", "TF00", "--format", "json").stdout)["rules"]
    assert {"damage"} == {rule["severity"] for rule in damage}


def test_codes_are_named_in_many_ways() -> None:
    """Code, name, family, and several with commas."""
    assert {"TF304", "TF001"} == resolve(["tf304,malformed-json"])
    assert {code for code in rule_pages() if code.startswith("TF2")} == resolve(["TF2"])
    with pytest.raises(Complaint, match="no rule is called 'TF30x'; did you mean TF3"):
        resolve(["TF30x"])
