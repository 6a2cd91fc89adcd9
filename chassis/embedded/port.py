"""TCP ports on 127.0.0.1: picking a free one, and saying clearly that a wanted one is taken."""

import asyncio
import random
import socket
import time
from collections import deque
from pathlib import Path


class PortTaken(RuntimeError):
    """A port this stack was told to use belongs to somebody else."""

    def __init__(self, port: int, wanted_by: str) -> None:
        self.port = port
        super().__init__(
            f"port {port} on 127.0.0.1, wanted by {wanted_by}, is taken: "
            "stop who uses it or choose another base port"
        )


_LOWEST, _USUALLY_OUTGOING_FROM = 10_240, 32_768
_GIVEN: deque[int] = deque(maxlen=1000)
"""Those given out last, by this process."""


def free_port(in_a_row: int = 1) -> int:
    """The first of so many ports that are free now. Who is slow to use them may find one taken, though not by
    somebody to whom this process gave it lately: many are asked for before the first of them is used.

    None of them is in the kernel's range for outgoing connections: one of those would be in the way when a
    server that was killed wants its port again.
    """
    while True:
        first = random.randrange(_LOWEST, _outgoing_from() - in_a_row)
        wanted = range(first, first + in_a_row)
        if not any(one in _GIVEN for one in wanted) and all(map(_free, wanted)):
            _GIVEN.extend(wanted)
            return first


def _outgoing_from() -> int:
    """Where the range of outgoing connections begins, if it leaves ports to choose from below it."""
    try:
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return _USUALLY_OUTGOING_FROM
    return first if first > 2 * _LOWEST else _USUALLY_OUTGOING_FROM


async def wait_free(port: int, wanted_by: str, patience_s: float = 2.0) -> None:
    """Return once `port` can be listened on, which after a kill takes a moment; PortTaken after that long."""
    deadline = time.monotonic() + patience_s
    while not _free(port):
        if time.monotonic() > deadline:
            raise PortTaken(port, wanted_by)
        await asyncio.sleep(0.05)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # Connections of an earlier server that still linger do not keep a port from being listened on.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
