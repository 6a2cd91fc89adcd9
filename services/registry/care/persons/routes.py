"""Persons in care over HTTP: the opaque id is in bodies only, since addresses are kept and sent about."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from chassis.http import Call, requires
from chassis.http.fields import Body, Code, Division, PersonId
from services.registry.care.persons import commands
from services.registry.care.records.routes import Looks

router = APIRouter(prefix="/v1/care-persons", tags=["care"])


class Finding(Body):
    """Whose records are wanted, where and what for."""

    division: Division
    person_id: PersonId
    purpose: Code


class Erasure(Body):
    """Who is to be erased, where and why."""

    division: Division
    person_id: PersonId
    reason: Code


class FoundOut(BaseModel):
    """The records of a person."""

    care_records: list[UUID]
    care_pairings: list[UUID]


class ErasedOut(BaseModel):
    """How many records knew of the person."""

    care_records: int
    care_pairings: int


@router.post("/finding", response_model=FoundOut)
async def find(body: Finding, call: Looks) -> Response:
    """按人员编号查找（记入查看日志） / Find a person's records; each one found counts as looked into."""
    return await call.execute(commands.find, answer=FoundOut.model_validate, kept=False, **body.arguments())


@router.post("/erasure", response_model=ErasedOut)
async def erase(body: Erasure, call: Annotated[Call, requires("care:erase")]) -> Response:
    """删除个人信息（不可恢复） / Erase a person for good; counts stay."""
    return await call.execute(commands.erase, answer=ErasedOut.model_validate, **body.arguments())
