"""Keeping parts of the stack running: look at each, restart what is in trouble, pause longer, tell it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

_LOOK_S = 0.2
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 30.0
_FORGIVEN_AFTER_S = 60.0


@dataclass(frozen=True)
class Happening:
    """Something that whoever watches the stack wants to know."""

    part: str
    what: Literal["starting", "ready", "died", "restarted", "restart_failed", "stopping"]
    detail: str = ""
    seconds: float | None = None
    """how long it took to `ready` or `restarted`; the pause before the attempt after `died`"""


Told = Callable[[Happening], None]


@dataclass(frozen=True)
class Part:
    """A part to keep: `trouble` says what is wrong with it now, None when nothing; `restart` makes it anew.

    A restart that raises is tried again as a whole.
    """

    name: str
    trouble: Callable[[], str | None]
    restart: Callable[[], Awaitable[None]]


class Backoff:
    """Pauses between restarts, in seconds: doubled each time, small again after a minute without trouble."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._last = float("-inf")
        self._pause = _FIRST_PAUSE_S

    def pause(self) -> float:
        """How long to wait before the restart that is due now."""
        calm = self._now() - self._last > _FORGIVEN_AFTER_S + self._pause
        self._pause = _FIRST_PAUSE_S if calm else min(self._pause * 2, _LONGEST_PAUSE_S)
        self._last = self._now()
        return self._pause


async def keep(part: Part, told: Told) -> None:
    """Restart `part` whenever it is in trouble, until cancelled."""
    backoff = Backoff()
    while True:
        await asyncio.sleep(_LOOK_S)
        if trouble := part.trouble():
            pause = backoff.pause()
            told(Happening(part.name, "died", trouble, pause))
            await _restart(part, told, backoff, pause)


async def _restart(part: Part, told: Told, backoff: Backoff, pause: float) -> None:
    while True:
        await asyncio.sleep(pause)
        begun = time.monotonic()
        try:
            await part.restart()
        except Exception as error:  # whatever it is, the part has to come back: it is told and tried again
            pause = backoff.pause()
            told(Happening(part.name, "restart_failed", str(error), pause))
        else:
            told(Happening(part.name, "restarted", seconds=time.monotonic() - begun))
            return
