"""The registration applications and the time each step took."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Ref, registry
from shuniu_contracts.fields import Basis
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.registry.applications.model import ApplicationStep, Progress
from services.registry.organizations.model import RegistrationRoute
from services.registry.tables import Table


def _codes() -> list[str]:
    return []


class RegistrationApplicationRow(AggregateRow, Table, table=True):
    """An application to be registered. Reasons and notes in words stay here; the bus has their codes."""

    __tablename__ = "registration_application"
    __table_args__ = (
        sa.Index(
            "uq_registration_application_open_name",
            "division",
            "normalized_name",
            unique=True,
            postgresql_where=sa.text("not ended"),
        ),
        sa.Index("ix_registration_application_organization_id", "organization_id"),
    )
    stream = ("registry", "registration_application")
    called = ("登记申请", "registration application")

    step: str
    route: str
    ended: bool = False
    organization_id: UUID | None = None
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    name: str
    normalized_name: str
    legal_form: str
    categories: list[str] = Field(default_factory=_codes, sa_type=pg.ARRAY(sa.Text))
    department: str | None = None
    supervisory_unit: str | None = None
    supervisory_unit_name: str | None = None
    criteria_version: str | None = None
    criteria_met: list[str] = Field(default_factory=_codes, sa_type=pg.ARRAY(sa.Text))
    criteria_failed: list[str] = Field(default_factory=_codes, sa_type=pg.ARRAY(sa.Text))
    charter_template: str | None = None
    charter_party_clause: bool | None = None
    full_party_member_count: int | None = None
    member_count: int | None = None
    staff_count: int | None = None
    submitted_on: date | None = None
    step_began_on: date | None = None
    step_due_on: date | None = None
    paused_on: date | None = None
    """Since when the clock stands still."""
    working_days_used: int = 0
    returned_times: int = 0
    reasons: list[str] = Field(default_factory=_codes, sa_type=pg.ARRAY(sa.Text))
    items: list[str] = Field(default_factory=_codes, sa_type=pg.ARRAY(sa.Text))
    explanation: str | None = None
    """Why it was returned, refused or denied, in words for the applicant."""
    filed_by: str | None = None
    """By whom the question was asked or, since then, submitted last."""
    coordination_note: str | None = None
    """With whom and how a refusal was coordinated (R11)."""

    @property
    def progress(self) -> Progress:
        """The row as the domain sees it."""
        return Progress(ApplicationStep(self.step), RegistrationRoute(self.route))

    @progress.setter
    def progress(self, progress: Progress) -> None:
        self.step = progress.state.value
        self.ended = progress.ended

    @property
    def returned_on(self) -> date | None:
        """Since when it is to be completed."""
        return self.step_began_on if self.step == ApplicationStep.RETURNED.value else None

    def reference(self) -> Ref:
        """This application as another event refers to it."""
        return Ref(self.subject, self.sequence)

    def public_state(self) -> registry.RegistrationApplicationState:
        """The contract's state."""
        organization = None
        if self.organization_id is not None:
            organization = Ref(str(self.organization_id), self.organization_sequence)
        return registry.RegistrationApplicationState(
            effective_on=self.effective_on,
            basis=Basis(self.basis),
            division=self.division,
            ended=self.ended,
            step=registry.ApplicationStep(self.step),
            organization=organization,
            name=self.name,
            legal_form=registry.LegalForm(self.legal_form),
            categories=tuple(self.categories),
            route=registry.RegistrationRoute(self.route),
            department=self.department,
            supervisory_unit=self.supervisory_unit,
            criteria_version=self.criteria_version,
            criteria_met=tuple(self.criteria_met),
            criteria_failed=tuple(self.criteria_failed),
            charter_template=self.charter_template,
            charter_party_clause=self.charter_party_clause,
            full_party_member_count=self.full_party_member_count,
            submitted_on=self.submitted_on,
            step_began_on=self.step_began_on,
            step_due_on=self.step_due_on,
            paused_on=self.paused_on,
            working_days_used=self.working_days_used,
            returned_times=self.returned_times,
            filed_by=registry.FiledBy(self.filed_by) if self.filed_by else None,
        )


class ApplicationStepRow(Table, table=True):
    """One stretch of an application's time, and the working days it took once it ended (B03)."""

    __tablename__ = "application_step"
    __table_args__ = (sa.Index("ix_application_step_application_id", "application_id"),)

    number: int | None = Field(default=None, sa_type=sa.BigInteger, primary_key=True)
    application_id: UUID
    division: str
    kind: str
    began_on: date
    due_on: date | None = None
    ended_on: date | None = None
    paused_days: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Working days of it in which the clock stood still."""
    working_days: int | None = None
