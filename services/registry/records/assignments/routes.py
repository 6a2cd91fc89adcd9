"""The hand-over of everything that an officer has, over HTTP."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from chassis.http import Call, requires
from chassis.http.fields import Body, Code, Division, PersonId
from services.registry.records.assignments import commands

router = APIRouter(prefix="/v1/contact-assignments", tags=["contact assignments"])


class WholeHandOver(Body):
    """Who leaves, and who takes over."""

    division: Division = Field(title="行政区划")
    officer: PersonId = Field(title="原联系人")
    to: PersonId = Field(title="接任联系人")
    reason: Code | None = Field(None, title="原因")


class HandedOver(BaseModel):
    """How many assignments moved."""

    assignments: int


_WHOLE = commands.ASSIGNMENTS.takes_many(
    "hand_over_all", WholeHandOver, zh="离任整体交接", needs="write", path="hand-over"
)


@router.post(f"/{_WHOLE.path}", response_model=HandedOver)
async def hand_over_all(
    wanted: WholeHandOver, call: Annotated[Call, requires(_WHOLE.permission)]
) -> Response:
    """联系干部离任：一次交接全部联系工作 / All that an officer has, and what is due, goes to a successor."""
    return await call.execute(
        commands.hand_over_all, division=wanted.division, officer=wanted.officer, to=wanted.to,
        reason=wanted.reason, answer=lambda moved: HandedOver(assignments=moved),
    )  # fmt: skip
