"""枢纽网络: the hubs by tier with what each lacks of the six haves; one hub with its sections."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from shuniu_contracts.registry_hub import SixHave
from starlette.requests import Request

from services.console.matters import hubs
from services.console.matters.hubs import Hub, Tier
from services.console.matters.kinds import SERVICE, Kinds, KindWords
from services.console.neighbours import NotDone
from services.console.pages.followed import Followed
from services.console.pages.form import opening_button
from services.console.pages.frame import Frame, address, kind_or_why_not
from services.console.pages.session import Desk
from services.console.pages.shown import chip, day

PATH = "hubs"
_NAMED = 40
"""Divisions without a hub that are named; of more there is only the number."""
_WAITING = ("applications", "reports", "tasks")


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/hubs", "hubs")
    async def network(frame: Frame, request: Request) -> None:
        if (found := await kind_or_why_not(frame, PATH)) is not None:
            await _Network(frame, *found, request.query_params.get("hub", "")[:40]).begin()


_Waiting = Mapping[str, Mapping[str, Any]]
"""What waits for each section of a hub, by its code."""
_Seen = tuple[Sequence[Hub], Hub | None, _Waiting, date]
"""The hubs, the chosen one with what waits for it, and the day on which it is shown."""


class _Network(Followed[_Seen]):
    """The hubs of one visitor's divisions, and the one that was chosen."""

    def __init__(self, frame: Frame, kinds: Kinds, kind: KindWords, asked: str) -> None:
        super().__init__(frame)
        self.kinds, self.kind, self.asked = kinds, kind, asked
        self.head, self.body = self.part("head"), self.part("grid")

    async def read(self) -> _Seen:
        """As the events have them; what waits, as the registry has it."""
        async with self.frame.desk.runtime.database.transaction() as transaction:
            found = await hubs.hubs(transaction.connection, self.frame.person.patterns)
        chosen = next((one for one in found if str(one.id) == self.asked), None)
        waiting = await self._waiting(chosen) if chosen else {}
        return found, chosen, waiting, await self.shown.today()

    def draw(self, seen: _Seen) -> None:
        """The chosen one, or else all of them."""
        found, chosen, waiting, today = seen
        with self.head:
            self._draw_head(chosen)
        with self.body:
            if chosen is not None:
                self._draw_departments(chosen, waiting)
                self._draw_haves(chosen, today)
            elif found:
                self._draw_tiers(found, today)
                self._draw_hubs(found, today)
            else:
                self._draw_none()

    async def _waiting(self, hub: Hub) -> _Waiting:
        """Empty while the registry does not say."""
        try:
            queues = await self.registry.get(SERVICE, f"/v1/hubs/{hub.id}/queues")
        except NotDone:
            return {}
        return {one["department"]: one for one in queues}

    def _draw_head(self, chosen: Hub | None) -> None:
        said = self.said
        title = said("hubs_title") if chosen is None else str(chosen.state["name"])
        if chosen is not None:
            ui.link(f"↑ {said('all_hubs')}", "/hubs")
        ui.label(title).classes("h1").props("role=heading aria-level=1")
        if chosen is not None:
            ui.label(self._about(chosen)).classes("muted")
        ui.element("div").style("flex:1")
        if chosen is not None:
            ui.link(said("hub_record"), f"/matters/{PATH}/{chosen.id}")
        else:
            opening_button(self.frame, self.kinds, self.kind, self.dialogs, self._opened)

    def _about(self, hub: Hub) -> str:
        state = hub.state
        told = ("form", "recognition", "recognised_by", "document_number")
        words = [
            self.shown.place(hub.division), self.said.code("tier", hub.tier),
            *(self.shown.value(self.kind, name, state[name]) for name in told if state.get(name)),
            *state.get("name_plates", ()),
        ]  # fmt: skip
        return " · ".join(words)

    async def _opened(self, record: Mapping[str, Any]) -> None:
        ui.navigate.to(f"/matters/{PATH}/{record['id']}")

    def _draw_none(self) -> None:
        opening = self.kind.opening
        with ui.element("div").classes("card empty w12"):
            ui.html(f"<b>{escape(self.said('no_hubs'))}</b>", sanitize=False)
            if opening is not None and opening.may:
                ui.label(self.said("no_hubs_hint", action=opening.called(self.said.language)))
            else:
                ui.label(self.said("no_hubs_only"))

    def _draw_tiers(self, found: Sequence[Hub], today: date) -> None:
        said, covers = self.said, self.frame.person.principal.covers
        region = self.frame.desk.runtime.region
        places = [one.code for one in region.divisions if covers(one.code) and one.in_use(today)]
        names = ("hub_places", "hub_with", "hub_number", "hub_complete", "hub_lacking", "hub_unchecked")
        heads = "".join(f'<th class="number{_wide(name)}">{escape(said(name))}</th>' for name in names)
        rows = "".join(map(self._tier, hubs.tiers(found, places)))
        self._card(
            "tiers", said("hub_tiers"),
            f'<table class="plain board"><thead><tr><th>{said("hub_level")}</th>{heads}'
            f"<th>{said('hub_without')}</th></tr></thead><tbody>{rows}</tbody></table>",
        )  # fmt: skip

    def _tier(self, one: Tier) -> str:
        numbers = {
            "hub_places": one.places, "hub_with": one.with_hub, "hub_number": one.hubs,
            "hub_complete": one.complete, "hub_lacking": one.lacking, "hub_unchecked": one.unchecked,
        }  # fmt: skip
        cells = "".join(
            f'<td class="number{_wide(name)}{" muted" if not number else ""}" data-column="{name}">'
            f"{number:,}</td>"
            for name, number in numbers.items()
        )
        return (
            f'<tr data-tier="{one.name}"><td>{escape(self.said.code("tier", one.name))}</td>{cells}'
            f"<td>{self._without(one.without)}</td></tr>"
        )

    def _without(self, without: Sequence[str]) -> str:
        if not without:
            return '<span class="muted">0</span>'
        names = self.said.names(self.shown.place(code) for code in without[:_NAMED])
        if len(without) > _NAMED:
            names += self.said("hub_without_more", count=len(without))
        return f"<details><summary>{len(without):,}</summary>{escape(names)}</details>"

    def _draw_hubs(self, found: Sequence[Hub], today: date) -> None:
        said = self.said
        heads = (
            f'<th>{said("hub")}</th><th class="wide">{said("hub_level")}</th><th>{said("division")}</th>'
            f'<th class="wide">{said("hub_form")}</th><th class="number wide">{said("hub_departments")}</th>'
            f'<th>{said("six_haves")}</th><th class="wide">{said("six_haves_due")}</th>'
        )
        rows = "".join(self._hub(one, today) for one in found)
        self._card(
            "hubs", said("hub_bodies"),
            f'<table class="plain list" data-list><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table>",
        )  # fmt: skip

    def _hub(self, one: Hub, today: date) -> str:
        form = self.shown.value(self.kind, "form", one.state["form"])
        late = ' class="late"' if one.state.get("overdue") else ""
        return (
            f'<tr{late} data-hub="{one.id}"><td><a class="open" href="/hubs?{urlencode({"hub": one.id})}">'
            f"{escape(one.state['name'])}</a></td>"
            f'<td class="wide">{escape(self.said.code("tier", one.tier))}</td>'
            f"<td>{escape(self.shown.place(one.division))}</td>"
            f'<td class="wide">{escape(form)}</td>'
            f'<td class="number wide">{len(one.state.get("departments", ()))}</td>'
            f'<td>{self._haves(one)}</td><td class="wide">{self._next_check(one, today)}</td></tr>'
        )

    def _next_check(self, one: Hub, today: date) -> str:
        return self.shown.deadline(
            day(one.state.get("due_on")), today, overdue=bool(one.state.get("overdue"))
        )

    def _haves(self, one: Hub) -> str:
        """What it lacks; or that it has all six, or was never checked."""
        if one.checked_on is None:
            return chip(self.said("hub_unchecked"))
        if not one.lacking:
            return chip(self.said("hub_complete"), "good")
        lacking = self.said.names(self.said.code("six_have", have) for have in one.lacking)
        return f"{chip(self.said('lacks'), 'bad')} {escape(lacking)}"

    def _draw_departments(self, hub: Hub, waiting: _Waiting) -> None:
        said, departments = self.said, hub.state.get("departments", ())
        counted = _WAITING if waiting else ()
        heads = "".join(f'<th class="number">{escape(said(f"hub_waits_{name}"))}</th>' for name in counted)
        rows = "".join(self._department(one, waiting.get(one["code"], {}), counted) for one in departments)
        table = (
            f'<div class="scroll"><table class="plain list"><thead><tr><th>{said("hub_departments")}</th>'
            f"<th>{said('hub_person')}</th>{heads}</tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )
        group = "".join(map(self._post, hub.state.get("lead_group", ())))
        with ui.element("div").classes("w7").style("display:grid;gap:12px;align-content:start"):
            self._card("departments", said("hub_departments"),
                       table if departments else _muted(said("no_departments")), width="")  # fmt: skip
            self._card("lead_group", said("lead_group"),
                       f'<table class="plain">{group}</table>' if group else _muted(said("no_lead_group")),
                       width="")  # fmt: skip

    def _department(self, one: Mapping[str, Any], waits: Mapping[str, Any], counted: Sequence[str]) -> str:
        numbers = "".join(f'<td class="number">{waits.get(name, 0):,}</td>' for name in counted)
        name, duties = (self._said(f"departments.{part}", one.get(part)) for part in ("code", "duties"))
        return (
            f'<tr><td>{name}<div class="muted small">{duties}</div></td>'
            f"<td>{escape(one.get('person') or '—')}</td>{numbers}</tr>"
        )

    def _post(self, one: Mapping[str, Any]) -> str:
        role, post, place = (
            self._said(f"lead_group.{part}", one.get(part)) for part in ("role", "post", "division")
        )
        where = " · ".join(filter(None, (place, escape(one.get("person") or ""))))
        return f'<tr><td>{role}</td><td>{post}</td><td class="muted">{where}</td></tr>'

    def _said(self, name: str, value: Any) -> str:
        return escape(self.shown.value(self.kind, name, value)) if value else ""

    def _draw_haves(self, hub: Hub, today: date) -> None:
        said = self.said
        if hub.checked_on is None:
            content = _muted(said("six_haves_never"))
        else:
            rows = "".join(
                f"<tr><td>{escape(said.code('six_have', have.value))}</td><td>"
                f"{chip(said('lacks'), 'bad') if have.value in hub.lacking else chip(said('has'), 'good')}"
                "</td></tr>"
                for have in SixHave
            )
            assessed = said("six_haves_assessed", day=hub.checked_on)
            content = f'<p class="muted small">{assessed}</p><table class="plain">{rows}</table>'
        due = f'<p class="small">{said("six_haves_due")} {self._next_check(hub, today)}</p>'
        self._card("six_haves", said("six_haves"), content + due, width="w5")

    def _card(self, name: str, title: str, content: str, *, width: str = "w12") -> None:
        with ui.element("section").classes(f"card {width} scroll").props(f'data-card="{name}"'):
            ui.html(f"<h2>{escape(title)}</h2>{content}", sanitize=False)


def _wide(name: str) -> str:
    """Columns that a telephone has no room for."""
    return " wide" if name in ("hub_places", "hub_number") else ""


def _muted(text: str) -> str:
    return f'<p class="muted">{escape(text)}</p>'
