"""Cards of an organisation's page that come of its matters: what is open, inspections, standing and why."""

from collections.abc import Sequence
from datetime import date
from html import escape

from services.console.matters.kinds import SERVICE, Kinds, KindWords
from services.console.matters.queries import phase
from services.console.pages.frame import Frame
from services.console.pages.shown import Shown, chip, day
from services.console.projection.queries import Line, Subject

_PAST = 12
_STANDING = "hub_standing_changed"
_INSPECTION, _RECTIFICATION = "inspection", "rectification"
_TONES = {"good": "good", "under_rectification": "warn", "at_risk": "bad"}
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
        found = [(kind, one) for kind, one in self.matters if not one.ended]
        found.sort(key=lambda pair: pair[1].state.get("due_on") or "9999")
        if not found:
            return f'<p class="muted">{self.said("no_open_matters")}</p>'
        return _table([self._row(kind, one) for kind, one in found])

    def past(self) -> str:
        """What has ended, inspections aside; empty where there is nothing."""
        found = [(kind, one) for kind, one in self.matters if one.ended and one.aggregate != _INSPECTION]
        return _table([self._row(kind, one) for kind, one in found[:_PAST]]) if found else ""

    def inspections(self) -> str:
        """Every year's inspection; empty where there was none."""
        found = [(kind, one) for kind, one in self.matters if one.aggregate == _INSPECTION]
        found.sort(key=lambda pair: pair[1].state["year"], reverse=True)
        return _table([self._inspection(kind, one) for kind, one in found]) if found else ""

    def standing(self, standing: str, lines: Sequence[Line]) -> str:
        """How the hub judges it, since when and on what ground, and what weighs on it now."""
        said = self.said
        reasons, after = "", standing
        for line in lines:  # newest first: what came after one change is what the next one changed
            if line.fact == _STANDING:
                reasons += f"<li>{self._change(line, after)}</li>"
                after = str(line.particular["previous"])
        if not reasons:
            reasons = f'<li class="muted">{said("standing_unchanged")}</li>'
        weighs = [(kind, one) for kind, one in self.matters if self._weighs(one)]
        rows = _table([self._row(kind, one) for kind, one in weighs])
        if not weighs:
            rows = f'<p class="muted">{said("weighs_nothing")}</p>'
        now = chip(said.code("hub_standing", standing), _TONES.get(standing, ""))
        return f'<p>{now}</p><ul class="reasons">{reasons}</ul><h3>{said("weighs")}</h3>{rows}'

    def _weighs(self, one: Subject) -> bool:
        if one.ended:
            return False
        return bool(one.state.get("overdue")) or one.aggregate == _RECTIFICATION or "risk" in one.aggregate

    def _change(self, line: Line, after: str) -> str:
        said = self.said
        before = said.code("hub_standing", str(line.particular["previous"]))
        changed = said(
            "standing_since", day=line.effective_on, before=before, after=said.code("hub_standing", after)
        )
        ground = line.particular.get("ground")
        return escape(f"{changed}（{said('ground')}：{ground}）" if ground else changed)

    def _row(self, kind: KindWords, one: Subject) -> str:
        language, counts = self.said.language, phase(one.state) in kind.waits()
        due = ""
        if one.state.get("due_on") and not one.ended:
            overdue = bool(one.state.get("overdue"))
            due = self.shown.deadline(day(one.state["due_on"]), self.today, counts=counts, overdue=overdue)
        state = chip(kind.state(phase(one.state), language), "good" if one.ended else "info")
        name = escape(kind.called(language))
        return (
            f'<tr><td><a href="/matters/{kind.path}/{one.id}">{name}</a></td>'
            f"<td>{state}</td><td>{due}</td></tr>"
        )

    def _inspection(self, kind: KindWords, one: Subject) -> str:
        state, language = one.state, self.said.language
        form = self.said.code("inspection_form", state.get("form", "annual_inspection"))
        result = ""
        if code := state.get("result"):
            result = chip(self.shown.code(kind, "result", code), _RESULTS.get(code, ""))
        return (
            f'<tr><td><a href="/matters/{kind.path}/{one.id}">{state["year"]} {escape(form)}</a></td>'
            f"<td>{escape(kind.state(phase(state), language))}</td><td>{result}</td></tr>"
        )


def _table(rows: Sequence[str]) -> str:
    return f'<table class="plain">{"".join(rows)}</table>'
