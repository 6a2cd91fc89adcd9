"""What the bodies of a place have to answer for, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.http import Call, requires
from chassis.http.fields import Code, Division
from services.registry.hub.coordination import queries
from services.registry.hub.coordination.queries import OpenPart

router = APIRouter(prefix="/v1/coordination-parts", tags=["coordination cases"])


@router.get("", response_model=list[OpenPart])
async def open_parts(
    call: Annotated[Call, requires("coordination_cases:read")], division: Division | None = None,
    body: Code | None = None,
) -> list[OpenPart]:  # fmt: skip
    """本辖区各单位未完成的协调任务（含上级事项中的） / Parts still to be done by the bodies of a place."""
    return await call.read(queries.open_parts, division=division, body=body)
