"""What there is to say of each code, of rules and of damage alike, and its page in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from turnfold.replay.findings import Severity
from turnfold.replay.invariants import Invariant, registry
from turnfold.replay.invariants.registry import SECTIONS
from turnfold.rollouts import DAMAGE_KINDS, DamageKind

FAMILIES: Mapping[str, str] = {
    "TF0": "Bytes and lines",
    "TF1": "Envelope, ordinals, clocks",
    "TF2": "Calls and outputs",
    "TF3": "Turns",
    "TF4": "Abort and steer",
    "TF5": "Hooks",
    "TF6": "Approvals and network",
    "TF7": "Compaction, rollback, forks, sub-agents",
    "TF8": "Tokens",
}
"""What the codes of each hundred are about."""


@attrs.frozen(kw_only=True)
class RulePage:
    """One code, explained."""

    code: str
    name: str
    """For reading and for `--rule`, e.g. `second-terminal`."""
    severity: Severity
    summary: str
    """The complaint in one line."""
    since: str | None = None
    """The first version of turnfold that has it."""
    needs: tuple[str, ...] = ()
    """Classes of the events without which it cannot judge."""
    implied_by: tuple[str, ...] = ()
    """Codes whose finding on the same subject makes this one follow."""
    sections: Mapping[str, str]
    """Headings and their texts in Markdown."""


def rule_pages() -> Mapping[str, RulePage]:
    """All pages by code."""
    damage = {code: _page_of_damage(kind) for code, kind in DAMAGE_KINDS.items()}
    rules = {code: _page_of_rule(rule) for code, rule in registry().items()}
    return {code: (damage | rules)[code] for code in sorted(damage.keys() | rules.keys())}


def _page_of_rule(rule: type[Invariant]) -> RulePage:
    return RulePage(
        code=rule.code,
        name=rule.name(),
        severity=rule.severity,
        summary=rule.summary(),
        since=rule.since,
        needs=tuple(event.__name__ for event in rule.needs),
        implied_by=rule.implied_by,
        sections={title: rule.section(title) for title in SECTIONS},
    )


def _page_of_damage(kind: DamageKind) -> RulePage:
    return RulePage(
        code=kind.code,
        name=kind.name,
        severity=Severity.DAMAGE,
        summary=kind.meaning,
        sections={"What is done about it": kind.remedy},
    )


def markdown(page: RulePage, events_page: str | None = None) -> str:
    """The page in Markdown; with *events_page* the events that it names link there."""
    return "\n".join(_lines(page, events_page))


def _lines(page: RulePage, events_page: str | None) -> Iterator[str]:
    yield f"# {page.code} {page.name}\n\n{page.summary}\n"
    yield f"* severity: {page.severity}"
    if page.since:
        yield f"* since: {page.since}"
    if page.needs:
        yield f"* judges only where these are recorded: {', '.join(_link(name, events_page) for name in page.needs)}"
    if page.implied_by:
        yield f"* can follow from: {', '.join(page.implied_by)}"
    for title, text in page.sections.items():
        yield f"\n## {title}\n\n{text}"
    yield ""


def _link(event: str, page: str | None) -> str:
    return f"[{event}]({page}#{event.lower()})" if page else event
