"""Attendance over HTTP: by organisation, and what those invited to one meeting or training answered."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Division
from services.registry.operations.attendances import queries
from services.registry.operations.attendances.gatherings import OF_MEETINGS, OF_TRAININGS
from services.registry.operations.attendances.queries import Answered, AttendanceRate

router = APIRouter(prefix="/v1", tags=["attendance"])


@router.get("/meetings/{id}/answers", response_model=list[Answered])
async def of_meeting(id: UUID, call: Annotated[Call, requires("attendances:read")]) -> list[Answered]:
    """会议邀请答复情况 / Who accepted the invitation, who is excused, who has said nothing, and who came."""
    return await call.read(queries.answers, of=OF_MEETINGS, id=id)


@router.get("/trainings/{id}/answers", response_model=list[Answered])
async def of_training(id: UUID, call: Annotated[Call, requires("attendances:read")]) -> list[Answered]:
    """培训邀请答复情况 / The same of a training."""
    return await call.read(queries.answers, of=OF_TRAININGS, id=id)


@router.get("/attendance-rates", response_model=Page[AttendanceRate])
async def rates(
    call: Annotated[Call, requires("attendances:read")],
    page: Annotated[PageRequest, Depends()],
    year: Annotated[int | None, Query(ge=1990, le=2200, description="this one if left out")] = None,
    since: Annotated[
        date | None, Query(description="instead of a year: what was held from this day until today")
    ] = None,
    division: Annotated[Division | None, Query(description="of what was held here and below")] = None,
    organization_id: UUID | None = None,
) -> Page[AttendanceRate]:
    """社会组织到会情况，到会率低的在前 / Invited and attended in a year or since a day, by organisation."""
    return await call.read(
        queries.by_organization, year=year, since=since, page=page, division=division,
        organization_id=organization_id,
    )  # fmt: skip
