"""Tasks and plans by framework over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.http import Call, requires
from chassis.http.fields import Day, Division
from services.registry.operations import frameworks as queries
from services.registry.operations.frameworks import OfFramework

router = APIRouter(prefix="/v1/frameworks", tags=["tasks"])


@router.get("", response_model=list[OfFramework])
async def frameworks(
    call: Annotated[Call, requires("tasks:read")], division: Division | None = None, as_of: Day | None = None
) -> list[OfFramework]:
    """各项行动的任务和规划数 / Tasks and plans by the framework they are tagged with, as of a day."""
    return await call.read(queries.frameworks, division=division, as_of=as_of)
