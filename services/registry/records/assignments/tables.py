"""The contact assignments."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class ContactAssignmentRow(MatterRow, Table, table=True):
    """Who keeps in touch with one organisation, or with the community that is its division."""

    __tablename__ = "contact_assignment"
    __table_args__ = (
        sa.Index(
            "uq_contact_assignment_organization_role",
            "organization_id",
            "role",
            unique=True,
            postgresql_where=sa.text("not ended and organization_id is not null"),
        ),
        sa.Index(
            "uq_contact_assignment_division_role",
            "division",
            "role",
            unique=True,
            postgresql_where=sa.text("not ended and organization_id is null"),
        ),
        sa.Index("ix_contact_assignment_officer", "officer", postgresql_where=sa.text("not ended")),
    )
    stream = ("registry", "contact_assignment")
    public = contract.ContactAssignmentState
    dated: ClassVar[Dated] = {"assigned": ("officer",), "handed_over": ("officer",)}

    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    role: str = Field(title="分工")
    officer: str = Field(title="联系人")
    interval: str = Field(title="联系周期")
    handed_over_on: date | None = Field(default=None, title="最近交接日期")
    handed_over_times: int = Field(default=0, title="交接次数")
