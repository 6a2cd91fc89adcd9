"""Messages over HTTP: one's own box, and what was written in a division."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response

from chassis.http import Call, Page, PageRequest, requires
from services.notify.messages import commands, queries
from services.notify.messages.model import Status
from services.notify.messages.queries import Box, MessageOut
from services.notify.messages.tables import MessageRow

router = APIRouter(prefix="/v1/messages", tags=["messages"])
Language = Annotated[str, Header(alias="Accept-Language", max_length=200)]
Division = Annotated[str | None, Query(max_length=12, pattern=r"^\d+$")]


def _language(header: str) -> str:
    return "en" if header.strip().lower().startswith("en") else "zh"


def _answer(call: Call, language: str) -> Callable[[tuple[MessageRow, str | None]], MessageOut]:
    def of(found: tuple[MessageRow, str | None]) -> MessageOut:
        row, organization = found
        return queries.shown(call.runtime.region.division_name(row.division), row, organization, language)

    return of


@router.get("", response_model=Page[MessageOut])
async def mine(
    call: Annotated[Call, requires("messages:read")],
    page: Annotated[PageRequest, Depends()],
    division: Division = None,
    status: Status | None = None,
    accept_language: Language = "zh",
) -> Page[MessageOut]:
    """The caller's messages, newest first."""
    return await call.read(
        queries.messages, page=page, language=_language(accept_language), division=division,
        status=status.value if status else None,
    )  # fmt: skip


@router.get("/written", response_model=Page[MessageOut])
async def written(
    call: Annotated[Call, requires("messages:oversee")],
    page: Annotated[PageRequest, Depends()],
    division: Division = None,
    subject: Annotated[str | None, Query(max_length=64)] = None,
    accept_language: Language = "zh",
) -> Page[MessageOut]:
    """What was written to anybody in the caller's divisions, also about one subject."""
    return await call.read(
        queries.messages, page=page, language=_language(accept_language), division=division,
        subject=subject, everybody=True,
    )  # fmt: skip


@router.get("/box", response_model=Box)
async def box(call: Annotated[Call, requires("messages:read")]) -> Box:
    """How many messages the caller has, by status."""
    return await call.read(queries.box)


@router.post("/{id}/reading", response_model=MessageOut)
async def read(
    id: UUID, call: Annotated[Call, requires("messages:read")], accept_language: Language = "zh"
) -> Response:
    """The recipient opened it."""
    return await call.execute(commands.read, id=id, answer=_answer(call, _language(accept_language)))


@router.post("/{id}/acknowledgement", response_model=MessageOut)
async def acknowledge(
    id: UUID, call: Annotated[Call, requires("messages:acknowledge")], accept_language: Language = "zh"
) -> Response:
    """The recipient says that they know."""
    return await call.execute(commands.acknowledge, id=id, answer=_answer(call, _language(accept_language)))
