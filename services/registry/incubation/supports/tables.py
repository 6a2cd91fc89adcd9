"""The support records."""

from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_incubation as contract
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class SupportRow(MatterRow, Table, table=True):
    """Help that one organisation got on one day. What was done in words stays here."""

    __tablename__ = "support"
    __table_args__ = (sa.Index("ix_support_organization_id", "organization_id"),)
    stream = ("registry", "support")
    public = contract.SupportState
    dated: ClassVar[Dated] = {"given": ("hours",), "corrected": ("hours",)}

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    legal_form: str = Field(title="组织类型")
    support_kind: str = Field(title="扶持类别")
    provider: str | None = Field(default=None, title="扶持单位")
    provider_organization_id: UUID | None = Field(default=None, title="提供扶持的社会组织")
    provider_organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    hours: int = Field(default=0, title="时长（小时）")
    people: int = Field(default=0, title="参加人次")
    amount_fen: int = Field(default=0, sa_type=sa.BigInteger, title="金额")
    content: str | None = Field(default=None, title="扶持情况")
    effect: str | None = Field(default=None, title="成效")
