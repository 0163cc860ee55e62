"""Runs a command in a network namespace of its own, and carries what it says to the proxy out of it.

It is run inside the sandbox as a script, by `python -I -S bridge.py PORT SOCKET COMMAND...`, and so knows the standard
library and nothing of ours. The namespace is empty but for its loopback. There it listens on PORT, where the command
takes the proxy to be, and passes each connection on to the proxy's socket in the file system.
"""

import socket
import subprocess
import sys
import threading
from contextlib import suppress

CANNOT_RUN = 126
"""Exit code when the command or the bridge cannot be started."""

NOT_FOUND = 127
"""Exit code when there is no such program (as of a shell)."""

PIECE_BYTES = 65_536


def carry(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until *source* ends, and then the end."""
    with suppress(OSError):
        while piece := source.recv(PIECE_BYTES):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def serve(listener: socket.socket, path: str) -> None:
    """Carry every connection to the socket at *path*, for as long as the command runs."""
    while True:
        inner, _ = listener.accept()
        outer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            outer.connect(path)
        except OSError:
            inner.close()
            outer.close()
            continue
        for pair in ((inner, outer), (outer, inner)):
            threading.Thread(target=carry, args=pair, daemon=True).start()


def main(arguments: list[str]) -> int:
    """Be the bridge and return the command's exit code; 128 and more when a signal ended it."""
    port, path, *command = arguments
    try:
        listener = socket.create_server(("127.0.0.1", int(port)), backlog=64)
    except OSError as problem:
        sys.stderr.write(f"the way to the network proxy could not be opened: {problem}\n")
        return CANNOT_RUN
    threading.Thread(target=serve, args=(listener, path), daemon=True).start()
    try:
        code = subprocess.run(command, check=False, close_fds=True).returncode
    except FileNotFoundError as problem:
        sys.stderr.write(f"{problem.filename or command[0]}: command not found\n")
        return NOT_FOUND
    except OSError as problem:
        sys.stderr.write(f"{command[0]}: {problem.strerror}\n")
        return CANNOT_RUN
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
