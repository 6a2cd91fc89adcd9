"""帮扶: the care records that one works on. Nothing of them is kept here: each page asks the registry as the
person at it, whose every look the registry writes down with its purpose, and forgets what it was told."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from uuid import UUID

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.pages.details import offered
from services.console.pages.followed import Followed, FollowedList, PageOfList, draw_record, draw_table
from services.console.pages.form import Opening, StepForm, Twice
from services.console.pages.frame import Frame, address
from services.console.pages.session import Desk
from services.console.pages.shown import chip, day

PATH = "care-records"
_LOOK, _FORGETS = "looked", "consent_withdrawn"
_IN_SIGHT_S = 300.0
"""How long what was looked into stays on the screen of somebody who has left the desk."""
_STATES = {"active": "info", "closed": "good", "erased": ""}
_FACTS = (
    "need", "worker", "consent_by", "consented_on", "opened_on", "reviewed_on", "review_due_on", "ended_on",
)  # fmt: skip
_SEALED = ("person_id", "situation", "plan", "consent_document")
_NONE = Kinds()
"""No field of these forms refers to a matter."""


def attach(desk: Desk) -> None:
    """Register the pages."""

    @address(desk, "/care", "care")
    async def records(frame: Frame, request: Request) -> None:
        everybody = request.query_params.get("whose") == "all"
        state = request.query_params.get("state", "active")
        if (kind := await offered(frame, PATH)) is None:
            ui.label(frame.words("care_unread")).classes("card empty").props("role=alert")
            return
        await _Records(frame, kind, state if state in _STATES else "", everybody=everybody).begin()

    @address(desk, "/care/{id}", "care")
    async def record(frame: Frame, request: Request) -> None:
        said = frame.words
        await draw_record(
            frame, said("care"), "/care", request.path_params["id"], lambda id: _Record(frame, id)
        )


class _Records(FollowedList):
    """One's own records, or those of one's divisions; whom they are about stands in none of the lists."""

    def __init__(self, frame: Frame, kind: KindWords, state: str, *, everybody: bool) -> None:
        super().__init__(frame, PATH)
        self.kind, self.state, self.everybody = kind, state, everybody
        with ui.element("div").classes("head"):
            ui.label(self.said("care_title")).classes("h1").props("role=heading aria-level=1")
            ui.element("div").style("flex:1")
            for step in kind.steps.values():
                ui.button(step.called(self.said.language), on_click=lambda step=step: self._open(step)).props(
                    "unelevated dense no-caps icon=add padding='4px 14px'"
                )
        with ui.element("div").classes("tools"):
            for key, whose in (("care_mine", ""), ("care_all", "all")):
                here = " here" if everybody == bool(whose) else ""
                ui.link(self.said(key), self._address(whose=whose, state=state)).classes(f"choice{here}")
            for code in _STATES:
                here = " here" if state == code else ""
                where = self._address(whose="all" if everybody else "", state=code)
                ui.link(kind.state(code, self.said.language), where).classes(f"choice{here}")
        self.place("care")

    @staticmethod
    def _address(*, whose: str, state: str) -> str:
        return "/care?" + "&".join(f"{name}={value}" for name, value in
                                   (("whose", whose), ("state", state)) if value)  # fmt: skip

    async def _open(self, step: StepWords) -> None:
        with self.dialog():
            me = {"worker": self.frame.person.principal.actor_id}
            await Opening(self.frame, _NONE, self.kind, step, done=self.taken, given=me).open()

    def asked(self) -> Mapping[str, Any]:
        """By whose they are, and how they stand."""
        mine = {} if self.everybody else {"worker": self.frame.person.principal.actor_id}
        return {**mine, **({"state": self.state} if self.state else {})}

    async def look_up(self, seen: PageOfList) -> None:
        """Nothing: a record names no organisation."""

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """By number, need and place, the nearest review first."""
        said = self.said
        names = ("need", "review_due_on", "worker")
        heads = [
            f"<th>{escape(said('number'))}</th>", f"<th>{escape(self._field('need'))}</th>",
            f"<th>{escape(self._field('review_due_on'))}</th>", f"<th>{escape(said('states'))}</th>",
            *(f'<th class="wide">{escape(text)}</th>' for text in (said("division"), self._field(names[2]))),
        ]  # fmt: skip
        rows = sorted(items, key=lambda one: one["review_due_on"] or "9999")
        draw_table(heads, [self._row(one, today) for one in rows])

    def _field(self, name: str) -> str:
        return self.kind.field(name, self.said.language)

    def _row(self, one: Mapping[str, Any], today: date) -> str:
        due = self.shown.deadline(day(one["review_due_on"]), today, overdue=one["overdue"])
        state = chip(self.kind.state(one["state"], self.said.language), _STATES.get(one["state"], ""))
        return (
            f"<tr{' class=late' if one['overdue'] else ''}>"
            f'<td><a class="open" href="/care/{one["id"]}">{number(one)}</a></td>'
            f"<td>{escape(self.shown.value(self.kind, 'need', one['need']))}</td>"
            f"<td>{due}</td><td>{state}</td>"
            f'<td class="wide">{escape(self.shown.place(one["division"]))}</td>'
            f'<td class="wide">{escape(one["worker"])}</td></tr>'
        )

    def draw_none(self) -> None:
        """What to do."""
        ui.label(self.said("care_none")).classes("empty")


_Seen = tuple[Mapping[str, Any], KindWords, date]


class _Record(Followed[_Seen]):
    """One record: what is in clear, what can be done, and for a purpose what is sealed."""

    def __init__(self, frame: Frame, id: UUID) -> None:
        super().__init__(frame, id)
        self.head, self.body = self.part("head"), self.part("grid")
        self.opened = ui.element("section").classes("card w12").props('data-card="opened"')
        self.opened.visible = False
        """not drawn again with the rest: it is shown for one look"""

    async def read(self) -> _Seen:
        """As the registry has it."""
        record = await self.registry.get(SERVICE, f"/v1/{PATH}/{self.id}")
        kind = KindWords.of(await self.registry.get(SERVICE, f"/v1/{PATH}/{self.id}/forms"))
        return record, kind, await self.shown.today()

    def draw(self, seen: _Seen) -> None:
        """The number, the buttons, the facts."""
        record, kind, today = seen
        language = self.said.language
        with self.head:
            title = f"{kind.called(language)} {number(record)}"
            ui.label(title).classes("h1").props("role=heading aria-level=1")
            state = chip(kind.state(record["state"], language), _STATES.get(record["state"], ""))
            due = ""
            if record["review_due_on"]:
                clock = self.shown.deadline(day(record["review_due_on"]), today, overdue=record["overdue"])
                due = f" {escape(kind.field('review_due_on', language))} {clock}"
            ui.html(state + due, tag="span", sanitize=False)
            ui.element("div").style("flex:1")
            for step in kind.steps.values():
                style = "unelevated" if step.fact == _LOOK else "outline"
                ui.button(
                    step.called(language), on_click=lambda step=step: self._take(kind, step, record)
                ).props(f"{style} dense no-caps padding='4px 12px'")
        with self.body, ui.element("section").classes("card w12").props('data-card="facts"'):
            rows = [(self.said("division"), self.shown.place(record["division"]))]
            rows += [
                (kind.field(name, language), self.shown.value(kind, name, record[name]))
                for name in _FACTS if record.get(name)
            ]  # fmt: skip
            ui.html(_facts(rows), sanitize=False)
            ui.label(self.said("care_sealed")).classes("muted small")

    async def _take(self, kind: KindWords, step: StepWords, record: Mapping[str, Any]) -> None:
        form = Twice if step.fact == _FORGETS else StepForm
        looks = step.fact == _LOOK
        with self.dialog():
            await form(
                self.frame, _NONE, kind, step, record=record, done=self._show if looks else self._worked
            ).open()

    async def _worked(self, record: Mapping[str, Any]) -> None:
        self._put_away()
        await self.taken(record)

    async def _show(self, told: Mapping[str, Any]) -> None:
        """What was sealed, until it is put away or nobody has done so for a while."""
        kind = self.drawn[1] if self.drawn else None
        if kind is None:
            return
        language = self.said.language
        self.opened.clear()
        self.opened.visible = True
        rows = [(kind.field(name, language), told[name]) for name in _SEALED if told.get(name)]
        steps = "".join(self._step(kind, one) for one in reversed(told["steps"]))
        with self.opened:
            ui.html(f"{_facts(rows)}<ul class='line'>{steps}</ul>", sanitize=False)
            ui.label(self.said("care_logged")).classes("muted small")
            ui.button(self.said("care_put_away"), on_click=self._put_away).props("outline no-caps")
            ui.timer(_IN_SIGHT_S, self._put_away, once=True)

    def _step(self, kind: KindWords, one: Mapping[str, Any]) -> str:
        called = self.said.code("care_fact", one["fact"])
        code = next(
            (self.shown.code(kind.codes, name, one["code"]) for name in ("kind", "outcome", "reason")
             if one["code"] in kind.codes.get(name, {})), one["code"] or "",
        )  # fmt: skip
        return (
            f"<li><div>{escape(called)} {escape(code)}</div>"
            f'<div class="said">{escape(one["words"] or "")}</div>'
            f'<div class="muted small">{one["effective_on"]} · {escape(one["actor_id"])}</div></li>'
        )

    def _put_away(self) -> None:
        self.opened.clear()
        self.opened.visible = False


def number(record: Mapping[str, Any]) -> str:
    """By what people call a record whom it is about unsaid: the end of its id."""
    return str(record["id"])[-8:].upper()


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    lines = "".join(f"<dt>{escape(title)}</dt><dd>{escape(value)}</dd>" for title, value in rows)
    return f'<dl class="facts">{lines}</dl>'
