"""The standing requests for data."""

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class ReturnCallRow(MatterRow, Table, table=True):
    """Who below the division hands in data, and how often."""

    __tablename__ = "return_call"
    stream = ("registry", "return_call")
    public = contract.ReturnCallState

    title: str = Field(title="名称")
    interval: str = Field(title="周期")
    legal_statuses: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="报送组织状态")
    hub_links: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="联系类别")
