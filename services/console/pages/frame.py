"""What every page has: the bar on top, freshness, a banner when data cannot be read, and following events."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.faults import DATABASE_ERRORS
from services.console.matters.kinds import Kinds, KindWords
from services.console.neighbours import NotDone
from services.console.pages.session import CARE, OWN, PERMISSION, Desk, Person
from services.console.pages.theme import ACCENT, BAD, CSS, GOOD, KEYBOARD, WARN
from services.console.pages.words import Words
from services.console.projection import queries

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLL_S = 1.0
_PATIENCE_S = 60.0
"""How long a page may take to be drawn: a service has 20 s to answer; the library would give up after 3."""
_LOG = logging.getLogger("console.pages")
_OUTAGE = (*DATABASE_ERRORS, SQLAlchemyError)
_NAVIGATION = (
    ("overview", "/"), ("today", "/today"), ("care", "/care"), ("organizations", "/organizations"),
    ("hubs", "/hubs"), ("board", "/inspections"), ("incubation", "/incubation"),
    ("enforcement", "/enforcement"), ("tasks", "/matters/tasks"), ("inquiries", "/inquiries"),
    ("calendar", "/calendar"), ("comparisons", "/comparisons"), ("matters", "/matters"),
    ("messages", "/messages"), ("own", "/own"), ("own_services", "/own/services"),
)  # fmt: skip
_NEEDS = {
    "today": (PERMISSION, CARE),
    "messages": (PERMISSION, CARE),
    "care": (CARE,),
    "own": (OWN,),
    "own_services": (OWN,),
}
"""Who sees what of the bar, where that is not everybody who works with the register."""


@dataclass
class Frame:
    """The parts of a page that outlive its first drawing."""

    desk: Desk
    person: Person
    freshness: ui.label
    banner: ui.label
    badge: ui.label | None
    """none for who is written no messages here"""
    version: int = -1
    on_unread: Callable[[int | None], None] | None = None
    """told how many messages wait for the person, None where notify does not say"""
    redrawing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """held by whoever reads and draws, see `in_turn`"""

    @property
    def words(self) -> Words:
        """The person's language."""
        return self.person.words

    def fresh(self) -> None:
        """Say that what is shown is as of now."""
        self.freshness.text = self.words("as_of", time=f"{datetime.now(SHANGHAI):%H:%M:%S}")
        self.banner.visible = False

    async def count_messages(self) -> None:
        """Ask notify how many messages wait for the person, and show it."""
        if self.badge is None:
            return
        try:
            box = await self.desk.neighbours(self.person).get("notify", "/v1/messages/box")
            count: int | None = box["unread"]
        except NotDone:
            count = None
        self.badge.text = str(count or "")
        self.badge.visible = bool(count)
        if self.on_unread is not None:
            self.on_unread(count)

    def follow(self, update: Callable[[], Awaitable[None]]) -> None:
        """Call `update` whenever the read model has changed, looking once a second; end with the sign-in."""

        async def look() -> None:
            if await self.desk.principal(self.person.token) is None:
                ui.navigate.to("/sign-in?why=signed_out")
                return
            try:
                found = await _version(self.desk)
                if found == self.version:
                    return
                await update()
                self.version = found
                self.fresh()
                await self.count_messages()
            except _OUTAGE as error:
                _LOG.warning("page not updated: %r", error)
                time = self.freshness.text.split(" ")[-1]
                self.banner.text = self.words("stale", time=time)
                self.banner.visible = True

        ui.timer(POLL_S, look)


Draw = Callable[[Frame, Request], Awaitable[None]]


def in_turn(redraw: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """Of a page's method that reads and draws: it waits for the one under way, so that what was read last is
    shown last. The page has its frame as `frame`."""

    @wraps(redraw)
    async def waits(page: Any) -> None:
        async with page.frame.redrawing:
            await redraw(page)

    return waits


async def _version(desk: Desk) -> int:
    async with desk.runtime.database.transaction() as transaction:
        return await queries.version(transaction.connection)


def address(desk: Desk, path: str, here: str, *, needs: str = "") -> Callable[[Draw], Draw]:
    """Let the function below draw the page at `path` for who is signed in and may see it, with `here` marked
    in the bar; `needs` is a permission that it takes beside that."""

    def at(draw: Draw) -> Draw:
        @ui.page(path, response_timeout=_PATIENCE_S)
        async def visited(request: Request) -> Response | None:
            person = await _admit(desk, request)
            if isinstance(person, Response):
                return person
            if not _may(person, here) or (needs and not person.may(needs)):
                return RedirectResponse(_home(person), 303)
            with _page(desk, person, here) as frame:
                await draw(frame, request)
            return None

        return draw

    return at


async def kinds_or_why_not(frame: Frame) -> Kinds | None:
    """The kinds of matters; None where the registry does not tell them, which is then shown."""
    try:
        return await frame.desk.kinds(frame.person)
    except NotDone as refused:
        ui.label(str(refused)).classes("card empty").props("role=alert")
        return None


async def kind_or_why_not(frame: Frame, *paths: str) -> tuple[Kinds, KindWords] | None:
    """The kinds, and the first of those that a page cannot do without; None where the person may not read one
    of them, or nobody tells, which is then shown."""
    if (kinds := await kinds_or_why_not(frame)) is None:
        return None
    needed = [kinds.by_path.get(path) for path in paths]
    found = [kind for kind in needed if kind is not None and kind.may_read]
    if len(found) < len(paths):
        ui.label(frame.words("unknown_kind")).classes("card empty").props("role=alert")
        return None
    return kinds, found[0]


def _may(person: Person, here: str) -> bool:
    return person.may(*_NEEDS.get(here, (PERMISSION,)))


def _home(person: Person) -> str:
    """The first of the pages that this person may see."""
    return next(path for name, path in _NAVIGATION if _may(person, name))


async def _admit(desk: Desk, request: Request) -> Person | Response:
    """The person at the page, or where to go instead: to sign in, or to the same page without the token."""
    if (token := request.query_params.get("token")) is not None:
        if not desk.by_address or await desk.principal(token) is None:
            return RedirectResponse("/sign-in?why=token_invalid", 303)
        return desk.signed_in(token, request.url.path)
    person = await desk.person(request)
    if person is None:
        why = "?why=signed_out" if desk.cookie in request.cookies else ""
        return RedirectResponse(f"/sign-in{why}", 303)
    return person


@contextmanager
def _page(desk: Desk, person: Person, here: str) -> Iterator[Frame]:
    """The bar with `here` marked, and below it what the block draws."""
    said = person.words
    ui.page_title(f"{said(here)} · {said('brand')}")
    ui.add_css(CSS)
    ui.colors(primary=ACCENT, positive=GOOD, negative=BAD, warning=WARN)
    ui.add_body_html(f"<script>{KEYBOARD}</script>")
    ui.run_javascript(f"document.documentElement.lang = '{'zh-CN' if said.language == 'zh' else 'en'}'")
    with ui.element("header").classes("top"):
        ui.link(said("brand"), "/").classes("brand")
        badge: ui.label | None = None
        with ui.element("nav"):
            for name, path in (one for one in _NAVIGATION if _may(person, one[0])):
                link = ui.link(target=path).classes("here" if name == here else "")
                with link:
                    ui.label(said(name)).style("display:inline")
                    if name == "messages":
                        badge = ui.label().classes("badge").style("display:inline")
                        badge.visible = False
        ui.element("div").classes("gap")
        places = said.names(desk.runtime.region.division_name(code) for code in person.principal.divisions)
        ui.label(f"{places} · {person.principal.actor_id}").classes("place")
        ui.link(said("other_language"), f"/language/{'en' if said.language == 'zh' else 'zh'}")
        with ui.element("form").props("method=post action=/session/end"), ui.element("button"):
            ui.label(said("sign_out"))
    with ui.element("main").classes("page"):
        banner = ui.label().classes("banner").props("role=status")
        banner.visible = False
        freshness = ui.label().classes("freshness")
        frame = Frame(desk, person, freshness, banner, badge)
        frame.fresh()
        yield frame
