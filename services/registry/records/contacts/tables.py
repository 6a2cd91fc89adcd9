"""The contacts."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class ContactRecordRow(MatterRow, Table, table=True):
    """One contact. What was learned in words stays here."""

    __tablename__ = "contact_record"
    __table_args__ = (
        sa.Index("uq_contact_record_assignment_period", "assignment_id", "period", unique=True),
        sa.Index("ix_contact_record_organization_id", "organization_id"),
    )
    stream = ("registry", "contact_record")
    public = contract.ContactRecordState

    assignment_id: UUID = Field(title="联系分工")
    assignment_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    officer: str = Field(title="联系人")
    period: str | None = Field(default=None, title="周期")
    made_on: date | None = Field(default=None, title="联系日期")
    late: bool = Field(default=False, title="逾期联系")
    channel: str | None = Field(default=None, title="联系方式")
    headings: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="掌握的情况")
    staff_count: int | None = Field(default=None, title="从业人数")
    member_count: int | None = Field(default=None, title="会员数")
    full_party_member_count: int | None = Field(default=None, title="正式党员数")
    staff: str | None = Field(default=None, title="人员构成")
    members: str | None = Field(default=None, title="会员分布")
    party: str | None = Field(default=None, title="党组织和党员情况")
    work: str | None = Field(default=None, title="工作开展")
