"""Long outputs are put aside, and the model is told where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.engine.hooks.scene import DictFiles, run
from turnfold.core.engine.fakes import CountedIds
from turnfold.core.engine.hooks import DiskFiles, Files, Spiller
from turnfold.core.hooks import Outcome
from turnfold.events import HookEntry

LONG = "0123456789" * 1001
FOOTER = "\n\nFull hook output saved to: "


def spiller(files: Files, folder: str | None = "/home") -> Spiller:
    """Return a spiller with counted ids."""
    return Spiller(folder=folder, files=files, new_id=CountedIds().new)


def shortened(text: str, files: Files, folder: str | None = "/home", limit: int = 2500) -> str:
    """Return what the model gets."""
    texts: list[str] = []

    async def main() -> None:
        texts.append(await spiller(files, folder).shorten(text, "session-1", limit))

    run(main)
    return texts[0]


def test_a_short_text_stays_as_it_is() -> None:
    """Up to 2500 tokens, which are 10,000 bytes, nothing is written."""
    files = DictFiles()
    assert LONG[:10_000] == shortened(LONG[:10_000], files)
    assert {} == files.content


def test_a_long_text_is_saved_and_previewed() -> None:
    """The model gets its beginning, its end and the path of the whole, within the limit."""
    files = DictFiles()
    short = shortened(LONG, files)
    path = "/home/hook_outputs/session-1/hook_output-1.txt"
    assert {path: LONG.encode()} == files.content
    assert short.startswith("0123456789")
    assert short.endswith(f"0123456789{FOOTER}{path}")
    assert " bytes left out]\n" in short
    assert len(short.encode()) <= 10_000


@given(st.text(min_size=300), st.integers(min_value=60, max_value=70))
def test_a_preview_is_within_its_limit(text: str, limit: int) -> None:
    """Whatever the text, no character is broken and the limit holds."""
    short = shortened(text, DictFiles(), limit=limit)
    assert len(short.encode()) <= limit * 4


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        (None, "was not saved"),
        (
            "/home",
            "could not be saved to /home/hook_outputs/session-1/hook_output-1.txt: No space left on device",
        ),
    ],
)
def test_what_cannot_be_saved_is_previewed_all_the_same(folder: str | None, said: str) -> None:
    """No folder to write to, and a full disk: the text says so."""
    files = DictFiles()
    files.full = True
    assert shortened(LONG, files, folder).endswith(f"\n\nThe full hook output {said}")


def test_a_session_cannot_name_a_place_outside() -> None:
    """Only letters, digits, `-` and `_` of its id are taken for the folder."""
    files = DictFiles()

    async def main() -> None:
        await spiller(files).shorten(LONG, "../../etc", 1)

    run(main)
    assert ["/home/hook_outputs/______etc/hook_output-1.txt"] == list(files.content)


def test_an_outcome_is_shortened_throughout() -> None:
    """Contexts under their own limit, message and entries under the usual one; a text twice is one file."""
    files = DictFiles()
    outcomes: list[Outcome] = []
    before = Outcome(
        status="blocked",
        decision="block",
        message=LONG,
        contexts=("0123456789" * 2, "short"),
        entries=(HookEntry(kind="feedback", text=LONG), HookEntry(kind="context", text="short")),
    )

    async def main() -> None:
        outcomes.append(await spiller(files).outcome(before, "s", 4))
        outcomes.append(await spiller(files).outcome(Outcome(status="completed"), "s", None))

    run(main)
    after = outcomes[0]
    assert 2 == len(files.content)
    assert ("blocked", "block", "short") == (after.status, after.decision, after.contexts[1])
    assert after.contexts[0].endswith("/home/hook_outputs/s/hook_output-1.txt")
    assert after.message == after.entries[0].text
    assert "feedback" == after.entries[0].kind
    assert "short" == after.entries[1].text
    assert Outcome(status="completed") == outcomes[1]


def test_the_disk_holds_what_was_put_aside(tmp_path: Path) -> None:
    """The folders are made, and only the user may read the file."""
    short = shortened(LONG, DiskFiles(), str(tmp_path / "home"))
    path = Path(short.partition(FOOTER)[2])
    assert LONG == path.read_text(encoding="utf-8")
    assert 0o600 == path.stat().st_mode & 0o777
