"""The emergency orders, this stack's and those of the stacks above."""

import sqlalchemy as sa
from shuniu_contracts import registry_enforcement as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.fields import OrganizationKey
from services.registry.tables import Table


class EmergencyOrderRow(MatterRow, Table, table=True):
    """One order. What it says in words stands in the document that its number names."""

    __tablename__ = "emergency_order"
    stream = ("registry", "emergency_order")
    public = contract.EmergencyOrderState

    title: str = Field(title="名称")
    kind: str = Field(title="种类")
    divisions: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="区划范围")
    categories: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="类别范围")
    organizations: list[OrganizationKey] = Field(
        default_factory=list, sa_type=pg.ARRAY(sa.Text), title="组织名单"
    )
    document_number: str | None = Field(default=None, title="文号")
