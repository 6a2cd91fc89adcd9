"""免检名单: who was registered too late to be due in a campaign, as the campaign's page leads to."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from uuid import UUID

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import SERVICE
from services.console.pages.followed import FollowedList, PageOfList, draw_record, draw_table
from services.console.pages.frame import Frame, address, kind_or_why_not
from services.console.pages.session import Desk

_PATH = "inspection-campaigns"


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/matters/inspection-campaigns/{id}/excused", "matters")
    async def excused(frame: Frame, request: Request) -> None:
        if (found := await kind_or_why_not(frame, _PATH)) is not None:
            id, kind = request.path_params["id"], found[1]
            await draw_record(
                frame, kind.called(frame.words.language), f"/matters/{_PATH}/{id}", id,
                lambda known: _Excused(frame, known),
            )  # fmt: skip


class _Excused(FollowedList):
    """The list of one campaign for one visitor."""

    def __init__(self, frame: Frame, id: UUID) -> None:
        super().__init__(frame, f"{_PATH}/{id}/excused", id)
        self.campaign: Mapping[str, Any] = {}
        self.head = self.part("head")
        self.place("excused")

    async def look_up(self, seen: PageOfList) -> None:
        """What the campaign is called, and from which day on who registers is excused."""
        self.campaign = await self.registry.get(SERVICE, f"/v1/{_PATH}/{self.id}")

    def draw(self, seen: PageOfList) -> None:
        """Whose list it is, and the list."""
        day = self.campaign["excused_after"] or self.campaign["due_on"]
        with self.head:
            title = self.said("excused_of", title=self.campaign["title"])
            ui.label(title).classes("h1").props("role=heading aria-level=1")
            ui.label(self.said("excused_why", day=day)).classes("muted")
        super().draw(seen)

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """A row an organisation."""
        said = self.said
        heads = (
            f"<th>{said('name')}</th>", f"<th>{said('registered_on')}</th>",
            f"<th>{said('division')}</th>", f'<th class="wide">{said("form")}</th>',
        )  # fmt: skip
        draw_table(heads, [self._row(one) for one in items])

    def _row(self, one: Mapping[str, Any]) -> str:
        return (
            f'<tr><td><a class="open" href="/organizations/{one["id"]}">{escape(one["name"])}</a></td>'
            f'<td class="day">{one["registered_on"]}</td><td>{escape(self.shown.place(one["division"]))}</td>'
            f'<td class="wide">{escape(self.said.code("legal_form", one["legal_form"]))}</td></tr>'
        )

    def draw_none(self) -> None:
        """Say so."""
        ui.label(self.said("excused_none")).classes("empty")
