"""The cadences of the profile's list at once, over HTTP."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from chassis.http import Call, requires
from chassis.http.fields import Body, Code, Division
from services.registry.operations.cadences import commands

router = APIRouter(prefix="/v1/cadences", tags=["cadences"])


class BodyOfDivision(Body):
    """Whose cadences are opened."""

    division: Division = Field(title="行政区划")
    body: Code = Field(title="单位")


class CadencesOut(BaseModel):
    """What was opened."""

    gatherings: list[str] = Field(description="codes of the profile's list, in its order")


_PROFILE = commands.CADENCES.takes_many(
    "open_all", BodyOfDivision, zh="按目录建立全部", needs="write", path="of-profile"
)


@router.post(f"/{_PROFILE.path}", response_model=CadencesOut)
async def of_profile(
    wanted: BodyOfDivision, call: Annotated[Call, requires(_PROFILE.permission)]
) -> Response:
    """按目录建立全部定期会议、培训制度 / Open every cadence of the profile that the body does not have."""
    return await call.execute(
        commands.open_all, division=wanted.division, body=wanted.body,
        answer=lambda rows: CadencesOut(gatherings=[row.gathering for row in rows]),
    )  # fmt: skip
