"""TCP ports on 127.0.0.1: picking a free one, and saying clearly that a wanted one is taken."""

import asyncio
import socket
import time


class PortTaken(RuntimeError):
    """A port this stack was told to use belongs to somebody else."""

    def __init__(self, port: int, wanted_by: str) -> None:
        self.port = port
        super().__init__(
            f"port {port} on 127.0.0.1, wanted by {wanted_by}, is taken: "
            "stop who uses it or choose another base port"
        )


def free_port() -> int:
    """A port that is free now; who is slow to use it may find it taken."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
