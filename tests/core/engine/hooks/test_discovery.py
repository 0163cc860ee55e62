"""Hooks are found in the layers, and what cannot be read stops nobody."""

import os
from pathlib import Path

import pytest

from tests.core.engine.hooks.scene import DictFiles, run
from turnfold.core.engine.hooks import DiskFiles, Files, Layer, Plugin, discover
from turnfold.core.hooks.config import HookConfig

STOP = b'{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "%s"}]}]}}'
TOML = b"[[hooks.Stop]]\nhooks = [{type = 'command', command = '%s'}]\n"
LAYERS = (Layer("system", "/etc/t"), Layer("user", "/u"), Layer("project", "/p"))


def found(files: Files, *layers: Layer, enabled: bool = True, managed_only: bool = False) -> HookConfig:
    """Return what is discovered."""
    configs: list[HookConfig] = []

    async def main() -> None:
        configs.append(
            await discover(layers, enabled=enabled, bypass_trust=True, managed_only=managed_only, files=files)
        )

    run(main)
    return configs[0]


@pytest.mark.covers("A2")
def test_every_layer_is_read_lowest_first() -> None:
    """Both files of each, hooks.json first; no layer overrides another."""
    files = DictFiles(
        {
            "/p/config.toml": TOML % b"p2",
            "/p/hooks.json": STOP % b"p1",
            "/etc/t/config.toml": TOML % b"s",
            "/u/hooks.json": STOP % b"u",
        }
    )
    config = found(files, *LAYERS)
    assert ["s", "u", "p1", "p2"] == [each.command for each in config.handlers]
    assert ["system", "user", "project", "project"] == [each.source for each in config.handlers]
    assert "/p/config.toml" == config.handlers[3].source_path


@pytest.mark.covers("A5")
def test_switched_off_nothing_is_read() -> None:
    """Not even whether there is a file."""
    files = DictFiles({"/u/hooks.json": STOP % b"u"})
    assert HookConfig() == found(files, *LAYERS, enabled=False)
    assert [] == files.asked


def test_plugins_stand_last_and_tell_their_commands_where_they_are() -> None:
    """Their keys name the plugin and not its place, so that trust outlives a move; they need trust."""
    files = DictFiles(
        {"/x/hooks/hooks.json": STOP % b"x", "/y/h.json": STOP % b"y", "/u/hooks.json": STOP % b"u"}
    )
    plugins = (
        Plugin(plugin_id="x@m", root="/x"),
        Plugin(plugin_id="y@m", root="/y", data="/d", path="h.json"),
    )
    configs: list[HookConfig] = []

    async def main() -> None:
        configs.append(await discover(LAYERS, plugins=plugins, files=files))

    run(main)
    _, x, y = configs[0].handlers
    assert ("plugin", "x@m:hooks/hooks.json:stop:0:0", "/x/hooks/hooks.json") == (
        x.source,
        x.key,
        x.source_path,
    )
    assert (("PLUGIN_ROOT", "/x"), ("CLAUDE_PLUGIN_ROOT", "/x")) == x.env
    assert {"PLUGIN_DATA": "/d", "CLAUDE_PLUGIN_DATA": "/d"}.items() <= dict(y.env).items()
    assert [False] * 3 == [each.runs for each in configs[0].handlers]


def test_missing_files_are_fine() -> None:
    """No hooks and no problems."""
    assert HookConfig() == found(DictFiles(), *LAYERS)


def test_an_untrusted_project_configures_nothing() -> None:
    """Its files are not read."""
    files = DictFiles({"/p/hooks.json": STOP % b"p"})
    assert HookConfig() == found(files, Layer("project", "/p", trusted=False))
    assert [] == files.asked


def test_an_administrator_may_leave_out_all_others() -> None:
    """Then only managed layers are read."""
    files = DictFiles({"/etc/t/hooks.json": STOP % b"s", "/u/hooks.json": STOP % b"u"})
    assert ["s"] == [each.command for each in found(files, *LAYERS, managed_only=True).handlers]
    assert ["/etc/t/hooks.json", "/etc/t/config.toml"] == files.asked


def test_a_folder_that_is_two_layers_is_read_once() -> None:
    """As when the project is the home."""
    files = DictFiles({"/u/hooks.json": STOP % b"u"})
    assert 1 == len(found(files, Layer("user", "/u"), Layer("project", "/u/./")).handlers)


def test_the_toml_file_may_have_another_name() -> None:
    """Some layers keep their settings under another name."""
    files = DictFiles({"/m/managed_config.toml": TOML % b"m"})
    layer = Layer("legacy_managed_config_file", "/m", config_name="managed_config.toml")
    assert ["m"] == [each.command for each in found(files, layer).handlers]


@pytest.mark.covers("A2")
@pytest.mark.parametrize(
    ("content", "line", "message", "remedy"),
    [
        (b"{", 1, "this is no valid JSON: ", "correct the JSON"),
        (b'{"hooks":\n "\xff"}', 2, "its hooks are left out: it is not UTF-8", "save it as UTF-8"),
        (
            PermissionError(13, "Permission denied"),
            None,
            "its hooks are left out: Permission denied",
            "make it readable",
        ),
        (OSError("it is odd"), None, "its hooks are left out: it is odd", "make it readable"),
    ],
)
def test_a_file_that_cannot_be_read_is_left_out_alone(
    content: bytes | OSError, line: int | None, message: str, remedy: str
) -> None:
    """A problem names file, line and remedy; the other layers stay."""
    config = found(DictFiles({"/u/hooks.json": content, "/p/hooks.json": STOP % b"p"}), *LAYERS)
    (problem,) = config.problems
    assert ["p"] == [each.command for each in config.handlers]
    assert ("/u/hooks.json", line) == (problem.path, problem.line)
    assert problem.message.startswith(message)
    assert problem.remedy.startswith(remedy)


def test_the_disk_is_read(tmp_path: Path) -> None:
    """Real files, and what is none: a folder, a pipe that nobody writes to, a file too large."""
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "hooks.json").write_bytes(STOP % b"u")
    (tmp_path / "folder" / "hooks.json").mkdir(parents=True)
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "hooks.json")
    (tmp_path / "large").mkdir()
    with (tmp_path / "large" / "hooks.json").open("wb") as large:
        large.truncate(64 * 1024 * 1024)
    names = ("none", "folder", "pipe", "large", "good")
    config = found(DiskFiles(), *(Layer("user", str(tmp_path / name)) for name in names))
    assert ["u"] == [each.command for each in config.handlers]
    said = [problem.message.removeprefix("its hooks are left out: ") for problem in config.problems]
    assert ["it is no ordinary file", "it is no ordinary file", "it is larger than 4194304 bytes"] == said
