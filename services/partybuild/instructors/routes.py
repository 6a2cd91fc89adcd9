"""Instructors over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from chassis.http import AggregateOut, Call, Page, PageRequest, requires
from chassis.http.fields import Division, Fact, PersonId
from services.partybuild.instructors import commands, queries
from services.partybuild.instructors.model import Status
from services.partybuild.instructors.tables import InstructorRow

router = APIRouter(prefix="/v1/instructors", tags=["instructors"])


class InstructorOut(AggregateOut):
    """An appointment with what the person may carry and carries."""

    person_id: str
    division: str
    capacity: int
    load: int
    organization_ids: list[UUID]
    status: Status
    appointed_on: date
    ended_on: date | None
    effective_on: date
    basis: str

    @classmethod
    def of(cls, row: InstructorRow) -> "InstructorOut":
        """The row as people see it."""
        fields = row.model_dump(include=set(cls.model_fields))
        return cls.model_validate({**fields, "load": len(row.organization_ids)})


class AppointBody(Fact):
    """A person to be appointed, by opaque id."""

    person_id: PersonId
    division: Division
    capacity: int | None = Field(
        None, ge=1, le=1000, description="organisations at once; the profile's unless given"
    )


class OrganizationsBody(Fact):
    """The organisations to be assigned or released."""

    organization_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


@router.post("", response_model=InstructorOut, status_code=201)
async def appoint(body: AppointBody, call: Annotated[Call, requires("instructors:appoint")]) -> Response:
    """Appoint a person as instructor."""
    return await call.execute(commands.appoint, **body.model_dump(), answer=InstructorOut.of, status=201)


@router.get("", response_model=Page[InstructorOut])
async def search(
    call: Annotated[Call, requires("instructors:read")], page: Annotated[PageRequest, Depends()],
    division: Division | None = None, status: Status | None = None,
    organization_id: UUID | None = None,
    free: Annotated[bool | None, Query(description="those who may take on more")] = None,
) -> Page[InstructorOut]:  # fmt: skip
    """Instructors, the oldest record first."""
    rows = await call.read(
        queries.search, division=division, status=status, organization_id=organization_id, free=free,
        page=page,
    )  # fmt: skip
    return Page[InstructorOut].of(rows, page, item=InstructorOut.of, key=lambda row: (str(row.id),))


@router.get("/{id}", response_model=InstructorOut)
async def one(id: UUID, call: Annotated[Call, requires("instructors:read")]) -> InstructorOut:
    """One instructor."""
    return InstructorOut.of(await call.read(queries.one, id=id))


@router.post("/{id}/assignments", response_model=InstructorOut)
async def assign(
    id: UUID, body: OrganizationsBody, call: Annotated[Call, requires("instructors:assign")]
) -> Response:
    """Send the instructor to organisations, within the capacity."""
    return await call.execute(commands.assign, id=id, **body.model_dump(), answer=InstructorOut.of)


@router.post("/{id}/releases", response_model=InstructorOut)
async def release(
    id: UUID, body: OrganizationsBody, call: Annotated[Call, requires("instructors:assign")]
) -> Response:
    """Withdraw the instructor from organisations."""
    return await call.execute(commands.release, id=id, **body.model_dump(), answer=InstructorOut.of)


@router.post("/{id}/end", response_model=InstructorOut)
async def end(id: UUID, body: Fact, call: Annotated[Call, requires("instructors:appoint")]) -> Response:
    """End the appointment and all its assignments."""
    return await call.execute(commands.end, id=id, **body.model_dump(), answer=InstructorOut.of)
