"""爱心牵手: pairings of a giver and a child in difficulty. Who the two are is told to a look for a purpose
alone, which the registry writes down; nothing of them is kept here."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request

from services.console.pages.details import offered
from services.console.pages.followed import draw_record, draw_table
from services.console.pages.frame import Frame, address
from services.console.pages.sealed import SealedList, SealedRecord, Told, draw_ways
from services.console.pages.session import Desk

_PATH, _WHERE = "care-pairings", "/care/pairings"
_STATES = {"paired": "info", "ended": "good", "erased": ""}


def attach(desk: Desk) -> None:
    """Register the pages."""

    @address(desk, "/care/pairings", "care")
    async def pairings(frame: Frame, request: Request) -> None:
        everybody = request.query_params.get("whose") == "all"
        state = request.query_params.get("state", "paired")
        draw_ways(frame, _WHERE)
        if (kind := await offered(frame, _PATH)) is None:
            ui.label(frame.words("pairings_unread")).classes("card empty").props("role=alert")
            return
        await _Pairings(frame, kind, state if state in _STATES else "", everybody=everybody).begin()

    @address(desk, "/care/pairings/{id}", "care")
    async def pairing(frame: Frame, request: Request) -> None:
        id = request.path_params["id"]
        await draw_record(frame, frame.words("pairings_title"), _WHERE, id, lambda id: _Pairing(frame, id))


class _Pairings(SealedList):
    """The pairings, by number, days and place."""

    records, where, title, none, tones = _PATH, _WHERE, "pairings_title", "pairings_none", _STATES

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """As the registry gives them, the newest first."""
        heads = [
            self.head(self.said("number")), self.head(self.field("paired_on")),
            self.head(self.said("states")), self.head(self.field("ended_on"), "wide"),
            self.head(self.said("division"), "wide"), self.head(self.field("worker"), "wide"),
        ]  # fmt: skip
        draw_table(heads, map(self._row, items))

    def _row(self, one: Told) -> str:
        return (
            f"<tr><td>{self.link(one)}</td><td>{one['paired_on']}</td><td>{self.standing(one)}</td>"
            f'<td class="wide">{one["ended_on"] or ""}</td>'
            f'<td class="wide">{escape(self.shown.place(one["division"]))}</td>'
            f'<td class="wide">{escape(one["worker"])}</td></tr>'
        )


class _Pairing(SealedRecord):
    """One pairing."""

    records, tones, hint = _PATH, _STATES, "pairings_sealed"
    facts = ("worker", "guardian_consented_on", "paired_on", "ended_on", "end_reason")
    sealed = ("child_id", "giver_id")
