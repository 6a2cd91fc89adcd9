"""What changes while one looks: read again with every event, drawn again only where it is not as it was."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from nicegui import ui

from services.console.matters.kinds import SERVICE
from services.console.neighbours import NotDone
from services.console.pages.frame import Frame, in_turn
from services.console.pages.shown import Shown
from services.console.pages.turning import Turning

Seen = TypeVar("Seen")
_NOT_THERE = (403, 404)
_CARD = "section"
PageOfList = tuple[Mapping[str, Any], date]
"""The registry's answer and the day on which it is shown."""


class Followed(ABC, Generic[Seen]):
    """What one visitor sees of something: `read`, and drawn in parts that are emptied before.

    `id` is of the record that it is about, where it is about one: what may not be read is then as if it were
    not there.
    """

    def __init__(self, frame: Frame, id: UUID | None = None) -> None:
        self.id = id
        self.frame, self.said = frame, frame.words
        self.registry = frame.desk.neighbours(frame.person)
        self.shown = Shown(frame)
        self.drawn: Seen | None = None
        self.parts: list[ui.element] = []
        self.dialogs = ui.element("div")
        """where dialogs live: outside of what is drawn again, or an event would close them"""
        self.held = 0
        """how much is being done within what would be drawn again: that waits for it"""

    def part(self, classes: str, *, card: str = "") -> ui.element:
        """A place that is drawn again, a card where it has a name; the last one says what was refused."""
        made = ui.element(_CARD if card else "div").classes(classes)
        if card:
            made.props(f'data-card="{card}"')
        self.parts.append(made)
        return made

    async def begin(self) -> None:
        """Draw, then follow the events."""
        await self.refresh()
        self.frame.follow(self.refresh)

    @abstractmethod
    async def read(self) -> Seen:
        """What is to be seen now; raises `NotDone`."""

    async def look_up(self, seen: Seen) -> None:
        """Ask what drawing needs beside, which is asked only when it has changed."""

    @abstractmethod
    def draw(self, seen: Seen) -> None:
        """Draw into the empty parts."""

    @in_turn
    async def refresh(self) -> None:
        """Read, and draw what has changed; say what a service refuses."""
        if self.held:
            return
        try:
            seen = await self.read()
        except NotDone as refused:
            self.drawn = None
            self._clear()
            self.draw_refusal(refused)
            return
        if seen == self.drawn:
            return  # a button that is drawn anew under a finger does not hear it
        await self.look_up(seen)
        self.drawn = seen
        self._clear()
        self.draw(seen)

    def draw_refusal(self, refused: NotDone) -> None:
        """In place of the rest."""
        missing = self.id is not None and refused.status in _NOT_THERE
        with (last := self.parts[-1]):
            said = ui.label(self.said("no_record") if missing else str(refused)).props("role=alert")
            said.classes("empty" if last.tag == _CARD else "card empty w12")

    def _clear(self) -> None:
        for part in self.parts:
            part.clear()

    @contextmanager
    def dialog(self) -> Iterator[None]:
        """The place for one dialog, instead of the one before."""
        self.dialogs.clear()
        with self.dialogs:
            yield

    async def taken(self, record: Mapping[str, Any]) -> None:
        """After a step, of which the event may be a moment away."""
        await self.refresh()


class FollowedList(Followed[PageOfList]):
    """A list of `path` that the registry gives page by page, with the way to turn them below it."""

    limit = 50

    def __init__(self, frame: Frame, path: str, id: UUID | None = None) -> None:
        super().__init__(frame, id)
        self.path = path
        self.known: Mapping[str, str] = {}
        """names of the organisations on this page, by id"""

    def place(self, card: str = "list") -> None:
        """The list stands here, below what was drawn so far."""
        self.body = self.part("card scroll", card=card)
        self.turning = Turning(self.said, self.refresh)

    async def read(self) -> PageOfList:
        """The page that one has turned to."""
        asked = {**self.asked(), "limit": self.limit, **self.turning.asked}
        answer = await self.registry.get(SERVICE, f"/v1/{self.path}", **asked)
        return answer, await self.shown.today()

    async def look_up(self, seen: PageOfList) -> None:
        """What the organisations are called."""
        self.known = await self.shown.organizations(seen[0]["items"])

    def draw(self, seen: PageOfList) -> None:
        """The entries, or what to do where there are none."""
        answer, today = seen
        with self.body:
            if answer["items"]:
                self.draw_items(answer["items"], today)
            else:
                self.draw_none()
        self.turning.draw(answer["next"])

    def draw_refusal(self, refused: NotDone) -> None:
        """With nothing to turn."""
        super().draw_refusal(refused)
        self.turning.draw(None)

    def asked(self) -> Mapping[str, Any]:
        """The filter, as the registry takes it."""
        return {}

    @abstractmethod
    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """The entries of a page that has some."""

    @abstractmethod
    def draw_none(self) -> None:
        """Say that there are none, and what to do."""


def draw_table(heads: Iterable[str], rows: Iterable[str]) -> None:
    """A list of HTML, through which the arrow keys walk."""
    ui.html(
        f'<table class="plain list" data-list><thead><tr>{"".join(heads)}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>",
        sanitize=False,
    )


async def draw_record(
    frame: Frame, back: str, where: str, id: str, shown: Callable[[UUID], Followed[Any]],
    missing: str = "no_record",
) -> None:  # fmt: skip
    """The way `back`, and below it the record that an address names, which may be no id at all."""
    ui.link(f"← {back}", where).classes("small back")
    try:
        known = UUID(id)
    except ValueError:
        ui.label(frame.words(missing)).classes("card empty").props("role=alert")
        return
    await shown(known).begin()
