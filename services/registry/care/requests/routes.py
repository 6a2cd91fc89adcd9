"""Requests over HTTP. Who asks is in the body alone and answered nowhere."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Body, Code, Day, Division, PersonId
from services.registry.care.requests import commands, queries
from services.registry.care.requests.model import RequestBy, RequestPhase
from services.registry.care.requests.queries import CareRequestOut

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


@router.get("")
async def search(
    call: Annotated[Call, requires("care:read")], page: Annotated[PageRequest, Depends()],
    division: Division | None = None, state: RequestPhase | None = None,
) -> Page[CareRequestOut]:  # fmt: skip
    """本人查询申请列表（不含个人信息） / Requests, without whose they are."""
    return await call.read(queries.search, division=division, state=state, page=page)


@router.post("", response_model=CareRequestOut, status_code=201)
async def ask(body: Request, call: Annotated[Call, requires("care:write")]) -> Response:
    """登记本人查询申请 / Somebody asks what is kept of them."""
    return await call.execute(
        commands.ask, answer=CareRequestOut.model_validate, status=201, **body.arguments()
    )


@router.post("/{id}/answer", response_model=CareRequestOut)
async def answer(id: UUID, body: Answer, call: Annotated[Call, requires("care:write")]) -> Response:
    """已答复本人 / The person was told."""
    return await call.execute(
        commands.answer, id=id, answer=CareRequestOut.model_validate, **body.arguments()
    )
