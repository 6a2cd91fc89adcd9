"""How a campaign stands, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Division
from services.registry.inspections.campaigns import queries
from services.registry.inspections.campaigns.queries import Excused, Progress

router = APIRouter(prefix="/v1/inspection-campaigns", tags=["inspection campaigns"])


@router.get("/{id}/progress", response_model=Progress)
async def progress(
    id: UUID,
    call: Annotated[Call, requires("inspection_campaigns:read")],
    division: Division | None = None,
) -> Progress:
    """年检进度，按下级区划 / How the campaign stands, by the divisions below."""
    return await call.read(queries.progress, id=id, division=division)


@router.get("/{id}/excused", response_model=Page[Excused])
async def excused(
    id: UUID,
    call: Annotated[Call, requires("inspection_campaigns:read")],
    page: Annotated[PageRequest, Depends()],
    division: Division | None = None,
) -> Page[Excused]:
    """免检名单 / Who was registered too late to be due."""
    return await call.read(queries.excused, id=id, page=page, division=division)
