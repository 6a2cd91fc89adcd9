"""The guidelines, this stack's and those of the stacks above."""

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from services.registry.hub.versions.tables import VersionRow, version_indexes
from services.registry.tables import Table


class GuidelineRow(VersionRow, Table, table=True):
    """One version. Its summary in words stays here; the text is the document that its number names."""

    __tablename__ = "guideline"
    __table_args__ = version_indexes("guideline")
    stream = ("registry", "guideline")
    public = contract.GuidelineState

    kind: str = Field(title="类别")
    headings: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="规划内容")
    headings_lacking: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="规划缺项")
    summary: str | None = Field(default=None, title="内容摘要")
