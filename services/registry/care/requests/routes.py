"""Requests over HTTP. Who asks is in the body alone and answered nowhere."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from chassis.http import Page, PageRequest
from chassis.http.fields import Body, Code, Day, Division, PersonId
from services.registry.care.records.routes import Reads, Writes
from services.registry.care.requests import commands, forms, queries
from services.registry.care.requests.model import TRANSITIONS, RequestBy, RequestPhase
from services.registry.care.requests.queries import CareRequestOut
from services.registry.offering import Form, follows

router = APIRouter(prefix="/v1/care-requests", tags=["care"])


class Request(Body):
    """Who asks, by which paper."""

    division: Division
    person_id: PersonId
    asked_by: RequestBy
    document: Code = Field(description="number of the paper that the person or the guardian signed")
    asked_on: Day | None = Field(None, description="today if left out")


class Answer(Body):
    """When the person was told."""

    answered_on: Day | None = Field(None, description="today if left out")


FORMS = (
    Form("take_down", "登记查询申请", "", "care:write", Request),
    Form("answer", "已答复本人", "answer", "care:write", Answer, follows("answered", TRANSITIONS)),
)
"""What pages offer."""


@router.get("")
async def search(
    call: Reads, page: Annotated[PageRequest, Depends()],
    division: Division | None = None, state: RequestPhase | None = None,
) -> Page[CareRequestOut]:  # fmt: skip
    """本人查询申请列表（不含个人信息） / Requests, without whose they are."""
    return await call.read(queries.search, division=division, state=state, page=page)


@router.get("/forms")
async def openings(call: Reads) -> dict[str, Any]:
    """查询申请表单 / The form by which the caller takes a request down, in words."""
    return await call.read(forms.openings, forms=FORMS)


@router.get("/{id}/forms")
async def possible(id: UUID, call: Reads) -> dict[str, Any]:
    """可办理的事项 / What the caller can do with the request now, in words, each with its form."""
    return await call.read(forms.possible, id=id, forms=FORMS)


@router.get("/{id}")
async def one(id: UUID, call: Reads) -> CareRequestOut:
    """查询申请（不含个人信息） / One request, without whose it is."""
    return await call.read(queries.one, id=id)


@router.post("", response_model=CareRequestOut, status_code=201)
async def ask(body: Request, call: Writes) -> Response:
    """登记本人查询申请 / Somebody asks what is kept of them."""
    return await call.execute(
        commands.ask, answer=CareRequestOut.model_validate, status=201, **body.arguments()
    )


@router.post("/{id}/answer", response_model=CareRequestOut)
async def answer(id: UUID, body: Answer, call: Writes) -> Response:
    """已答复本人 / The person was told."""
    return await call.execute(
        commands.answer, id=id, answer=CareRequestOut.model_validate, **body.arguments()
    )
