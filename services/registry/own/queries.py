"""What an organisation sees of itself: its entry in the register, its applications, what is open about it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, create_model
from sqlmodel import col, select

from chassis.http import AggregateOut, Page, PageRequest, Reading
from chassis.matters import Kind, MatterRow
from chassis.matters.queries import MatterOut, out_of
from services.registry.applications.model import ApplicationStep, FiledBy
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.enforcement.emergency_pauses.commands import EMERGENCY_PAUSES
from services.registry.incubation.bases.tables import BaseRow
from services.registry.incubation.cases.commands import BASE_CASES
from services.registry.incubation.entries import commands as entries
from services.registry.incubation.entries.commands import SERVICE_ENTRIES
from services.registry.incubation.entries.model import ServiceSide
from services.registry.incubation.entries.tables import ServiceEntryRow
from services.registry.incubation.guidances.commands import GUIDANCES
from services.registry.incubation.stays.commands import STAYS
from services.registry.inspections.annual.commands import INSPECTIONS
from services.registry.inspections.evaluations.commands import EVALUATIONS
from services.registry.inspections.rectifications.commands import RECTIFICATIONS
from services.registry.operations.attendances.commands import ATTENDANCES
from services.registry.organizations.model import HubLink, LegalForm, LegalStatus, RegistrationRoute
from services.registry.own.commands import HANDED_IN, WRITES
from services.registry.own.holder import check_application, check_organization, holder, organization_of
from services.registry.own.invitations import invited
from services.registry.own.model import APPLICATION
from services.registry.records.returns.commands import RETURNS
from services.registry.tables import MatterStepRow

_OPEN: Final[Mapping[Kind[Any], tuple[str, ...]]] = {
    INSPECTIONS: ("year", "form", "begins_on", "submitted_on", "filed_by", "returned_times"),
    RECTIFICATIONS: ("topics", "findings", "filed_by", "returned_times"),
    EVALUATIONS: ("year", "category"),
    RETURNS: ("period", "submitted_on", "filed_by", "returned_times"),
    EMERGENCY_PAUSES: ("visited_on", "lacking"),
    STAYS: ("services", "begins_on", "ends_on"),
    SERVICE_ENTRIES: ("service", "hours", "people", "content"),
    BASE_CASES: ("topic", "wanted", "said"),
    GUIDANCES: ("topic", "last_on"),
}
"""What asks something of the organisation or is done for it, with what it is told of each. What offices note
about it is theirs: risks, listings that are proposed, comparisons, visits, candidacies."""
SHOWN: Final = tuple(_OPEN)
RETURN: Final = "returned"
REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    INSPECTIONS.name: ("items", "explanation"),
    RECTIFICATIONS.name: ("topics_left", "explanation"),
    RETURNS.name: ("items", "explanation"),
}
"""What is said with `RETURN` of each kind that can be sent back."""
_OF_WRITER: Final = ("corrected", "cancelled")
"""What whoever wrote a line of the service log does about a dispute."""


class OwnOrganization(AggregateOut):
    """The entry in the register, without the hub's judgements."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    name: str
    legal_form: LegalForm
    legal_status: LegalStatus
    hub_link: HubLink
    ended: bool
    credit_code: str | None
    legacy_number: str | None
    categories: list[str]
    supervisory_unit_name: str | None
    registration_authority: str | None
    staff_count: int | None
    member_count: int | None
    full_party_member_count: int | None
    founded_on: date | None
    filed_on: date | None
    registered_on: date | None
    credit_listing: str


class OwnApplication(AggregateOut):
    """An application as the applicant is told of it; how offices coordinated a refusal is theirs (R11)."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    name: str
    legal_form: LegalForm
    categories: list[str]
    route: RegistrationRoute
    step: ApplicationStep
    filed_by: FiledBy | None
    ended: bool
    organization_id: UUID | None
    charter_template: str | None
    charter_party_clause: bool | None
    supervisory_unit_name: str | None
    full_party_member_count: int | None
    member_count: int | None
    staff_count: int | None
    submitted_on: date | None
    returned_on: date | None = Field(description="since when it is to be completed; none once it was")
    step_due_on: date | None
    paused_on: date | None
    criteria_failed: list[str]
    items: list[str] = Field(description="what is to be completed")
    reasons: list[str]
    explanation: str | None


class Returned(BaseModel):
    """Why a record was sent back last, and until when it is awaited again."""

    on: date
    reasons: dict[str, Any] = Field(description="what was said with it, by the fields of the kind's step")
    due_on: date | None = Field(description="none once it was handed in again")


class OpenRecord(BaseModel):
    """An open record about the organisation, by what it is and when something is due."""

    kind: str
    kind_zh: str
    id: UUID
    state: str
    state_zh: str
    opened_on: date
    due_on: date | None = Field(description="until when, or the day of what it is invited to")
    overdue: bool
    about: dict[str, Any] = Field(description="what it is told of it, by the kind's fields")
    returned: Returned | None = Field(None, description="none where it was never sent back")
    may: list[str] = Field(
        default_factory=list, description="steps, by the names of the kind in `GET /v1/own/forms`"
    )


class OwnRecord(AggregateOut):
    """A record about the organisation that it hands something in to; each kind adds its own columns."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    state: str
    opened_on: date
    due_on: date | None
    overdue: bool


class OwnDispute(BaseModel):
    """Why a line of the service log was disputed last, and what came of it."""

    on: date
    by: ServiceSide
    reason: str
    explanation: str | None
    outcome: str | None = Field(description="corrected or cancelled; none as long as it waits for its writer")
    outcome_on: date | None
    changed: dict[str, Any] = Field(description="what a correction says otherwise, by the line's fields")


class OwnEntry(BaseModel):
    """A line of the service log: what both sides know of it, and what the organisation can do with it now."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    state: str
    effective_on: date
    base: str = Field(description="the name of the base")
    service: str
    written_by: ServiceSide
    promised: bool = Field(description="the agreement has it")
    hours: int
    people: int
    content: str | None
    due_on: date | None
    overdue: bool
    confirmed_on: date | None
    dispute: OwnDispute | None = Field(description="none where it never was")
    may: list[str] = Field(description="steps, by the names of `GET /v1/own/forms`")


class Own(BaseModel):
    """All that an account of an organisation stands for."""

    stands_for: str
    organization: OwnOrganization | None = Field(description="none as long as there is only an application")
    applications: list[OwnApplication]
    records: list[OpenRecord] = Field(description="open ones, those that are due first")


async def own(reading: Reading) -> Own:
    """What the caller stands for; raises `StandsForNobody`, `NotPermitted`."""
    held, organization = holder(reading), await organization_of(reading)
    if organization is not None:
        reading.authorize(organization.division)
    row = RegistrationApplicationRow
    mine = col(row.id) == held.id if held.aggregate == APPLICATION else col(row.id).is_(None)
    if organization is not None:
        mine |= col(row.organization_id).in_([organization.id, held.id])
    applications = await reading.session.exec(
        select(row).where(reading.within(col(row.division)), mine).order_by(col(row.id))
    )
    return Own(
        stands_for=str(held),
        organization=organization and OwnOrganization.model_validate(organization),
        applications=[OwnApplication.model_validate(one) for one in applications],
        records=await _open(reading, organization.id) if organization is not None else [],
    )


async def _open(reading: Reading, organization_id: UUID) -> list[OpenRecord]:
    found: list[OpenRecord] = []
    for kind, told in _OPEN.items():
        row = kind.row
        about = row.organization_id == organization_id
        open_ones = select(row).where(about, col(row.ended).is_(False), reading.within(col(row.division)))
        rows = (await reading.session.exec(open_ones)).all()
        returned = await _returned(reading, kind, rows)
        found += [
            OpenRecord(
                kind=kind.name, kind_zh=kind.zh, id=one.id, state=one.state,
                state_zh=kind.states_zh[kind.states(one.state)], opened_on=one.opened_on, due_on=one.due_on,
                overdue=one.overdue, about={name: getattr(one, name) for name in told},
                returned=returned.get(one.id), may=await _may(reading, kind, one),
            )
            for one in rows
        ]  # fmt: skip
    found += [
        OpenRecord(
            kind=ATTENDANCES.name, kind_zh=ATTENDANCES.zh, id=one.id, state=one.state.value,
            state_zh=ATTENDANCES.states_zh[one.state], opened_on=one.opened_on, due_on=one.day,
            overdue=False, may=one.may,
            about={"gathering": one.gathering, "body": one.body, "post": one.post},
        )
        for one in await invited(reading, organization_id)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.due_on or date.max, one.opened_on))


async def _may(reading: Reading, kind: Kind[Any], row: MatterRow) -> list[str]:
    """What the organisation can hand in now."""
    if row.home != reading.stack:
        return []
    return [
        step.fact
        for step in HANDED_IN.get(kind, ())
        if kind.allows(row, step.fact) and await step.is_possible(reading, row, WRITES)
    ]


async def record(reading: Reading, *, kind: Kind[Any], id: UUID) -> OwnRecord:
    """One record about the organisation, with what it has handed in. Raises as `application`."""
    row = await reading.record(kind.row, id)
    await check_organization(reading, row.organization_id)
    return record_out(kind).model_validate(row)


@cache
def record_out(kind: Kind[Any]) -> type[OwnRecord]:
    """What an organisation is told of a record of this kind: what `_OPEN` has, and what it says itself."""
    said = (name for step in HANDED_IN[kind] for name in step.parameters if name in kind.columns)
    fields: dict[str, Any] = {
        name: (kind.row.model_fields[name].annotation, Field(title=kind.row.model_fields[name].title))
        for name in dict.fromkeys((*_OPEN[kind], *said))
    }
    name = "".join(part.title() for part in ("own", *kind.name.split("_")))
    made: type[OwnRecord] = create_model(name, __base__=OwnRecord, __doc__=f"{kind.zh}: {kind.en}.", **fields)
    return made


async def _returned(reading: Reading, kind: Kind[Any], rows: Sequence[MatterRow]) -> Mapping[UUID, Returned]:
    """Of each record that was sent back, how it was last."""
    if kind.name not in REASONS:
        return {}
    step = MatterStepRow
    of_these = col(step.record_id).in_([one.id for one in rows])
    steps = await reading.session.exec(
        select(step).where(of_these, step.fact == RETURN).order_by(col(step.number))
    )
    last = {one.record_id: one for one in steps}
    return {
        one.id: Returned(
            on=last[one.id].effective_on,
            reasons={name: last[one.id].arguments.get(name) for name in REASONS[kind.name]},
            due_on=one.due_on if _is_awaited(kind, one) else None,
        )
        for one in rows
        if one.id in last
    }


def _is_awaited(kind: Kind[Any], row: MatterRow) -> bool:
    """Whether it is where a return leads to."""
    return any(after.get(RETURN) is kind.states(row.state) for after in kind.table(row).values())


async def application(reading: Reading, *, id: UUID) -> OwnApplication:
    """One application of the caller's. Raises `NotFound`, `NotPermitted`, `StandsForNobody`, `NotOwn`."""
    row = await reading.record(RegistrationApplicationRow, id)
    await check_application(reading, row)
    return OwnApplication.model_validate(row)


async def service_entry(reading: Reading, *, id: UUID) -> MatterOut:
    """One line of the service log, whole, before the organisation answers it. Raises as `application`."""
    row = await reading.record(SERVICE_ENTRIES.row, id)
    await check_organization(reading, row.organization_id)
    return out_of(SERVICE_ENTRIES).model_validate(row)


async def service_entries(
    reading: Reading, *, page: PageRequest, may: Callable[[ServiceEntryRow], list[str]]
) -> Page[OwnEntry]:
    """The own service log, the newest lines first; `may` says what can be done with a line now.

    Raises `StandsForNobody`, `NotPermitted`, `MalformedCursor`.
    """
    organization = await organization_of(reading)
    if organization is None:
        return Page(items=[], next=None)
    row = ServiceEntryRow
    statement = (
        select(row, BaseRow.name)
        .join(BaseRow, col(BaseRow.id) == col(row.base_id))
        .where(row.organization_id == organization.id, reading.within(col(row.division)))
        .order_by(col(row.id).desc())
        .limit(page.fetch)
    )
    if (last := page.after(UUID)) is not None:
        statement = statement.where(col(row.id) < last[0])
    found = (await reading.session.exec(statement)).all()
    disputes = await _disputes(reading, [one for one, _ in found])

    def told(pair: tuple[ServiceEntryRow, str]) -> OwnEntry:
        one, base = pair
        ours = may(one) if one.home == reading.stack else []
        dispute = disputes.get(one.id)
        return OwnEntry.model_validate({**one.columns(), "base": base, "dispute": dispute, "may": ours})

    return Page[OwnEntry].of(found, page, item=told, key=lambda pair: (pair[0].id,))


async def _disputes(reading: Reading, rows: Sequence[ServiceEntryRow]) -> Mapping[UUID, OwnDispute]:
    """Of each line that was disputed, how it was last."""
    step, lines = MatterStepRow, {one.id: one for one in rows}
    of_these = col(step.record_id).in_(lines)
    said = col(step.fact).in_(("disputed", *_OF_WRITER))
    found: dict[UUID, OwnDispute] = {}
    for one in await reading.session.exec(select(step).where(of_these, said).order_by(col(step.number))):
        if one.fact == "disputed":
            found[one.record_id] = OwnDispute(
                on=one.effective_on, by=entries.line_of(lines[one.record_id]).other_side,
                reason=one.arguments["reason"], explanation=one.arguments.get("explanation"),
                outcome=None, outcome_on=None, changed={},
            )  # fmt: skip
        elif (dispute := found.get(one.record_id)) is not None and dispute.outcome is None:
            dispute.outcome, dispute.outcome_on = one.fact, one.effective_on
            dispute.changed = {name: value for name, value in one.arguments.items() if value is not None}
    return found
