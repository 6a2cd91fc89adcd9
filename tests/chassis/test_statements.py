"""A batch and a command of real services cost so many SQL statements, counted on the wire."""

import pytest
import pytest_asyncio

from chassis.region import Region
from chassis.service import discover
from tests.benchmarks.statements import COMMAND, CONSUMERS, of_batch, of_command
from tests.benchmarks.wiretap import tapped
from tests.conftest import Databases

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture(loop_scope="session")
async def dsn(request: pytest.FixtureRequest, databases: Databases) -> str:
    """An empty database of the service that the test names."""
    return (await databases.of(discover(request.param))).dsn


@pytest.mark.parametrize(("name", "dsn"), [(name, name) for name in CONSUMERS], indirect=["dsn"])
async def test_a_batch_costs_as_many_statements_as_are_pinned(name: str, dsn: str, profile: Region) -> None:
    found = await of_batch(discover(name), dsn, profile)
    assert len(found) == CONSUMERS[name], "\n---\n".join(found)


@pytest.mark.parametrize(("name", "dsn"), [(name, name) for name in CONSUMERS], indirect=["dsn"])
async def test_more_events_cost_no_more_statements(name: str, dsn: str, profile: Region) -> None:
    few = await of_batch(discover(name), dsn, profile, subjects=20)
    many = await of_batch(discover(name), dsn, profile, subjects=100, events_each=5)
    assert len(many) <= len(few) + 4, "\n---\n".join(many)


@pytest.mark.parametrize("dsn", ["registry"], indirect=True)
async def test_a_command_costs_as_many_statements_as_are_pinned(dsn: str, profile: Region) -> None:
    found = await of_command(dsn, profile)
    assert len(found) == COMMAND, "\n---\n".join(found)


@pytest.mark.parametrize("dsn", ["registry"], indirect=True)
async def test_the_count_is_of_what_the_server_executes(dsn: str) -> None:
    import asyncpg

    async with tapped(dsn) as (tap, through):
        connection = await asyncpg.connect(through)
        with tap.heard() as found:
            async with connection.transaction():
                prepared = await connection.prepare("select $1::int")
                assert [await prepared.fetchval(n) for n in (1, 2)] == [1, 2]
                await connection.executemany("select $1::int", [(1,), (2,), (3,)])
        await connection.close()
    assert found == ["BEGIN;", *["select $1::int"] * 5, "COMMIT;"]
