"""Funds and their books, read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from chassis.http import PageRequest, Reading
from services.grants.funds.tables import FundRow

_ENTRIES = """
select entry.id, kind, subject, reverses, effective_on, basis, actor, recorded_at,
       jsonb_agg(jsonb_build_object('account', account, 'fen', fen) order by line)::text as postings
from ledger_entry entry join ledger_posting on entry_id = entry.id
where fund_id = $1 and ($2::uuid is null or entry.id > $2)
group by entry.id order by entry.id limit $3
"""


async def search(
    reading: Reading, *, page: PageRequest, division: str | None = None, fiscal_year: int | None = None
) -> Sequence[FundRow]:
    """Funds in the caller's divisions, oldest id first."""
    statement = select(FundRow).where(reading.within(col(FundRow.division), division))
    if fiscal_year is not None:
        statement = statement.where(FundRow.fiscal_year == fiscal_year)
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(FundRow.id) > after[0])
    return (await reading.session.exec(statement.order_by(col(FundRow.id)).limit(page.fetch))).all()


async def one(reading: Reading, *, id: UUID) -> FundRow:
    """The fund; raises `NotFound`, `NotPermitted`."""
    return await reading.record(FundRow, id)


async def entries(reading: Reading, *, id: UUID, page: PageRequest) -> Sequence[Any]:
    """The books of one fund, in the order of entry."""
    await one(reading, id=id)
    after = page.after(UUID)
    return await reading.connection.fetch(_ENTRIES, id, after[0] if after else None, page.fetch)
