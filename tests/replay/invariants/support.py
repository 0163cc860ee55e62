"""What the tests of rules share."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs

from turnfold.replay.findings import Finding
from turnfold.replay.invariants import Invariant, registry
from turnfold.replay.verification import verify

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "rules"

NAME = "rollout-2026-06-01T09-00-00-019e8252-9a80-7000-8000-000000000000.jsonl"
"""What a file is called for a rule's example, which has none of its own."""


def check(
    source: bytes | str | Path, rules: Iterable[type[Invariant]] | None = None, *, name: str = "log.jsonl"
) -> list[Finding]:
    """Verify bytes (or text) as a file called *name*, or the file at a path, with *rules* or with all of them."""
    if isinstance(source, Path):
        return list(verify(source, rules).findings)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(source.encode() if isinstance(source, str) else source)
        return list(verify(path, rules).findings)


def codes(findings: Iterable[Finding]) -> list[str]:
    """The codes, in order."""
    return [finding.code for finding in findings]


def roots(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """Code and line of each finding that follows from no other one."""
    return [(finding.code, finding.line) for finding in findings if finding.implied_by is None]


def found(code: str, source: bytes | str, *, name: str = "log.jsonl") -> list[tuple[int, str]]:
    """Line and severity of each finding of one rule that runs alone."""
    findings = check(source, [registry()[code]], name=name)
    return [(finding.line, str(finding.severity)) for finding in findings if finding.code == code]


Row = dict[str, Any]


def record(record_type: str, /, **payload: Any) -> Row:
    """A record of that type."""
    return {"type": record_type, "payload": payload}


def event(tag: str, /, **fields: Any) -> Row:
    """An `event_msg`."""
    return record("event_msg", type=tag, **fields)


def item(tag: str, /, **fields: Any) -> Row:
    """A `response_item`."""
    return record("response_item", type=tag, **fields)


def meta(session_id: str = "t", /, version: str | None = "0.146.0", **fields: Any) -> Row:
    """A `session_meta`."""
    return record("session_meta", id=session_id, cli_version=version, **fields)


def log(*rows: Row, ordinals: bool = False) -> bytes:
    """These rows as a file, one second apart; *ordinals* numbers them from 0. What a row says of itself stays."""
    lines: list[str] = []
    for at, row in enumerate(rows):
        stamp = f"2026-06-01T09:{at // 60:02}:{at % 60:02}.000Z"
        numbered = {"ordinal": at} if ordinals else {}
        lines.append(json.dumps({"timestamp": stamp, **numbered, **row}) + "\n")
    return "".join(lines).encode()


@attrs.frozen
class Fixture:
    """A broken file, and what must be found in it."""

    code: str
    line: int
    name: str
    """What the file is called when it is checked."""

    @property
    def data(self) -> bytes:
        return (FIXTURES / f"{self.code}.jsonl").read_bytes()


def fixtures() -> dict[str, Fixture]:
    """Every fixture that the tables of the families name, by code."""
    found: dict[str, Fixture] = {}
    for table in sorted(FIXTURES.glob("*.toml")):
        rows: dict[str, dict[str, Any]] = tomllib.loads(table.read_text(encoding="utf-8"))
        for code, row in rows.items():
            name = row.get("name", f"{code}.jsonl")
            found[code] = Fixture(code=code, line=row["line"], name=name)
    return found
