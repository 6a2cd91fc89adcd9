"""Pairings over HTTP. Who the two are is answered to a look only, and such an answer is kept nowhere."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from chassis.http import Page, PageRequest
from chassis.http.fields import Body, Code, Day, Division, PersonId
from services.registry.care.pairings import commands, forms, queries
from services.registry.care.pairings.model import TRANSITIONS, PairingPhase
from services.registry.care.pairings.queries import CarePairingOut
from services.registry.care.records.routes import Look, Looks, Reads, Writes
from services.registry.fields import Fact
from services.registry.offering import Form, follows

router = APIRouter(prefix="/v1/care-pairings", tags=["care"])


class Pairing(Fact):
    """A giver and a child; who they are is sealed."""

    division: Division
    child_id: PersonId
    giver_id: PersonId
    worker: Code = Field(description="account of the one who looks after the pairing")
    guardian_consented_on: Day


class Ending(Body):
    """The end of a pairing."""

    reason: Code
    effective_on: Day | None = None


class PairOut(BaseModel):
    """Who the two are; one who asks is told of herself alone."""

    child_id: str | None
    giver_id: str | None


FORMS = (
    Form("paired", "登记结对", "", "care:write", Pairing, en="record a pairing"),
    Form("looked", "查看结对双方", "looks", "care:look", Look, lambda row: row.state != PairingPhase.ERASED,
         en="look at both"),
    Form("ended", "结束结对", "ending", "care:write", Ending, follows("ended", TRANSITIONS),
         en="end the pairing"),
)  # fmt: skip
"""What pages offer; erasing one of the two goes by the person."""


@router.get("")
async def search(
    call: Reads, page: Annotated[PageRequest, Depends()], division: Division | None = None,
    state: PairingPhase | None = None, worker: Code | None = None,
) -> Page[CarePairingOut]:  # fmt: skip
    """结对列表（不含个人信息） / Pairings, without whom they are about."""
    return await call.read(queries.search, division=division, state=state, worker=worker, page=page)


@router.get("/forms")
async def openings(call: Reads) -> dict[str, Any]:
    """结对表单 / The form by which the caller pairs two, in words."""
    return await call.read(forms.openings, forms=FORMS)


@router.get("/{id}/forms")
async def possible(id: UUID, call: Reads) -> dict[str, Any]:
    """可办理的事项 / What the caller can do with the pairing now, in words, each with its form."""
    return await call.read(forms.possible, id=id, forms=FORMS)


@router.get("/{id}")
async def one(id: UUID, call: Reads) -> CarePairingOut:
    """结对记录（不含个人信息） / One pairing, without whom it is about."""
    return await call.read(queries.one, id=id)


@router.post("", response_model=CarePairingOut, status_code=201)
async def pair(body: Pairing, call: Writes) -> Response:
    """爱心牵手：结对 / Pair a giver with a child in difficulty."""
    return await call.execute(
        commands.pair, answer=CarePairingOut.model_validate, status=201, **body.arguments()
    )


@router.post("/{id}/ending", response_model=CarePairingOut)
async def end(id: UUID, body: Ending, call: Writes) -> Response:
    """结束结对 / The pairing ends."""
    return await call.execute(commands.end, id=id, answer=CarePairingOut.model_validate, **body.arguments())


@router.post("/{id}/looks", response_model=PairOut)
async def look_into(id: UUID, body: Look, call: Looks) -> Response:
    """查看结对双方（记入查看日志） / Look who the two are, for a purpose; the look is logged."""
    return await call.execute(
        commands.look_into, id=id, answer=PairOut.model_validate, kept=False, **body.arguments()
    )
