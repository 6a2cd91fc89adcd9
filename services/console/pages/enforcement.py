"""监管: emergency orders in force with who stands still, open risks and cases, credit lists, decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from nicegui import ui
from starlette.requests import Request

from services.console.matters import enforcement
from services.console.matters.enforcement import Open, Order, Watched
from services.console.matters.kinds import Kinds, KindWords
from services.console.pages.followed import Followed
from services.console.pages.form import opening_button
from services.console.pages.frame import Frame, address, kinds_or_why_not
from services.console.pages.session import Desk
from services.console.pages.shown import chip, day
from services.console.pages.standing import LISTING_TONES

_LISTED = 12
_ORDERS, _PAUSES, _RISKS = "emergency-orders", "emergency-pauses", "risks"
_LEVEL_TONES: Final = {"grave": "bad", "major": "warn"}
_TOLD: Final = {
    _RISKS: ("risk_level", "topic"),
    "illegal-cases": ("origin", "finding", "referred_to"),
    "credit-listings": ("listing", "listing_grounds"),
    "official-decisions": ("kind", "listing", "result", "decided_on"),
}
"""What of the kind's own a line says below the name."""


@dataclass(frozen=True)
class _Sort:
    """One kind's part of the page."""

    path: str
    title: str
    none: str


_SORTS: Final = (
    _Sort(_RISKS, "risks_open", "no_risks"),
    _Sort("illegal-cases", "cases_open", "no_cases"),
    _Sort("credit-listings", "listings_open", "no_listings"),
    _Sort("official-decisions", "decisions_in_force", "no_decisions_in_force"),
)


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/enforcement", "enforcement")
    async def supervision(frame: Frame, request: Request) -> None:
        if (kinds := await kinds_or_why_not(frame)) is not None:
            await _Supervision(frame, kinds).begin()


@dataclass(frozen=True)
class _Seen:
    """What there is to watch over; `orders` is None where the person may not read them."""

    orders: Sequence[Order] | None
    still: Sequence[Watched]
    open: Mapping[str, Open]
    levels: Mapping[str, int]
    found: Mapping[str, Sequence[Watched]]
    today: date


class _Supervision(Followed[_Seen]):
    """What one visitor has to watch over in their divisions."""

    def __init__(self, frame: Frame, kinds: Kinds) -> None:
        super().__init__(frame)
        self.kinds = kinds
        self.sorts = {one.path: one for one in _SORTS if self._may_read(one.path)}
        ui.label(self.said("enforcement_title")).classes("h1 head").props("role=heading aria-level=1")
        self.body = self.part("grid")

    def _may_read(self, path: str) -> bool:
        kind = self.kinds.by_path.get(path)
        return kind is not None and kind.may_read

    async def read(self) -> _Seen:
        """As the events have it."""
        patterns = self.frame.person.patterns
        names = [self.kinds.by_path[path].name for path in self.sorts]
        async with self.frame.desk.runtime.database.transaction() as transaction:
            connection = transaction.connection
            orders = await enforcement.orders(connection, patterns) if self._may_read(_ORDERS) else None
            still = await enforcement.watched(connection, patterns, "emergency_pause", _LISTED)
            open_ = await enforcement.open_(connection, patterns, names)
            levels = await enforcement.levels(connection, patterns)
            found = {
                path: await enforcement.watched(connection, patterns, self.kinds.by_path[path].name, _LISTED)
                for path in self.sorts
            }
        return _Seen(orders, still, open_, levels, found, await self.shown.today())

    def draw(self, seen: _Seen) -> None:
        """The orders, then what is open of each sort."""
        with self.body:
            if seen.orders is None and not self.sorts:
                ui.label(self.said("no_supervision")).classes("card empty w12")
            if seen.orders is not None:
                self._draw_orders(seen.orders, seen.still, seen.today)
            for sort in self.sorts.values():
                self._draw_sort(sort, self.kinds.by_path[sort.path], seen)

    def _draw_orders(self, orders: Sequence[Order], still: Sequence[Watched], today: date) -> None:
        with ui.element("section").classes("card w12").props('data-card="orders"'):
            self._draw_title(self.said("in_force"), self.kinds.by_path[_ORDERS])
            if not orders:
                ui.label(self.said("no_orders")).classes("muted")
                return
            with ui.element("div").classes("scroll"):
                ui.html(self._orders(orders, today), sanitize=False)
            if still and self._may_read(_PAUSES):
                rows = "".join(map(self._pause, still))
                number = sum(order.still for order in orders)
                every = self._all(_PAUSES, Open(number))
                ui.html(
                    f"<h3>{escape(self.said('standing_still'))}</h3>"
                    f'<table class="plain list" data-list><tbody>{rows}</tbody></table>{every}',
                    sanitize=False,
                )

    def _draw_title(self, title: str, kind: KindWords, note: str = "") -> None:
        """The heading of a card, and beside it the way to open one more record."""
        with ui.element("div").classes("titled"):
            ui.html(f"<h2>{escape(title)} {note}</h2>", sanitize=False)
            opening_button(self.frame, self.kinds, kind, self.dialogs, self.taken, small=True)

    def _orders(self, orders: Sequence[Order], today: date) -> str:
        said = self.said
        kind = self.kinds.by_path[_ORDERS]
        heads = "".join(
            f'<th class="number">{escape(said(name))}</th>'
            for name in ("order_still", "order_visited", "order_resumed")
        )
        rows = "".join(self._order(one, kind, today) for one in orders)
        return (
            f'<table class="plain list" data-list><thead><tr><th>{escape(kind.called(said.language))}</th>'
            f'<th class="wide">{escape(said("order_scope"))}</th>'
            f'<th class="wide">{escape(said("order_review"))}</th>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )

    def _order(self, one: Order, kind: KindWords, today: date) -> str:
        state = one.state
        title = escape(state["title"])
        if one.above:
            title = f"{title} {chip(self.said('order_above'))}"
        else:
            title = f'<a class="open" href="/matters/{kind.path}/{one.id}">{title}</a>'
        beside = " · ".join(
            filter(None, (self.shown.place(one.division), state["opened_on"], state.get("document_number")))
        )
        still = f"{one.still:,}"
        if one.still:
            query = urlencode({"order_id": one.id, "ended": "false"})
            still = f'<a href="/matters/{_PAUSES}?{query}">{still}</a>'
        due = self.shown.deadline(day(state.get("due_on")), today, overdue=bool(state.get("overdue")))
        return (
            f'<tr data-order="{one.id}"><td>{title}<div class="muted small">{escape(beside)}</div></td>'
            f'<td class="wide">{escape(self._scope(kind, state))}</td><td class="wide">{due}</td>'
            f'<td class="number" data-column="still">{still}</td>'
            f'<td class="number">{one.visited:,}</td><td class="number">{one.resumed:,}</td></tr>'
        )

    def _scope(self, kind: KindWords, state: Mapping[str, Any]) -> str:
        """Who has to stand still: what is left out narrows nothing."""
        named = state.get("organizations", ())
        parts = [
            *(
                self.shown.value(kind, name, state[name])
                for name in ("divisions", "categories")
                if state.get(name)
            ),
            self.said("order_named", count=len(named)) if named else "",
        ]
        return " · ".join(filter(None, parts)) or self.said("order_everybody")

    def _pause(self, one: Watched) -> str:
        lacking = one.state.get("lacking")
        points = self.shown.value(self.kinds.by_path[_PAUSES], "lacking", lacking) if lacking else ""
        if not one.state.get("visits"):
            where = chip(self.said("not_visited"), "warn")
        elif points:
            where = chip(self.said("points_lacking", points=points), "bad")
        else:
            where = chip(self.said("points_passed"), "good")
        return self._line(_PAUSES, one, self.shown.place(one.division), where, "")

    def _draw_sort(self, sort: _Sort, kind: KindWords, seen: _Seen) -> None:
        found, open_ = seen.found[sort.path], seen.open.get(kind.name, Open())
        note = chip(self.said("of_them_overdue", count=open_.overdue), "bad") if open_.overdue else ""
        with ui.element("section").classes("card w6").props(f'data-card="{sort.path}"'):
            self._draw_title(self.said(sort.title), kind, note)
            if not found:
                ui.label(self.said(sort.none)).classes("muted")
                return
            rows = "".join(self._record(sort.path, kind, one, seen.today) for one in found)
            ui.html(
                (self._levels(seen.levels) if sort.path == _RISKS else "")
                + f'<table class="plain list" data-list><tbody>{rows}</tbody></table>'
                + self._all(sort.path, open_),
                sanitize=False,
            )

    def _levels(self, levels: Mapping[str, int]) -> str:
        """How many risks of each level, each with its list."""
        links = []
        for level, number in levels.items():
            where = f"/matters/{_RISKS}?{urlencode({'risk_level': level, 'ended': 'false'})}"
            text = f"{self.shown.code(self.kinds.by_path[_RISKS].codes, 'risk_level', level)} {number:,}"
            links.append(f'<a href="{escape(where)}">{chip(text, _LEVEL_TONES.get(level, ""))}</a>')
        return f"<p>{' '.join(links)}</p>"

    def _all(self, path: str, open_: Open) -> str:
        """The way to all of them, where not all are shown."""
        if open_.number <= _LISTED:
            return ""
        said = escape(self.said("show_all_of", count=f"{open_.number:,}"))
        return f'<p class="small"><a href="/matters/{path}?ended=false">{said}</a></p>'

    def _record(self, path: str, kind: KindWords, one: Watched, today: date) -> str:
        deadline = self.shown.due(kind, one.phase, one.state, today)
        state = chip(kind.state(one.phase, self.said.language), "info")
        return self._line(path, one, self._beside(path, kind, one), state, deadline)

    def _beside(self, path: str, kind: KindWords, one: Watched) -> str:
        """What of the kind's own a line says below the name."""
        state = one.state
        if path == "official-decisions" and state.get("listing") not in LISTING_TONES:
            state = {**state, "listing": None}
        told = [self.shown.value(kind, name, state[name]) for name in _TOLD[path] if state.get(name)]
        return " · ".join(filter(None, [self.shown.place(one.division), *told, state.get("owner")]))

    def _line(self, path: str, one: Watched, beside: str, state: str, deadline: str) -> str:
        kind = self.kinds.by_path[path]
        name = one.organization or self.shown.title(kind, {"id": one.id})
        late = ' class="late"' if one.state.get("overdue") else ""
        return (
            f'<tr{late}><td><a class="open" href="/matters/{path}/{one.id}">{escape(name)}</a>'
            f'<div class="muted small">{escape(beside)}</div></td><td>{state}</td><td>{deadline}</td></tr>'
        )
