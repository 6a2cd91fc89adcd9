"""What the registry reckons of a record or of a place beside its lists, shown as it is told: numbers with
their names, tables, an aim with a bar of what is reached. What is shown where stands here; how it looks is
the same for all."""

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
    of: tuple[str, ...] = ()
    """fields of the record that are asked for, too"""
    opens: str = ""
    """the page that a row leads to, with the row's fields in it"""


OF_RECORD = {
    "plans": Answer("plan_progress", "/v1/plans/{id}/progress"),
    "training-plans": Answer("training_comparison", "/v1/training-plans/{id}/comparison"),
    "bases": Answer("base_queues", "/v1/bases/{id}/queues"),
    "clean-ups": Answer("clean_up_progress", "/v1/clean-ups/{id}/progress"),
    "meetings": Answer(
        "invitations_answered",
        "/v1/meetings/{id}/answers",
        opens="/matters/attendances?meeting_id={meeting_id}&state={answer}",
    ),
    "trainings": Answer(
        "invitations_answered",
        "/v1/trainings/{id}/answers",
        opens="/matters/attendances?training_id={training_id}&state={answer}",
    ),
    "body-checks": Answer("checklist", "/v1/checklists", of=("legal_form",)),
}
"""Shown on the record, by its kind's path."""
OF_PLACE = {
    "liaisons": Answer("liaison_coverage", "/v1/liaison-coverage"),
    "social-worker-posts": Answer("staffing", "/v1/social-worker-staffing"),
    "tasks": Answer("frameworks", "/v1/frameworks"),
    "targets": Answer("targets_stand", "/v1/target-progress", opens="/matters/targets/{id}"),
    "inspections": Answer("inspection_years", "/v1/inspection-rates"),
    "coordination-cases": Answer(
        "open_parts", "/v1/coordination-parts", opens="/matters/coordination-cases/{case_id}"
    ),
    "talents": Answer("available_talents", "/v1/available-talents", opens="/matters/talents/{id}"),
    "admission-criteria": Answer("criteria_in_force", "/v1/criteria-in-force"),
    "guidelines": Answer("guidelines_in_force", "/v1/guidelines-in-force"),
}
"""Shown above the list, of the division that it is narrowed to, by the kind's path."""
_CALLED_BY = {
    "tag": "framework", "topics_left": "topics", "batch": "batch", "source": "source", "advised": "advised",
    "kind": "gap", "duties": "duties",
}  # fmt: skip
"""Fields of codes -> by whose names they are called, where their own has none."""
_NAMED = {
    "figure": ("name_zh",), "division": ("name_zh", "name"), "department": ("name",),
    "code": ("name_zh", "zh", "name_en"), "topic": ("topic_zh",),
}  # fmt: skip
"""What stands for a code in the same row, each name for the first that has it; in English only what is
written in it, but for figures."""
_SAID_TWICE = "zh"
"""A sentence of what the other fields of the row say."""
_AT_ONCE = 4
"""How much of a list is read without unfolding it."""
_AIMED = ("value", "aim", "unit", "at_most", "reached", "share", "elapsed")
"""What together says how far somebody is with an aim."""
_REACH = "reach"


async def ask(
    registry: Neighbours, answer: Answer, *, record: Mapping[str, Any] | None = None, division: str = ""
) -> Any:
    """The registry's answer about a record or a place; None where it does not tell this person."""
    known = record or {}
    asked = {name: known[name] for name in answer.of} | ({"division": division} if division else {})
    try:
        return await registry.get(SERVICE, answer.path.format_map(known), **asked)
    except NotDone:
        return None


def draw(answer: Answer, found: Any, shown: Shown, kind: KindWords) -> None:
    """The answer as a card, where there is something to tell."""
    if inner := Telling(shown, kind, answer.opens).card(answer, found):
        with ui.element("section").classes("card w12 scroll").props(f'data-card="{answer.key}"'):
            ui.html(inner, sanitize=False)


class Telling:
    """An answer as HTML, with the names that a kind has for codes; a row with all that is in the address
    `opens` leads there."""

    def __init__(self, shown: Shown, kind: KindWords | None = None, opens: str = "") -> None:
        self.shown, self.said, self.kind, self.opens = shown, shown.said, kind, opens

    def card(self, answer: Answer, told: Any) -> str:
        """With its title; nothing where there is nothing to tell."""
        inner = self.table(told) if isinstance(told, list) else self.facts(told) if told else ""
        return f"<h2>{escape(self.said(answer.key))}</h2>{inner}" if inner else ""

    def facts(self, told: Mapping[str, Any]) -> str:
        """What is said once, then a table of each list of rows."""
        inner = {k: v for name, v in told.items() if isinstance(v, Mapping) for k, v in v.items()}
        flat = {name: value for name, value in told.items() if not isinstance(value, Mapping)} | inner
        flat = self._without_double(flat)
        rows = {name: value for name, value in flat.items() if _is_rows(value)}
        lines = "".join(
            f"<dt>{escape(self._name(name))}</dt><dd>{self._shown(name, value)}</dd>"
            for name, value in flat.items() if name not in rows
        )  # fmt: skip
        tables = "".join(f"<h3>{escape(self._name(n))}</h3>{self.table(some)}" for n, some in rows.items())
        return f'<dl class="facts">{lines}</dl>{tables}'

    def table(self, told: Sequence[Mapping[str, Any]]) -> str:
        """A row each."""
        rows = [_with_reach(self._without_double(one)) for one in told]
        if not rows:
            return ""
        heads = "".join(f"<th{_number(rows[0][name])}>{escape(self._name(name))}</th>" for name in rows[0])
        lines = "".join(
            f"<tr>{self._cells(row, self._way(one))}</tr>" for row, one in zip(rows, told, strict=True)
        )
        return f'<table class="plain"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>'

    def _way(self, row: Mapping[str, Any]) -> str:
        """Where a row leads; nowhere where it is about nothing that has a page."""
        try:
            return self.opens.format_map(row)
        except KeyError:
            return ""

    def _cells(self, row: Mapping[str, Any], way: str) -> str:
        cells = {name: self._shown(name, value) for name, value in row.items()}
        if way:
            first = next(iter(cells))
            cells[first] = f'<a class="open" href="{escape(way)}">{cells[first]}</a>'
        return "".join(f"<td{_number(row[name])}>{cell}</td>" for name, cell in cells.items())

    def _without_double(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Without ids, and one of a code and its name."""
        found = dict(told)
        zh = self.said.language == "zh"
        for code, names in _NAMED.items():
            if code not in found:
                continue
            fitting = [one for one in names if one.endswith("_en") != zh or code == "figure"]
            name = next((one for one in fitting if found.get(one)), None)
            if name is not None:
                found = {key: found[name] if key == code else value for key, value in found.items()}
            for one in names:
                found.pop(one, None)
        said_twice = (_SAID_TWICE, "id")
        return {k: v for k, v in found.items() if k not in said_twice and not k.endswith("_id")}

    def _name(self, name: str) -> str:
        """By the pages' own words, or else by the kind's."""
        called = self.said.code("told", name)
        return self.kind.field(name, self.said.language) if self.kind and called == name else called

    def _shown(self, name: str, value: Any) -> str:
        """As HTML; a long list says how long it is, and is unfolded."""
        if name == _REACH:
            return self._reach(value)
        text = escape(self._value(name, value))
        if isinstance(value, list) and len(value) > _AT_ONCE:
            return f"<details><summary>{len(value)}</summary>{text}</details>"
        return text

    def _reach(self, one: Mapping[str, Any]) -> str:
        """What is reached beside what was aimed at; the bar has a mark where the period stands."""
        key = "reach_at_most" if one["at_most"] else "reach"
        unit = f" {one['unit']}" if one["unit"] else ""
        value, aim = self._value("value", one["value"]), self._value("aim", one["aim"])
        line = escape(self.said(key, value=value, aim=f"{aim}{unit}"))
        if one["share"] is None:
            return f"{line}<div class='muted small'>{escape(self.said('reach_unknown'))}</div>"
        share, elapsed = one["share"], one["elapsed"]
        below = self.said("reach_share", share=f"{share:g}", elapsed=f"{elapsed:g}")
        return (
            f'{line}<span class="reach {_tone(one)}" aria-hidden="true"><i style="width:{share}%"></i>'
            f'<b style="left:{elapsed}%"></b></span><div class="muted small">{escape(below)}</div>'
        )

    def _value(self, name: str, value: Any) -> str:
        if value is None or value == []:
            return "—"
        if isinstance(value, bool):
            return self.said("yes" if value else "no")
        if isinstance(value, list):
            return self.said.names(self._value(name, one) for one in value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, float | int):
            return f"{value:,}"
        text = str(value)
        if self.shown.frame.desk.runtime.region.known(text):
            return self.shown.place(text)
        codes = self.kind.codes if self.kind else {}
        for by in (name, f".{name}", _CALLED_BY.get(name, name)):
            if (called := self.shown.code(codes, by, text)) != text:
                return called
        return self.said.code("told_value", text)


def _with_reach(row: dict[str, Any]) -> dict[str, Any]:
    """What says how far one is with an aim as one, behind what is aimed at."""
    if not row.keys() >= set(_AIMED):
        return row
    others = {name: value for name, value in row.items() if name not in _AIMED}
    return {"figure": others.pop("figure"), _REACH: {name: row[name] for name in _AIMED}, **others}


def _tone(one: Mapping[str, Any]) -> str:
    """Whether what is reached is enough, for as much of the period as has passed."""
    if one["reached"]:
        return "good"
    if one["elapsed"] >= 100:
        return "bad"
    return "warn" if one["share"] < one["elapsed"] else ""


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _number(value: Any) -> str:
    return ' class="number"' if isinstance(value, int | float) and not isinstance(value, bool) else ""
