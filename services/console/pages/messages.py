"""消息: what one must know, read and acknowledged over notify's HTTP; for officers the whole area's."""

from datetime import datetime
from typing import Any

from nicegui import ui
from starlette.requests import Request

from services.console.neighbours import NotDone
from services.console.pages.frame import SHANGHAI, Frame, address, in_turn
from services.console.pages.session import Desk

_OVERSEERS = frozenset({"operator", "hub_officer"})
_TONES = {"sent": "info", "delivered": "info", "acknowledged": "good", "expired": "bad", "failed": "bad"}
_UNREAD = frozenset({"sent", "delivered"})
_PAGE = 30


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/messages", "messages")
    async def messages(frame: Frame, request: Request) -> None:
        await _Box(frame).begin()


class _Box:
    """One visitor's list: whose messages, unread only or all, how many pages."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.said = frame, frame.words
        self.notify = frame.desk.neighbours(frame.person)
        self.pages = 1
        self.cards: dict[str, tuple[dict[str, Any], ui.element]] = {}
        with ui.element("div").classes("tools"):
            choices = {"mine": self.said("mine")}
            if frame.person.principal.roles & _OVERSEERS:
                choices["area"] = self.said("area")
            self.whose = ui.toggle(choices, value="mine", on_change=self._again).props(
                "no-caps unelevated dense padding='4px 14px'"
            )
            self.only_unread = ui.checkbox(self.said("only_unread"), on_change=self._again)
        self.list = ui.element("div")
        self.foot = ui.element("div")

    async def begin(self) -> None:
        """Show the messages, then follow the events."""
        await self._refresh()
        self.frame.follow(self._refresh)

    async def _again(self) -> None:
        self.pages = 1
        self._clear()
        await self._refresh()

    def _clear(self) -> None:
        self.cards.clear()
        self.list.clear()

    async def _more(self) -> None:
        self.pages += 1
        await self._refresh()

    @in_turn
    async def _refresh(self) -> None:
        self.only_unread.visible = self.whose.value == "mine"
        try:
            found, more = await self._read()
        except NotDone as refused:
            self._clear()
            self.foot.clear()
            with self.foot:
                ui.label(str(refused)).classes("card empty")
            return
        self._show(found)
        self.foot.clear()
        with self.foot:
            if not found:
                with ui.element("div").classes("card empty"):
                    ui.html(f"<b>{self.said('no_messages')}</b>", sanitize=False)
                    ui.label(self.said("no_messages_hint"))
            if more:
                ui.button(self.said("more"), on_click=self._more).props("flat no-caps")

    def _show(self, found: list[dict[str, Any]]) -> None:
        """Draw only what is new or has changed: a button drawn anew under a finger does not hear it."""
        for gone in self.cards.keys() - {message["id"] for message in found}:
            self.list.remove(self.cards.pop(gone)[1])
        for place, message in enumerate(found):
            before, card = self.cards.get(message["id"], (None, None))
            if card is None:
                with self.list:
                    card = ui.element("article")
            if message != before:
                card.clear()
                with card:
                    self._draw(card, message)
                self.cards[message["id"]] = message, card
            if self.list.default_slot.children.index(card) != place:
                card.move(target_index=place)

    async def _read(self) -> tuple[list[dict[str, Any]], bool]:
        path = "/v1/messages/written" if self.whose.value == "area" else "/v1/messages"
        query: dict[str, str | int] = {"limit": _PAGE}
        if self.whose.value == "mine" and self.only_unread.value:
            query["status"] = "sent"
        found: list[dict[str, Any]] = []
        for _ in range(self.pages):
            answer = await self.notify.get("notify", path, **query)
            found += answer["items"]
            if answer["next"] is None:
                return found, False
            query["cursor"] = answer["next"]
        return found, True

    def _draw(self, card: ui.element, message: dict[str, Any]) -> None:
        said, status = self.said, message["status"]
        unread = status in _UNREAD
        card.classes(replace=f"card message {'unread' if unread else ''}")
        with ui.element("div").style("display:flex;gap:10px;align-items:baseline;flex-wrap:wrap"):
            ui.label(message["title"]).classes("title")
            ui.label(said.code("message", status)).classes(f"chip {_TONES.get(status, '')}")
            if message["urgency"] == "critical":
                ui.label(said.code("urgency", "critical")).classes("chip bad")
        ui.label(message["body"]).style("white-space:pre-line")
        with ui.element("div").classes("foot"):
            ui.label(f"{_moment(message['recorded_at'])} · {message['division_name']}")
            if message["acknowledge_by"] and status not in ("acknowledged", "expired"):
                due = said("acknowledge_by", time=_moment(message["acknowledge_by"]))
                ui.label(due).classes("chip warn")
            if message["organization_id"]:
                ui.link(said("open_organization"), f"/organizations/{message['organization_id']}")
            if self.whose.value == "mine":
                self._draw_actions(message, unread)

    def _draw_actions(self, message: dict[str, Any], unread: bool) -> None:
        if unread:
            ui.button(self.said("mark_read"), on_click=lambda: self._do(message, "reading")).props(
                "flat dense no-caps size=sm"
            )
        if message["status"] not in ("acknowledged", "failed"):
            ui.button(self.said("acknowledge"), on_click=lambda: self._do(message, "acknowledgement")).props(
                "outline dense no-caps size=sm padding='2px 10px'"
            )

    async def _do(self, message: dict[str, Any], what: str) -> None:
        """Take a step; until it is shown the card takes no other, which would be lost with its button."""
        _, card = self.cards[message["id"]]
        card.props("inert")
        try:
            await self.notify.send("POST", "notify", f"/v1/messages/{message['id']}/{what}")
        except NotDone as refused:
            with self.list:  # the button may have gone meanwhile
                ui.notify(str(refused), type="negative", multi_line=True)
        else:
            with self.list:
                ui.notify(self.said("done"), type="positive")
            await self._refresh()
            await self.frame.count_messages()
        finally:
            card.props(remove="inert")


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
