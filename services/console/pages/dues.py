"""What the calendar and today have in common: whose deadlines, where each is, and its next step at hand."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from nicegui import ui

from services.console.matters import queries
from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.matters.queries import Due
from services.console.neighbours import NotDone
from services.console.pages.followed import Followed
from services.console.pages.form import StepForm
from services.console.pages.frame import Frame

Seen = TypeVar("Seen")
_APPLICATION = "registration_application"


class Dues(Followed[Seen]):
    """Deadlines of one visitor's divisions, or those alone that the person answers for."""

    def __init__(self, frame: Frame, kinds: Kinds, *, mine: bool) -> None:
        super().__init__(frame)
        self.kinds, self.mine = kinds, mine
        self.wanted: dict[str, Any] = {
            "patterns": frame.person.patterns, "waits": queries.waiting(kinds.readable),
            "owner": frame.person.principal.actor_id if mine else "",
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

    def draw_step(self, one: Due, props: str) -> None:
        """The button of the step by which the person moves it on, where there is one."""
        kind = self.kind_of(one)
        step = kind.next_step(one.phase) if kind else None
        if kind is not None and step is not None:
            ui.button(step.called(self.said.language), on_click=lambda: self._take(one, kind, step)).props(
                f"no-caps {props}"
            ).classes("open")

    async def _take(self, one: Due, kind: KindWords, step: StepWords) -> None:
        try:
            record = await self.registry.get(SERVICE, f"/v1/{kind.path}/{one.id}")
        except NotDone as refused:
            ui.notify(str(refused), type="negative", multi_line=True)
            return
        with self.dialog():
            await StepForm(
                self.frame, self.kinds, kind, step, done=self.taken, brief=True,
                record={**record, "organization": one.organization},
            ).open()  # fmt: skip
