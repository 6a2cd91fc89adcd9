"""The sample service composed: commands, queries and routes as a real capability has them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Depends, UploadFile
from pydantic import BaseModel, ConfigDict, Field, field_validator
from shuniu_contracts import grants
from sqlmodel import col, select
from starlette.responses import Response

from chassis.http import AggregateOut, Call, Page, PageRequest, Reading, requires
from chassis.model import Refusal, RefusalKind, division_code
from chassis.service import Service
from chassis.unit_of_work import NotFound, UnitOfWork
from tests.chassis.sample.tables import FundRow, Table


class SumTooSmall(Refusal):
    """A fund of nothing."""

    code = "sum_too_small"
    kind = RefusalKind.INVALID
    zh = "金额 {fen} 分过小。"
    en = "The sum of {fen} fen is too small."


class Policy(BaseModel):
    """Nothing to set."""

    model_config = ConfigDict(extra="forbid")


async def open_fund(uow: UnitOfWork, *, division: str, title: str, total_fen: int) -> FundRow:
    """Open a fund; raises `SumTooSmall`."""
    if total_fen < 10:
        raise SumTooSmall(fen=total_fen, at="/total_fen")
    row = FundRow(
        division=division, title=title, total_fen=total_fen, effective_on=uow.today, basis="live",
        recorded_at=uow.now,
    )  # fmt: skip
    uow.admit(row)
    uow.record(row, grants.FundOpened(state=row.public_state()))
    return row


async def increase(uow: UnitOfWork, *, id: UUID, amount_fen: int, pause_s: float = 0.0) -> FundRow:
    """More money came in, after a pause in the transaction."""
    row = await uow.load(FundRow, id)
    await asyncio.sleep(pause_s)
    row.total_fen += amount_fen
    uow.record(row, grants.FundIncreased(state=row.public_state(), amount_fen=amount_fen))
    return row


async def transfer(uow: UnitOfWork, *, id: UUID, to: UUID, amount_fen: int) -> FundRow:
    """Money goes from one fund to another, which are locked in that order: two at once may deadlock."""
    await increase(uow, id=id, amount_fen=-amount_fen)
    return await increase(uow, id=to, amount_fen=amount_fen)


async def search(reading: Reading, *, division: str | None, page: PageRequest) -> Sequence[FundRow]:
    """Funds by title within the caller's divisions."""
    statement = select(FundRow).where(reading.within(FundRow.division, division))
    if (after := page.after(str, UUID)) is not None:
        statement = statement.where(
            sa.tuple_(col(FundRow.title), col(FundRow.id)) > sa.tuple_(*map(sa.literal, after))
        )
    statement = statement.order_by(FundRow.title, col(FundRow.id)).limit(page.fetch)
    return (await reading.session.exec(statement)).all()


async def one(reading: Reading, *, id: UUID) -> FundRow:
    """One fund; raises `NotFound`, `NotPermitted`."""
    row = await reading.session.get(FundRow, id)
    if row is None:
        raise NotFound(aggregate="fund", id=id)
    reading.authorize(row.division)
    return row


class FundOut(AggregateOut):
    """A fund as callers see it."""

    division: str
    title: str
    total_fen: int

    @classmethod
    def of(cls, row: FundRow) -> Self:
        """From its row."""
        return cls.model_validate(row, from_attributes=True)


class OpenBody(BaseModel):
    """A new fund."""

    model_config = ConfigDict(extra="forbid")

    division: str
    title: str = Field(min_length=1, max_length=100)
    total_fen: int

    @field_validator("division")
    @classmethod
    def _division(cls, value: str) -> str:
        return division_code(value)


class IncreaseBody(BaseModel):
    """More money."""

    amount_fen: int = Field(ge=1, le=1 << 50)
    pause_s: float = Field(0.0, ge=0, le=1)


router = APIRouter(prefix="/v1/funds", tags=["funds"])


@router.post("", response_model=FundOut, status_code=201)
async def open_(body: OpenBody, call: Annotated[Call, requires("funds:open")]) -> Response:
    """Open a fund."""
    return await call.execute(open_fund, **body.model_dump(), answer=FundOut.of, status=201)


@router.get("", response_model=Page[FundOut])
async def list_(
    call: Annotated[Call, requires("funds:read")], page: Annotated[PageRequest, Depends()],
    division: str | None = None,
) -> Page[FundOut]:  # fmt: skip
    """Funds by title."""
    rows = await call.read(search, division=division, page=page)
    return Page.of(rows, page, item=FundOut.of, key=lambda row: (row.title, row.id))


@router.get("/{id}", response_model=FundOut)
async def get(id: UUID, call: Annotated[Call, requires("funds:read")]) -> FundOut:
    """One fund."""
    return FundOut.of(await call.read(one, id=id))


@router.post("/{id}/increase", response_model=FundOut)
async def increase_(
    id: UUID, body: IncreaseBody, call: Annotated[Call, requires("funds:increase")]
) -> Response:
    """More money came in."""
    return await call.execute(increase, id=id, **body.model_dump(), answer=FundOut.of)


@router.post("/{id}/transfer", response_model=FundOut)
async def transfer_(
    id: UUID, to: UUID, body: IncreaseBody, call: Annotated[Call, requires("funds:increase")]
) -> Response:
    """Money goes to another fund; the answer is that one."""
    return await call.execute(transfer, id=id, to=to, amount_fen=body.amount_fen, answer=FundOut.of)


@router.post("/from-file", response_model=FundOut, status_code=201)
async def from_file(file: UploadFile, call: Annotated[Call, requires("funds:open")]) -> Response:
    """Open a fund whose title is the file's content."""
    title = (await file.read()).decode()[:50]
    return await call.execute(
        open_fund, division="440303", title=title, total_fen=100, answer=FundOut.of, status=201
    )


@router.post("/broken", response_model=FundOut)
async def broken(call: Annotated[Call, requires("funds:open")]) -> Response:
    """Fails in a way that nobody foresaw."""
    raise ZeroDivisionError("a secret of the inside")


service = Service(
    name="grants",
    metadata=Table.metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=Policy,
    routers=lambda: (router,),
    roles={"operator": {"*"}, "viewer": {"funds:read", "events:read"}},
)
