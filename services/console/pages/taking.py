"""A step taken where it is offered: by one tap where nothing is asked, else by its form in the same place."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from nicegui import background_tasks, ui

from services.console.matters import forms
from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.neighbours import NotDone
from services.console.pages.dialog import one_at_a_time
from services.console.pages.form import Done, StepForm
from services.console.pages.frame import Frame

SECONDS = 5
"""How long a tap can be taken back: a step that was sent stays on the record."""


class Unfolded(ui.element):
    """A part of a list that stands where something was tapped; as a dialog it is there until it is closed."""

    def __init__(self, closed: Callable[[], None]) -> None:
        super().__init__("div")
        self.classes("unfolded")
        self.value, self._closed = True, closed

    def close(self) -> None:
        """Away with it, and whoever waits is told."""
        if self.value:
            self.value = False
            self.delete()
            self._closed()


class Taking:
    """One step of one record, from the tap until it is done or let go.

    What is asked is asked in `place`; so is whether a record is really to be ended. A step that nothing is
    asked for stands there for `SECONDS`, to be taken back, before it is sent; it is sent though the page be
    left meanwhile. `done` is told the record after the step, and `closed` that nothing stands there any more.
    """

    def __init__(
        self, frame: Frame, kinds: Kinds, kind: KindWords, step: StepWords, record: Mapping[str, Any],
        place: ui.element, *, done: Done, closed: Callable[[], None],
    ) -> None:  # fmt: skip
        self.frame, self.said, self.kinds, self.kind, self.step = frame, frame.words, kinds, kind, step
        self.record, self.place, self.done, self.closed = record, place, done, closed
        self.registry = frame.desk.neighbours(frame.person)

    async def begin(self) -> None:
        """As much as the step needs: a form, a question, or the time to take it back."""
        with self.place:
            self.strip = Unfolded(self.closed)
        if any(one.required for one in forms.fields(self.step.form)):
            await self._ask()
        elif self.kind.ends(self.record["state"], self.step.fact):
            self._confirm()
        else:
            self._send_soon()

    async def _ask(self, why: str = "") -> None:
        """The step's form, with what it was refused for."""
        form = StepForm(
            self.frame, self.kinds, self.kind, self.step, done=self.done, record=self.record, brief=True
        )
        await form.unfold(self.strip, why)

    def _confirm(self) -> None:
        called = self.step.called(self.said.language)
        with self.strip, ui.element("div").classes("banner asked"):
            ui.label(self.said("confirm_end", what=called))
            with ui.element("div").classes("buttons"):
                ui.button(self.said("cancel"), on_click=self.strip.close).props("flat no-caps")
                sure = ui.button(
                    self.said("confirm", what=called), on_click=one_at_a_time(self._send, self._wanted)
                )
                sure.props("unelevated no-caps")

    def _send_soon(self) -> None:
        called = self.step.called(self.said.language)
        with self.strip, ui.element("div").classes("banner asked").props("role=status"):
            ui.label(self.said("sent_soon", what=called, seconds=SECONDS))
            with ui.element("div").classes("buttons"):
                ui.button(self.said("take_back"), on_click=self.strip.close).props("outline no-caps")
        background_tasks.create_or_defer(self._send_later(), name=f"{self.kind.name}.{self.step.fact}")

    async def _send_later(self) -> None:
        await asyncio.sleep(SECONDS)
        if self._wanted():
            await self._send()

    def _wanted(self) -> bool:
        return self.strip.value

    async def _send(self) -> None:
        where = f"/v1/{self.kind.path}/{self.record['id']}/{self.step.path}"
        try:
            answer = await self.registry.send("POST", SERVICE, where, {}, revision=self.record["revision"])
        except NotDone as refused:
            self.strip.clear()
            await self._ask(str(refused))
            return
        with self.place:
            ui.notify(self.said("done"), type="positive")
        self.strip.close()
        await self.done(answer)
