"""A record's values as people read them: days, codes, places, how long there is until a deadline."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from html import escape
from typing import Any

from services.console.matters import queries
from services.console.matters.kinds import SERVICE, TITLES, Kinds, KindWords
from services.console.matters.queries import Due
from services.console.pages.frame import SHANGHAI, Frame

_CODES = {
    "legal_form": "legal_form", "legal_forms": "legal_form", "form": "inspection_form", "level": "base_level",
    "listing": "listing", "listing_grounds": "listing_ground", "risk_level": "risk_level",
    "six_haves": "six_have", "passed": "visit_point", "lacking": "visit_point", "source": "office",
    "authority": "office", "recognised_by": "office",
}  # fmt: skip
"""Fields whose codes the pages have words for."""
_AT_HAND_DAYS = 7


class Shown:
    """How values look to the person at the page."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.said = frame, frame.words

    def code(self, kind: KindWords, name: str, code: Any, zh: str | None = None) -> str:
        """A code in the person's language, as far as anybody has words for it."""
        text = str(code)
        zh = zh or kind.codes.get(name, {}).get(text)
        if zh and self.said.language == "zh":
            return zh
        if (known := _CODES.get(name)) and (named := self.said.code(known, text)) != text:
            return named
        return text.replace("_", " ") if zh else text

    def value(self, kind: KindWords, name: str, value: Any) -> str:
        """A field's value."""
        if value is None or value == "" or value == []:
            return "—"
        if isinstance(value, bool):
            return self.said("yes" if value else "no")
        if isinstance(value, list | tuple):
            return "、".join(self.value(kind, name, one) for one in value)
        if isinstance(value, Mapping):
            return "，".join(f"{key}：{self.value(kind, key, one)}" for key, one in value.items())
        if name == "state":
            return kind.state(str(value), self.said.language)
        if name == "basis":
            return self.said.code("basis", str(value))
        if isinstance(value, str) and self.frame.desk.runtime.region.known(value):
            return self.place(value)
        return self.code(kind, name, value) if isinstance(value, str) else f"{value}"

    def place(self, division: str) -> str:
        """A division's name."""
        return self.frame.desk.runtime.region.division_name(division)

    def deadline(
        self, due_on: date | None, today: date, *, counts: bool = True, overdue: bool = False
    ) -> str:
        """A deadline as HTML: the day, and how near it is while it counts."""
        if due_on is None:
            return '<span class="muted">—</span>'
        day = f'<span class="day">{due_on}</span>'
        if not counts:
            return day
        left = (due_on - today).days
        if left < 0 or overdue:
            return f"{day} {chip(self.left(due_on, today), 'bad')}"
        return f"{day} {chip(self.left(due_on, today), 'warn')}" if left <= _AT_HAND_DAYS else day

    def left(self, due_on: date, today: date) -> str:
        """How long there is until the day, or since when it has been overdue."""
        days = (due_on - today).days
        if days < 0:
            return self.said("overdue_days", days=-days)
        return self.said("due_today") if days == 0 else self.said("due_in_days", days=days)

    def due_title(self, due: Due, kinds: Kinds) -> str:
        """What is due, in as many words as a list has room for."""
        kind = kinds.by_name.get(due.aggregate) if due.service == SERVICE else None
        if due.organization:
            return due.organization
        if kind is not None:
            return kind.title({**due.state, "id": due.id}, None, self.said.language)
        own = next((due.state[name] for name in TITLES if due.state.get(name)), None)
        return str(own or str(due.id)[-6:])

    async def organizations(self, records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """The names of the organisations that the records are about, by id."""
        ids = {str(one["organization_id"]) for one in records if one.get("organization_id")}
        if not ids:
            return {}
        async with self.frame.desk.runtime.database.transaction() as transaction:
            return await queries.names(transaction.connection, ids)

    async def today(self) -> date:
        """The day in Shanghai by the clock of the stack."""
        async with self.frame.desk.runtime.database.transaction() as transaction:
            return transaction.now.astimezone(SHANGHAI).date()


def day(text: str | None) -> date | None:
    """A day of an answer."""
    return date.fromisoformat(text) if text else None


def moment(text: str) -> str:
    """An instant of an answer, in Shanghai."""
    return f"{datetime.fromisoformat(text).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def chip(text: str, tone: str = "") -> str:
    """A small coloured label as HTML."""
    return f'<span class="chip {tone}">{escape(text)}</span>'
