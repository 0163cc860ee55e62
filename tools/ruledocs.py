"""Write the pages of all rules, docs/rules.md and docs/rules/: `python -P -m turnfold.tools.ruledocs`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from turnfold.tools.generated import write
from turnfold.tools.rulepages import FAMILIES, RulePage, markdown, rule_pages

INDEX = Path("docs/rules.md")
FOLDER = Path("docs/rules")
OWNED = (FOLDER, "TF*.md")

_HEAD = """# Rules

Every code that `turnfold verify` can report. This page and those it leads to are made from the rules themselves by
`make docs`; `turnfold rule CODE` prints the same.

A *violation* is a producer's bug: no legal history writes it. A *suspicion* is normally untrue of a sound file, but has
excuses that the file itself cannot show. *Damage* concerns the bytes and leaves the verdict unknown.
"""


def page_files() -> Mapping[Path, str]:
    """Return the text of every page by its path within the checkout."""
    pages = rule_pages()
    files = {FOLDER / f"{code}.md": markdown(page, "../events.md") for code, page in pages.items()}
    return {INDEX: "\n".join(_index(pages.values())), **files}


def _index(pages: Collection[RulePage]) -> Iterator[str]:
    yield _HEAD
    for prefix, title in FAMILIES.items():
        family = [page for page in pages if page.code.startswith(prefix)]
        if family:
            yield f"## {prefix}xx {title}\n\n| code | name | severity | what it says |\n|---|---|---|---|"
            yield from (
                f"| [{page.code}](rules/{page.code}.md) | {page.name} | {page.severity} | {_cell(page.summary)} |"
                for page in family
            )
            yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write all of them, and remove those of codes that are no more."""
    write(page_files(), owned=OWNED)


if __name__ == "__main__":
    main()
