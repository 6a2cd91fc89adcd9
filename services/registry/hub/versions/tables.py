"""The columns that guidelines and admission criteria share."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow


class VersionRow(MatterRow):
    """Columns of a record that is one version of a series; there is one of each name, and one in force."""

    series: str = Field(title="系列")
    version: str = Field(title="版本")
    title: str = Field(title="名称")
    body: str = Field(title="制定单位")
    adopted_by: str | None = Field(default=None, title="审议通过的会议")
    document_number: str | None = Field(default=None, title="文号")
    fields: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="适用领域")
    in_force_on: date | None = Field(default=None, title="定于施行日期")
    published_on: date | None = Field(default=None, title="施行日期")
    supersedes_id: UUID | None = Field(default=None, title="替代的版本")
    supersedes_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    superseded_by_id: UUID | None = Field(default=None, title="被替代于")
    superseded_by_sequence: int = Field(default=0, sa_type=sa.BigInteger)


def version_indexes(table: str) -> tuple[sa.Index, ...]:
    """One version of a name, and one in force, in each series of a division."""
    return (
        sa.Index(f"uq_{table}_version", "division", "series", "version", unique=True),
        sa.Index(
            f"uq_{table}_in_force",
            "division",
            "series",
            unique=True,
            postgresql_where=sa.text("state = 'published'"),
        ),
    )
