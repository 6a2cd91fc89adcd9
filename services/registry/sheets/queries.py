"""The records of a list, with the names of the organisations they are about."""

from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from chassis.http import Reading
from chassis.matters import Kind, Step
from chassis.matters.naming import NamesOf, named, no_names
from chassis.matters.queries import Filter, conditions
from services.registry.organizations.tables import OrganizationRow
from services.registry.sheets.model import Addition, Column, WorkbookTooLong, columns, heading

ORGANIZATION: Final = {"organization_name": "社会组织", "credit_code": "统一社会信用代码"}
_HIDDEN = frozenset(
    {"id", "revision", "sequence", "home", "basis", "recorded_at", "effective_on", "paused_on", "ended"}
)


PORTION: Final = 1000
"""Rows of a workbook that are read, and written, at once."""
BLANK = 20
"""Rows without a record at the end of a list that takes new ones."""


def known_columns(kind: Kind[Any]) -> dict[str, str]:
    """What of a record its list shows: name -> Chinese title."""
    titled = {
        name: heading(field.title, money=name in kind.money)
        for name, field in kind.row.model_fields.items() if field.title
    }  # fmt: skip
    found = {
        name: title for name, title in titled.items() if name not in _HIDDEN and not name.endswith("_id")
    }
    references = addition(kind).references if kind.opening is not None and kind.opening.by_workbook else {}
    known = {"division": "行政区划", **references, **found}
    if "organization_id" in kind.row.model_fields:
        return {**ORGANIZATION, **known}
    return known


def addition(kind: Kind[Any], names: NamesOf = no_names) -> Addition:
    """How a row that is added to a list of this kind says what it opens."""
    assert kind.opening is not None
    own, references = [], {}
    for column in to_fill(kind.opening, names):
        if not column.name.endswith("_id"):
            own.append(column)
        elif column.name != "organization_id":
            references[column.name] = f"{column.title}编号"
    return Addition(tuple(own), references, "organization_id" in kind.opening.parameters)


def blank(kind: Kind[Any], wanted: Filter) -> list[dict[str, Any]]:
    """Rows to fill in with what is not on the list yet: they say to which record the list was narrowed."""
    given = {name: getattr(wanted, name, None) for name in addition(kind).references}
    known = {name: str(value) for name, value in given.items() if value is not None}
    return [known] * BLANK if known else []


def to_fill(step: Step[Any], names: NamesOf) -> list[Column]:
    """The columns in which a step is filled in, with the region's names of codes."""
    return columns(named(step.body.model_json_schema(), step.kind.name, names))


async def refuse_too_long(
    reading: Reading, row: type[SQLModel], found: Sequence[sa.ColumnElement[bool]], most: int
) -> None:
    """Raise `WorkbookTooLong` where more than `most` rows fit: a workbook has all that was asked for."""
    some = select(sa.literal(1)).select_from(row).where(*found).limit(most + 1).subquery()
    if (await reading.session.exec(select(sa.func.count()).select_from(some))).one() > most:
        raise WorkbookTooLong(most=most)


async def portions(reading: Reading, statement: Any) -> AsyncIterator[Sequence[Any]]:
    """What a statement finds, some rows at a time; none of its records, each row's first, is kept."""
    found = await reading.session.stream(statement.execution_options(yield_per=PORTION))
    async for portion in found.partitions():
        yield portion
        for row in portion:
            reading.session.expunge(row[0])


async def rows(
    reading: Reading, *, kind: Kind[Any], wanted: Filter, names: NamesOf
) -> AsyncIterator[list[dict[str, Any]]]:
    """The records that the filter finds in the order of division and id, in words, some at a time."""
    row = kind.row
    found = conditions(reading, kind, wanted)
    name: Any = sa.null()
    credit_code: Any = sa.null()
    if "organization_id" in row.model_fields:
        about = OrganizationRow.id == row.organization_id
        name = select(OrganizationRow.name).where(about).scalar_subquery()
        credit_code = select(OrganizationRow.credit_code).where(about).scalar_subquery()
    statement = select(row, name, credit_code).where(*found).order_by(col(row.division), col(row.id))
    words = _words(kind, names)
    async for portion in portions(reading, statement):
        yield [
            {**_shown(kind, words, one), "organization_name": called, "credit_code": code}
            for one, called, code in portion
        ]


def _words(kind: Kind[Any], names: NamesOf) -> dict[str, Mapping[str, str]]:
    """Names of codes by field, as the forms of the kind have them."""
    steps = [step for step in (kind.opening, *kind.steps.values()) if step is not None]
    of_forms = {column.name: column.choices for step in steps for column in to_fill(step, names)}
    return {name: of_forms.get(name) or names(kind.name, name).names for name in kind.row.model_fields}


def _shown(kind: Kind[Any], words: Mapping[str, Mapping[str, str]], row: Any) -> dict[str, Any]:
    values = {name: _said(kind, words, name, getattr(row, name)) for name in kind.row.model_fields}
    state = kind.states_zh[kind.states(row.state)]
    return {**values, "id": row.subject, "state": state}


def _said(kind: Kind[Any], words: Mapping[str, Mapping[str, str]], name: str, value: Any) -> Any:
    """A code by its name, a sum in yuan, a row by its parts; what nobody has named as it stands."""
    if isinstance(value, list):
        return [_said(kind, words, name, one) for one in value]
    if isinstance(value, Mapping):
        in_order = sorted(value, key=lambda part: f"{name}.{part}" in kind.money)  # a sum comes last
        parts = (_said(kind, words, f"{name}.{part}", value[part]) for part in in_order)
        return "：".join(f"{part:,} 元" if isinstance(part, Decimal) else str(part) for part in parts)
    if isinstance(value, int) and name in kind.money:
        return Decimal(value).scaleb(-2)
    return words.get(name, {}).get(value, value) if isinstance(value, str) else value
