"""Cards of an organisation's page that come of its matters: what is open, inspections, what has ended."""

from collections.abc import Sequence
from datetime import date
from html import escape

from services.console.matters.kinds import SERVICE, Kinds, KindWords
from services.console.matters.queries import phase
from services.console.pages.frame import Frame
from services.console.pages.shown import Shown, chip, day
from services.console.projection.queries import Subject

_PAST = 12
_INSPECTION = "inspection"
_BY_AUTHORITIES = frozenset({"credit_listing", "official_decision"})
"""What has a card of its own and waits for nobody here."""
_RESULTS = {"qualified": "good", "basically_qualified": "warn", "unqualified": "bad"}


class Concerns:
    """The matters of one organisation that the person may read, as cards of HTML."""

    def __init__(self, frame: Frame, kinds: Kinds, subjects: Sequence[Subject], today: date) -> None:
        self.said, self.kinds, self.today = frame.words, kinds, today
        self.shown = Shown(frame)
        self.matters = [
            (kinds.by_name[one.aggregate], one)
            for one in subjects
            if one.service == SERVICE
            and one.aggregate in kinds.by_name
            and kinds.by_name[one.aggregate].may_read
        ]

    def open(self) -> str:
        """What is open, the earliest deadline first."""
        found = [
            (kind, one)
            for kind, one in self.matters
            if not one.ended and one.aggregate not in _BY_AUTHORITIES
        ]
        found.sort(key=lambda pair: pair[1].state.get("due_on") or "9999")
        if not found:
            return f'<p class="muted">{self.said("no_open_matters")}</p>'
        return table([self._row(kind, one) for kind, one in found])

    def past(self) -> str:
        """What has ended and has no card of its own; empty where there is nothing."""
        apart = _BY_AUTHORITIES | {_INSPECTION}
        found = [(kind, one) for kind, one in self.matters if one.ended and one.aggregate not in apart]
        return table([self._row(kind, one) for kind, one in found[:_PAST]]) if found else ""

    def inspections(self) -> str:
        """Every year's inspection; empty where there was none."""
        found = [(kind, one) for kind, one in self.matters if one.aggregate == _INSPECTION]
        found.sort(key=lambda pair: pair[1].state["year"], reverse=True)
        return table([self._inspection(kind, one) for kind, one in found]) if found else ""

    def _row(self, kind: KindWords, one: Subject) -> str:
        name = escape(kind.called(self.said.language))
        if gathering := one.state.get("gathering"):
            name += f" · {escape(self.shown.code(kind.codes, 'gathering', gathering))}"
        return (
            f'<tr><td><a href="/matters/{kind.path}/{one.id}">{name}</a></td>{self.progress(kind, one)}</tr>'
        )

    def progress(self, kind: KindWords, one: Subject) -> str:
        """The cells of a row that say where a matter is, and until when."""
        language, counts = self.said.language, phase(one.state) in kind.waits()
        due = ""
        if one.state.get("due_on") and not one.ended:
            overdue = bool(one.state.get("overdue"))
            due = self.shown.deadline(day(one.state["due_on"]), self.today, counts=counts, overdue=overdue)
        state = chip(kind.state(phase(one.state), language), "good" if one.ended else "info")
        return f"<td>{state}</td><td>{due}</td>"

    def _inspection(self, kind: KindWords, one: Subject) -> str:
        state, language = one.state, self.said.language
        form = self.said.code("inspection_form", state.get("form", "annual_inspection"))
        result = ""
        if code := state.get("result"):
            result = chip(self.shown.code(kind.codes, "result", code), _RESULTS.get(code, ""))
        return (
            f'<tr><td><a href="/matters/{kind.path}/{one.id}">{state["year"]} {escape(form)}</a></td>'
            f"<td>{escape(kind.state(phase(state), language))}</td><td>{result}</td></tr>"
        )


def table(rows: Sequence[str]) -> str:
    """Rows of HTML as a table."""
    return f'<table class="plain">{"".join(rows)}</table>'
