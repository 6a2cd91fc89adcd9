"""A record's values as people read them: days, codes, places, how long there is until a deadline."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from html import escape
from typing import Any

from chassis.model import yuan
from chassis.principal import SYSTEM
from services.console.matters import queries
from services.console.matters.forms import english
from services.console.matters.kinds import SERVICE, TITLES, Codes, Kinds, KindWords
from services.console.matters.queries import Due
from services.console.pages.frame import SHANGHAI, Frame

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_AT_HAND_DAYS = 7


class Shown:
    """How values look to the person at the page."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.said = frame, frame.words

    def code(self, codes: Codes, name: str, code: Any) -> str:
        """The code of a field in the person's language; what nobody has named as it stands."""
        text, (field, _, part) = str(code), name.partition(".")
        named = (codes[one][text] for one in (name, f".{part}", field) if text in codes.get(one, {}))
        return next((one.called(self.said.language) for one in named), text)

    def title(self, kind: KindWords, record: Mapping[str, Any], organization: str | None = None) -> str:
        """What a record is called in a list."""
        own = next((self.code(kind.codes, name, record[name]) for name in TITLES if record.get(name)), None)
        return own or organization or f"{kind.called(self.said.language)} {str(record['id'])[-6:]}"

    def value(self, kind: KindWords, name: str, value: Any) -> str:
        """The value of a field, or of a part of its rows, which is called `<field>.<part>`."""
        if value in _EMPTY:
            return "—"
        if isinstance(value, bool):
            return self.said("yes" if value else "no")
        if kind.is_money(name) and isinstance(value, int):
            return self.money(value)
        if isinstance(value, list | tuple):
            joined = self.said.clauses if isinstance(value[0], Mapping) else self.said.names
            return joined(self.value(kind, name, one) for one in value)
        if isinstance(value, Mapping):
            return self._parts(kind, name, value)
        if name == "state":
            return kind.state(str(value), self.said.language)
        if name == "basis":
            return self.said.code("basis", str(value))
        if isinstance(value, str) and self.frame.desk.runtime.region.known(value):
            return self.place(value)
        return self.code(kind.codes, name, value) if isinstance(value, str) else f"{value}"

    def _parts(self, kind: KindWords, name: str, value: Mapping[str, Any]) -> str:
        """A quantity as documents print it, an amount as money; else each part with its name, without
        references to records."""
        if value.keys() == {"value", "qualifier"}:
            return self.said(f"quantity_{value['qualifier']}", number=self.value(kind, name, value["value"]))
        if value.keys() == {"fen", "currency"}:
            return self.money(value["fen"])
        return self.said.series(
            self.said.pair(self._part(kind, name, key), self.value(kind, f"{name}.{key}", value[key]))
            for key in kind.in_order(value, name)
            if is_said(key, value[key])
        )

    def _part(self, kind: KindWords, name: str, key: str) -> str:
        """A part by the form's name for it, or the pages'; a code that stands for one by its own."""
        if key in kind.codes.get(name, {}):
            return self.code(kind.codes, name, key)
        called = kind.field(f"{name}.{key}", self.said.language)
        return self.said.code("part", key) if called == english(key) else called

    def money(self, fen: int) -> str:
        """A sum in yuan."""
        return self.said("yuan", amount=yuan(fen))

    def actor(self, id: str) -> str:
        """Who did it: an opaque id, or the system itself."""
        return self.said("by_itself") if id == SYSTEM.actor_id else id

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

    def due(self, kind: KindWords, state: str, values: Mapping[str, Any], today: date) -> str:
        """Until when a record in this state is to be worked on, as HTML; a day that no longer counts stands
        plain."""
        for due_on in kind.due(state, values).values():
            return self.deadline(due_on, today)
        return self.deadline(day(values.get("due_on")), today, counts=False)

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
            return self.title(kind, {**due.state, "id": due.id})
        own = next((due.state[name] for name in TITLES if due.state.get(name)), None)
        return str(own or str(due.id)[-6:])

    async def organizations(
        self, records: Iterable[Mapping[str, Any]], listing: Collection[str] = ()
    ) -> dict[str, str]:
        """The names of the organisations that records, or what was said of them, are about, or list in the
        fields `listing`, by id."""
        ids = set[str]()
        for one in records:
            if about := one.get("organization_id"):
                ids.add(str(about))
            ids.update(id for name in listing if isinstance(one.get(name), list) for id in one[name])
        if not ids:
            return {}
        async with self.frame.desk.runtime.database.transaction() as transaction:
            return await queries.names(transaction.connection, ids)

    async def today(self) -> date:
        """The day in Shanghai by the clock of the stack."""
        async with self.frame.desk.runtime.database.transaction() as transaction:
            return transaction.now.astimezone(SHANGHAI).date()


def is_said(name: str, value: Any) -> bool:
    """Whether people read it: not what is empty, and no reference to other records."""
    first = value[0] if isinstance(value, list | tuple) and value else value
    refers = name.endswith("_id") or (isinstance(first, Mapping) and "id" in first)
    return value not in _EMPTY and not refers


def day(text: str | None) -> date | None:
    """A day of an answer."""
    return date.fromisoformat(text) if text else None


def moment(text: str) -> str:
    """An instant of an answer, in Shanghai."""
    return f"{datetime.fromisoformat(text).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def chip(text: str, tone: str = "") -> str:
    """A small coloured label as HTML."""
    return f'<span class="chip {tone}">{escape(text)}</span>'
