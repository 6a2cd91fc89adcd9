"""Persons in care over HTTP: the opaque id is in bodies only, since addresses are kept and sent about."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from chassis.http import Call, requires
from chassis.http.fields import Body, Code, Division, PersonId
from services.registry.care.persons import commands, forms
from services.registry.care.records.routes import Looks, Reads
from services.registry.offering import Form

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


FORMS = (
    Form("find", "按人员编号查找", "finding", "care:look", Finding),
    Form("erase", "删除个人信息", "erasure", "care:erase", Erasure),
)
"""What pages offer."""


@router.get("/forms")
async def openings(call: Reads) -> dict[str, Any]:
    """查找与删除表单 / The forms by which the caller finds or erases a person, in words."""
    return await call.read(forms.openings, forms=FORMS)


@router.post("/finding", response_model=FoundOut)
async def find(body: Finding, call: Looks) -> Response:
    """按人员编号查找（记入查看日志） / Find a person's records; each one found counts as looked into."""
    return await call.execute(commands.find, answer=FoundOut.model_validate, kept=False, **body.arguments())


@router.post("/erasure", response_model=ErasedOut)
async def erase(body: Erasure, call: Annotated[Call, requires("care:erase")]) -> Response:
    """删除个人信息（不可恢复） / Erase a person for good; counts stay."""
    return await call.execute(commands.erase, answer=ErasedOut.model_validate, **body.arguments())
