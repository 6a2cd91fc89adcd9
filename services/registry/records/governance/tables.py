"""The governance checklists."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class GovernanceChecklistRow(MatterRow, Table, table=True):
    """One organisation's checklist; there is one that is not closed at a time."""

    __tablename__ = "governance_checklist"
    __table_args__ = (
        sa.Index(
            "uq_governance_checklist_organization_id",
            "organization_id",
            unique=True,
            postgresql_where=sa.text("not ended"),
        ),
    )
    stream = ("registry", "governance_checklist")
    public = contract.GovernanceChecklistState
    dated: ClassVar[Dated] = {
        "charter_adopted": ("charter_current", "charter_party_clause"),
        "fees_declared": ("fees_declared",),
    }

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    systems: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="已建立的制度")
    charter_template: str | None = Field(default=None, title="章程范本版本")
    charter_current: bool = Field(default=False, title="采用现行范本")
    charter_party_clause: bool | None = Field(default=None, title="载明党的建设")
    charter_adopted_on: date | None = Field(default=None, title="章程通过日期")
    fees_declared: list[str] = Field(
        default_factory=list, sa_type=pg.ARRAY(sa.Text), title="已承诺的收费规定"
    )
    fees_declared_on: date | None = Field(default=None, title="收费承诺日期")
