"""Messages over HTTP: one's own box, and what was written in a division."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Division
from chassis.http.language import preferred
from services.notify.messages import commands, queries
from services.notify.messages.model import Status
from services.notify.messages.queries import Box, Letter, MessageOut, Wanted

router = APIRouter(prefix="/v1/messages", tags=["messages"])


def _language(call: Call) -> str | None:
    """The language that the caller asks for; None where they leave it to the recipient's own."""
    headers = call.request.headers
    return preferred(headers) if "accept-language" in headers else None


def _answer(call: Call) -> Callable[[Letter], MessageOut]:
    return lambda letter: queries.shown(call.runtime.region, letter, _language(call))


@router.get("", response_model=Page[MessageOut])
async def mine(
    call: Annotated[Call, requires("messages:read")],
    page: Annotated[PageRequest, Depends()],
    division: Division | None = None,
    status: Status | None = None,
) -> Page[MessageOut]:
    """本人（及代理）的消息 / The caller's messages and those of whom they are deputy, newest first."""
    wanted = Wanted(division=division, status=status)
    return await call.read(queries.messages, page=page, wanted=wanted, language=_language(call))


@router.get("/written", response_model=Page[MessageOut])
async def written(
    call: Annotated[Call, requires("messages:oversee")],
    page: Annotated[PageRequest, Depends()],
    division: Division | None = None,
    status: Status | None = None,
    subject: Annotated[str | None, Query(max_length=64, description="what the event was about")] = None,
) -> Page[MessageOut]:
    """辖区内发出的消息 / What was written to anybody in the caller's divisions, also about one subject."""
    wanted = Wanted(division=division, status=status, subject=subject, everybody=True)
    return await call.read(queries.messages, page=page, wanted=wanted, language=_language(call))


@router.get("/box", response_model=Box)
async def box(call: Annotated[Call, requires("messages:read")]) -> Box:
    """消息计数 / How many messages the caller has: by status, unread, to be acknowledged."""
    return await call.read(queries.box)


@router.post("/{id}/reading", response_model=MessageOut)
async def read(id: UUID, call: Annotated[Call, requires("messages:read")]) -> Response:
    """已读 / The recipient opened it."""
    return await call.execute(commands.read, id=id, answer=_answer(call))


@router.post("/{id}/acknowledgement", response_model=MessageOut)
async def acknowledge(id: UUID, call: Annotated[Call, requires("messages:acknowledge")]) -> Response:
    """确认 / The recipient says that they know."""
    return await call.execute(commands.acknowledge, id=id, answer=_answer(call))
