"""One comparison: what differs, field by field, whose value wins, and one click to take theirs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.neighbours import NotDone
from services.console.pages.comparisons import PATH, left, listed
from services.console.pages.followed import FollowedList, PageOfList, draw_record
from services.console.pages.form import StepForm
from services.console.pages.frame import Frame, address, kind_or_why_not
from services.console.pages.possible import Possible, kept
from services.console.pages.session import Desk
from services.console.pages.shown import chip

_KINDS = ("difference", "theirs_only", "ours_only")
_BY_HAND = ("closed", "withdrawn")
"""Steps of the whole comparison; the others are taken line by line."""


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/comparisons/{id}", "comparisons")
    async def comparison(frame: Frame, request: Request) -> None:
        if (found := await kind_or_why_not(frame, PATH)) is None:
            return
        wanted, settled = request.query_params.get("kind", ""), "settled" in request.query_params
        await draw_record(
            frame, frame.words("all_comparisons"), "/comparisons", request.path_params["id"],
            lambda id: _Comparison(frame, *found, id, wanted, settled=settled),
        )  # fmt: skip


class _Comparison(FollowedList):
    """One comparison as one visitor sees it: which lines, and which page of them."""

    def __init__(
        self, frame: Frame, kinds: Kinds, kind: KindWords, id: UUID, wanted: str, *, settled: bool
    ) -> None:
        super().__init__(frame, f"{PATH}/{id}/lines", id)
        self.kinds, self.kind, self.settled = kinds, kind, settled
        self.wanted = wanted if wanted in _KINDS else _KINDS[0]
        self.record: Mapping[str, Any] = {}
        self.head, self.tools = self.part("head"), self.part("tools")
        self.place("lines")

    def asked(self) -> Mapping[str, Any]:
        """Which lines."""
        open_only = self.wanted == _KINDS[0] and not self.settled
        return {"kind": self.wanted, **({"decision": "open"} if open_only else {})}

    async def read(self) -> PageOfList:
        """The lines, and the comparison `of` which they are."""
        record = await self.registry.get(SERVICE, f"/v1/{PATH}/{self.id}")
        lines, today = await super().read()
        return {**lines, "of": record}, today

    def draw(self, seen: PageOfList) -> None:
        """What it came to, and the lines."""
        self.record = seen[0]["of"]
        with self.head:
            self._draw_head()
        with self.tools:
            self._draw_tools()
        super().draw(seen)

    def _draw_head(self) -> None:
        said, record = self.said, self.record
        ui.label(listed(self.shown, self.kind, record)).classes("h1").props("role=heading aria-level=1")
        state = self.kind.state(record["state"], said.language)
        ui.html(chip(state, "good" if record["ended"] else "info"), tag="span", sanitize=False)
        counts = " · ".join(
            f"{said(f'comparison_{name}')} {number:,}"
            for name, number in (
                ("fields", record["differing_fields"]), ("accepted", record["accepted"]),
                ("kept", record["kept"]), ("left", left(record)), ("entered", record["entered"]),
            )
        )  # fmt: skip
        ui.label(f"{self.shown.place(record['division'])} · {counts}").classes("muted").props(
            'data-card="counts"'
        )
        ui.element("div").style("flex:1")
        accepting = self._step("accepted")
        if accepting is not None and left(record):
            self._button("accept_winning", self._take_winning, "unelevated")
        for fact in _BY_HAND:
            if (step := self._step(fact)) is not None:
                self._button_of(step)

    def _step(self, fact: str) -> StepWords | None:
        """The step, where the person can take it now."""
        possible = Possible(self.frame).of(kept(self.kind, self.record))
        return next((step for step in possible if step.fact == fact), None)

    def _button(self, key: str, click: Callable[[], Awaitable[None]], style: str) -> None:
        ui.button(self.said(key), on_click=click).props(f"{style} dense no-caps padding='4px 12px'")

    def _button_of(self, step: StepWords) -> None:
        ui.button(step.called(self.said.language), on_click=lambda: self._take(step, {})).props(
            "outline dense no-caps padding='4px 12px'"
        )

    def _draw_tools(self) -> None:
        numbers = {
            "difference": self.record["differing_fields"], "theirs_only": self.record["theirs_only"],
            "ours_only": self.record["ours_only"],
        }  # fmt: skip
        for kind, number in numbers.items():
            here = " here" if kind == self.wanted else ""
            text = f"{self.said(f'line_{kind}')} {number:,}"
            ui.link(text, self._address(kind=kind)).classes(f"choice{here}")
        entering = self._step("entered") if self.wanted == "theirs_only" else None
        if entering is not None and self.record["theirs_only"] > self.record["entered"]:
            self._entry(entering, {"every": True})
        if self.wanted == _KINDS[0]:
            for key, query in (("only_to_settle", {}), ("also_settled", {"settled": "1"})):
                here = " here" if self.settled == bool(query) else ""
                ui.link(self.said(key), self._address(**query)).classes(f"choice{here}")

    def _address(self, **query: str) -> str:
        asked = urlencode(query)
        return f"/comparisons/{self.id}{'?' if asked else ''}{asked}"

    def draw_none(self) -> None:
        """That all is settled, or that there are none."""
        settled = self.wanted == _KINDS[0] and not self.settled and not self.record["ended"]
        ui.label(self.said("all_settled" if settled else "no_lines")).classes("empty")

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """Line by line, with the buttons to settle each."""
        names = ["organizations", "line_field", "line_ours", "line_theirs"]
        if self.wanted != _KINDS[0]:
            names = ["organizations"]
        with ui.element("table").classes("plain list lines").props("data-list"):
            with ui.element("thead"), ui.element("tr"):
                for name in names:
                    with ui.element("th"):
                        ui.label(self.said(name))
                ui.element("th")
            with ui.element("tbody"):
                for line in items:
                    with ui.element("tr").props(f'data-line="{line["number"]}"'):
                        self._draw_line(line)

    def _draw_line(self, line: Mapping[str, Any]) -> None:
        said = self.said
        row = f"{said('line_row')} {line['row']}" if line["row"] else ""
        by = said.pair(said("line_matched_by"), said.code("matched_by", line["matched_by"]))
        beside = " · ".join(filter(None, (row, by if line["matched_by"] else "")))
        name = escape(line["name"])
        if line["organization_id"]:
            name = f'<a class="open" href="/organizations/{line["organization_id"]}">{name}</a>'
        _cell(f'{name}<div class="muted small">{escape(beside)}</div>')
        if line["kind"] == _KINDS[0]:
            _cell(escape(self._field(line)), said("line_field"))
            _cell(escape(self._value(line, "ours")), said("line_ours"))
            wins = f" {chip(said('line_wins'), 'info')}" if line["wins"] else ""
            theirs = escape(self._value(line, "theirs"))
            _cell(f"{theirs}{wins}{self._fault(line)}", said("line_theirs"))
            self._draw_deciding(line)
        else:
            self._draw_entering(line)

    def _field(self, line: Mapping[str, Any]) -> str:
        return str(line["field_zh"] if self.said.language == "zh" else line["field"].replace("_", " "))

    def _value(self, line: Mapping[str, Any], side: str) -> str:
        return str(line["words"].get(self.said.language, {}).get(side, "—"))

    def _fault(self, line: Mapping[str, Any]) -> str:
        if not line["fault"]:
            return ""
        return f'<div class="small bad">{escape(self.said("line_fault", why=line["fault"]))}</div>'

    def _draw_entering(self, line: Mapping[str, Any]) -> None:
        """What became of one that only they have, or the button that puts it on the record."""
        with ui.element("td").classes("deciding"):
            if line["decision"] != "open":
                settled = chip(self.said("line_entered"), "good")
                ui.html(f"{settled} {line['decided_on'] or ''}", sanitize=False)
            elif line["kind"] == "theirs_only" and (entering := self._step("entered")) is not None:
                ui.html(self._fault(line), sanitize=False)
                self._entry(entering, {"lines": [line["number"]]})

    def _entry(self, step: StepWords, body: Mapping[str, Any]) -> None:
        words = self.said("enter_every" if "every" in body else "enter_line")
        ui.button(words, on_click=lambda: self._send(step.path, body, "entered")).props(
            "unelevated dense no-caps padding='2px 12px'"
        )

    def _draw_deciding(self, line: Mapping[str, Any]) -> None:
        """What became of the difference, or the buttons to settle it."""
        with ui.element("td").classes("deciding"):
            if line["decision"] != "open":
                tone = "good" if line["decision"] == "accepted" else ""
                settled = chip(self.said(f"line_{line['decision']}"), tone)
                ui.html(f"{settled} {line['decided_on'] or ''}", sanitize=False)
                return
            if self._step("accepted") is not None:
                ui.button(self.said("accept_line"), on_click=lambda: self._accept(line)).props(
                    "unelevated dense no-caps padding='2px 12px'"
                )
            if (keeping := self._step("kept")) is not None:
                given = {"lines": [line["number"]]}
                ui.button(self.said("keep_line"), on_click=lambda: self._take(keeping, given)).props(
                    "outline dense no-caps padding='2px 12px'"
                )

    async def _accept(self, line: Mapping[str, Any]) -> None:
        """Their value of one line into the register."""
        await self._send("acceptance", {"lines": [line["number"]]}, "accepted")

    async def _take_winning(self) -> None:
        await self._send("acceptance", {"winning": True}, "accepted")

    async def _send(self, path: str, body: Mapping[str, Any], counted: str) -> None:
        """Settle lines, and say how many, which the comparison counts as `counted`."""
        # Without the revision: a line that somebody else has settled meanwhile is not settled again.
        before = self.record[counted]
        try:
            now = await self.registry.send("POST", SERVICE, f"/v1/{PATH}/{self.id}/{path}", body)
        except NotDone as refused:
            ui.notify(str(refused), type="negative", multi_line=True)
        else:
            number = now[counted] - before
            said = self.said(f"{counted}_lines", count=number) if number else self.said(f"{counted}_none")
            ui.notify(said, type="positive" if number else "warning")
        await self.refresh()

    async def _take(self, step: StepWords, given: Mapping[str, Any]) -> None:
        with self.dialog():
            await StepForm(
                self.frame, self.kinds, self.kind, step, done=self.taken, record=self.record, given=given
            ).open()


def _cell(content: str, label: str = "") -> None:
    """A cell; its `label` stands before it on a telephone, where there is no heading above."""
    with ui.element("td").props(f'data-label="{label}"'):
        ui.html(content, sanitize=False)
