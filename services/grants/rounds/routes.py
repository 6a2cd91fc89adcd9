"""Rounds over HTTP: their terms, their window, and who may apply."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Body, Code, Day, Division, Text
from services.grants.eligibility.model import Rule
from services.grants.requests import Fact, Fen, RecordOut, Sentence, Year
from services.grants.rounds import commands, queries
from services.grants.rounds.model import RoundKind, RoundStatus
from services.grants.rounds.tables import RoundRow

router = APIRouter(prefix="/v1/rounds", tags=["rounds"])
entitlements_router = APIRouter(prefix="/v1/organizations", tags=["rounds"])


class RuleBody(Body):
    """One condition: a word of the eligibility language and its parameters."""

    rule: Code = Field(examples=["registered_months"])
    parameters: list[Code] = Field(default_factory=list, max_length=50, examples=[["12"]])


class AnchorBody(Body):
    """What so many points stand for, for reviewers to go by."""

    points_thousandths: Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
    zh: Sentence = ""
    en: Sentence = ""


class CriterionBody(Body):
    """One criterion; the weights of all add up to 1000."""

    code: Code
    zh: Sentence = ""
    en: Sentence = ""
    weight_thousandths: Annotated[int, Field(ge=1, le=1000, strict=True)]
    highest_thousandths: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 100_000
    anchors: list[AnchorBody] = Field(default_factory=list, max_length=20)


class AnnounceBody(Fact):
    """A new round; terms that are left out are the region profile's."""

    id: UUID | None = None
    division: Division
    title: Text
    kind: RoundKind = RoundKind.GRANTS
    year: Year
    issuers: list[Code] = Field(default_factory=list, max_length=50)
    planning_members: list[Code] = Field(default_factory=list, max_length=50)
    programme: Code | None = None
    areas_declared: Annotated[int, Field(ge=0, le=1000)] | None = None
    areas_named: list[Code] = Field(default_factory=list, max_length=100)
    target_groups: list[Code] = Field(default_factory=list, max_length=100)
    opens_on: Day | None = None
    closes_on: Day | None = None
    budget_fen: Fen | None = None
    cap_per_application_fen: Fen | None = None
    fund_id: UUID | None = None
    eligibility: list[RuleBody] | None = Field(None, max_length=50)
    criteria: list[CriterionBody] | None = Field(None, max_length=50)
    criteria_version: Code | None = None
    publicity_days: Annotated[int, Field(ge=0, le=60)] | None = None
    status: RoundStatus = Field(RoundStatus.ANNOUNCED, description="history may begin as open or closed")

    def arguments(self) -> dict[str, Any]:
        """The fields as the command takes them."""
        arguments = super().arguments()
        arguments["begins_as"] = arguments.pop("status")
        if self.eligibility is not None:
            arguments["eligibility"] = [Rule(rule.rule, tuple(rule.parameters)) for rule in self.eligibility]
        if self.criteria is not None:
            arguments["criteria"] = [criterion.model_dump() for criterion in self.criteria]
        return arguments


class ExtendBody(Fact):
    """A later last day."""

    closes_on: Day


class RoundOut(RecordOut):
    """A round with its terms; sums in fen, days in Asia/Shanghai."""

    title: str
    kind: RoundKind
    status: RoundStatus
    year: int
    issuers: list[str]
    planning_members: list[str]
    programme: str | None
    areas_declared: int | None
    areas_named: list[str]
    target_groups: list[str]
    opens_on: date | None
    closes_on: date | None
    budget_fen: int | None
    cap_per_application_fen: int | None
    fund_id: UUID | None
    eligibility: list[dict[str, Any]]
    criteria: list[dict[str, Any]]
    criteria_version: str | None
    publicity_days: int
    publicised_on: date | None
    publicised_until: date | None
    decided_on: date | None
    submitted_count: int
    awarded_count: int
    awarded_fen: int


class ReasonOut(Body):
    """Why not, in both languages."""

    code: str
    zh: str
    en: str


class VersionOut(Body):
    """A fact that was looked at, and in which version."""

    id: str
    sequence: int


class EligibilityOut(Body):
    """Whether an organisation may apply in a round; null while it is not known here yet."""

    round_id: UUID
    round_title: str
    organization_id: UUID
    on: date
    eligible: bool | None
    reasons: list[ReasonOut]
    facts: list[VersionOut]

    @classmethod
    def of(cls, found: queries.Eligibility) -> "EligibilityOut":
        """The answer of a judgement."""
        return cls(
            round_id=found.round.id,
            round_title=found.round.title,
            organization_id=found.organization_id,
            on=found.on,
            eligible=found.eligible,
            reasons=[ReasonOut(code=r.code, zh=r.zh, en=r.en) for r in found.judgement.reasons],
            facts=[VersionOut(id=v.id, sequence=v.sequence) for v in found.judgement.versions],
        )


@router.post("", response_model=RoundOut, status_code=201)
async def announce(body: AnnounceBody, call: Annotated[Call, requires("rounds:announce")]) -> Response:
    """发布轮次 / Announce a round."""
    return await call.execute(commands.announce, **body.arguments(), answer=RoundOut.of, status=201)


@router.get("", response_model=Page[RoundOut])
async def search(
    call: Annotated[Call, requires("rounds:read")],
    page: Annotated[PageRequest, Depends()],
    division: Division | None = None,
    year: Year | None = None,
    status: RoundStatus | None = None,
) -> Page[RoundOut]:
    """轮次列表 / Rounds of and for the caller's divisions."""
    rows = await call.read(queries.search, page=page, division=division, year=year, status=status)
    return Page.of(rows, page, item=RoundOut.of, key=lambda row: [row.id])


@router.get("/{id}", response_model=RoundOut)
async def one(id: UUID, call: Annotated[Call, requires("rounds:read")]) -> RoundRow:
    """一个轮次 / One round."""
    return await call.read(queries.one, id=id)


@router.get("/{id}/eligibility", response_model=EligibilityOut)
async def eligibility(
    id: UUID, organization_id: UUID, call: Annotated[Call, requires("rounds:read")], on: Day | None = None
) -> EligibilityOut:
    """能否申报、为何不能 / Whether an organisation may apply in this round, and why not."""
    found = await call.read(queries.eligibility, id=id, organization_id=organization_id, on=on)
    return EligibilityOut.of(found)


@entitlements_router.get("/{id}/eligibility", response_model=list[EligibilityOut])
async def entitlements(
    id: UUID, call: Annotated[Call, requires("rounds:read")], on: Day | None = None
) -> list[EligibilityOut]:
    """可申报哪些轮次 / Which running rounds an organisation may apply in, and why not."""
    found = await call.read(queries.entitlements, organization_id=id, on=on)
    return [EligibilityOut.of(each) for each in found]


@router.post("/{id}/opening", response_model=RoundOut)
async def open_now(id: UUID, body: Fact, call: Annotated[Call, requires("rounds:run")]) -> Response:
    """开放申请 / Take applications from now on."""
    return await call.execute(commands.open_now, id=id, **body.arguments(), answer=RoundOut.of)


@router.post("/{id}/extension", response_model=RoundOut)
async def extend(id: UUID, body: ExtendBody, call: Annotated[Call, requires("rounds:run")]) -> Response:
    """延长申报期 / Let the window close later."""
    return await call.execute(commands.extend, id=id, **body.arguments(), answer=RoundOut.of)


@router.post("/{id}/closing", response_model=RoundOut)
async def close(id: UUID, body: Fact, call: Annotated[Call, requires("rounds:run")]) -> Response:
    """截止申请 / Take no more applications."""
    return await call.execute(commands.close, id=id, **body.arguments(), answer=RoundOut.of)
