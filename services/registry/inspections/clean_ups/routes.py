"""How a clean-up stands, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Call, requires
from chassis.http.fields import Division
from services.registry.inspections.clean_ups import queries
from services.registry.inspections.clean_ups.queries import CleanUpProgress

router = APIRouter(prefix="/v1/clean-ups", tags=["clean-ups"])


@router.get("/{id}/progress", response_model=CleanUpProgress)
async def progress(
    id: UUID, call: Annotated[Call, requires("clean_ups:read")], division: Division | None = None
) -> CleanUpProgress:
    """清理整顿进度，按下级区划 / How the clean-up stands, by the divisions below."""
    return await call.read(queries.progress, id=id, division=division)
