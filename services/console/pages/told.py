"""What the registry reckons of a record or of a place beside its lists, shown as it is told: numbers with
their names, and tables. What is shown where stands here; how it looks is the same for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from nicegui import ui

from services.console.matters.kinds import SERVICE, KindWords
from services.console.neighbours import Neighbours, NotDone
from services.console.pages.shown import Shown


@dataclass(frozen=True)
class Answer:
    """One of the registry's answers: what the pages call it, and its route, with the record's id in it."""

    key: str
    path: str


OF_RECORD = {
    "plans": Answer("plan_progress", "/v1/plans/{id}/progress"),
    "training-plans": Answer("training_comparison", "/v1/training-plans/{id}/comparison"),
    "bases": Answer("base_queues", "/v1/bases/{id}/queues"),
}
"""Shown on the record, by its kind's path."""
OF_PLACE = {
    "liaisons": Answer("liaison_coverage", "/v1/liaison-coverage"),
    "social-worker-posts": Answer("staffing", "/v1/social-worker-staffing"),
    "tasks": Answer("frameworks", "/v1/frameworks"),
}
"""Shown above the list, of the division that it is narrowed to, by the kind's path."""
_CALLED_BY = {
    "tag": "framework", "topics_left": "topics", "batch": "batch", "source": "source", "advised": "advised",
    "kind": "gap", "duties": "duties",
}  # fmt: skip
"""Fields of codes -> by whose names they are called."""
_NAMED = {"division": ("name_zh", "name"), "department": ("name",), "figure": ("name_zh",)}
"""What stands for a code in the same row, where people read Chinese."""
_SAID_TWICE = "zh"
"""A sentence of what the other fields of the row say."""
_AT_ONCE = 4
"""How much of a list is read without unfolding it."""


async def ask(registry: Neighbours, answer: Answer, *, id: str = "", division: str = "") -> Any:
    """The registry's answer; None where it does not tell this person."""
    asked = {"division": division} if division else {}
    try:
        return await registry.get(SERVICE, answer.path.format(id=id), **asked)
    except NotDone:
        return None


def draw(answer: Answer, found: Any, shown: Shown, kind: KindWords) -> None:
    """The answer as a card, where there is something to tell."""
    if inner := Telling(shown, kind).card(answer, found):
        with ui.element("section").classes("card w12 scroll").props(f'data-card="{answer.key}"'):
            ui.html(inner, sanitize=False)


class Telling:
    """An answer as HTML, with the names that a kind has for codes."""

    def __init__(self, shown: Shown, kind: KindWords | None = None) -> None:
        self.shown, self.said, self.kind = shown, shown.said, kind

    def card(self, answer: Answer, told: Any) -> str:
        """With its title; nothing where there is nothing to tell."""
        inner = self.table(told) if isinstance(told, list) else self.facts(told) if told else ""
        return f"<h2>{escape(self.said(answer.key))}</h2>{inner}" if inner else ""

    def facts(self, told: Mapping[str, Any]) -> str:
        """What is said once, then a table of each list of rows."""
        told = self._without_double(told)
        inner = {k: v for name, v in told.items() if isinstance(v, Mapping) for k, v in v.items()}
        flat = {name: value for name, value in told.items() if not isinstance(value, Mapping)} | inner
        rows = {name: value for name, value in flat.items() if _is_rows(value)}
        lines = "".join(
            f"<dt>{escape(self._name(name))}</dt><dd>{self._shown(name, value)}</dd>"
            for name, value in flat.items() if name not in rows
        )  # fmt: skip
        tables = "".join(f"<h3>{escape(self._name(n))}</h3>{self.table(some)}" for n, some in rows.items())
        return f'<dl class="facts">{lines}</dl>{tables}'

    def table(self, told: Sequence[Mapping[str, Any]]) -> str:
        """A row each."""
        rows = [self._without_double(one) for one in told]
        if not rows:
            return ""
        heads = "".join(f"<th{_number(rows[0][name])}>{escape(self._name(name))}</th>" for name in rows[0])
        lines = "".join(f"<tr>{self._cells(one)}</tr>" for one in rows)
        return f'<table class="plain"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>'

    def _cells(self, row: Mapping[str, Any]) -> str:
        return "".join(f"<td{_number(v)}>{self._shown(name, v)}</td>" for name, v in row.items())

    def _without_double(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """One of a code and its name: who reads Chinese is told the name."""
        found = {name: value for name, value in told.items() if name != _SAID_TWICE}
        for code, names in _NAMED.items():
            if code not in found:
                continue
            name = next((one for one in names if found.get(one)), None)
            if name is not None and (self.said.language == "zh" or code == "figure"):
                found = {key: found[name] if key == code else value for key, value in found.items()}
            for one in names:
                found.pop(one, None)
        return found

    def _name(self, name: str) -> str:
        return self.said.code("told", name)

    def _shown(self, name: str, value: Any) -> str:
        """As HTML; a long list says how long it is, and is unfolded."""
        text = escape(self._value(name, value))
        if isinstance(value, list) and len(value) > _AT_ONCE:
            return f"<details><summary>{len(value)}</summary>{text}</details>"
        return text

    def _value(self, name: str, value: Any) -> str:
        if value is None or value == []:
            return "—"
        if isinstance(value, list):
            return "、".join(self._value(name, one) for one in value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, float | int) and not isinstance(value, bool):
            return f"{value:,}"
        text = str(value)
        if self.shown.frame.desk.runtime.region.known(text):
            return self.shown.place(text)
        by = _CALLED_BY.get(name, name)
        called = self.shown.code(self.kind.codes, by, text) if self.kind else text
        return self.said.code("told_value", text) if called == text else called


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _number(value: Any) -> str:
    return ' class="number"' if isinstance(value, int | float) and not isinstance(value, bool) else ""
