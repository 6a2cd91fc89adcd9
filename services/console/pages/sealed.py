"""What the pages of sealed records have in common: a list without whom they are about, one record with what
can be done, and for a purpose and a while what is sealed. Nothing of them is kept here."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any, ClassVar, Final
from uuid import UUID

from nicegui import ui

from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.pages.followed import Followed, FollowedList, PageOfList
from services.console.pages.form import Opening, StepForm, Twice
from services.console.pages.frame import Frame
from services.console.pages.session import OVERSEEING
from services.console.pages.shown import chip

NONE: Final = Kinds()
"""No field of these forms refers to a matter."""
LOOKS: Final = "/care/looks"
_ROOMS: Final = (
    ("care_title", "/care"), ("pairings_title", "/care/pairings"), ("care_requests", "/care/requests"),
    ("care_persons", "/care/persons"), ("care_looks", LOOKS),
)  # fmt: skip
_LOOK, _FORGETS = "looked", "consent_withdrawn"
_IN_SIGHT_S = 300.0
"""How long what was looked into stays on the screen of somebody who has left the desk."""
Told = Mapping[str, Any]
Tones = Mapping[str, str]
"""State -> what its chip looks like; the states by which a list is narrowed."""


class SealedList(FollowedList):
    """One's own records, or those of one's divisions; whom they are about stands in none of the lists."""

    records: ClassVar[str]
    where: ClassVar[str]
    """the page's own address"""
    title: ClassVar[str]
    none: ClassVar[str]
    tones: ClassVar[Tones]
    mine: ClassVar[str] = "worker"
    """by which field a record is somebody's own; empty where it is nobody's"""

    def __init__(self, frame: Frame, kind: KindWords, state: str, *, everybody: bool) -> None:
        super().__init__(frame, self.records)
        self.kind, self.state, self.everybody = kind, state, everybody
        with ui.element("div").classes("head"):
            ui.label(self.said(self.title)).classes("h1").props("role=heading aria-level=1")
            ui.element("div").style("flex:1")
            for step in kind.steps.values():
                ui.button(step.called(self.said.language), on_click=lambda step=step: self._open(step)).props(
                    "unelevated dense no-caps icon=add padding='4px 14px'"
                )
        with ui.element("div").classes("tools"):
            for key, whose in (("care_mine", ""), ("care_all", "all")) if self.mine else ():
                here = " here" if everybody == bool(whose) else ""
                ui.link(self.said(key), self._address(whose=whose, state=state)).classes(f"choice{here}")
            for code in self.tones:
                here = " here" if state == code else ""
                where = self._address(whose="all" if everybody else "", state=code)
                ui.link(kind.state(code, self.said.language), where).classes(f"choice{here}")
        self.place("care")

    def _address(self, *, whose: str, state: str) -> str:
        asked = (f"{name}={value}" for name, value in (("whose", whose), ("state", state)) if value)
        return f"{self.where}?{'&'.join(asked)}"

    async def _open(self, step: StepWords) -> None:
        with self.dialog():
            await Opening(self.frame, NONE, self.kind, step, done=self._opened, given=self._me()).open()

    async def _opened(self, record: Told) -> None:
        self.dialogs.clear()  # what was entered is not left in the page
        await self.taken(record)

    def _me(self) -> Mapping[str, str]:
        return {self.mine: self.frame.person.principal.actor_id} if self.mine else {}

    def asked(self) -> Mapping[str, Any]:
        """By whose they are, and how they stand."""
        mine = {} if self.everybody else self._me()
        return {**mine, **({"state": self.state} if self.state else {})}

    async def look_up(self, seen: PageOfList) -> None:
        """Nothing: a record names no organisation."""

    def draw_none(self) -> None:
        """What to do."""
        ui.label(self.said(self.none)).classes("empty")

    def head(self, title: str, classes: str = "") -> str:
        """The head of a column, as HTML."""
        return f'<th class="{classes}">{escape(title)}</th>' if classes else f"<th>{escape(title)}</th>"

    def field(self, name: str) -> str:
        """What a field is called."""
        return self.kind.field(name, self.said.language)

    def link(self, one: Told) -> str:
        """The way to a record, as HTML."""
        return f'<a class="open" href="{self.where}/{one["id"]}">{number(one)}</a>'

    def standing(self, one: Told) -> str:
        """How it stands, as HTML."""
        return standing(self.kind, one, self.tones, self.said.language)


Seen = tuple[Told, KindWords, date]


class SealedRecord(Followed[Seen]):
    """One record: what is in clear, what can be done, and for a purpose what is sealed."""

    records: ClassVar[str]
    tones: ClassVar[Tones]
    facts: ClassVar[Sequence[str]]
    sealed: ClassVar[Sequence[str]]
    hint: ClassVar[str]
    """what is sealed, and how one comes to see it"""

    def __init__(self, frame: Frame, id: UUID) -> None:
        super().__init__(frame, id)
        self.head, self.body = self.part("head"), self.part("grid")
        self.opened = ui.element("section").classes("card w12").props('data-card="opened"')
        self.opened.visible = False
        """not drawn again with the rest: it is shown for one look"""

    async def read(self) -> Seen:
        """As the registry has it."""
        record = await self.registry.get(SERVICE, f"/v1/{self.records}/{self.id}")
        kind = KindWords.of(await self.registry.get(SERVICE, f"/v1/{self.records}/{self.id}/forms"))
        return record, kind, await self.shown.today()

    def draw(self, seen: Seen) -> None:
        """The number, the buttons, the facts."""
        record, kind, today = seen
        language = self.said.language
        with self.head:
            title = f"{kind.called(language)} {number(record)}"
            ui.label(title).classes("h1").props("role=heading aria-level=1")
            state = standing(kind, record, self.tones, language)
            ui.html(state + self.due(record, kind, today), tag="span", sanitize=False)
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
                for name in self.facts if record.get(name)
            ]  # fmt: skip
            ui.html(facts(rows), sanitize=False)
            ui.label(self.said(self.hint)).classes("muted small")
            if self.sealed and self.frame.person.may(OVERSEEING):
                ui.link(self.said("care_looks_of"), f"{LOOKS}?record={self.id}").classes("small")

    def due(self, record: Told, kind: KindWords, today: date) -> str:
        """What is due of it, as HTML."""
        return ""

    async def _take(self, kind: KindWords, step: StepWords, record: Told) -> None:
        form = Twice if step.fact == _FORGETS else StepForm
        looks = step.fact == _LOOK
        with self.dialog():
            await form(
                self.frame, NONE, kind, step, record=record, done=self._show if looks else self._worked
            ).open()

    async def _worked(self, record: Told) -> None:
        self._put_away()
        self.dialogs.clear()
        await self.taken(record)

    async def _show(self, told: Told) -> None:
        """What was sealed, until it is put away or nobody has done so for a while."""
        kind = self.drawn[1] if self.drawn else None
        if kind is None:
            return
        self.opened.clear()
        self.opened.visible = True
        language = self.said.language
        rows = [(kind.field(name, language), told[name]) for name in self.sealed if told.get(name)]
        with self.opened:
            ui.html(facts(rows) + self.beside(told, kind), sanitize=False)
            ui.label(self.said("care_logged")).classes("muted small")
            ui.button(self.said("care_put_away"), on_click=self._put_away).props("outline no-caps")
            ui.timer(_IN_SIGHT_S, self._put_away, once=True)

    def beside(self, told: Told, kind: KindWords) -> str:
        """What else was sealed, as HTML."""
        return ""

    def _put_away(self) -> None:
        self.opened.clear()
        self.opened.visible = False


def draw_ways(frame: Frame, here: str) -> None:
    """The ways to the other pages about people in need."""
    with ui.element("div").classes("tools"):
        for key, where in _ROOMS:
            if where == LOOKS and not frame.person.may(OVERSEEING):
                continue
            ui.link(frame.words(key), where).classes(f"choice{' here' if where == here else ''}")


def number(record: Told) -> str:
    """By what people call a record whom it is about unsaid: the end of its id."""
    return str(record["id"])[-8:].upper()


def standing(kind: KindWords, record: Told, tones: Tones, language: str) -> str:
    """The chip of its state, as HTML."""
    return chip(kind.state(record["state"], language), tones.get(record["state"], ""))


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Names and values, as HTML."""
    lines = "".join(f"<dt>{escape(title)}</dt><dd>{escape(value)}</dd>" for title, value in rows)
    return f'<dl class="facts">{lines}</dl>'
