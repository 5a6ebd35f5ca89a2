"""Ordinary kernels without the wait: each is a fork of a process that has what any would import.

As a program, with a socket's path and modules, it imports these and forks a kernel for each client.
Jupyter starts the client as it starts any kernel; client and kernel end together.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "forked"
# What a kernel imports late, before it is asked for anything.
OF_ANY_KERNEL = ("IPython.extensions.storemagic", "ipykernel.debugger", "psutil")
# Says where the kernel's files are, and waits until there is no kernel.
CLIENT = """\
import os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
line.sendall("\\n".join((os.getcwd(), sys.argv[2])).encode())
line.recv(1)
"""


@contextmanager
def forked_kernels(root: Path, modules: Sequence[str]) -> Iterator[dict[str, str]]:
    """Kernels named `NAME` that import `analysis` from `root`, and nothing else before they begin
    but the modules; yields the environment in which Jupyter knows them."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"{folder}/socket"
        spec = Path(folder, "kernels", NAME, "kernel.json")
        spec.parent.mkdir(parents=True)
        argv = [sys.executable, "-IS", "-c", CLIENT, address, "{connection_file}"]
        spec.write_text(json.dumps({"argv": argv, "display_name": NAME, "language": "python"}))
        environment = {**os.environ, "PYTHONPATH": str(root), "JUPYTER_PATH": folder}
        forking = subprocess.Popen(
            [sys.executable, "-P", __file__, address, *modules],
            cwd=root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert forking.stdout is not None
            assert forking.stdout.read(1), "the process that forks kernels did not begin"
            yield environment
        finally:
            forking.communicate()  # it ends where nothing more can be asked of it


def main(address: str, *modules: str) -> None:
    """Fork a kernel for whoever asks, until the standard input ends."""
    from ipykernel.kernelapp import IPKernelApp

    for module in (*OF_ANY_KERNEL, *modules):
        importlib.import_module(module)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("+", end="", flush=True)
        while listening in select.select([listening, sys.stdin], [], [])[0]:
            asking, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                begin(IPKernelApp, asking)
            asking.close()
    with suppress(ChildProcessError):  # there is none any more
        while True:
            os.wait()


def begin(kernel: type, asking: socket.socket) -> None:
    """Be the kernel that was asked for, and end with whoever asked."""
    place, connection = asking.recv(10_000).decode().split("\n")
    os.chdir(place)

    def watch() -> None:
        asking.recv(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    kernel.launch_instance(argv=["-f", connection])  # type: ignore[attr-defined]
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
