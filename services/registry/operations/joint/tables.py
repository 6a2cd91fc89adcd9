"""The joint activities."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_operations as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.fields import OrganizationKey
from services.registry.tables import Table


class JointActivityRow(MatterRow, Table, table=True):
    """One joint activity; its division is where it is held."""

    __tablename__ = "joint_activity"
    stream = ("registry", "joint_activity")
    public = contract.JointActivityState

    title: str = Field(title="活动")
    kind: str = Field(title="类别")
    lead_body: str | None = Field(default=None, title="牵头单位")
    lead_organization_id: UUID | None = Field(default=None, title="牵头组织")
    lead_organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    partners: list[OrganizationKey] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="参与组织")
    partner_bodies: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="参与单位")
    target_groups: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="服务对象")
    held_on: date | None = Field(default=None, title="活动日期")
    reached: int | None = Field(default=None, title="服务人次")
    reached_qualifier: str | None = Field(default=None, title="约数")
    volunteers: int | None = Field(default=None, title="志愿者人数")
