"""The liaisons."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.fields import OrganizationKey
from services.registry.tables import Table


class LiaisonRow(MatterRow, Table, table=True):
    """One person's duty in one division. Bulletins in words stay with their steps."""

    __tablename__ = "liaison"
    __table_args__ = (
        sa.Index(
            "uq_liaison_division_kind_person",
            "division",
            "kind",
            "person",
            unique=True,
            postgresql_where=sa.text("not ended"),
        ),
        sa.Index("ix_liaison_person", "person"),
    )
    stream = ("registry", "liaison")
    public = contract.LiaisonState
    dated: ClassVar[Dated] = {"appointed": ("point",), "changed": ("point",)}

    kind: str = Field(title="类别")
    person: str = Field(title="联络员")
    body: str | None = Field(default=None, title="所在单位")
    point: bool = Field(default=False, title="设有联络点")
    organizations: list[OrganizationKey] = Field(
        default_factory=list, sa_type=pg.ARRAY(sa.Text), title="联系的组织"
    )
    handed_over_times: int = Field(default=0, title="交接次数")
    bulletins: int = Field(default=0, title="报送信息数")
    last_reported_on: date | None = Field(default=None, title="最近报送日期")
