"""Named points between the steps of all that writes, where a fault test may kill or freeze a process."""

import os
import signal
from collections.abc import Awaitable, Callable

Hook = Callable[[str], Awaitable[None]]
_hook: Hook | None = None
POINTS: set[str] = set()
VARIABLE = "SHUNIU_FAILPOINT"
ANY = "*"
_SIGNALS = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}


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


def install_from_environment() -> None:
    """Stop the process at the n-th passing of a point, as `SHUNIU_FAILPOINT` says.

    `relay.before_delete:3` kills it by SIGKILL at the third passing, `relay.before_delete:3:freeze` stops it
    by SIGSTOP, and the name `*` stands for any point. Raises ValueError for anything else.
    """
    wanted = os.environ.get(VARIABLE)
    if wanted:
        install(_stopping(wanted))


def _stopping(wanted: str) -> Hook:
    point, _, rest = wanted.partition(":")
    nth, _, action = rest.partition(":")
    if not nth.isdigit() or (action or "kill") not in _SIGNALS:
        raise ValueError(
            f"{VARIABLE}={wanted!r}: write POINT:N or POINT:N:freeze, such as relay.after_send:3"
        )
    left, number = int(nth), _SIGNALS[action or "kill"]

    async def stop(name: str) -> None:
        nonlocal left
        if point in (name, ANY):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), number)

    return stop
