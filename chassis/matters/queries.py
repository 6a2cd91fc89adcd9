"""Reads of matters: lists by filter in order of opening or of their deadlines, one record, its steps."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, create_model
from shuniu_contracts import Basis
from sqlmodel import col, select

from chassis.http.call import AggregateOut
from chassis.http.fields import Day, Division
from chassis.http.paging import Page, PageRequest
from chassis.http.reading import Reading
from chassis.matters.finding import holding
from chassis.matters.kind import AtOnce, Kind, Step
from chassis.matters.naming import NamesOf, named, no_names
from chassis.matters.rows import MatterRow
from chassis.model import Refusal, RefusalKind
from chassis.principal import NotPermitted, Principal

R = TypeVar("R", bound=MatterRow)


class MalformedRecord(Refusal):
    """Not the name of a record."""

    code = "record_name_malformed"
    kind = RefusalKind.INVALID
    zh = "“{value}”不是记录的名称，应为“事项种类:编号”。"
    en = "'{value}' names no record; it must be `<kind>:<id>`."


class MatterOut(AggregateOut):
    """A matter as it stands; each kind adds its own columns."""

    model_config = ConfigDict(from_attributes=True)


class StepOut(BaseModel):
    """One step of a record."""

    model_config = ConfigDict(from_attributes=True)

    fact: str
    state: str
    effective_on: date
    basis: Basis
    recorded_at: datetime
    actor_id: str
    arguments: dict[str, Any] = Field(description="what was said at this step")


class Filter(BaseModel):
    """Which records of a kind; a kind adds its own columns."""

    q: str | None = Field(
        None, max_length=200,
        description="words that stand in what people see of a record, each of them: its title, state, place,"
        " day, organisation; or the end of its id",
    )  # fmt: skip
    division: Division | None = Field(None, description="with all below it")
    state: list[str] | None = Field(None, description="one or several states")
    owner: str | None = None
    ended: bool | None = None
    overdue: bool | None = None
    due_before: Day | None = Field(None, description="with a deadline before this day")
    order: Literal["newest", "due"] = Field("newest", description="due: by deadline, the earliest first")


@cache
def out_of(kind: Kind[Any]) -> type[MatterOut]:
    """The form in which the API shows records of this kind: its columns by their names."""
    skipped = {"id", "revision", "sequence"}
    fields: dict[str, Any] = {
        name: (field.annotation, Field(title=field.title)) if field.title else (field.annotation, ...)
        for name, field in kind.row.model_fields.items()
        if name not in skipped
    }
    fields["state"] = (kind.states, ...)
    name = "".join(part.title() for part in kind.name.split("_")) + "Out"
    made: type[MatterOut] = create_model(name, __base__=MatterOut, __doc__=f"{kind.zh}: {kind.en}.", **fields)
    return made


@cache
def filter_of(kind: Kind[Any]) -> type[Filter]:
    """The query parameters of the kind's list."""
    fields: dict[str, Any] = {name: (_optional(kind.row, name), None) for name in kind.filters}
    name = "".join(part.title() for part in kind.name.split("_")) + "Filter"
    made: type[Filter] = create_model(name, __base__=Filter, **fields)
    return made


def _optional(row: type[MatterRow], name: str) -> Any:
    # A field's annotation is None to the type checker; a column always has one.
    return row.model_fields[name].annotation | None  # type: ignore[operator]


def conditions(reading: Reading, kind: Kind[R], wanted: Filter) -> list[sa.ColumnElement[bool]]:
    """The filter as SQL, within what the caller may see."""
    row = kind.row
    found = [reading.within(col(row.division), wanted.division)]
    for name in ("owner", "ended", "overdue", *kind.filters):
        if (value := getattr(wanted, name)) is not None:
            found.append(col(getattr(row, name)) == value)
    if wanted.state:
        found.append(col(row.state).in_(wanted.state))
    if wanted.due_before is not None:
        found.append(col(row.due_on) < wanted.due_before)
    return [*found, *holding(reading, kind, wanted.q or "")]


async def search(reading: Reading, *, kind: Kind[R], wanted: Filter, page: PageRequest) -> Page[Any]:
    """One page of the records. Raises `NotPermitted`, `MalformedCursor`."""
    row, out = kind.row, out_of(kind)
    statement = select(row).where(*conditions(reading, kind, wanted)).limit(page.fetch)
    if wanted.order == "due":
        key = sa.tuple_(col(row.due_on), col(row.id))
        statement = statement.where(col(row.due_on).is_not(None)).order_by(col(row.due_on), col(row.id))
        if (after := page.after(date, UUID)) is not None:
            statement = statement.where(key > after)
        rows = (await reading.session.exec(statement)).all()
        return Page[Any].of(rows, page, item=out.model_validate, key=lambda one: (one.due_on, one.id))
    statement = statement.order_by(col(row.id).desc())
    if (last := page.after(UUID)) is not None:
        statement = statement.where(col(row.id) < last[0])
    rows = (await reading.session.exec(statement)).all()
    return Page[Any].of(rows, page, item=out.model_validate, key=lambda one: (one.id,))


async def one(reading: Reading, *, kind: Kind[R], id: UUID) -> MatterOut:
    """One record. Raises `NotFound`, `NotPermitted`."""
    return out_of(kind).model_validate(await reading.record(kind.row, id))


async def steps(reading: Reading, *, kind: Kind[R], id: UUID) -> list[StepOut]:
    """The record's steps in the order in which they were recorded."""
    await reading.record(kind.row, id)
    table = kind.steps_table
    found = await reading.session.exec(
        select(table).where(table.kind == kind.name, table.record_id == id).order_by(col(table.number))
    )
    return [StepOut.model_validate(step) for step in found]


async def possible(
    reading: Reading, *, kinds: Mapping[str, Kind[Any]], records: Sequence[str]
) -> dict[str, list[str]]:
    """The steps that the caller can take now of each of `records`, which are named `<kind>:<id>`; of what
    she may not read, or is not there, none. Raises `MalformedRecord`."""
    return {name: await _possible(reading, *_named(name, kinds)) for name in records}


def _named(name: str, kinds: Mapping[str, Kind[Any]]) -> tuple[Kind[Any], UUID]:
    kind, _, id = name.partition(":")
    try:
        return kinds[kind], UUID(id)
    except (KeyError, ValueError):
        raise MalformedRecord(value=name) from None


async def _possible(reading: Reading, kind: Kind[Any], id: UUID) -> list[str]:
    row = await reading.session.get(kind.row, id)
    if row is None:
        return []
    try:
        reading.principal.reaches(f"{kind.permission}:read", row.division, row.reached_from())
    except NotPermitted:
        return []
    return await kind.possible(reading, row)


def words(kind: Kind[Any]) -> dict[str, Any]:
    """The kind for a page that shows it: names of states and steps, what follows what, and every form.

    `deadlines` are the fields whose day is due, each with the states in which it is; `transitions` has the
    steps of people alone, those of all variants where records of one kind take different ways. `records` are
    the fields of a record that list others, each with the kinds of those. Whether a step that is told as
    `by_record` can be taken by the caller, `possible` tells of each record.
    """
    return {
        "name": kind.name, "path": kind.path, "zh": kind.zh, "en": kind.en,
        "permission": f"{kind.permission}:read",
        "states": {state.value: kind.states_zh[state] for state in kind.states},
        "transitions": {state.value: _followers(kind, state) for state in kind.states},
        "deadlines": {column: sorted(states) for column, states in kind.deadlines.items()},
        "opening": _step_words(kind.opening) if kind.opening else None,
        "steps": {fact: _step_words(step) for fact, step in kind.steps.items()},
        "at_once": {one.name: _form_words(one) for one in kind.at_once},
        "fields": {n: f.title for n, f in kind.row.model_fields.items() if f.title},
        "money": sorted(kind.money), "records": _listed(kind), "filter": filter_of(kind).model_json_schema(),
    }  # fmt: skip


def _listed(kind: Kind[Any]) -> dict[str, list[str]]:
    shown = out_of(kind).model_json_schema(mode="serialization")["properties"]
    return {
        name: one["items"]["x-record"] for name, one in shown.items() if "x-record" in one.get("items", ())
    }


def _followers(kind: Kind[Any], state: Any) -> dict[str, str]:
    """The state after each step that somebody can take in `state`."""
    return {
        fact: after.value
        for table in kind.tables
        for fact, after in table.get(state, {}).items()
        if fact in kind.steps
    }


def _step_words(step: Step[Any]) -> Mapping[str, Any]:
    return {
        **_form_words(step), "by_workbook": step.by_workbook,
        "by_record": step.whose is not None or step.ready is not None,
    }  # fmt: skip


def _form_words(one: Step[Any] | AtOnce) -> Mapping[str, Any]:
    return {
        "zh": one.zh, "en": one.en, "path": one.path, "permission": one.permission,
        "form": one.body.model_json_schema(),
    }  # fmt: skip


def for_caller(
    described: Mapping[str, Any], principal: Principal, names: NamesOf = no_names
) -> dict[str, Any]:
    """The words of a kind with what this caller may do: `may_read`, and `may` of each step.

    `names` are the region's names for the codes of fields that take any: see `named`.
    """
    kind = described["name"]
    offered = {field: names(kind, field) for field in described["fields"]}

    def told(step: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if step is None:
            return None
        return {**step, "may": principal.has(step["permission"]), "form": named(step["form"], kind, names)}

    return {
        **described,
        "may_read": principal.has(described["permission"]),
        "codes": {field: dict(one.names) for field, one in offered.items() if one.names},
        "english": {field: dict(one.english) for field, one in offered.items() if one.english},
        "opening": told(described["opening"]),
        "steps": {fact: told(step) for fact, step in described["steps"].items()},
        "at_once": {name: told(one) for name, one in described["at_once"].items()},
    }
