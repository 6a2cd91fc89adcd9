"""When a process that serves looks for garbage, and when it gives memory back: seldom, and when it rests."""

import ctypes
import gc
import time
from typing import Final

YOUNG: Final = 50_000
"""New objects between two searches. A batch of 500 events is 15,000 at a time, none of them in a cycle: with
Python's 700 each search finds all of them alive, and searching took 40% of a consumer's processor time."""


def postpone() -> None:
    """To be called by a process that is about to load what it runs: all of that stays, and searching it again
    and again while it grows is a third of the time that loading takes."""
    gc.disable()


def settle() -> None:
    """To be called once, by a process whose start is over: what is there now is never searched again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
    gc.enable()


LOOKS_S: Final = 2.0
"""Seconds between two looks at whether the process rests."""
WORK_S: Final = 5.0
"""Processor time, seconds, after which there is something to give back."""
_RESTS: Final = 0.1
"""Less of a processor than this is rest: waiting fetches and heartbeats take half of it."""


class Returning:
    """Gives freed memory back to the system when work is over; glibc keeps what lies below anything in use,
    which after an import is tens of megabytes, and to look for it takes time that work wants."""

    def __init__(self) -> None:
        self._used_s = time.process_time()
        self._worked_s = 0.0

    def look(self) -> bool:
        """Called every `LOOKS_S`; true where the process came to rest and gave back what it could."""
        used_s, before_s = time.process_time(), self._used_s
        self._used_s = used_s
        if used_s - before_s >= _RESTS * LOOKS_S:
            self._worked_s += used_s - before_s
            return False
        if self._worked_s < WORK_S:
            return False
        self._worked_s = 0.0
        if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:  # glibc's only
            trim(0)
        return True
