"""A batch whose statements the database cancels again and again is applied in halves; what fails alone too is
parked, unless there is so much of it that the database must be at fault."""

import time

from chassis.applying import Applier
from chassis.border import Sorted
from chassis.faults import Breaker, was_cancelled
from chassis.inbox import Tally

_DAY_S = 86_400.0
_Alone = list[tuple[Sorted, Exception]]


class Isolator:
    """Finds the subjects of one consumer whose statements run too long."""

    def __init__(self, applier: Applier) -> None:
        settings = applier.runtime.settings.consumer
        self._applier = applier
        # By the day: every one of them takes minutes to find.
        self._breaker = Breaker(settings.bug_subjects, settings.bug_share, window_s=_DAY_S)

    async def process(self, batch: Sorted) -> Tally:
        """Commit the batch in parts, each in a transaction of its own, and park what is cancelled by itself.

        Raises what cancelled the first of them, with none of them parked, where they are more than 5 and 5%
        of the batch, or more than 20 in a day (by the settings): then it is an outage. Raises what
        `Applier.process` raises for anything else.
        """
        done, alone = Tally(), _Alone()
        await self._halve(batch, done, alone)
        subjects, now = len({arrival.key for arrival in batch.arrivals}), time.monotonic()
        for part, error in alone:
            if self._breaker.trips("statement cancelled", part.arrivals[0].key, subjects, now):
                raise error
        for part, _ in alone:
            done.add(await self._applier.without_cancelled(part))
        return done

    async def _halve(self, batch: Sorted, done: Tally, alone: _Alone) -> None:
        try:
            done.add(await self._applier.process(batch))
        except Exception as error:
            if not was_cancelled(error):
                raise
            halves = batch.halves()
            if halves is None:
                alone.append((batch, error))
                return
            for half in halves:
                await self._halve(half, done, alone)
