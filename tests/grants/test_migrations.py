"""The migrations make the tables that the code describes, and books that cannot be tampered with."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from chassis.states import redrawn
from chassis.tables import chassis_metadata
from services.grants.app import service
from tests.grants.conftest import Grants

pytestmark = pytest.mark.integration


async def test_the_migrated_schema_is_the_one_in_the_code(grants: Grants) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        def is_ours(name: str | None, kind: str, _: Any) -> bool:
            return kind != "table" or name not in {*chassis_metadata.tables, "alembic_version"}

        options = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, service.metadata))

    async with grants.runtime.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


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


def test_the_services_page_shows_the_states_of_the_code() -> None:
    page = (Path(service.migrations).parent / "README.md").read_text(encoding="utf-8")
    assert redrawn(page) == page
    assert page.count("<!-- states:") == 3


async def test_an_entry_without_lines_is_refused_at_commit(grants: Grants) -> None:
    fund = await grants.fund()
    with pytest.raises(DBAPIError, match="does not balance"):
        await grants.rows(
            "insert into ledger_entry (id, fund_id, kind, effective_on, basis, actor, recorded_at)"
            " values (gen_random_uuid(), $1, 'opening', '2014-01-01', 'live', 'u', now()) returning 1",
            fund.id,
        )
