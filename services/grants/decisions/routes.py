"""Decisions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Call, requires
from chassis.http.fields import Code
from services.grants.applications.routes import ApplicationOut
from services.grants.decisions import commands
from services.grants.requests import Fact, Fen
from services.grants.rounds.routes import RoundOut

router = APIRouter(prefix="/v1/rounds", tags=["decisions"])
awards_router = APIRouter(prefix="/v1/applications", tags=["decisions"])


class ReasonedBody(Fact):
    """Why, as a code."""

    reason: Code


class AwardBody(Fact):
    """An award from the reserve list."""

    award_fen: Fen | None = Field(None, description="less than was asked for")
    reason: Code | None = Field(None, description="needed to pass over who comes first on the list")


@router.post("/{id}/publicity", response_model=RoundOut)
async def publicise(id: UUID, body: Fact, call: Annotated[Call, requires("rounds:rank")]) -> Response:
    """公示拟定结果 / Put the proposed result up for objections."""
    return await call.execute(commands.publicise, id=id, **body.arguments(), answer=RoundOut.of)


@router.post("/{id}/decision", response_model=RoundOut)
async def decide(id: UUID, body: Fact, call: Annotated[Call, requires("rounds:decide")]) -> Response:
    """决定立项 / Decide as publicised; each award commits its money in the fund."""
    return await call.execute(commands.decide, id=id, **body.arguments(), answer=RoundOut.of)


@router.post("/{id}/reopening", response_model=RoundOut)
async def reopen(id: UUID, body: ReasonedBody, call: Annotated[Call, requires("rounds:decide")]) -> Response:
    """退回重审 / Go back to the closed round; awards give their money back."""
    return await call.execute(commands.reopen, id=id, **body.arguments(), answer=RoundOut.of)


@router.post("/{id}/cancellation", response_model=RoundOut)
async def cancel(id: UUID, body: ReasonedBody, call: Annotated[Call, requires("rounds:decide")]) -> Response:
    """取消轮次 / Cancel the round and end its applications."""
    return await call.execute(commands.cancel, id=id, **body.arguments(), answer=RoundOut.of)


@router.post("/{id}/conclusion", response_model=RoundOut)
async def conclude(id: UUID, body: Fact, call: Annotated[Call, requires("rounds:decide")]) -> Response:
    """轮次办结 / Conclude the round."""
    return await call.execute(commands.conclude, id=id, **body.arguments(), answer=RoundOut.of)


@awards_router.post("/{id}/award", response_model=ApplicationOut)
async def award(id: UUID, body: AwardBody, call: Annotated[Call, requires("rounds:decide")]) -> Response:
    """候补立项 / Award an application of the reserve list within the budget left."""
    return await call.execute(commands.award_reserved, id=id, **body.arguments(), answer=ApplicationOut.of)
