"""The log of looks over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Code, Division
from services.registry.care.looks import forms, queries
from services.registry.care.looks.queries import LookOut

router = APIRouter(prefix="/v1/care-looks", tags=["care"])
Oversees = Annotated[Call, requires("care:oversee")]


@router.get("")
async def looks(
    call: Oversees, page: Annotated[PageRequest, Depends()],
    division: Division | None = None, record_id: UUID | None = None, actor_id: Code | None = None,
) -> Page[LookOut]:  # fmt: skip
    """查看记录 / Who looked into which record, for what purpose."""
    return await call.read(
        queries.looks, division=division, record_id=record_id, actor_id=actor_id, page=page
    )


@router.get("/forms")
async def words(call: Oversees) -> dict[str, Any]:
    """查看日志的栏目和查看目的 / The columns of the log and the purposes, in words."""
    return await call.read(forms.words)
