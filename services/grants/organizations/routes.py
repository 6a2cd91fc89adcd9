"""Bans over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from chassis.http import Call, requires
from chassis.http.fields import Code, Day
from services.grants.model import Basis
from services.grants.organizations import commands, queries
from services.grants.organizations.tables import BanRow
from services.grants.requests import Fact

router = APIRouter(prefix="/v1/organizations", tags=["bans"])


class BanBody(Fact):
    """A bar on applying from `effective_on`; lasts the profile's years where no end is given."""

    reason: Code
    until: Day | None = None


class BanOut(BaseModel):
    """A ban, both days included."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organization_id: UUID
    imposed_on: date
    until: date
    reason: str
    basis: Basis
    actor: str
    recorded_at: datetime

    @classmethod
    def of(cls, row: BanRow) -> "BanOut":
        """The ban of a row."""
        return cls.model_validate(row)


@router.post("/{id}/bans", response_model=BanOut, status_code=201)
async def ban(id: UUID, body: BanBody, call: Annotated[Call, requires("bans:impose")]) -> Response:
    """禁止申报 / Bar an organisation from applying."""
    return await call.execute(
        commands.ban, organization_id=id, **body.arguments(), answer=BanOut.of, status=201
    )


@router.get("/{id}/bans", response_model=list[BanOut])
async def bans(id: UUID, call: Annotated[Call, requires("bans:read")]) -> list[BanOut]:
    """禁止申报记录 / The bans of an organisation, newest first."""
    return [BanOut.of(row) for row in await call.read(queries.bans_of, organization_id=id)]
