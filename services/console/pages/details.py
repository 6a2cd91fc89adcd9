"""What is done with one organisation: the forms that the registry offers the person now, sent as theirs."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from nicegui import ui

from services.console.matters.forms import SAID_OF_EVERY_FACT
from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.neighbours import NotDone
from services.console.pages.dialog import say
from services.console.pages.form import Done, StepForm, without_day
from services.console.pages.frame import Frame
from services.console.pages.words import Words

Take = Callable[[StepWords], Awaitable[None]]


async def offered(frame: Frame, path: str, id: UUID | None = None) -> KindWords | None:
    """What the person can do with the record now, or to open one; None while the registry does not say."""
    where = f"/v1/{path}/forms" if id is None else f"/v1/{path}/{id}/forms"
    try:
        return KindWords.of(await frame.desk.neighbours(frame.person).get(SERVICE, where))
    except NotDone:
        return None


async def begin(frame: Frame, kinds: Kinds, kind: KindWords, step: StepWords, id: UUID, done: Done) -> None:
    """Open the form with the record as the registry has it now; a notice where that is refused."""
    try:
        found = await frame.desk.neighbours(frame.person).get(SERVICE, f"/v1/organizations/{id}")
    except NotDone as refused:
        ui.notify(str(refused), type="negative", multi_line=True)
        return
    form = Amendment if step.amends else StepForm
    record = {**found, "state": found["legal_status"]}
    given = {**record, "link": "linked"} if found["hub_link"] == "none" else record
    await form(frame, kinds, kind, step, done=done, record=record, given=given).open()


def possible_buttons(
    kind: KindWords | None,
    at_hand: Collection[str],
    take: Take,
    said: Words,
    others_called: str = "more_steps",
) -> None:
    """What can be done as buttons: those `at_hand` each by itself, the others in a menu."""
    steps = list(kind.steps.values()) if kind else []
    for step in [one for one in steps if one.fact in at_hand]:
        ui.button(step.called(said.language), on_click=lambda step=step: take(step)).props(
            "outline dense no-caps padding='4px 12px'"
        )
    if others := [one for one in steps if one.fact not in at_hand]:
        with ui.button(f"{said(others_called)} ▾").props("flat dense no-caps"), ui.menu():
            for step in others:
                ui.menu_item(step.called(said.language), lambda step=step: take(step))


class Amendment(StepForm):
    """A form that begins with the record and sends what was changed in it alone."""

    begun: Mapping[str, Any] | None = None
    """what would be sent of the record as it is"""

    async def _fill(self) -> None:
        await super()._fill()
        if self.begun is None:
            self.begun, _ = self._read()

    async def _send(self, body: Mapping[str, Any]) -> Any:
        record = self.record or {}
        changed = self._changed(body)
        if not changed:
            raise NotDone(self.said("nothing_changed"))
        said = {name: body[name] for name in SAID_OF_EVERY_FACT if name in body}
        path = f"/v1/{self.kind.path}/{record['id']}"
        return await self.registry.send("PATCH", SERVICE, path, changed | said, revision=record["revision"])

    def _changed(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        """What differs from how the form began; what was emptied is null, or a list without anything."""
        begun, record = self.begun or {}, self.record or {}
        changed = {}
        for one in self.fields:
            now = entered.get(one.name)
            if one.name in SAID_OF_EVERY_FACT or now == begun.get(one.name):
                continue
            changed[one.name] = [] if now is None and isinstance(record.get(one.name), list) else now
        return changed

    async def _show_what_changed(self, before: Mapping[str, Any]) -> None:
        """The record as it is now, and in it what was entered; said is what somebody else changed."""
        entered = self._read()[0]
        mine = self._changed(entered)
        try:
            now = await self.registry.get(SERVICE, f"/v1/{self.kind.path}/{before['id']}")
        except NotDone as refused:
            say(self.problem, str(refused))
            return
        self.record = {**now, "state": now["legal_status"]}
        self.given, self.begun = without_day(now), None
        await self._fill()
        days = {name: entered[name] for name in SAID_OF_EVERY_FACT if name in entered}
        if mine or days:
            self.given |= mine | days
            await super()._fill()
        language = self.said.language
        theirs = [one for one in self.fields if one.name in now and now[one.name] != before.get(one.name)]
        if theirs:
            fields = self.said.names(self.kind.field(one.name, language) for one in theirs)
            say(self.problem, self.said("conflict", fields=fields))
        else:
            say(self.problem, self.said("conflict_same"))
