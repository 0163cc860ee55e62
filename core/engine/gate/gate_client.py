"""What runs in place of an intercepted program: it asks the engine, and then is that program, or says why not.

It is run as a script of its own, by `python -I -S`, and so knows the standard library and nothing of ours.
"""

import json
import os
import shutil
import socket
import sys
from typing import NoReturn

DENIED = 126
"""Exit code when it may not run, or when nobody answers."""

NOT_FOUND = 127
"""Exit code when there is no such program (as of a shell)."""


def fail(name: str, text: str, code: int) -> NoReturn:
    """Say why it does not run, and exit."""
    sys.stderr.write(f"{name}: {text}\n")
    sys.exit(code)


def real_program(name: str, wrappers: str) -> str | None:
    """Return the absolute path of the program that *name* means without the folder of wrappers."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    # An entry that is no absolute path means another program in each folder; here it is resolved once.
    rest = os.pathsep.join(os.path.abspath(each or ".") for each in folders if each != wrappers)  # noqa: PTH100
    return shutil.which(name, path=rest)


def ask(path: str, wish: dict[str, object]) -> tuple[object, object]:
    """Put *wish* to the engine and return action and text of its answer. Raises OSError and ValueError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        connection.sendall(json.dumps(wish).encode() + b"\n")
        with connection.makefile("rb") as lines:
            answer: dict[str, object] = json.loads(lines.readline())
    return answer["action"], answer.get("text")


def main(arguments: list[str]) -> NoReturn:
    """Be the program that `<wrappers> <name> <argument>...` names, if the engine lets it run."""
    wrappers, name, *rest = arguments
    program = real_program(name, wrappers)
    if program is None:
        fail(name, "command not found", NOT_FOUND)
    wish: dict[str, object] = {
        "token": os.environ.get("TURNFOLD_GATE_TOKEN", ""),
        "program": program,
        "argv": [name, *rest],
        "cwd": os.getcwd(),  # noqa: PTH109  a script that starts for each command imports no pathlib
    }
    try:
        action, text = ask(os.environ.get("TURNFOLD_GATE_SOCKET", ""), wish)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        fail(name, f"not run: the exec gate gave no answer ({problem})", DENIED)
    if action != "run":
        fail(name, str(text), DENIED)
    try:
        os.execv(program, [name, *rest])
    except OSError as problem:
        fail(name, str(problem), DENIED)


if __name__ == "__main__":
    main(sys.argv[1:])
