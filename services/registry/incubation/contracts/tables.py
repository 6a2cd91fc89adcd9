"""The contracts by which bases are run."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_incubation as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class OperatorContractRow(MatterRow, Table, table=True):
    """One contract of one base with the organisation that runs it."""

    __tablename__ = "operator_contract"
    __table_args__ = (sa.Index("ix_operator_contract_base_id", "base_id"),)
    stream = ("registry", "operator_contract")
    public = contract.OperatorContractState

    base_id: UUID = Field(title="孵化基地")
    base_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    operator_id: UUID = Field(title="运营机构")
    operator_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    project_id: UUID | None = Field(default=None, title="购买项目")
    project_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    services: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="服务内容")
    amount_fen: int = Field(default=0, sa_type=sa.BigInteger, title="合同金额")
    begins_on: date = Field(title="合同开始日期")
    ends_on: date = Field(title="合同结束日期")
    services_logged: int = Field(default=0, title="服务次数")
    hours: int = Field(default=0, title="服务时长（小时）")
    organizations_served: int = Field(default=0, title="服务组织（家次）")
    reviews: int = Field(default=0, title="年审次数")
    reviewed_on: date | None = Field(default=None, title="最近年审日期")
    result: str | None = Field(default=None, title="年审结果")
