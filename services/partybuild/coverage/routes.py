"""Duties over HTTP: who is to be covered, by when, and how it could be done."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.responses import Response

from chassis.http import AggregateOut, Call, Page, PageRequest, requires
from chassis.http.fields import Body, Division
from services.partybuild.coverage import commands, queries
from services.partybuild.coverage.model import Line, Mode, Proposal, Reason, Status, coverage_class
from services.partybuild.coverage.tables import CoverageDutyRow, CoveringRow

router = APIRouter(prefix="/v1/duties", tags=["duties"])


class DutyOut(AggregateOut):
    """A duty with what was proposed and what covers it."""

    organization_id: UUID
    organization_name: str | None = None
    division: str
    line: Line
    status: Status
    mode: Mode | None
    mode_reason: str | None
    coverage_class: str | None
    covered_by: UUID | None
    covered_on: date | None
    proposed_mode: Mode | None
    proposed_reason: str | None
    opened_on: date
    due_on: date | None
    overdue: bool
    ended_on: date | None
    effective_on: date
    basis: str

    @classmethod
    def of(cls, row: CoverageDutyRow, organization_name: str | None = None) -> "DutyOut":
        """The row as people see it."""
        return cls(
            **row.model_dump(include=set(cls.model_fields) - {"mode", "proposed_mode"}),
            organization_name=organization_name,
            mode=Mode(row.mode) if row.mode else None,
            mode_reason=row.duty().mode_reason,
            coverage_class=coverage_class(Mode(row.mode)).value if row.mode else None,
            covered_by=row.covered_by_id,
            proposed_mode=Mode(row.proposed_mode) if row.proposed_mode else None,
        )


class CoveringOut(BaseModel):
    """What covers or covered the organisation."""

    source_kind: str
    source_id: UUID
    mode: Mode
    since: date
    until: date | None

    @classmethod
    def of(cls, row: CoveringRow) -> "CoveringOut":
        """The row as people see it."""
        return cls.model_validate(row.model_dump(include=set(cls.model_fields)))


class UnitOut(BaseModel):
    """An organisation that could join."""

    organization_id: UUID
    name: str
    division: str
    full_members: int | None


class ProposalOut(BaseModel):
    """How the duty could be met, worked out now."""

    mode: Mode | None
    reason: Reason | None
    lead_organization_id: UUID | None
    partners: list[UnitOut]

    @classmethod
    def of(cls, proposal: Proposal | None, partners: list[UnitOut]) -> "ProposalOut":
        """The domain's proposal with the partners' names."""
        return cls(
            mode=proposal.mode if proposal else None,
            reason=proposal.reason if proposal else None,
            lead_organization_id=proposal.lead if proposal else None,
            partners=partners,
        )


class DutyDetailOut(DutyOut):
    """One duty with its history and how it could be met."""

    coverings: list[CoveringOut]
    proposal: ProposalOut | None


class ProposeBody(Body):
    """An officer's own choice of mode."""

    mode: Mode


@router.get("", response_model=Page[DutyOut])
async def search(
    call: Annotated[Call, requires("duties:read")], page: Annotated[PageRequest, Depends()],
    division: Division | None = None,
    line: Line | None = None, status: Status | None = None, mode: Mode | None = None,
    overdue: bool | None = None, organization_id: UUID | None = None,
    kind: Annotated[Literal["uncovered"] | None, Query(description="open and lapsed ones")] = None,
) -> Page[DutyOut]:  # fmt: skip
    """Duties, the oldest first; `organization_id` may be the id of a merged record."""
    rows = await call.read(
        queries.search, division=division, line=line, status=status, mode=mode, overdue=overdue,
        organization_id=organization_id, uncovered=kind == "uncovered", page=page,
    )  # fmt: skip
    return Page[DutyOut].of(rows, page, item=lambda row: DutyOut.of(*row), key=lambda row: (str(row[0].id),))


@router.get("/{id}", response_model=DutyDetailOut)
async def one(id: UUID, call: Annotated[Call, requires("duties:read")]) -> DutyDetailOut:
    """One duty, what covered its organisation when, and while it is uncovered how it could be met."""
    detail = await call.read(queries.one, id=id)
    call.response.headers["etag"] = f'"{detail.row.revision}"'
    proposal = None
    if detail.row.duty().uncovered:
        units = [UnitOut(**unit.__dict__) for unit in detail.partners]
        proposal = ProposalOut.of(detail.proposal, units)
    return DutyDetailOut(
        **DutyOut.of(detail.row, detail.organization_name).model_dump(),
        coverings=[CoveringOut.of(covering) for covering in detail.coverings],
        proposal=proposal,
    )


@router.post("/{id}/proposal", response_model=DutyOut)
async def propose(id: UUID, body: ProposeBody, call: Annotated[Call, requires("duties:propose")]) -> Response:
    """Propose a mode by an officer's own decision; later counts of members no longer change it."""
    return await call.execute(commands.propose_mode, id=id, mode=body.mode.value, answer=DutyOut.of)
