"""The activities in communities."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class CommunityActivityRow(MatterRow, Table, table=True):
    """One activity in the community that is its division. What was done in words stays with its step."""

    __tablename__ = "community_activity"
    __table_args__ = (sa.Index("ix_community_activity_organization_id", "organization_id"),)
    stream = ("registry", "community_activity")
    public = contract.CommunityActivityState

    title: str = Field(title="活动")
    kind: str = Field(title="类别")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    party_organization: UUID | None = Field(default=None, title="党组织")
    brand_id: UUID | None = Field(default=None, title="品牌")
    brand_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    target_groups: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="服务对象")
    held_on: date | None = Field(default=None, title="活动日期")
    party_flag: bool = Field(default=False, title="亮出党旗")
    reached: int | None = Field(default=None, title="服务人次")
    reached_qualifier: str | None = Field(default=None, title="约数")
    volunteers: int | None = Field(default=None, title="志愿者人数")
    hours: int | None = Field(default=None, title="志愿服务时数")
