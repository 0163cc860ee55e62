"""From names to files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from turnfold.rollouts import DiscoveryError, codex_home, discover, parse_name

ID = "019bb46c-f919-787a-835d-d131235e8e86"
OTHER_ID = "019bb474-98ad-743e-bc12-3fe68cc23402"
SEGMENT = "019c0e7b-84b9-7830-9557-b8ebf2c53fec"


def rollout(day: str, thread: str = ID, end: str = ".jsonl") -> str:
    """Return the name of a rollout that began at noon of *day*."""
    return f"rollout-{day}T12-00-00-{thread}{end}"


def make(root: Path, *files: str) -> list[str]:
    """Create empty files, and return their paths."""
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return [str(root / file) for file in files]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A CODEX_HOME with three sessions, one of them in two segments, and much besides."""
    make(
        tmp_path / "home",
        f"sessions/2026/01/12/{rollout('2026-01-12')}",
        f"sessions/2026/01/13/{rollout('2026-01-13', f'{ID}_{SEGMENT}')}",
        f"sessions/2026/02/01/{rollout('2026-02-01', OTHER_ID, '.jsonl.zst')}",
        f"archived_sessions/{rollout('2025-12-31', 'f00d')}",
        "history.jsonl",
        "session_index.jsonl",
        "rollout-notes.jsonl",
    )
    return tmp_path / "home"


def names(paths: Sequence[str]) -> list[str]:
    """Return the names without their folders."""
    return [Path(path).name for path in paths]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (rollout("2026-01-12"), (ID, None, False)),
        (rollout("2026-01-12", end=".jsonl.zst"), (ID, None, True)),
        (rollout("2026-01-12", f"{ID}_{SEGMENT}"), (ID, SEGMENT, False)),
        (rollout("2026-01-12", f"{ID}_{SEGMENT}", ".jsonl.zst"), (ID, SEGMENT, True)),
    ],
)
def test_a_file_name_gives_up_its_parts(name: str, expected: tuple[str, str | None, bool]) -> None:
    """Thread, segment and compression, and the local time at which the session began."""
    parsed = parse_name(name)
    assert parsed is not None
    assert expected == (parsed.thread_id, parsed.segment, parsed.compressed)
    assert datetime.fromisoformat("2026-01-12T12:00:00") == parsed.at


@pytest.mark.parametrize(
    "name",
    [
        "rollout.jsonl",
        "rollout-2026-13-01T12-00-00-x.jsonl",
        rollout("2026-01-12", end=".json"),
        "",
        "x.jsonl",
    ],
)
def test_other_names_have_no_parts(name: str) -> None:
    """Nothing is guessed, and an impossible date is no date."""
    assert parse_name(name) is None


def test_a_file_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    """No name, no date and no limit keeps a file out that was named itself."""
    [path] = make(tmp_path, "app-server.jsonl")
    assert (path,) == discover([path], since=date(2999, 1, 1), latest=0).paths


def test_standard_input_stands_in_line_with_the_files(tmp_path: Path) -> None:
    """`-` is handed on, in its place and once."""
    [path] = make(tmp_path, "a")
    assert ("-", path) == discover(["-", Path(path), "-"]).paths


def test_a_folder_gives_its_rollouts_in_order_and_counts_the_rest(tmp_path: Path) -> None:
    """At any depth, sorted, with the short name too; a capture is taken only when it is named."""
    make(
        tmp_path,
        "b/rollout-2.jsonl",
        "a/rollout.jsonl",
        "a/app-server.jsonl",
        "notes.txt",
        "b/c/rollout.jsonl.zst",
    )
    found = discover([tmp_path])
    expected = ["a/rollout.jsonl", "b/rollout-2.jsonl", "b/c/rollout.jsonl.zst"]
    assert expected == [str(Path(path).relative_to(tmp_path)) for path in found.paths]
    assert 2 == found.others


def test_a_home_gives_its_sessions_and_then_its_archive(home: Path) -> None:
    """Nothing outside of the two is a rollout, whatever it is called."""
    found = discover([home])
    expected = [
        rollout("2026-01-12"),
        rollout("2026-01-13", f"{ID}_{SEGMENT}"),
        rollout("2026-02-01", OTHER_ID, ".jsonl.zst"),
        rollout("2025-12-31", "f00d"),
    ]
    assert (expected, 0) == (names(found.paths), found.others)


def test_a_plain_file_comes_before_its_compressed_twin(tmp_path: Path) -> None:
    """The twin is passed over and named; alone, or named itself, it is read."""
    plain, packed, alone = make(
        tmp_path,
        rollout("2026-01-12"),
        rollout("2026-01-12", end=".jsonl.zst"),
        rollout("2026-01-13", end=".jsonl.zst"),
    )
    found = discover([tmp_path])
    assert ((plain, alone), (packed,)) == (found.paths, found.twins)
    assert (packed,) == discover([packed]).paths


def test_a_file_that_is_found_twice_is_read_once(tmp_path: Path) -> None:
    """By whatever way it is reached; that it was named itself outweighs a limit."""
    path, newer = make(tmp_path, rollout("2026-01-12"), rollout("2026-01-13"))
    (tmp_path / "link.jsonl").symlink_to(path)
    assert (path, newer) == discover([path, tmp_path, tmp_path / "link.jsonl"]).paths
    assert (newer, path) == discover([tmp_path, path], latest=1).paths


def test_the_beginning_of_a_session_id_gives_all_its_files(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked up in CODEX_HOME; segments belong to their thread."""
    monkeypatch.setenv("CODEX_HOME", str(home))
    assert home == codex_home()
    assert [rollout("2026-01-12"), rollout("2026-01-13", f"{ID}_{SEGMENT}")] == names(
        discover(["019bb46"]).paths
    )
    assert [rollout("2025-12-31", "f00d")] == names(discover(["f00d"]).paths)


def test_without_the_variable_the_home_is_in_the_user_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Codex keeps it; an empty variable is none."""
    monkeypatch.setenv("CODEX_HOME", "")
    assert Path.home() / ".codex" == codex_home()


def test_an_ambiguous_beginning_names_the_candidates(home: Path) -> None:
    """So that the user can choose."""
    with pytest.raises(DiscoveryError, match=f"2 sessions .*{ID}, {OTHER_ID}; add a few characters"):
        discover(["019bb4"], home=home)


def test_a_name_that_is_nothing_says_what_was_tried(home: Path, tmp_path: Path) -> None:
    """A path that is absent, an id that is unknown, and a home that is not there are told apart."""
    with pytest.raises(DiscoveryError, match="no such file or folder; check the path"):
        discover([str(tmp_path / "absent.jsonl")], home=home)
    with pytest.raises(DiscoveryError, match=r"no session in .* has an id that begins so"):
        discover(["abc"], home=home)
    with pytest.raises(DiscoveryError, match=r"no sessions in .*nowhere"):
        discover(["abc"], home=tmp_path / "nowhere")
    with pytest.raises(DiscoveryError, match="no such file"):
        discover([""], home=home)
    with pytest.raises(DiscoveryError, match="nothing to read"):
        discover([])


def test_a_folder_without_rollouts_says_what_is_in_it(tmp_path: Path) -> None:
    """Some of the names and a count, or that there is nothing at all."""
    with pytest.raises(DiscoveryError, match="and no other file"):
        discover([tmp_path])
    make(tmp_path, *(f"file-{number}" for number in range(10)))
    with pytest.raises(DiscoveryError, match=r"only file-0, .*file-7 and 2 more; name a file itself"):
        discover([tmp_path])
    (tmp_path / "sessions").mkdir()
    with pytest.raises(DiscoveryError, match="CODEX_HOME without rollouts"):
        discover([tmp_path])


def test_since_and_latest_go_by_the_time_in_the_name(home: Path) -> None:
    """A date is its midnight, a moment in another zone is put into local time; the order stays that of the paths."""
    noon = datetime.fromisoformat("2026-01-13T12:00:00")
    expected = [rollout("2026-01-13", f"{ID}_{SEGMENT}"), rollout("2026-02-01", OTHER_ID, ".jsonl.zst")]
    for since in (date(2026, 1, 13), noon, noon.astimezone(UTC)):
        assert expected == names(discover([home], since=since).paths)
    assert expected == names(discover([home], latest=2).paths)
    assert expected[:0] + expected[1:] == names(
        discover([home], since=noon + timedelta(seconds=1), latest=5).paths
    )
    with pytest.raises(DiscoveryError, match="no rollout since 2999-01-01"):
        discover([home], since=date(2999, 1, 1))


def test_a_name_without_time_goes_by_the_last_change(tmp_path: Path) -> None:
    """In local time, like the names."""
    old, new = make(tmp_path, "rollout-old.jsonl", "rollout-new.jsonl")
    noon_s = datetime.fromisoformat("2026-01-13T12:00:00").timestamp()
    os.utime(old, (noon_s - 1, noon_s - 1))
    os.utime(new, (noon_s, noon_s))
    assert (new,) == discover([tmp_path], since=datetime.fromisoformat("2026-01-13T12:00:00")).paths
    assert (new,) == discover([tmp_path], latest=1).paths


def test_links_that_lead_round_or_nowhere_do_no_harm(tmp_path: Path) -> None:
    """A loop of folders is not followed; a file that is gone is handed on for the reader to name."""
    [path] = make(tmp_path, "a/rollout-1.jsonl")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "rollout-0.jsonl").symlink_to(tmp_path / "gone")
    assert (str(tmp_path / "rollout-0.jsonl"), path) == discover([tmp_path], latest=9).paths


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into everything")
def test_a_folder_that_cannot_be_looked_into_is_named(tmp_path: Path) -> None:
    """Beside the rest, or as an error if there is no rest."""
    [path] = make(tmp_path, "rollout.jsonl")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    assert ((path,), (str(closed),)) == ((found := discover([tmp_path])).paths, found.unreadable)
    with pytest.raises(DiscoveryError, match="cannot look into"):
        discover([closed])
    with pytest.raises(DiscoveryError, match="Permission denied"):
        discover([closed / "below"])


def test_the_recorded_sessions_are_all_found(shared: Path) -> None:
    """On real names: every file of the folder has parts, and begins in the order of its name."""
    found = discover([shared / "rollouts" / "shapes"])
    parsed = [parse_name(name) for name in names(found.paths)]
    assert 70 == len(parsed)
    assert None not in parsed
