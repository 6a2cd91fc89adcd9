"""The migrations make books that cannot be tampered with."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from tests.grants.conftest import Grants

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_posting set fen = fen + 1",
        "delete from ledger_posting",
        "update ledger_entry set subject = 'x'",
        "delete from ledger_entry",
        "truncate ledger_posting",
    ],
)
async def test_the_books_are_only_added_to(grants: Grants, statement: str) -> None:
    await grants.fund()
    with pytest.raises(asyncpg.RaiseError, match="only added to"):
        await grants.rows(statement)


async def test_a_line_that_unbalances_an_entry_is_refused_at_commit(grants: Grants) -> None:
    await grants.fund()
    with pytest.raises(DBAPIError, match="does not balance"):
        await grants.rows(
            "insert into ledger_posting select id, 3, 'available', -5 from ledger_entry returning 1"
        )


async def test_an_entry_without_lines_is_refused_at_commit(grants: Grants) -> None:
    fund = await grants.fund()
    with pytest.raises(DBAPIError, match="does not balance"):
        await grants.rows(
            "insert into ledger_entry (id, fund_id, kind, effective_on, basis, actor, recorded_at)"
            " values (gen_random_uuid(), $1, 'opening', '2014-01-01', 'live', 'u', now()) returning 1",
            fund.id,
        )
