"""The records of a list, with the names of the organisations they are about."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from chassis.http import Reading
from chassis.matters import Kind, Step
from chassis.matters.naming import NamesOf, named
from chassis.matters.queries import Filter, conditions
from services.registry.organizations.tables import OrganizationRow
from services.registry.sheets.model import Column, columns

_HIDDEN = frozenset(
    {"id", "revision", "sequence", "home", "basis", "recorded_at", "effective_on", "paused_on", "ended"}
)


def known_columns(kind: Kind[Any]) -> dict[str, str]:
    """What of a record its list shows: name -> Chinese title."""
    titled = {name: field.title for name, field in kind.row.model_fields.items() if field.title}
    found = {
        name: title for name, title in titled.items() if name not in _HIDDEN and not name.endswith("_id")
    }
    if "organization_id" in kind.row.model_fields:
        return {"organization_name": "社会组织", "division": "行政区划", **found}
    return {"division": "行政区划", **found}


def to_fill(step: Step[Any], names: NamesOf) -> list[Column]:
    """The columns in which a step is filled in, with the region's names of codes."""
    return columns(named(step.body.model_json_schema(), step.kind.name, names))


async def rows(
    reading: Reading, *, kind: Kind[Any], wanted: Filter, limit: int, names: NamesOf
) -> list[dict[str, Any]]:
    """The records that the filter finds, at most `limit`, in the order of division and id, in words."""
    row = kind.row
    name: Any = sa.null()
    if "organization_id" in row.model_fields:
        owner = select(OrganizationRow.name).where(OrganizationRow.id == row.organization_id)
        name = owner.scalar_subquery()
    statement = (
        select(row, name)
        .where(*conditions(reading, kind, wanted))
        .order_by(col(row.division), col(row.id))
        .limit(limit)
    )
    found = (await reading.session.exec(statement)).all()
    words = _words(kind, names)
    return [_shown(kind, words, one, organization) for one, organization in found]


def _words(kind: Kind[Any], names: NamesOf) -> dict[str, Mapping[str, str]]:
    """Names of codes by field, as the forms of the kind have them."""
    steps = [step for step in (kind.opening, *kind.steps.values()) if step is not None]
    of_forms = {column.name: column.choices for step in steps for column in to_fill(step, names)}
    return {name: of_forms.get(name) or names(kind.name, name).names for name in kind.row.model_fields}


def _shown(
    kind: Kind[Any], words: Mapping[str, Mapping[str, str]], row: Any, organization: str | None
) -> dict[str, Any]:
    values = {name: _said(words[name], getattr(row, name)) for name in kind.row.model_fields}
    state = kind.states_zh[kind.states(row.state)]
    return {**values, "id": row.subject, "state": state, "organization_name": organization}


def _said(words: Mapping[str, str], value: Any) -> Any:
    """A code by its name, codes by theirs; what nobody has named as it stands."""
    if isinstance(value, list):
        return [_said(words, one) for one in value]
    return words.get(value, value) if isinstance(value, str) else value
