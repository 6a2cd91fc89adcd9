"""Coverage by liaisons, and the hand-over of all that one person looks after, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from chassis.http import Call, requires
from chassis.http.fields import Body, Division, PersonId
from services.registry.hub.liaisons import commands, queries
from services.registry.hub.liaisons.queries import Coverage

router = APIRouter(tags=["liaisons"])


class Successor(Body):
    """Who leaves, and who takes over."""

    division: Division = Field(title="行政区划")
    person: PersonId = Field(title="原联络员")
    to: PersonId = Field(title="接任人员")


class HandedOver(BaseModel):
    """What went over."""

    liaisons: list[UUID]


@router.get("/v1/liaison-coverage", response_model=list[Coverage])
async def coverage(division: Division, call: Annotated[Call, requires("liaisons:read")]) -> list[Coverage]:
    """村居联络员覆盖情况 / Communities with and without a liaison, by the divisions below (B06)."""
    return await call.read(queries.coverage, division=division)


_WHOLE = commands.LIAISONS.takes_many(
    "hand_over_all", Successor, zh="离任整体交接", needs="write", path="succession"
)


@router.post(f"/v1/liaisons/{_WHOLE.path}", response_model=HandedOver)
async def succession(body: Successor, call: Annotated[Call, requires(_WHOLE.permission)]) -> Response:
    """整体交接 / All that somebody who leaves looks after in a division and below goes to another."""
    return await call.execute(
        commands.hand_over_all, division=body.division, person=body.person, to=body.to,
        answer=lambda rows: HandedOver(liaisons=[row.id for row in rows]),
    )  # fmt: skip
