"""`turnfold rule`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

import click
import msgspec
from click.shell_completion import CompletionItem
from rich.markdown import Markdown
from rich.text import Text

from turnfold.tools import options as common
from turnfold.tools.codes import names_by_code, resolve
from turnfold.tools.documents.rules import SCHEMA_ID
from turnfold.tools.exits import Complaint
from turnfold.tools.render import MARK, QUIET, STYLES
from turnfold.tools.rulepages import RulePage, markdown, rule_pages
from turnfold.tools.screen import Color, Screen


class Format(StrEnum):
    """Forms of output."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def _complete(context: click.Context, argument: click.Parameter, incomplete: str) -> list[CompletionItem]:
    del context, argument
    found = ((code, name) for code, name in names_by_code().items() if code.startswith(incomplete.upper()))
    return [CompletionItem(code, help=name) for code, name in found]


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=_complete)
@click.option("--all", "every", is_flag=True, help="All rules; as text, a line each.")
@common.format_option(Format)
@common.color_option
def command(codes: tuple[str, ...], every: bool, form: Format, color: Color) -> int:
    """Print what a rule checks, why it matters, an example, and what can excuse a finding.

    CODE is a code such as TF304, a name such as second-terminal, or a family such as TF3.
    """
    if bool(codes) == every:
        raise Complaint("name the rules to explain, or ask for --all of them")
    wanted = resolve(codes or ["TF"])
    pages = [page for code, page in rule_pages().items() if code in wanted]
    screen = Screen(color)
    match form:
        case Format.JSON:
            screen.write(_json(pages))
        case Format.MARKDOWN:
            screen.write("\n".join(markdown(page) for page in pages).rstrip())
        case Format.TEXT if every or len(pages) > 1:
            for line in _list(pages):
                screen.write(line)
        case Format.TEXT:
            screen.write_document(Markdown(markdown(pages[0])), markdown(pages[0]))
    return 0


def _list(pages: Sequence[RulePage]) -> Iterator[Text]:
    width = max(len(page.name) for page in pages)
    for page in pages:
        yield Text.assemble(
            (page.code, MARK),
            f"  {page.name:<{width}}  ",
            (f"{page.severity:<9}", STYLES[page.severity]),
            (f"  {page.summary}", QUIET),
        )


def _json(pages: Sequence[RulePage]) -> str:
    return msgspec.json.encode({"schema": SCHEMA_ID, "rules": pages}).decode()
