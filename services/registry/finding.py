"""By what lists find a matter beside its own texts: the organisation it is about, the names of its codes."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from chassis.acting import Acting
from chassis.matters import Kind
from chassis.matters.finding import texts
from chassis.matters.kind import FoundBy
from services.registry.identification.model import normalized_name
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy, names_of


def found_by(kind: Kind[Any]) -> FoundBy:
    """For the kind's `found_by`."""
    return partial(_found, kind)


def _found(kind: Kind[Any], acting: Acting, word: str) -> list[sa.ColumnElement[bool]]:
    of_region, row = names_of(acting.policy(RegistryPolicy)), kind.row
    found: list[sa.ColumnElement[bool]] = []
    for name in texts(kind):
        names = {**_own_names(kind).get(name, {}), **of_region(kind.name, name).names}
        if codes := [code for code, zh in names.items() if word in zh]:
            found.append(col(getattr(row, name)).in_(codes))
    if "organization_id" in kind.columns and (text := normalized_name(word)):
        found.append(
            sa.exists().where(
                col(OrganizationRow.id) == row.organization_id,
                sa.or_(
                    col(OrganizationRow.normalized_name).contains(text, autoescape=True),
                    col(OrganizationRow.pinyin).contains(text, autoescape=True),
                ),
            )
        )
    return found


@cache
def _own_names(kind: Kind[Any]) -> Mapping[str, Mapping[str, str]]:
    """The names of codes as the kind's forms have them, by field."""
    steps = [step for step in (kind.opening, *kind.steps.values()) if step is not None]
    found: dict[str, dict[str, str]] = {}
    for step in steps:
        for name, schema in step.body.model_json_schema()["properties"].items():
            found.setdefault(name, {}).update(dict(schema.get("x-zh", ())))
    return found
