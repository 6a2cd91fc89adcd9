"""The clean-ups, this stack's and those of the stacks above."""

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class CleanUpRow(MatterRow, Table, table=True):
    """One clean-up. What is asked in words stays with the document that its number names."""

    __tablename__ = "clean_up"
    stream = ("registry", "clean_up")
    public = contract.CleanUpState

    title: str = Field(title="名称")
    clean_up_kind: str = Field(title="专项类别")
    legal_forms: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="组织类型")
    categories: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="领域类别")
    document_number: str | None = Field(default=None, title="文号")
    outcome: str | None = Field(default=None, title="结果")
