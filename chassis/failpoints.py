"""Named points between the steps of command, relay, consumer and timer, where a fault test may stop."""

import os
from collections.abc import Awaitable, Callable

Hook = Callable[[str], Awaitable[None]]
_hook: Hook | None = None
POINTS: set[str] = set()


def declare(name: str) -> str:
    """Register a point at import time, so that a fault test can list them all."""
    POINTS.add(name)
    return name


def install(hook: Hook | None) -> None:
    """Let `hook` be awaited at each point; `None` takes it away. A production start refuses it."""
    global _hook
    _hook = hook


async def reach(name: str) -> None:
    """Pass the point `name`: nothing unless a test installed a hook."""
    if _hook is not None:
        await _hook(name)


def install_from_environment(variable: str = "SHUNIU_FAILPOINT") -> None:
    """Kill the process with SIGKILL at the n-th passing of a point: `relay.before_delete:3`."""
    wanted = os.environ.get(variable)
    if not wanted:
        return
    point, _, nth = wanted.partition(":")
    left = int(nth or "1")

    async def kill(name: str) -> None:
        nonlocal left
        if name != point:
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)

    install(kill)
