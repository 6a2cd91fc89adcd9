"""The cadences."""

import sqlalchemy as sa
from shuniu_contracts import registry_meetings as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class CadenceRow(MatterRow, Table, table=True):
    """What one body has to hold, and how often."""

    __tablename__ = "cadence"
    __table_args__ = (
        sa.Index(
            "uq_cadence_division_body_gathering", "division", "body", "gathering", unique=True,
            postgresql_where=sa.text("not ended"),
        ),
    )  # fmt: skip
    stream = ("registry", "cadence")
    public = contract.CadenceState

    body: str = Field(title="单位")
    gathering: str = Field(title="会议或培训类别")
    interval: str = Field(title="周期")
    strength: str = Field(title="要求强度")
