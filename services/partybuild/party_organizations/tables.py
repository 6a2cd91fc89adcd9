"""Party organisations, what they were from a day on, and their posts with holders."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Basis, State
from shuniu_contracts import partybuild as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.partybuild.party_organizations.model import Status
from services.partybuild.tables import Table


class PartyOrganizationRow(AggregateRow, Table, table=True):
    """A party organisation, or on the women's line a women's organisation."""

    __tablename__ = "party_organization"
    __table_args__ = (
        sa.Index("ix_party_organization_organization_ids", "organization_ids", postgresql_using="gin"),
    )
    stream: ClassVar[tuple[str, str]] = ("partybuild", "party_organization")
    called = ("党组织", "party organisation")

    name: str
    line: str
    mode: str
    level: str
    status: str
    superior_id: UUID | None = None
    superior_name: str | None = None
    organization_ids: list[UUID] = Field(sa_type=pg.ARRAY(pg.UUID))
    lead_organization_id: UUID | None = None
    posts: dict[str, int] = Field(default_factory=dict, sa_type=pg.JSONB)
    """how many hold each kind of post now; who they are is in `post` and never leaves"""
    full_members: int | None = None
    probationary_members: int | None = None
    founded_on: date
    term_began_on: date | None = None
    term_ends_on: date | None = None
    score_thousandths: int | None = None
    dissolved_on: date | None = None

    def public_state(self) -> State:
        """The party organisation as the contract has it: posts as counts only."""
        due = self.term_ends_on if self.status == Status.ELECTION_DUE.value else None
        return contract.PartyOrganizationState(
            effective_on=self.effective_on,
            basis=Basis(self.basis),
            division=self.division,
            ended=self.status == Status.DISSOLVED.value,
            name=self.name,
            line=contract.CoverageLine(self.line),
            mode=contract.PartyOrganizationMode(self.mode),
            level=contract.PartyOrganizationLevel(self.level),
            superior=str(self.superior_id) if self.superior_id else None,
            superior_name=self.superior_name,
            covered_organization_ids=tuple(str(id) for id in self.organization_ids),
            lead_organization_id=str(self.lead_organization_id) if self.lead_organization_id else None,
            posts=contract.Posts(**self.posts),
            full_member_count=self.full_members,
            probationary_member_count=self.probationary_members,
            founded_on=self.founded_on,
            term_began_on=self.term_began_on,
            term_ends_on=self.term_ends_on,
            election_due_on=due,
            score_thousandths=self.score_thousandths,
            dissolved_on=self.dissolved_on,
        )


class PartyOrganizationStanding(Table, table=True):
    """What was said of a party organisation from a day on; of what is null nothing was said that day."""

    __tablename__ = "party_organization_standing"

    party_organization_id: UUID = Field(primary_key=True)
    effective_on: date = Field(primary_key=True)
    sequence: int = Field(sa_type=sa.BigInteger)
    mode: str | None = None
    level: str | None = None


class PostRow(Table, table=True):
    """One person in one post from `since`, `until` the day it was no longer held."""

    __tablename__ = "post"
    __table_args__ = (
        sa.CheckConstraint("until is null or until >= since", name="dates"),
        sa.Index(
            "uq_post_one_secretary_at_a_time",
            "party_organization_id",
            unique=True,
            postgresql_where=sa.text("until is null and kind = 'secretary'"),
        ),
        sa.Index("ix_post_party_organization_id", "party_organization_id"),
    )

    number: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True)
    )
    party_organization_id: UUID
    kind: str
    person_id: str
    since: date
    until: date | None = None
