"""One process of a service: it drains what is in hand, and a role that fails takes it down."""

import asyncio
import os
import signal
import socket
import sys
import time
from dataclasses import replace

import asyncpg
import pytest
from pydantic import SecretStr

from chassis import collection
from chassis.database import until_there
from chassis.keys import EmbeddedKey
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.serving import Assignment, CannotServe, RoleFailed, serve
from chassis.settings import DatabaseSettings, Settings
from tests.chassis.http.conftest import Served, key, settings  # noqa: F401
from tests.chassis.sample.app import service

pytestmark = pytest.mark.integration


@pytest.fixture
def alone(settings: Settings) -> Settings:  # noqa: F811
    """Settings with a port of their own."""
    from chassis.embedded.port import free_port

    return settings.for_service("grants", port=free_port())


async def started(assignment: Assignment, stop: asyncio.Event) -> "asyncio.Task[None]":
    """The API of the assignment, at work."""
    ready = asyncio.Event()
    task = asyncio.create_task(serve([assignment], {"api"}, stop=stop, ready=ready.set))
    await asyncio.wait({task, asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    return task


async def test_after_heavy_work_no_idle_connection_is_kept(
    alone: Settings, key: EmbeddedKey, monkeypatch: pytest.MonkeyPatch  # noqa: F811, a fixture
) -> None:  # fmt: skip
    monkeypatch.setattr(collection, "LOOKS_S", 0.2)
    monkeypatch.setattr(collection, "WORK_S", 0.4)
    idle = "select count(*) from pg_stat_activity where datname = current_database() and query like 'COMMIT%'"
    stop = asyncio.Event()
    task = await started(Assignment(service, alone), stop)
    observer = await asyncpg.connect(alone.database.dsn.get_secret_value())
    async with Served(alone, key).client() as client:
        await client.post("/v1/funds", json={"division": "440303", "title": "Rest", "total_fen": 100})
        assert await observer.fetchval(idle)
        began = time.process_time()
        while time.process_time() - began < 2 * collection.WORK_S:
            pass
        async with asyncio.timeout(20):
            while await observer.fetchval(idle):  # noqa: ASYNC110, the server tells nobody
                await asyncio.sleep(0.05)
    await observer.close()
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_a_command_in_hand_is_finished_before_the_process_ends(
    alone: Settings, key: EmbeddedKey  # noqa: F811, a fixture
) -> None:  # fmt: skip
    stop = asyncio.Event()
    task = await started(Assignment(service, alone), stop)
    async with Served(alone, key).client() as client:
        body = {"division": "440303", "title": "Drained", "total_fen": 100}
        id = (await client.post("/v1/funds", json=body)).json()["id"]
        slow = asyncio.create_task(
            client.post(f"/v1/funds/{id}/increase", json={"amount_fen": 1, "pause_s": 0.5})
        )
        await asyncio.sleep(0.2)
        stop.set()
        answer = await slow
        await asyncio.wait_for(task, 5)
    assert answer.json()["total_fen"] == 101
    connection = await asyncpg.connect(alone.database.dsn.get_secret_value())
    found = await connection.fetchval("select total_fen from sample_fund where id = $1", id)
    await connection.close()
    assert found == 101
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", alone.http.port)


async def test_a_role_that_fails_ends_the_process(alone: Settings) -> None:
    async def fails(runtime: Runtime) -> None:
        await asyncio.sleep(0.05)
        raise ZeroDivisionError("a fault of the code")

    broken: Service = replace(service, background=fails)
    task = await started(Assignment(broken, alone), asyncio.Event())
    with pytest.raises(RoleFailed, match="background ended by itself"):
        await asyncio.wait_for(task, 10)


async def test_a_port_in_use_and_an_old_schema_are_told_before_anything_runs(alone: Settings) -> None:
    taken = socket.create_server(("127.0.0.1", alone.http.port))
    with taken, pytest.raises(CannotServe, match="cannot listen"):
        await serve([Assignment(service, alone)], {"api"}, stop=asyncio.Event())
    connection = await asyncpg.connect(alone.database.dsn.get_secret_value())
    await connection.execute("update alembic_version set version_num = 'older'")
    try:
        with pytest.raises(CannotServe, match="shuniu migrate"):
            await serve([Assignment(service, alone)], {"api"}, stop=asyncio.Event())
    finally:
        await connection.execute("update alembic_version set version_num = '0001'")
        await connection.close()


async def test_a_database_that_is_not_there_yet_is_waited_for_a_wrong_password_is_not(
    alone: Settings,
) -> None:
    owner = await asyncpg.connect(alone.database.dsn.get_secret_value())
    name = f"later_{alone.http.port}"
    there, _, _ = alone.database.dsn.get_secret_value().rpartition("/")
    later = DatabaseSettings(dsn=SecretStr(f"{there}/{name}"))
    try:
        with pytest.raises(asyncpg.InvalidCatalogNameError):
            await until_there(later, within_s=0.2)
        waiting = asyncio.create_task(until_there(later, within_s=20))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await owner.execute(f"create database {name} template template0")
        await asyncio.wait_for(waiting, 10)
        user, _, place = there.partition("@")
        wrong = DatabaseSettings(dsn=SecretStr(f"{user}x@{place}/{name}"))
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncio.wait_for(until_there(wrong, within_s=20), 5)
    finally:
        await owner.execute(f"drop database if exists {name} with (force)")
        await owner.close()


async def test_asked_to_end_while_it_waits_for_its_database_it_ends_at_once() -> None:
    tries = asyncio.Queue[None]()

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.put_nowait(None)
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    environment = {
        **os.environ, "SHUNIU_ENVIRONMENT": "embedded", "SHUNIU_STACK": "120116", "SHUNIU_REGION": "120116",
        "SHUNIU_DATABASE_DSN": f"postgresql://nobody:x@127.0.0.1:{port}/nothing",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chassis.command", "serve", "notify", "--prepare", env=environment
    )
    try:
        for _ in range(2):
            await asyncio.wait_for(tries.get(), 60)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == -signal.SIGTERM
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        server.close()
