"""What was read last is what is shown last, however long each reading takes."""

import asyncio
from types import SimpleNamespace

from services.console.pages.frame import in_turn


class Page:
    """Shows the newest state as it was when the reading began."""

    def __init__(self) -> None:
        self.frame = SimpleNamespace(redrawing=asyncio.Lock())
        self.newest = "read"
        self.patience = [0.05, 0.0]
        self.shown = ""

    @in_turn
    async def refresh(self) -> None:
        """A first reading that takes long, a second one that does not."""
        found = self.newest
        await asyncio.sleep(self.patience.pop(0))
        self.shown = found


async def test_a_slow_answer_does_not_undo_what_a_later_one_showed() -> None:
    page = Page()
    slow = asyncio.ensure_future(page.refresh())
    await asyncio.sleep(0)
    page.newest = "acknowledged"
    await asyncio.gather(page.refresh(), slow)
    assert page.shown == "acknowledged"
