"""按人员编号查找: the records of a person by the opaque id, for a purpose, and erasing the person. The id
goes to the registry and is kept nowhere here."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import KindWords, StepWords
from services.console.pages.details import offered
from services.console.pages.form import Opening, Twice
from services.console.pages.frame import Frame, address
from services.console.pages.sealed import NONE, draw_ways, number
from services.console.pages.session import Desk

_PATH, _WHERE = "care-persons", "/care/persons"
_ERASE = "erase"
_FOUND: Final = (
    ("care_records", "care_title", "/care"), ("care_pairings", "pairings_title", "/care/pairings"),
)  # fmt: skip


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/care/persons", "care")
    async def persons(frame: Frame, request: Request) -> None:
        draw_ways(frame, _WHERE)
        if (kind := await offered(frame, _PATH)) is None:
            ui.label(frame.words("care_persons_unread")).classes("card empty").props("role=alert")
            return
        _Persons(frame, kind)


class _Erasing(Opening, Twice):
    """What cannot be taken back, of whatever there is of a person."""

    def _tell(self, answer: Mapping[str, Any]) -> None:
        said = self.said("care_erased", records=answer["care_records"], pairings=answer["care_pairings"])
        ui.notify(said, type="positive", multi_line=True)


class _Persons:
    """The forms that the person at the page may use, and what was found last."""

    def __init__(self, frame: Frame, kind: KindWords) -> None:
        self.frame, self.said, self.kind = frame, frame.words, kind
        with ui.element("div").classes("head"):
            ui.label(self.said("care_persons")).classes("h1").props("role=heading aria-level=1")
            ui.element("div").style("flex:1")
            for step in kind.steps.values():
                style = "outline" if step.fact == _ERASE else "unelevated"
                ui.button(step.called(self.said.language), on_click=lambda step=step: self._open(step)).props(
                    f"{style} dense no-caps padding='4px 14px'"
                )
        with ui.element("section").classes("card").props('data-card="found"'):
            self.found = ui.element("div")
            ui.label(self.said("care_persons_hint")).classes("muted small")
        self.dialogs = ui.element("div")

    async def _open(self, step: StepWords) -> None:
        form, done = (_Erasing, self._erased) if step.fact == _ERASE else (Opening, self._show)
        self.dialogs.clear()
        with self.dialogs:
            await form(self.frame, NONE, self.kind, step, done=done).open()

    async def _erased(self, told: Mapping[str, Any]) -> None:
        self._put_away()

    async def _show(self, told: Mapping[str, Any]) -> None:
        """What was found, with the way to each; each is opened for a purpose of its own."""
        links = [
            f'<li><a href="{where}/{id}">{escape(self.said(title))} {number({"id": id})}</a></li>'
            for name, title, where in _FOUND
            for id in told[name]
        ]
        self._put_away()
        with self.found:
            if links:
                ui.label(self.said("care_found", count=len(links)))
                ui.html(f"<ul class='plain'>{''.join(links)}</ul>", sanitize=False)
            else:
                ui.label(self.said("care_found_none")).classes("empty")

    def _put_away(self) -> None:
        """Neither what was found before nor what was entered is left in the page."""
        self.found.clear()
        self.dialogs.clear()
