"""Reads of the register: search, one organisation, its history from the log, what looks like it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz, process
from shuniu_contracts import registry
from sqlmodel import col, select

from chassis.http import AggregateOut, Page, PageRequest, Reading
from chassis.http.fields import Code, Division, Text
from services.registry.identification.model import normalized_name
from services.registry.organizations.model import (
    Basis,
    Decoupling,
    HubLink,
    HubStanding,
    LegalForm,
    LegalStatus,
    RegistrationRoute,
)
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy, names_of

_COMPARED = 20_000


class OrganizationOut(AggregateOut):
    """An organisation as it stands."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    home: str
    effective_on: date
    basis: Basis
    recorded_at: datetime
    name: str
    legal_form: LegalForm
    legal_status: LegalStatus
    hub_link: HubLink
    hub_standing: HubStanding
    decoupling: Decoupling
    ended: bool
    credit_code: str | None
    legacy_number: str | None
    categories: list[str]
    department: str | None
    nature: str | None
    functions: list[str]
    service_directions: list[str]
    target_groups: list[str]
    origin: str | None
    development_mode: str | None
    premises: str | None
    staff_count: int | None
    member_count: int | None
    full_party_member_count: int | None
    volunteer_count: int | None
    supervisory_unit: str | None
    supervisory_unit_name: str | None
    registration_authority: str | None
    registration_route: RegistrationRoute | None
    founded_on: date | None
    filed_on: date | None
    registered_on: date | None
    hub_filed_on: date | None
    linked_on: date | None
    decoupled_on: date | None
    administrative_staff: int | None
    ended_on: date | None
    credit_listing: str
    brands: list[str]
    four_no_fees_declared: bool | None
    registered_capital_fen: int | None
    charity: bool | None
    source: str | None
    merged_into: UUID | None
    import_id: UUID | None

    @classmethod
    def of(cls, row: OrganizationRow) -> "OrganizationOut":
        """The row as the API shows it."""
        return cls.model_validate(row)


Premises = Literal["own", "shared", "none"]
"""Rooms of its own, shared with others (合署办公), or none (S01)."""
_EQUAL = (
    "legal_form", "legal_status", "hub_link", "hub_standing", "department", "nature", "premises", "import_id",
    "decoupling", "credit_listing", "origin", "charity",
)  # fmt: skip
_AMONG = {
    "category": "categories", "function": "functions", "service_direction": "service_directions",
    "target_group": "target_groups",
}  # fmt: skip
"""What the filter names one of, and the column that has several."""


class Filter(BaseModel):
    """Which organisations; the register's search and its export take the same."""

    q: str | None = Field(
        None, max_length=200, description="part of the name, its pinyin initials, or a whole code"
    )
    division: Division | None = Field(None, description="with all below it")
    legal_form: LegalForm | None = None
    legal_status: LegalStatus | None = None
    category: Code | None = None
    hub_link: HubLink | None = None
    hub_standing: HubStanding | None = None
    decoupling: Decoupling | None = None
    department: Code | None = None
    nature: Code | None = None
    function: Code | None = None
    service_direction: Code | None = None
    target_group: Code | None = None
    supervisory_unit: Text | None = Field(
        None, description="code of the unit, or part of its name (业务主管单位)"
    )
    origin: registry.Origin | None = None
    premises: Premises | None = None
    charity: bool | None = None
    credit_listing: registry.CreditListing | None = None
    import_id: UUID | None = None
    ended: bool = Field(False, description="show ended and merged records too")

    def conditions(self, reading: Reading) -> list[sa.ColumnElement[bool]]:
        """The filter as SQL, within what the caller may see."""
        found = [reading.within(col(OrganizationRow.division), self.division)]
        for name in _EQUAL:
            if (wanted := getattr(self, name)) is not None:
                found.append(col(getattr(OrganizationRow, name)) == getattr(wanted, "value", wanted))
        for name, column in _AMONG.items():
            if (wanted := getattr(self, name)) is not None:
                found.append(col(getattr(OrganizationRow, column)).contains([wanted]))
        if self.supervisory_unit is not None:
            found.append(_supervised_by(reading, self.supervisory_unit))
        if not self.ended and self.legal_status is None:
            found.append(sa.not_(col(OrganizationRow.ended)))
        if self.q is not None and (text := normalized_name(self.q)):
            found.append(
                sa.or_(
                    col(OrganizationRow.normalized_name).contains(text, autoescape=True),
                    col(OrganizationRow.pinyin).contains(text, autoescape=True),
                    col(OrganizationRow.credit_code) == text.upper(),
                    sa.func.lower(col(OrganizationRow.legacy_number)) == self.q.strip().lower(),
                )
            )
        return found


def _supervised_by(reading: Reading, said: str) -> sa.ColumnElement[bool]:
    """Those whose supervisory unit is called so: some have its code, others its name alone."""
    names = names_of(reading.policy(RegistryPolicy))("organization", "supervisory_unit").names
    codes = [said, *(code for code, name in names.items() if said in name)]
    return sa.or_(
        col(OrganizationRow.supervisory_unit).in_(codes),
        col(OrganizationRow.supervisory_unit_name).contains(said, autoescape=True),
    )


async def search(reading: Reading, *, wanted: Filter, page: PageRequest) -> Page[OrganizationOut]:
    """A page of organisations in the order they came onto the record."""
    statement = select(OrganizationRow).where(*wanted.conditions(reading)).order_by("id").limit(page.fetch)
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(OrganizationRow.id) > after[0])
    rows = (await reading.session.exec(statement)).all()
    return Page[OrganizationOut].of(rows, page, item=OrganizationOut.of, key=lambda row: (row.id,))


async def one(reading: Reading, *, id: UUID) -> OrganizationOut:
    """One organisation, ended ones too; raises `NotFound`, `NotPermitted`."""
    return OrganizationOut.of(await _row(reading, id))


async def _row(reading: Reading, id: UUID) -> OrganizationRow:
    return await reading.record(OrganizationRow, id)


class Change(BaseModel):
    """A field before and after."""

    before: Any
    after: Any


class HistoryEntry(BaseModel):
    """One fact of an organisation's life, from its log."""

    sequence: int
    fact: str
    effective_on: date
    basis: Basis
    recorded_at: datetime
    actor_id: str
    correlation_id: str
    changes: dict[str, Change] = Field(description="fields of the state that this fact changed")
    particulars: dict[str, Any] = Field(description="what the fact says beside the state")


async def history(reading: Reading, *, id: UUID) -> list[HistoryEntry]:
    """Every fact of one organisation in order, with what each changed; raises `NotFound`, `NotPermitted`."""
    await _row(reading, id)
    rows = await reading.connection.fetch(
        "select sequence, type, payload, headers->>'actorid' as actor_id,"
        " headers->>'correlationid' as correlation_id, recorded_at"
        " from event_log where aggregateid = $1 order by sequence",
        str(id),
    )
    entries, before = [], dict[str, Any]()
    for row in rows:
        data: dict[str, Any] = msgspec.json.decode(row["payload"])
        state: dict[str, Any] = data.pop("state")
        entries.append(
            HistoryEntry(
                sequence=row["sequence"], fact=row["type"].split(".")[-2],
                effective_on=state["effective_on"], basis=state["basis"], recorded_at=row["recorded_at"],
                actor_id=row["actor_id"], correlation_id=row["correlation_id"],
                changes=_changes(before, state), particulars=data,
            )
        )  # fmt: skip
        before = state
    return entries


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Change]:
    names = [name for name in {**before, **after} if name not in {"effective_on", "basis"}]
    return {
        name: Change(before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }


class Similar(BaseModel):
    """An organisation whose name is like the one asked for."""

    id: UUID
    name: str
    division: str
    score: float = Field(description="0-100, 100 is the same name")


async def similar(reading: Reading, *, name: str, division: str) -> list[Similar]:
    """What in the same street is called nearly so, the likest first: a look before one is entered."""
    street = division[:9]
    reading.authorize(division)
    rows = await reading.connection.fetch(
        "select id, name, division, normalized_name from organization"
        " where not ended and division like $1 limit $2",
        f"{street}%", _COMPARED,
    )  # fmt: skip
    found = process.extract(
        normalized_name(name), {row["id"]: row["normalized_name"] for row in rows}, scorer=fuzz.ratio,
        limit=10, score_cutoff=reading.policy(RegistryPolicy).similar_names_score - 20,
    )  # fmt: skip
    by_id = {row["id"]: row for row in rows}
    return [
        Similar(id=id, name=by_id[id]["name"], division=by_id[id]["division"], score=round(score, 1))
        for _, score, id in found
    ]


NAMED = (
    "categories", "department", "development_mode", "functions", "ground", "nature", "reason",
    "registration_authority", "service_directions", "source", "supervisory_unit", "target_groups",
)  # fmt: skip
"""Fields of an organisation and of its facts whose codes the region names."""


async def routing(reading: Reading) -> dict[str, Any]:
    """The region's categories, who deals with each, which are registered directly; names of codes."""
    policy = reading.policy(RegistryPolicy)
    direct = set(policy.direct_registration_categories)
    offered = {field: names_of(policy)("organization", field) for field in NAMED}
    return {
        "categories": [
            {**category.model_dump(), "direct_registration": category.code in direct}
            for category in policy.categories
        ],
        "departments": [department.model_dump() for department in policy.departments],
        "criteria": [criterion.model_dump() for criterion in policy.criteria],
        "codes": {field: one.names for field, one in offered.items()},
        "english": {field: one.english for field, one in offered.items() if one.english},
    }
