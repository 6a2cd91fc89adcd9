"""The service log."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_incubation as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class ServiceEntryRow(MatterRow, Table, table=True):
    """One service given to one organisation. Who wrote the line, what was done in words and where the
    organisation's paper lies stay here."""

    __tablename__ = "service_entry"
    __table_args__ = (
        sa.Index("ix_service_entry_stay_id", "stay_id"),
        sa.Index("ix_service_entry_organization_id", "organization_id"),
    )
    stream = ("registry", "service_entry")
    public = contract.ServiceEntryState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    stay_id: UUID = Field(title="入驻")
    stay_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    base_id: UUID = Field(title="孵化基地")
    base_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    service: str = Field(title="服务项目")
    written_by: str = Field(title="登记方")
    writer: str = Field(default="", title="登记人")
    promised: bool = Field(default=True, title="协议约定")
    hours: int = Field(default=0, title="时长（小时）")
    people: int = Field(default=0, title="服务人次")
    content: str | None = Field(default=None, title="服务情况")
    confirmed_on: date | None = Field(default=None, title="确认日期")
    on_paper: bool | None = Field(default=None, title="组织意见凭书面")
    evidence: str | None = Field(default=None, title="书面凭证")
