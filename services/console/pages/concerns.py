"""Cards of an organisation's page that come of its matters: what is open, inspections, what has ended."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from uuid import UUID

from services.console.matters.kinds import SERVICE, Kinds, KindWords
from services.console.matters.queries import phase
from services.console.pages.frame import Frame
from services.console.pages.shown import Shown, chip, day
from services.console.projection.queries import Subject

_PAST = 12
_INSPECTION, _STAY, _ASSIGNMENT, _CONTACT = "inspection", "stay", "contact_assignment", "contact_record"
_APART = frozenset({_INSPECTION, _STAY, _ASSIGNMENT, _CONTACT})
"""What has a card of its own, with what has ended."""
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
        apart = _BY_AUTHORITIES | {_ASSIGNMENT}
        found = [(kind, one) for kind, one in self.matters if not one.ended and one.aggregate not in apart]
        found.sort(key=_first_day)
        if not found:
            return f'<p class="muted">{self.said("no_open_matters")}</p>'
        return table([self._row(kind, one) for kind, one in found])

    def past(self, organization: UUID) -> str:
        """What has ended and has no card of its own, and the way to what there is no room for; empty where
        there is nothing."""
        apart = _BY_AUTHORITIES | _APART
        found = [(kind, one) for kind, one in self.matters if one.ended and one.aggregate not in apart]
        shown = table([self._row(kind, one) for kind, one in found[:_PAST]])
        if len(found) <= _PAST:
            return shown
        counts = Counter(kind.path for kind, _ in found)
        lists = " ".join(self._list(path, count, organization) for path, count in counts.items())
        return f"{shown}<p data-lists>{lists}</p>"

    def _list(self, path: str, count: int, organization: UUID) -> str:
        """All that has ended of one kind, as a list where the kind can be narrowed to an organisation."""
        kind = self.kinds.by_path[path]
        name = escape(f"{kind.called(self.said.language)} {count}")
        if "organization_id" not in kind.filter["properties"]:
            return f'<span class="chip">{name}</span>'
        where = f"/matters/{path}?organization_id={organization}&amp;ended=true"
        return f'<a class="choice" href="{where}">{name}</a>'

    def inspections(self) -> str:
        """Every year's inspection; empty where there was none."""
        found = self._of(_INSPECTION)
        found.sort(key=lambda pair: pair[1].state["year"], reverse=True)
        return table([self._inspection(kind, one) for kind, one in found])

    @property
    def bases(self) -> set[str]:
        """The bases of its stays."""
        return {one.state["base"]["id"] for _, one in self._of(_STAY)}

    def stays(self, bases: Mapping[str, str]) -> str:
        """Every stay in a base, the newest first, with the bases' names by id; empty where there was none."""
        found = sorted(self._of(_STAY), key=lambda pair: pair[1].state["opened_on"], reverse=True)
        return table([self._stay(kind, one, bases) for kind, one in found])

    def contact(self) -> str:
        """Who keeps in touch with it, how often and since when; empty where nobody has to."""
        assigned = [(kind, one) for kind, one in self._of(_ASSIGNMENT) if not one.ended]
        return table([self._assignment(kind, one) for kind, one in assigned])

    def _of(self, aggregate: str) -> list[tuple[KindWords, Subject]]:
        return [(kind, one) for kind, one in self.matters if one.aggregate == aggregate]

    def _stay(self, kind: KindWords, one: Subject, bases: Mapping[str, str]) -> str:
        state = one.state
        name = escape(bases.get(state["base"]["id"]) or kind.called(self.said.language))
        days = [state.get("started_on") or state.get("begins_on"), state.get("ends_on")]
        until = " – ".join(day for day in days if day) or state["opened_on"]
        return (
            f'<tr><td><a href="/matters/{kind.path}/{one.id}">{name}</a>'
            f'<div class="muted small">{until}</div></td>{self.progress(kind, one)}</tr>'
        )

    def _assignment(self, kind: KindWords, one: Subject) -> str:
        state, codes = one.state, kind.codes
        role, often = (self.shown.code(codes, name, state[name]) for name in ("role", "interval"))
        of_it = [
            record.state
            for _, record in self._of(_CONTACT)
            if record.state["assignment"]["id"] == str(one.id)
        ]
        last = max((record["made_on"] for record in of_it if record.get("made_on")), default=None)
        said = self.said("contact_made", day=last) if last else self.said("contact_never")
        due = min((r["due_on"] for r in of_it if phase(r) == "due" and r.get("due_on")), default=None)
        next_ = self.shown.deadline(day(due), self.today) if due else ""
        return (
            f'<tr><td><a href="/matters/{kind.path}/{one.id}">{escape(role)}</a> {escape(state["officer"])}'
            f'<div class="muted small">{escape(often)} · {escape(said)}</div></td><td>{next_}</td></tr>'
        )

    def _row(self, kind: KindWords, one: Subject) -> str:
        name = escape(kind.called(self.said.language))
        if gathering := one.state.get("gathering"):
            name += f" · {escape(self.shown.code(kind.codes, 'gathering', gathering))}"
        return (
            f'<tr><td><a href="/matters/{kind.path}/{one.id}">{name}</a></td>{self.progress(kind, one)}</tr>'
        )

    def progress(self, kind: KindWords, one: Subject) -> str:
        """The cells of a row that say where a matter is, and until when."""
        due = "" if one.ended else self.shown.due(kind, phase(one.state), one.state, self.today)
        state = chip(kind.state(phase(one.state), self.said.language), "good" if one.ended else "info")
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


def _first_day(pair: tuple[KindWords, Subject]) -> date:
    kind, one = pair
    return next(iter(kind.due(phase(one.state), one.state).values()), date.max)


def table(rows: Sequence[str]) -> str:
    """Rows of HTML as a table; nothing where there are none."""
    return f'<table class="plain">{"".join(rows)}</table>' if rows else ""
