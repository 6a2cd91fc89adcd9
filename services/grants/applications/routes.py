"""Applications over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Body, Code, Division, Sum, Text
from services.grants.applications import commands, queries
from services.grants.applications.model import ApplicationStatus
from services.grants.applications.tables import ApplicationRow
from services.grants.requests import Fact, RecordOut
from services.grants.rounds.routes import VersionOut

router = APIRouter(prefix="/v1/applications", tags=["applications"])

Request = Annotated[int, Sum()]


class ApplyBody(Fact):
    """An application, submitted at once unless it is a draft."""

    id: UUID | None = None
    round_id: UUID
    organization_id: UUID
    title: Text
    requested_fen: Request
    area: Code | None = None
    target_groups: list[Code] = Field(default_factory=list, max_length=100)
    draft: bool = False


class AmendBody(Body):
    """What is to be otherwise; what is left out stays."""

    title: Text | None = None
    requested_fen: Request | None = None
    area: Code | None = None
    target_groups: list[Code] | None = Field(None, max_length=100)


class JudgeBody(Fact):
    """Judge by the local copy as it is now."""

    unknown_is_ineligible: bool = Field(
        False, description="an organisation that is not in the register fails instead of waiting"
    )


class ReturnBody(Fact):
    """What is missing, by code."""

    items: list[Code] = Field(default_factory=list, max_length=50)


class ApplicationOut(RecordOut):
    """An application; scores in thousandths of a point, sums in fen."""

    round_id: UUID
    organization_id: UUID
    title: str
    area: str | None
    target_groups: list[str]
    status: ApplicationStatus
    requested_fen: int
    awarded_fen: int | None
    waits_for_organization: bool = Field(
        description="not judged yet: the register's copy here does not have the organisation; "
        "it is judged by itself when the organisation arrives"
    )
    eligibility_reasons: list[str]
    facts_used: list[VersionOut]
    score_thousandths: int | None
    rank: int | None
    deviation: str | None
    submitted_on: date | None
    decided_on: date | None

    @classmethod
    def of(cls, row: Any) -> "ApplicationOut":
        """The application of a row."""
        return cls.model_validate(row)


@router.post("", response_model=ApplicationOut, status_code=201)
async def apply(body: ApplyBody, call: Annotated[Call, requires("applications:submit")]) -> Response:
    """提交申请或保存草稿 / Apply in a round, or keep a draft."""
    return await call.execute(commands.apply, **body.arguments(), answer=ApplicationOut.of, status=201)


@router.get("", response_model=Page[ApplicationOut])
async def search(
    call: Annotated[Call, requires("applications:read")],
    page: Annotated[PageRequest, Depends()],
    division: Division | None = None,
    round_id: UUID | None = None,
    organization_id: UUID | None = None,
    status: ApplicationStatus | None = None,
) -> Page[ApplicationOut]:
    """申请列表 / Applications."""
    rows = await call.read(
        queries.search,
        page=page,
        division=division,
        round_id=round_id,
        organization_id=organization_id,
        status=status,
    )
    return Page.of(rows, page, item=ApplicationOut.of, key=lambda row: [row.id])


@router.get("/{id}", response_model=ApplicationOut)
async def one(id: UUID, call: Annotated[Call, requires("applications:read")]) -> ApplicationRow:
    """一份申请 / One application."""
    return await call.read(queries.one, id=id)


@router.patch("/{id}", response_model=ApplicationOut)
async def amend(
    id: UUID, body: AmendBody, call: Annotated[Call, requires("applications:submit")]
) -> Response:
    """修改草稿或退回的申请 / Change a draft or a returned application."""
    return await call.execute(commands.amend, id=id, **body.arguments(), answer=ApplicationOut.of)


@router.post("/{id}/submission", response_model=ApplicationOut)
async def submit(id: UUID, body: Fact, call: Annotated[Call, requires("applications:submit")]) -> Response:
    """提交草稿或补正后重新提交 / Submit a draft or a completed application."""
    return await call.execute(commands.submit, id=id, **body.arguments(), answer=ApplicationOut.of)


@router.post("/{id}/eligibility", response_model=ApplicationOut)
async def judge(id: UUID, body: JudgeBody, call: Annotated[Call, requires("applications:judge")]) -> Response:
    """资格审查 / Judge eligibility, again where facts have changed."""
    return await call.execute(commands.judge_eligibility, id=id, **body.arguments(), answer=ApplicationOut.of)


@router.post("/{id}/return", response_model=ApplicationOut)
async def return_(
    id: UUID, body: ReturnBody, call: Annotated[Call, requires("applications:return")]
) -> Response:
    """退回补正 / Send it back to be completed."""
    return await call.execute(commands.return_, id=id, **body.arguments(), answer=ApplicationOut.of)


@router.post("/{id}/withdrawal", response_model=ApplicationOut)
async def withdraw(id: UUID, body: Fact, call: Annotated[Call, requires("applications:submit")]) -> Response:
    """撤回申请 / The applicant gives up."""
    return await call.execute(commands.withdraw, id=id, **body.arguments(), answer=ApplicationOut.of)
