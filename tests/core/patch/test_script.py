"""A patch inside a shell command is found, and only where the command does nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.patch import ScriptedPatch, patch_in_command, patch_in_script

PATCH = "*** Begin Patch\n*** Delete File: a\n*** End Patch"


@pytest.mark.parametrize("program", ["apply_patch", "applypatch"])
def test_the_direct_form(program: str) -> None:
    """The argument is the patch."""
    assert ScriptedPatch(patch=PATCH) == patch_in_command([program, PATCH])


@pytest.mark.parametrize("shell", ["bash", "/bin/bash", "zsh", "sh"])
@pytest.mark.parametrize("flag", ["-c", "-lc"])
def test_the_script_form(shell: str, flag: str) -> None:
    """A shell is given the patch as a here-document."""
    assert ScriptedPatch(patch=PATCH) == patch_in_command(
        [shell, flag, f"apply_patch <<'EOF'\n{PATCH}\nEOF\n"]
    )


@pytest.mark.parametrize(
    ("script", "cd"),
    [
        (f"apply_patch <<EOF\n{PATCH}\nEOF", None),
        (f'  apply_patch << "END_1"\n{PATCH}\nEND_1\n\n', None),
        (f"applypatch<<-EOF\n\t{PATCH}\n\tEOF", None),
        (f"cd src/a && apply_patch <<'EOF'\n{PATCH}\nEOF", "src/a"),
        (f"cd 'my src' && apply_patch <<'EOF'\n{PATCH}\nEOF", "my src"),
        (f"cd \"/my src\"&&apply_patch <<'EOF'\n{PATCH}\nEOF", "/my src"),
    ],
)
def test_forms_of_the_script(script: str, cd: str | None) -> None:
    """Any tag, quoted or not, with its tabs taken off by `<<-`, and at most a change of the folder before it."""
    assert ScriptedPatch(patch=PATCH, cd=cd) == patch_in_script(script)


@pytest.mark.parametrize(
    "script",
    [
        "",
        "ls",
        "apply_patch",
        f"echo a; apply_patch <<EOF\n{PATCH}\nEOF",
        f"apply_patch <<EOF\n{PATCH}\nEOF\nrm -rf x",
        f"apply_patch <<EOF\n{PATCH}\nEOF\nrm -rf x <<EOF\nEOF",
        f"apply_patch <<EOF && rm x\n{PATCH}\nEOF",
        f"apply_patch <<EOF\n{PATCH}\n",
        f"apply_patch <<'EOF\"\n{PATCH}\nEOF",
        f"cd $HOME && apply_patch <<EOF\n{PATCH}\nEOF",
        f"cd a b && apply_patch <<EOF\n{PATCH}\nEOF",
        f"cd a || apply_patch <<EOF\n{PATCH}\nEOF",
        f"cd a && cd b && apply_patch <<EOF\n{PATCH}\nEOF",
    ],
)
def test_another_script_is_none(script: str) -> None:
    """A script that does more, or that only a shell understands, is left to the shell."""
    assert patch_in_script(script) is None


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["apply_patch"],
        ["apply_patch", "a", "b"],
        ["fish", "-c", "x"],
        ["bash", "-x", "x"],
        ["ls", "-c", "-l"],
    ],
)
def test_another_command_is_none(argv: list[str]) -> None:
    """Programs of other names, other shells, other flags."""
    assert patch_in_command(argv) is None


@given(st.lists(st.text() | st.sampled_from(["bash", "-c", "apply_patch <<EOF\n"]), max_size=4))
def test_no_command_raises(argv: list[str]) -> None:
    """Whatever a model runs is answered."""
    found = patch_in_command(argv)
    assert found is None or isinstance(found.patch, str)
