"""Party organisations over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, BaseModel, Field
from shuniu_contracts import Basis
from starlette.responses import Response

from chassis.http import AggregateOut, Call, Page, PageRequest, requires
from chassis.http.fields import Body, Code, Day, Division, Fact, PersonId, Text, printable
from services.partybuild.coverage.model import Line
from services.partybuild.party_organizations import commands, queries
from services.partybuild.party_organizations.commands import PostGiven
from services.partybuild.party_organizations.model import Level, PostKind, SetUp, Status
from services.partybuild.party_organizations.tables import PartyOrganizationRow, PostRow

router = APIRouter(prefix="/v1/party-organizations", tags=["party organisations"])

Units = Annotated[list[UUID], Field(min_length=1, max_length=200)]
Members = Annotated[int, Field(ge=0, le=1_000_000)]
Sought = Annotated[str, Query(max_length=200), AfterValidator(printable)]


class PartyOrganizationOut(AggregateOut):
    """A party organisation; posts as counts."""

    name: str
    line: Line
    mode: SetUp
    level: Level
    status: Status
    division: str
    superior_id: UUID | None
    superior_name: str | None
    organization_ids: list[UUID]
    lead_organization_id: UUID | None
    posts: dict[PostKind, int]
    full_members: int | None
    probationary_members: int | None
    founded_on: date
    term_began_on: date | None
    term_ends_on: date | None
    score_thousandths: int | None
    dissolved_on: date | None
    effective_on: date
    basis: str

    @classmethod
    def of(cls, row: PartyOrganizationRow) -> "PartyOrganizationOut":
        """The row as people see it."""
        return cls.model_validate(row.model_dump(include=set(cls.model_fields)))


class PostOut(BaseModel):
    """Who held a post from when to when, by an opaque id."""

    kind: PostKind
    person_id: str
    since: date
    until: date | None

    @classmethod
    def of(cls, row: PostRow) -> "PostOut":
        """The row as people see it."""
        return cls.model_validate(row.model_dump(include=set(cls.model_fields)))


class UpgradeOut(BaseModel):
    """A party organisation with more full members than its level is for."""

    party_organization: PartyOrganizationOut
    full_members: int
    proposed_level: Level


class PostBody(Body):
    """A post and its holder."""

    kind: PostKind
    person_id: PersonId
    since: Day | None = Field(None, description="the founding unless given")
    until: Day | None = None


class FoundBody(Fact):
    """A party organisation to be founded over organisations of the register."""

    name: Text
    mode: SetUp
    organization_ids: Units
    line: Line = Line.PARTY
    lead_organization_id: UUID | None = Field(None, description="required for a joint branch")
    superior_id: UUID | None = Field(None, description="a party organisation kept here")
    superior_name: Text | None = Field(None, description="one that is kept elsewhere")
    division: Division | None = Field(None, description="the lowest that covers all units unless given")
    level: Level = Level.BRANCH
    full_members: Members | None = Field(None, description="the units' own counts unless given")
    probationary_members: Members | None = None
    posts: list[PostBody] = Field(default_factory=list, max_length=50)


class ChangeBody(Fact):
    """New values for the fields given; fields left out stay as they are."""

    name: Text | None = None
    mode: SetUp | None = None
    organization_ids: Units | None = None
    lead_organization_id: UUID | None = None
    superior_id: UUID | None = None
    superior_name: Text | None = None
    full_members: Members | None = None
    probationary_members: Members | None = None

    def given(self) -> dict[str, Any]:
        """The fields that are to change; a name, a mode and units cannot be taken away."""
        fields = self.model_dump(exclude_unset=True, exclude={"effective_on", "basis"})
        never_empty = {"name", "mode", "organization_ids"}
        return {key: value for key, value in fields.items() if value is not None or key not in never_empty}


class LeavePostBody(Body):
    """Whose post ends, on which day."""

    kind: PostKind
    person_id: PersonId
    until: Day | None = Field(None, description="first day the post is no longer held; today unless given")
    basis: Basis = Basis.LIVE


class TakePostBody(PostBody):
    """A post to be taken."""

    basis: Basis = Basis.LIVE


class UpgradeBody(Fact):
    """The level to rise to."""

    level: Level


class ElectionBody(Body):
    """An election that was held."""

    held_on: Day | None = None
    basis: Basis = Basis.LIVE


class ScoreBody(Fact):
    """The yearly score of standardised building (R20)."""

    score_thousandths: int = Field(ge=0, le=1_000_000, description="85.5 points are 85500")
    criteria_version: Code | None = None


class DissolveBody(Fact):
    """Why it is dissolved, as a code."""

    reason: Code | None = None


@router.post("", response_model=PartyOrganizationOut, status_code=201)
async def found(body: FoundBody, call: Annotated[Call, requires("party_organizations:found")]) -> Response:
    """Found a party organisation; the duties of the organisations it covers become covered."""
    arguments = body.model_dump(exclude={"posts"})
    posts = [PostGiven(**post.model_dump()) for post in body.posts]
    return await call.execute(
        commands.found, **arguments, posts=posts, answer=PartyOrganizationOut.of, status=201
    )


@router.get("", response_model=Page[PartyOrganizationOut])
async def search(
    call: Annotated[Call, requires("party_organizations:read")], page: Annotated[PageRequest, Depends()],
    division: Division | None = None, mode: SetUp | None = None,
    level: Level | None = None, status: Status | None = None, organization_id: UUID | None = None,
    superior_id: UUID | None = None, name: Sought | None = None,
    elects_before: Annotated[Day | None, Query(description="whose term ends before this day")] = None,
) -> Page[PartyOrganizationOut]:  # fmt: skip
    """Party organisations, the oldest record first."""
    rows = await call.read(
        queries.search, division=division, mode=mode, level=level, status=status,
        organization_id=organization_id, superior_id=superior_id, name=name, elects_before=elects_before,
        page=page,
    )  # fmt: skip
    return Page[PartyOrganizationOut].of(
        rows, page, item=PartyOrganizationOut.of, key=lambda row: (str(row.id),)
    )


@router.get("/upgrades", response_model=list[UpgradeOut])
async def upgrades(
    call: Annotated[Call, requires("party_organizations:read")],
    division: Division | None = None,
) -> list[UpgradeOut]:
    """Who is due to become a general branch or a committee, 500 at most."""
    return [
        UpgradeOut(
            party_organization=PartyOrganizationOut.of(upgrade.row),
            full_members=upgrade.members,
            proposed_level=upgrade.level,
        )
        for upgrade in await call.read(queries.upgrades, division=division)
    ]


@router.get("/{id}", response_model=PartyOrganizationOut)
async def one(id: UUID, call: Annotated[Call, requires("party_organizations:read")]) -> PartyOrganizationOut:
    """One party organisation."""
    return PartyOrganizationOut.of(await call.read(queries.one, id=id))


@router.patch("/{id}", response_model=PartyOrganizationOut)
async def change(
    id: UUID, body: ChangeBody, call: Annotated[Call, requires("party_organizations:change")]
) -> Response:
    """Give the named fields new values; whom it covers and how is checked as at a founding."""
    return await call.execute(
        commands.change, id=id, given=body.given(), effective_on=body.effective_on, basis=body.basis,
        answer=PartyOrganizationOut.of,
    )  # fmt: skip


@router.get("/{id}/posts", response_model=list[PostOut])
async def posts(id: UUID, call: Annotated[Call, requires("party_organizations:posts")]) -> list[PostOut]:
    """Who holds and held which post; opaque ids, for those who work with them only."""
    return [PostOut.of(row) for row in await call.read(queries.posts, id=id)]


@router.post("/{id}/posts", response_model=PartyOrganizationOut)
async def appoint_to_post(
    id: UUID, body: TakePostBody, call: Annotated[Call, requires("party_organizations:change")]
) -> Response:
    """Put a person into a post."""
    return await call.execute(
        commands.appoint_to_post, id=id, **body.model_dump(), answer=PartyOrganizationOut.of
    )


@router.post("/{id}/posts/end", response_model=PartyOrganizationOut)
async def leave_post(
    id: UUID, body: LeavePostBody, call: Annotated[Call, requires("party_organizations:change")]
) -> Response:
    """End what a person holds."""
    return await call.execute(commands.leave_post, id=id, **body.model_dump(), answer=PartyOrganizationOut.of)


@router.post("/{id}/upgrade", response_model=PartyOrganizationOut)
async def upgrade(
    id: UUID, body: UpgradeBody, call: Annotated[Call, requires("party_organizations:change")]
) -> Response:
    """Raise it to a general branch or a committee."""
    return await call.execute(commands.upgrade, id=id, **body.model_dump(), answer=PartyOrganizationOut.of)


@router.post("/{id}/election", response_model=PartyOrganizationOut)
async def elect(
    id: UUID, body: ElectionBody, call: Annotated[Call, requires("party_organizations:change")]
) -> Response:
    """Record an election: a new term begins."""
    return await call.execute(commands.elect, id=id, **body.model_dump(), answer=PartyOrganizationOut.of)


@router.post("/{id}/score", response_model=PartyOrganizationOut)
async def score(
    id: UUID, body: ScoreBody, call: Annotated[Call, requires("party_organizations:change")]
) -> Response:
    """Record a yearly score."""
    return await call.execute(commands.score, id=id, **body.model_dump(), answer=PartyOrganizationOut.of)


@router.post("/{id}/dissolution", response_model=PartyOrganizationOut)
async def dissolve(
    id: UUID, body: DissolveBody, call: Annotated[Call, requires("party_organizations:change")]
) -> Response:
    """Dissolve it; what only it covered is to be covered anew."""
    return await call.execute(commands.dissolve, id=id, **body.model_dump(), answer=PartyOrganizationOut.of)
