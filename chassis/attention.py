"""How soon a consumer looks again at the embedded broker, which answers a waiting fetch late.

Apache Kafka answers a fetch that waits as soon as something is produced. The embedded broker sleeps about a
third of the wait that was asked for before it looks again, up to 160 ms with aiokafka's half a second; and
asking often costs processor time, at 50 ms half a core more where nothing happens at all. So a consumer
asks as often as events come, unless they come by the hundred: a broker that has more does not wait.
"""

import asyncio
from typing import Any, Final

from chassis import bus

SELDOM_MS: Final = 500
OFTEN_MS: Final = 20
_SHARE: Final = 0.1
"""Of the time between two batches that a fetch waits: a third of that is how late an event may be."""
_LAPSE_S: Final = 5.0


class Attention:
    """One consumer's: `came` is called with every batch, on the event loop."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._lapse: asyncio.TimerHandle | None = None

    def came(self, consumer: Any, *, full: bool = False) -> None:
        """Let the next fetches wait a tenth of the time since the batch before, and long after a silence or a
        batch as large as they may be."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        gap_ms = SELDOM_MS if full or self._last is None else (now - self._last) * 1000 * _SHARE
        self._last = None if full else now
        bus.set_fetch_wait(consumer, round(min(max(gap_ms, OFTEN_MS), SELDOM_MS)))
        if self._lapse is not None:
            self._lapse.cancel()
        self._lapse = loop.call_later(_LAPSE_S, bus.set_fetch_wait, consumer, SELDOM_MS)
