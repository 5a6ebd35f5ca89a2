"""Take the network away from a program."""

from __future__ import annotations

import functools
import os
import subprocess


@functools.cache
def without_network() -> tuple[str, ...]:
    """What to put before a command so that it has no network, not even this machine's own.

    Raises `OSError` where the system does not let one be taken away.
    """
    # Another user than root needs a name space in which to be root.
    command = ("unshare", "--net" if os.geteuid() == 0 else "--map-root-user", "--net")
    done = subprocess.run([*command, "true"], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"no network can be taken away here: {done.stderr.strip()}")
    return command
