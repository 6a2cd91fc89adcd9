"""离任整体交接: all that somebody answers for goes to a successor; what went over, what did not and why."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import Kinds
from services.console.pages.details import offered
from services.console.pages.form import Opening, Twice
from services.console.pages.frame import Frame, address
from services.console.pages.session import HANDING_OVER, Desk
from services.console.pages.taking import Unfolded

PATH = "hand-overs"
WHERE = "/hand-over"
OFFERED_ON = frozenset({"contact-assignments", "liaisons"})
"""Kinds whose lists lead here: what people think of first when somebody leaves."""
_TAKEN = ("record", "count")
_LEFT = (*_TAKEN, "why_not")


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/hand-over", "matters", needs=HANDING_OVER)
    async def hand_over(frame: Frame, request: Request) -> None:
        await _HandOver(frame).begin()


def link(frame: Frame) -> None:
    """The way here, for who may."""
    if frame.person.may(HANDING_OVER):
        ui.link(frame.words("hand_over"), WHERE).classes("choice")


class _HandOver:
    """The form, and below it what came of it."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.said = frame, frame.words
        ui.link(f"← {self.said('matters')}", "/matters").classes("small back")
        with ui.element("div").classes("head"):
            ui.label(self.said("hand_over")).classes("h1").props("role=heading aria-level=1")
        ui.label(self.said("hand_over_hint")).classes("muted")
        self.place = ui.element("section").classes("card")
        self.report = ui.element("div")

    async def begin(self) -> None:
        """The form, where the registry offers it."""
        kind = await offered(self.frame, PATH)
        step = next(iter(kind.steps.values()), None) if kind else None
        if kind is None or step is None:
            with self.place:
                ui.label(self.said("no_actions")).classes("empty")
            return
        own = self.frame.person.principal.divisions
        given = {"division": own[0]} if len(own) == 1 else {}
        with self.place:
            place = Unfolded(self._again)
        form = _Form(self.frame, Kinds(), kind, step, done=self._tell, given=given)
        form.so_far = self._draw
        await form.unfold(place)

    def _again(self) -> None:
        with self.place:
            ui.link(self.said("hand_over_again"), WHERE).classes("choice")

    async def _tell(self, answer: Mapping[str, Any]) -> None:
        self._draw(answer)

    def _draw(self, found: Mapping[str, Any]) -> None:
        self.report.clear()
        with self.report:
            if not found["taken"] and not found["left"]:
                ui.label(self.said("nothing_to_hand_over")).classes("card empty").props("role=status")
            if found["taken"]:
                self._draw_part("handed_over", found["taken"], _TAKEN)
            if found["left"]:
                self._draw_part("not_handed_over", found["left"], _LEFT)

    def _draw_part(self, title: str, lines: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        heads = "".join(f"<th>{escape(self.said(name))}</th>" for name in columns)
        rows = "".join(self._row(line, columns) for line in lines)
        with ui.element("section").classes("card scroll").props(f'data-card="{title}" role=status'):
            count = sum(line["count"] for line in lines)
            ui.html(
                f"<h2>{escape(self.said(title, count=count))}</h2>"
                f'<table class="plain" data-list><thead><tr>{heads}</tr></thead>'
                f"<tbody>{rows}</tbody></table>",
                sanitize=False,
            )

    def _row(self, line: Mapping[str, Any], columns: Sequence[str]) -> str:
        language = self.said.language
        where = f"/matters/{line['path']}/{line['records'][0]}" if line.get("records") else ""
        name = escape(line["zh"] if language == "zh" else line["en"])
        first = f'<a class="open" href="{where}">{name}</a>' if where else name
        why = f"<td>{escape(line[f'message_{language}'])}</td>" if where else ""
        return f'<tr><td>{first}</td><td class="number">{line["count"]:,}</td>{why}</tr>'


class _Form(Opening, Twice):
    """Sent again as long as there is more than one request takes."""

    question = "confirm_many"
    so_far: Callable[[Mapping[str, Any]], None]
    """told what came of it after each request: what is handed over stays so though the next one fail"""

    async def _send(self, body: Mapping[str, Any]) -> Any:
        taken: dict[str, dict[str, Any]] = {}
        while True:
            answer = await super()._send(body)
            for line in answer["taken"]:
                before = taken.get(line["kind"], {"count": 0})["count"]
                taken[line["kind"]] = {**line, "count": before + line["count"]}
            whole = {"taken": list(taken.values()), "left": answer["left"]}
            self.so_far(whole)
            if not answer["more"]:
                return whole
