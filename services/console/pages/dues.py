"""What the calendar and today have in common: whose deadlines, where each is, and its next step at hand."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from nicegui import ui

from services.console.matters import queries
from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.matters.queries import Due
from services.console.neighbours import NotDone
from services.console.pages.dialog import one_at_a_time
from services.console.pages.followed import Followed
from services.console.pages.frame import Frame
from services.console.pages.possible import Kept, Possible
from services.console.pages.taking import Taking

Seen = TypeVar("Seen")
_APPLICATION = "registration_application"
_PLAIN = frozenset({"due_on", "step_due_on"})
"""What needs no name: until when it is to be done."""


class Dues(Followed[Seen]):
    """Deadlines of one visitor's divisions, or those alone that the person answers for."""

    def __init__(self, frame: Frame, kinds: Kinds, *, mine: bool) -> None:
        super().__init__(frame)
        self.kinds, self.mine, self.possible = kinds, mine, Possible(frame)
        self.wanted: dict[str, Any] = {
            "patterns": frame.person.patterns, "wanted": queries.deadlines(kinds.readable),
            "mine": frame.person.principal.actor_id if mine else "",
        }  # fmt: skip

    def draw_choice(self, path: str, query: Mapping[str, str] | None = None) -> None:
        """The ways to everybody's and to one's own."""
        for key, mine in (("whole_queue", False), ("my_dues", True)):
            ui.link(self.said(key), self.address(path, query, mine=mine)).classes(
                f"choice{' here' if self.mine == mine else ''}"
            )

    def address(self, path: str, query: Mapping[str, str] | None = None, *, mine: bool | None = None) -> str:
        """A page with the same choice of whose, unless `mine` is another."""
        chosen = self.mine if mine is None else mine
        asked = urlencode({**(query or {}), **({"whose": "mine"} if chosen else {})})
        return f"{path}?{asked}" if asked else path

    def kind_of(self, one: Due) -> KindWords | None:
        """Its kind; none of what is no matter."""
        return self.kinds.by_name.get(one.aggregate) if one.service == SERVICE else None

    def called(self, one: Due) -> str:
        """What its kind is called."""
        kind = self.kind_of(one)
        return kind.called(self.said.language) if kind else self.said(one.aggregate)

    def where(self, one: Due) -> str | None:
        """Its own page, or else that of the organisation."""
        if kind := self.kind_of(one):
            return f"/matters/{kind.path}/{one.id}"
        if one.aggregate == _APPLICATION:
            return f"/applications/{one.id}"
        return f"/organizations/{one.organization_id}" if one.organization_id else None

    def line(self, one: Due) -> str:
        """What kind it is and which of its days it is, where that is not simply until when."""
        if one.field in _PLAIN:
            return self.called(one)
        kind = self.kind_of(one)
        named = kind.field(one.field, self.said.language) if kind else self.said(one.field)
        return f"{self.called(one)} · {named}"

    def draw_step(self, one: Due, place: ui.element, props: str) -> None:
        """The button of the step by which the person moves it on, where there is one; what the step needs is
        asked in `place`. Where that one is not possible, nothing is the next step: giving up is none."""
        if (kept := self._kept(one)) is None:
            return
        kind = kept.kind
        step = kind.next_step(one.phase)
        if step is not None and step in self.possible.of(kept):
            take = one_at_a_time(
                lambda: self._take(one, kind, step, place), lambda: not place.default_slot.children
            )
            button = ui.button(step.called(self.said.language), on_click=take)
            button.props(f"no-caps {props}").classes("open")

    async def ask_possible(self, dues: Iterable[Due]) -> None:
        """Ask what can be done with each, before it is drawn."""
        await self.possible.ask(kept for one in dues if (kept := self._kept(one)) is not None)

    def _kept(self, one: Due) -> Kept | None:
        """It as a record of its kind; None where it is no matter."""
        kind = self.kind_of(one)
        return Kept(kind, str(one.id), one.phase, one.division, one.home) if kind else None

    async def _take(self, one: Due, kind: KindWords, step: StepWords, place: ui.element) -> None:
        try:
            record = await self.registry.get(SERVICE, f"/v1/{kind.path}/{one.id}")
        except NotDone as refused:
            ui.notify(str(refused), type="negative", multi_line=True)
            return
        if not (step.by_record or self.possible.is_ours(record["division"], record.get("home") or "")):
            said = self.said("elsewhere", place=self.shown.place(record["home"] or record["division"]))
            ui.notify(said, type="warning", multi_line=True)
            return
        if step.fact not in kind.transitions.get(record["state"], {}):
            await self.refresh()  # somebody was faster
            return
        self.held += 1
        record = {**record, "organization": one.organization}
        taking = Taking(
            self.frame, self.kinds, kind, step, record, place, done=self.taken, closed=self._closed
        )
        await taking.begin()

    def _closed(self) -> None:
        """What has happened meanwhile is drawn."""
        self.held -= 1
        with self.dialogs:
            ui.timer(0, self.refresh, once=True)
