"""The partner agreements."""

from datetime import date

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.fields import OrganizationKey
from services.registry.tables import Table


class PartnerRow(MatterRow, Table, table=True):
    """One agreement. Its clauses in words stay here."""

    __tablename__ = "partner"
    stream = ("registry", "partner")
    public = contract.PartnerState

    name: str = Field(title="合作单位")
    kind: str = Field(title="合作类别")
    body: str = Field(title="签约单位")
    begins_on: date = Field(title="起始日期")
    ends_on: date = Field(title="结束日期")
    places: int = Field(default=0, title="名额")
    hosts: list[OrganizationKey] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="接收组织")
    fields: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="专业领域")
    hosted: int = Field(default=0, title="累计接收人数")
    renewed_times: int = Field(default=0, title="续签次数")
    clauses: str | None = Field(default=None, title="协议内容")
