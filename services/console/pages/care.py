"""帮扶: the care records that one works on. Nothing of them is kept here: each page asks the registry as the
person at it, whose every look the registry writes down with its purpose, and forgets what it was told."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import KindWords
from services.console.pages.details import offered
from services.console.pages.followed import draw_record, draw_table
from services.console.pages.frame import Frame, address
from services.console.pages.sealed import SealedList, SealedRecord, Told, draw_ways
from services.console.pages.session import Desk
from services.console.pages.shown import day

PATH = "care-records"
_STATES = {"active": "info", "closed": "good", "erased": ""}


def attach(desk: Desk) -> None:
    """Register the pages."""

    @address(desk, "/care", "care")
    async def records(frame: Frame, request: Request) -> None:
        everybody = request.query_params.get("whose") == "all"
        state = request.query_params.get("state", "active")
        draw_ways(frame, "/care")
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


class _Records(SealedList):
    """The records, by number, need and place."""

    records, where, title, none, tones = PATH, "/care", "care_title", "care_none", _STATES

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """The nearest review first."""
        heads = [
            self.head(self.said("number")), self.head(self.field("need")),
            self.head(self.field("review_due_on")), self.head(self.said("states")),
            self.head(self.said("division"), "wide"), self.head(self.field("worker"), "wide"),
        ]  # fmt: skip
        rows = sorted(items, key=lambda one: one["review_due_on"] or "9999")
        draw_table(heads, [self._row(one, today) for one in rows])

    def _row(self, one: Told, today: date) -> str:
        due = self.shown.deadline(day(one["review_due_on"]), today, overdue=one["overdue"])
        return (
            f"<tr{' class=late' if one['overdue'] else ''}><td>{self.link(one)}</td>"
            f"<td>{escape(self.shown.value(self.kind, 'need', one['need']))}</td>"
            f"<td>{due}</td><td>{self.standing(one)}</td>"
            f'<td class="wide">{escape(self.shown.place(one["division"]))}</td>'
            f'<td class="wide">{escape(one["worker"])}</td></tr>'
        )


class _Record(SealedRecord):
    """One record, with the steps that were taken."""

    records, tones, hint = PATH, _STATES, "care_sealed"
    facts = (
        "need", "worker", "consent_by", "consented_on", "opened_on", "reviewed_on", "review_due_on",
        "ended_on",
    )  # fmt: skip
    sealed = ("person_id", "situation", "plan", "consent_document")

    def due(self, record: Told, kind: KindWords, today: date) -> str:
        """The next review."""
        if not record["review_due_on"]:
            return ""
        clock = self.shown.deadline(day(record["review_due_on"]), today, overdue=record["overdue"])
        return f" {escape(kind.field('review_due_on', self.said.language))} {clock}"

    def beside(self, told: Told, kind: KindWords) -> str:
        """The steps with their words, the last first."""
        steps = "".join(self._step(kind, one) for one in reversed(told["steps"]))
        return f"<ul class='line'>{steps}</ul>"

    def _step(self, kind: KindWords, one: Told) -> str:
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
