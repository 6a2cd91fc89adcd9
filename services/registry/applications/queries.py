"""Reads of registration applications."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from chassis.http import AggregateOut, Page, PageRequest, Reading
from services.registry.applications.model import ApplicationStep, FiledBy, StepKind
from services.registry.applications.tables import ApplicationStepRow, RegistrationApplicationRow
from services.registry.organizations.model import Basis, LegalForm, RegistrationRoute


class ApplicationOut(AggregateOut):
    """A registration application as it stands."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    effective_on: date
    basis: Basis
    recorded_at: datetime
    step: ApplicationStep
    route: RegistrationRoute
    ended: bool
    organization_id: UUID | None
    name: str
    legal_form: LegalForm
    categories: list[str]
    department: str | None
    supervisory_unit: str | None
    supervisory_unit_name: str | None
    criteria_version: str | None
    criteria_met: list[str]
    criteria_failed: list[str]
    charter_template: str | None
    charter_party_clause: bool | None
    full_party_member_count: int | None
    member_count: int | None
    staff_count: int | None
    filed_by: FiledBy | None
    submitted_on: date | None
    step_began_on: date | None
    step_due_on: date | None
    paused_on: date | None
    working_days_used: int
    returned_times: int
    items: list[str]
    reasons: list[str]
    explanation: str | None
    coordination_note: str | None

    @classmethod
    def of(cls, row: RegistrationApplicationRow) -> "ApplicationOut":
        """The row as the API shows it."""
        return cls.model_validate(row)


class StepOut(BaseModel):
    """How long one step took."""

    model_config = ConfigDict(from_attributes=True)

    kind: StepKind
    began_on: date
    due_on: date | None
    ended_on: date | None
    working_days: int | None = Field(description="working days of the regional calendar; null while it runs")


async def search(
    reading: Reading, *, q: str | None, division: str | None, step: ApplicationStep | None,
    route: RegistrationRoute | None, department: str | None, organization_id: UUID | None, overdue: bool,
    ended: bool | None, page: PageRequest,
) -> Page[ApplicationOut]:  # fmt: skip
    """A page of applications, oldest first; `q` are words of the organisation's name."""
    row = RegistrationApplicationRow
    conditions: list[sa.ColumnElement[bool]] = [reading.within(col(row.division), division)]
    conditions += [col(row.name).icontains(word, autoescape=True) for word in (q or "").split()]
    if step is not None:
        conditions.append(col(row.step) == step.value)
    if route is not None:
        conditions.append(col(row.route) == route.value)
    if department is not None:
        conditions.append(col(row.department) == department)
    if organization_id is not None:
        conditions.append(col(row.organization_id) == organization_id)
    if overdue:
        conditions.append(col(row.step_due_on) < sa.func.least(reading.today, col(row.paused_on)))
    if ended is not None:
        conditions.append(col(row.ended).is_(ended))
    if (after := page.after(UUID)) is not None:
        conditions.append(col(row.id) > after[0])
    statement = select(row).where(*conditions).order_by("id").limit(page.fetch)
    rows = (await reading.session.exec(statement)).all()
    return Page[ApplicationOut].of(rows, page, item=ApplicationOut.of, key=lambda found: (found.id,))


async def one(reading: Reading, *, id: UUID) -> ApplicationOut:
    """One application; raises `NotFound`, `NotPermitted`."""
    return ApplicationOut.of(await reading.record(RegistrationApplicationRow, id))


async def steps(reading: Reading, *, id: UUID) -> list[StepOut]:
    """The steps of one application with their working days (B03)."""
    await one(reading, id=id)
    statement = select(ApplicationStepRow).where(ApplicationStepRow.application_id == id).order_by("number")
    return [StepOut.model_validate(row) for row in (await reading.session.exec(statement)).all()]
