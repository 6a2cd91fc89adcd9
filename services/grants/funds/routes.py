"""Funds over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field
from shuniu_contracts.grants import FundSource

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Code, Division, Text
from services.grants.funds import commands, queries
from services.grants.funds.model import FundStatus
from services.grants.funds.tables import FundRow
from services.grants.ledger.model import Account, EntryKind
from services.grants.requests import Fact, Fen, RecordOut, Year

router = APIRouter(prefix="/v1/funds", tags=["funds"])


class FundOut(RecordOut):
    """A fund with its sums in fen."""

    title: str
    source: FundSource
    source_body: str | None
    custodian: str | None
    fiscal_year: int
    purpose: str | None
    status: FundStatus
    total_fen: int
    committed_fen: int
    released_fen: int = Field(description="what came back so far; free again, not to be added")
    lapsed_fen: int
    available_fen: int
    opened_on: date
    closed_on: date | None


class PostingOut(BaseModel):
    """One line: debit above zero, credit below."""

    account: Account
    fen: int


class EntryOut(BaseModel):
    """One balanced entry of the books."""

    id: UUID
    kind: EntryKind
    subject: str | None
    reverses: UUID | None
    effective_on: date
    basis: str
    actor: str
    recorded_at: datetime
    postings: list[PostingOut]

    @classmethod
    def of(cls, row: Any) -> "EntryOut":
        """The entry of a row."""
        return cls(**{**dict(row), "postings": msgspec.json.decode(row["postings"])})


class OpenBody(Fact):
    """A new fund."""

    id: UUID | None = Field(None, description="the caller's own UUID, else one is made")
    division: Division
    title: Text
    source: FundSource
    source_body: Code | None = None
    custodian: Code | None = None
    fiscal_year: Year
    purpose: Code | None = None
    total_fen: Fen


class AmountBody(Fact):
    """A sum that comes in."""

    amount_fen: Fen


class LapseBody(Fact):
    """A sum that lapses: all that is free where none is given."""

    amount_fen: Fen | None = None


class CommitBody(Fact):
    """A sum bound to something that is no award."""

    subject: Code
    amount_fen: Fen


class ReleaseBody(Fact):
    """What a subject has bound is free again."""

    subject: Code


@router.post("", response_model=FundOut, status_code=201)
async def open_fund(body: OpenBody, call: Annotated[Call, requires("funds:open")]) -> Response:
    """设立资金 / Open a fund."""
    return await call.execute(commands.open_fund, **body.arguments(), answer=FundOut.of, status=201)


@router.get("", response_model=Page[FundOut])
async def search(
    call: Annotated[Call, requires("funds:read")],
    page: Annotated[PageRequest, Depends()],
    division: Division | None = None,
    fiscal_year: Year | None = None,
) -> Page[FundOut]:
    """资金列表 / Funds."""
    rows = await call.read(queries.search, page=page, division=division, fiscal_year=fiscal_year)
    return Page.of(rows, page, item=FundOut.of, key=lambda row: [row.id])


@router.get("/{id}", response_model=FundOut)
async def one(id: UUID, call: Annotated[Call, requires("funds:read")]) -> FundRow:
    """一项资金 / One fund."""
    return await call.read(queries.one, id=id)


@router.get("/{id}/entries", response_model=Page[EntryOut])
async def entries(
    id: UUID, call: Annotated[Call, requires("funds:read")], page: Annotated[PageRequest, Depends()]
) -> Page[EntryOut]:
    """资金账目 / The books of a fund."""
    rows = await call.read(queries.entries, id=id, page=page)
    return Page.of(rows, page, item=EntryOut.of, key=lambda row: [row["id"]])


@router.post("/{id}/increase", response_model=FundOut)
async def increase(id: UUID, body: AmountBody, call: Annotated[Call, requires("funds:increase")]) -> Response:
    """追加资金 / More money came in."""
    return await call.execute(commands.increase, id=id, **body.arguments(), answer=FundOut.of)


@router.post("/{id}/commitments", response_model=FundOut)
async def commit(id: UUID, body: CommitBody, call: Annotated[Call, requires("funds:commit")]) -> Response:
    """占用资金 / Bind money; an award binds its own."""
    return await call.execute(commands.commit_money, id=id, **body.arguments(), answer=FundOut.of)


@router.post("/{id}/release", response_model=FundOut)
async def release(id: UUID, body: ReleaseBody, call: Annotated[Call, requires("funds:release")]) -> Response:
    """释放占用 / Give up a commitment."""
    return await call.execute(commands.release_money, id=id, **body.arguments(), answer=FundOut.of)


@router.post("/{id}/lapse", response_model=FundOut)
async def lapse(id: UUID, body: LapseBody, call: Annotated[Call, requires("funds:lapse")]) -> Response:
    """余额失效 / Unused money lapses."""
    return await call.execute(commands.lapse_rest, id=id, **body.arguments(), answer=FundOut.of)


@router.post("/{id}/closing", response_model=FundOut)
async def close(id: UUID, body: Fact, call: Annotated[Call, requires("funds:close")]) -> Response:
    """关闭资金 / Close a settled fund."""
    return await call.execute(commands.close, id=id, **body.arguments(), answer=FundOut.of)
