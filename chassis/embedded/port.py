"""TCP ports on 127.0.0.1: picking a free one, and saying clearly that a wanted one is taken."""

import socket


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


def require_free(port: int, wanted_by: str) -> None:
    """Raise PortTaken unless `port` can be listened on now."""
    with socket.socket() as probe:
        # Connections of an earlier server that still linger do not keep a port from being listened on.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(port, wanted_by) from error
