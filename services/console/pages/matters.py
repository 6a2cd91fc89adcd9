"""事项: the kinds of matters, and the list of one kind with filters that stay in the address."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from nicegui import ui
from starlette.requests import Request

from services.console.matters import forms
from services.console.matters.forms import Field, Widget
from services.console.matters.kinds import TITLES, Kinds, KindWords, StepWords
from services.console.pages import hand_over, told
from services.console.pages.folding import Folding
from services.console.pages.followed import FollowedList, PageOfList, draw_table
from services.console.pages.form import AtOnce, opening_button
from services.console.pages.frame import Frame, address, kind_or_why_not, kinds_or_why_not
from services.console.pages.picker import Organizations, Picker
from services.console.pages.places import places_below
from services.console.pages.saved import SavedFilters
from services.console.pages.session import HANDING_OVER, Desk
from services.console.pages.several import Several
from services.console.pages.sheet import StepSheet
from services.console.pages.shown import chip
from services.console.pages.workbook import WorkbookDialog

_LONGEST = 200
_DRAWN_APART = frozenset(
    {"q", "division", "state", "ended", "overdue", "order", "due_before", "owner", "organization_id"}
)
_STANDARD = frozenset({"state", "ended", "opened_on", "ended_on", "owner", "due_on", "overdue", "paused_on"})
_COLUMNS = 3
_IN_SIGHT = frozenset({"order", "organization_id"})
"""What narrows nothing, or is never folded away."""
TASKS = "tasks"
"""The kind that has a place of its own in the bar."""
Query = dict[str, list[str]]


def attach(desk: Desk) -> None:
    """Register the pages."""

    @address(desk, "/matters", "matters")
    async def matters(frame: Frame, request: Request) -> None:
        if (kinds := await kinds_or_why_not(frame)) is not None:
            _draw_kinds(frame, kinds)

    @address(desk, "/matters/{path}", "matters")
    @address(desk, f"/matters/{TASKS}", "tasks")  # the first to be registered
    async def matter_list(frame: Frame, request: Request) -> None:
        found = await kind_or_why_not(frame, request.path_params.get("path", TASKS))
        if found is not None:
            await _List(frame, *found, _query_of(request.url.query)).begin()


def _query_of(text: str) -> Query:
    """The filter that an address carries; what is open where it carries none."""
    found: Query = {}
    for name, value in parse_qsl(text, keep_blank_values=True)[:50]:
        found.setdefault(name[:_LONGEST], []).append(value[:_LONGEST])
    found.pop("token", None)
    return found or {"ended": ["false"]}


def _draw_kinds(frame: Frame, kinds: Kinds) -> None:
    said = frame.words
    if not kinds.readable:
        ui.label(said("no_kinds")).classes("card empty")
        return
    ui.label(said("kinds_hint")).classes("muted")
    with ui.element("div").classes("kinds").props("data-list"):
        with ui.link(target="/responsibilities").classes("card open"):
            ui.label(said("responsibilities")).classes("title")
            ui.label(said("responsibilities_hint")).classes("muted small")
        if frame.person.may(HANDING_OVER):
            with ui.link(target=hand_over.WHERE).classes("card open"):
                ui.label(said("hand_over")).classes("title")
                ui.label(said("hand_over_hint")).classes("muted small")
        for kind in kinds.readable:
            with ui.link(target=f"/matters/{kind.path}").classes("card open"):
                ui.label(kind.called(said.language)).classes("title")
                states = [kind.state(state, said.language) for state in kind.states]
                ui.label(" · ".join(states)).classes("muted small")


class _List(FollowedList):
    """The list of one kind for one visitor: what is wanted, and which page of it."""

    limit = 30

    def __init__(self, frame: Frame, kinds: Kinds, kind: KindWords, query: Query) -> None:
        super().__init__(frame, kind.path)
        self.kinds, self.kind = kinds, kind
        definitions = kind.filter.get("$defs", {})
        known: Mapping[str, Any] = kind.filter["properties"]
        self.own = [
            forms.field_of(name, schema, definitions)
            for name, schema in known.items()
            if name not in _DRAWN_APART
        ]
        self.query = {name: values for name, values in query.items() if name in known}
        self._draw_head()
        with ui.element("div").classes("tools"):
            self._draw_tools()
        self.saved = SavedFilters(frame, f"/matters/{kind.path}", self._kept)
        self.reckoned: Any = None
        """what is told of the place that the list is of"""
        self.above = self.part("above")
        self.place()

    async def begin(self) -> None:
        """First the filters that the person keeps."""
        await self.saved.draw()
        await super().begin()

    async def look_up(self, seen: PageOfList) -> None:
        """With what is reckoned of the place."""
        await super().look_up(seen)
        if answer := told.OF_PLACE.get(self.kind.path):
            asked = self.query.get("division", [""])[0] or self.frame.person.principal.divisions[0]
            self.reckoned = await told.ask(self.registry, answer, division=asked)

    def draw(self, seen: PageOfList) -> None:
        """What is reckoned, above the list."""
        with self.above:
            if answer := told.OF_PLACE.get(self.kind.path):
                told.draw(answer, self.reckoned, self.shown, self.kind)
        super().draw(seen)

    def _draw_head(self) -> None:
        with ui.element("div").classes("head"):
            ui.label(self.kind.called(self.said.language)).classes("h1").props("role=heading aria-level=1")
            ui.element("div").style("flex:1")
            for step in self.kind.steps.values():
                if step.by_workbook and step.may:
                    self._sheet_button(step)
            if self.kind.path in hand_over.OFFERED_ON:
                hand_over.link(self.frame)
            for step in self.kind.at_once:
                if step.may:
                    self._button_of_many(step)
            opening_button(
                self.frame, self.kinds, self.kind, self.dialogs, self._opened, given=self._narrowed
            )

    def _sheet_button(self, step: StepWords) -> None:
        name = self.said("sheet", step=step.called(self.said.language))
        ui.button(name, on_click=lambda: self._bring(step)).props("outline dense no-caps padding='4px 12px'")

    def _button_of_many(self, step: StepWords) -> None:
        name = step.called(self.said.language)
        ui.button(name, on_click=lambda: self._take(step)).props("outline dense no-caps padding='4px 12px'")

    async def _take(self, step: StepWords) -> None:
        own = self.frame.person.principal.divisions
        given = {"division": own[0]} if len(own) == 1 else {}
        given |= self._narrowed(step.form["properties"])
        with self.dialog():
            await AtOnce(self.frame, self.kinds, self.kind, step, done=self.taken, given=given).open()

    def _bring(self, step: StepWords) -> None:
        with self.dialog():
            sheet = StepSheet(self.frame, self.kind, step, self.asked(), self.refresh)
            WorkbookDialog(self.said, sheet).open()

    def _narrowed(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """What the filter says of a new record."""
        return {name: values[0] for name, values in self.query.items() if name in properties and any(values)}

    async def _opened(self, record: Mapping[str, Any]) -> None:
        ui.navigate.to(f"/matters/{self.kind.path}/{record['id']}")

    def _draw_tools(self) -> None:
        said = self.said
        if "organization_id" in self.kind.filter["properties"]:
            chosen = self.query.get("organization_id", [None])[0]
            Picker(
                self.frame, said("organization_search"), Organizations(self.frame), chosen=chosen,
                changed=self._want_organization, search=True,
            )  # fmt: skip
        self.folding = Folding(said)
        with self.folding.place:
            self._draw_filters()
        self._tell()

    def _draw_filters(self) -> None:
        said = self.said
        if "q" in self.kind.filter["properties"]:
            self._entered("q", said("record_search"), "search")
        self._choice("division", self._places(), said("division"))
        states = {code: self.kind.state(code, said.language) for code in self.kind.states}
        self._choice("state", states, said("states"), several=True)
        ended = {"false": said("not_ended"), "true": said("only_ended")}
        self._choice("ended", ended, said("whether_ended"))
        self._choice("order", {"due": said("by_due")}, said("order"), rest=said("newest"))
        self._choice("overdue", {"true": said("only_overdue")}, said("due_on"))
        self._entered("due_before", said("due_before"), "date")
        self._entered("owner", said("owner"), "text")
        for one in self.own:
            self._draw_own(one)
        ui.button(said("clear"), on_click=lambda: ui.navigate.to(f"/matters/{self.kind.path}")).props(
            "flat dense no-caps"
        )

    def _tell(self) -> None:
        self.folding.tell(sum(any(values) for name, values in self.query.items() if name not in _IN_SIGHT))

    def _draw_own(self, one: Field) -> None:
        label = self.kind.field(one.name, self.said.language)
        if one.widget is Widget.FLAG:
            self._choice(one.name, {"true": self.said("yes"), "false": self.said("no")}, label)
        elif one.widget is Widget.RECORD:
            if one.name in self.query:
                ui.label(self.said("narrowed_to", name=label)).classes("chip info")
        else:
            codes = self.kind.codes.get(one.name) or one.choices
            if codes:
                named = {code: self.shown.code(self.kind.codes, one.name, code) for code in codes}
                self._choice(one.name, named, label)
            else:
                self._entered(one.name, label, "number" if one.widget is Widget.NUMBER else "text")

    def _choice(
        self, name: str, options: dict[str, str], label: str, *, several: bool = False, rest: str = ""
    ) -> None:
        value: Any = [v for v in self.query.get(name, []) if v in options]
        if not several:
            value = value[0] if value else ""
            options = {"": rest or self.said("all"), **options}
        made = Several if several else ui.select
        choice = made(options, value=value, label=label, with_input=name == "division")
        choice.props("outlined dense options-dense").classes(f"filter-{name}")
        choice.on_value_change(lambda event: self._want(name, event.value))

    def _entered(self, name: str, label: str, type: str) -> None:
        entered = ui.input(label, value=self.query.get(name, [""])[0])
        entered.props(f"outlined dense stack-label debounce=400 type={type} maxlength=64")
        entered.classes(f"filter-{name}")
        entered.on_value_change(lambda event: self._want(name, event.value))

    def _places(self) -> dict[str, str]:
        region, own = self.frame.desk.runtime.region, self.frame.person.principal.divisions
        places = places_below(region, own, self.said)
        for code in self.query.get("division", []):
            places.setdefault(code, region.division_name(code))
        return places

    async def _want_organization(self, id: str | None) -> None:
        await self._want("organization_id", id)

    async def _want(self, name: str, value: str | list[str] | None) -> None:
        values = value if isinstance(value, list) else [value] if value else []
        if self.query.get(name, []) == values:
            return
        if values:
            self.query[name] = values
        else:
            self.query.pop(name, None)
        self._tell()
        self.turning.begin()
        ui.navigate.history.replace(self._address())
        await self.refresh()

    def _address(self) -> str:
        query = urlencode(self.query or {"ended": ""}, doseq=True)
        return f"/matters/{self.kind.path}?{query}"

    def _kept(self) -> str:
        """The query of the address as it is kept under a name."""
        return self._address().partition("?")[2]

    def asked(self) -> Mapping[str, Any]:
        """The filter as the registry's list takes it."""
        return {
            name: values if name == "state" else values[0]
            for name, values in self.query.items()
            if any(values)
        }

    def draw_none(self) -> None:
        """What to do about it."""
        with ui.element("div").classes("empty"):
            ui.html(f"<b>{escape(self.said('none_match'))}</b>", sanitize=False)
            opening = self.kind.opening
            if opening is not None and opening.may:
                ui.label(self.said("none_match_hint", action=opening.called(self.said.language)))
            else:
                ui.label(self.said("none_match_only"))

    def _columns(self) -> Sequence[str]:
        """What of the kind's own a list shows, beside what every kind has."""
        own = [
            name for name in self.kind.fields
            if name not in _STANDARD.union(TITLES) and not name.endswith("_id")
        ]  # fmt: skip
        return own[:_COLUMNS]

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """What every kind has, and what is this one's own."""
        said, language = self.said, self.said.language
        heads = [
            f"<th>{escape(self.kind.called(language))}</th>", f"<th>{escape(said('states'))}</th>",
            f"<th>{escape(said('due_on'))}</th>", f'<th class="wide">{escape(said("division"))}</th>',
            *(f'<th class="wide">{escape(self.kind.field(name, language))}</th>' for name in self._columns()),
            f'<th class="wide">{escape(said("owner"))}</th>',
        ]  # fmt: skip
        draw_table(heads, [self._row(one, today) for one in items])

    def _row(self, one: Mapping[str, Any], today: date) -> str:
        organization = self.known.get(str(one.get("organization_id")))
        title = self.shown.title(self.kind, one, organization)
        beside = (
            f'<div class="muted small">{escape(organization)}</div>'
            if organization not in (None, title)
            else ""
        )
        state = self.kind.state(one["state"], self.said.language)
        due, counts = self.shown.due(self.kind, one["state"], one, today), one["state"] in self.kind.waits()
        paused = chip(self.said("paused")) if one.get("paused_on") else ""
        cells = [self.shown.value(self.kind, name, one.get(name)) for name in self._columns()]
        wide = "".join(f'<td class="wide">{escape(cell)}</td>' for cell in cells)
        late = ' class="late"' if counts and one["overdue"] else ""
        return (
            f'<tr{late}><td><a class="open" href="/matters/{self.kind.path}/{one["id"]}">{escape(title)}</a>'
            f"{beside}</td><td>{chip(state, 'good' if one['ended'] else 'info')}</td><td>{due} {paused}</td>"
            f'<td class="wide">{escape(self.shown.place(one["division"]))}</td>{wide}'
            f'<td class="wide">{escape(one.get("owner") or "—")}</td></tr>'
        )
