"""A session's parts, put together."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from turnfold.core.engine import NoJournal
from turnfold.tools.plugging import NoSandbox, Plugged, Setup, build_parts, default_home

HOOKS = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "true"}]}]}}'


def built(folder: Path, **more: object) -> Plugged:
    """The parts of a session whose home is *folder*."""
    given: dict[str, object] = {
        "cwd": str(folder),
        "home": folder,
        "sandbox_mode": "danger-full-access",
        **more,
    }
    return trio.run(build_parts, Setup(**given), NoJournal)  # type: ignore[arg-type]


def test_an_empty_home_gives_a_session_with_tools(tmp_path: Path) -> None:
    """No hooks, no rules, nothing to note; without confinement there is no sandbox."""
    plugged = built(tmp_path)
    assert () == plugged.notes
    assert plugged.parts.hooks is not None
    assert () == plugged.parts.hooks.config.handlers
    assert (None, 1) == (plugged.parts.sandbox, len(plugged.parts.plugs))


def test_what_cannot_be_confined_is_not_run(tmp_path: Path) -> None:
    """Without bubblewrap on the PATH the session does not begin, nor its log."""
    begun: list[str] = []

    def begin() -> NoJournal:
        begun.append("log")
        return NoJournal()

    setup = Setup(cwd=str(tmp_path), home=tmp_path, env={"PATH": str(tmp_path)})
    with pytest.raises(NoSandbox, match="danger-full-access"):
        trio.run(build_parts, setup, begin)
    assert [] == begun


def test_hooks_need_trust(tmp_path: Path) -> None:
    """A hook that is not trusted is noted with what to write; a project's folder counts when it is trusted."""
    project = tmp_path / ".turnfold"
    project.mkdir()
    project.joinpath("hooks.json").write_text(HOOKS)
    assert () == built(tmp_path).notes
    (note,) = built(tmp_path, trusts_project=True).notes
    assert str(project / "hooks.json") in note
    assert "trusted_hash" in note
    assert () == built(tmp_path, trusts_project=True, trusts_hooks=True).notes
    assert built(tmp_path, hooks=False, trusts_project=True).parts.hooks is None


def test_a_broken_file_is_noted_and_ends_nothing(tmp_path: Path) -> None:
    """Rules and hooks that cannot be read are left out, by file and line."""
    tmp_path.joinpath("hooks.json").write_text("{\n")
    tmp_path.joinpath("rules").mkdir()
    tmp_path.joinpath("rules", "default.rules").write_text("prefix_rule(\n")
    notes = built(tmp_path).notes
    assert ["default.rules", "hooks.json"] == sorted(Path(note.split(":")[0]).name for note in notes)


def test_the_home_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The variable wins over the home directory."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TURNFOLD_HOME", raising=False)
    assert tmp_path / ".turnfold" == default_home()
    monkeypatch.setenv("TURNFOLD_HOME", "/elsewhere")
    assert Path("/elsewhere") == default_home()
