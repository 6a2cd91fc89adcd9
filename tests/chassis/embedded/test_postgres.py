"""The embedded PostgreSQL keeps what was committed, whatever is killed, and serves who has the password."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from chassis.embedded.account import Account, unprivileged
from chassis.embedded.directory import DirectoryInUse, living_in
from chassis.embedded.port import PortTaken, free_port
from chassis.embedded.postgres import EmbeddedPostgres, programs
from chassis.embedded.process import ProcessFailed
from tests.chassis.embedded.test_process import gone, wait_until

pytestmark = pytest.mark.integration

Started = subprocess.Popen[str]


async def _execute(
    postgres: EmbeddedPostgres, statement: str, database: str = "postgres"
) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(postgres.dsn(database))
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


def _spawn(*argv: str | Path, account: Account | None = None, output: int = subprocess.DEVNULL) -> Started:
    return subprocess.Popen(
        argv, stdout=output, stderr=subprocess.DEVNULL, text=True,
        user=account.uid if account else None, group=account.gid if account else None,
    )  # fmt: skip


def _await_ready(cluster: Path) -> None:
    status = cluster / "postmaster.pid"
    while not (status.exists() and "ready" in status.read_text()):
        time.sleep(0.02)


async def _value(postgres: EmbeddedPostgres, statement: str) -> object:
    return (await _execute(postgres, statement))[0][0]


async def test_it_starts_from_nothing_and_keeps_its_data_over_a_restart(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir) as postgres:
        await postgres.create_database("office")
        await postgres.create_database("office")  # a second time is no error
        await _execute(postgres, "create table ledger as select 7 as fen", "office")
        await postgres.stop()
        assert not postgres.running
        await postgres.start()
        assert (await _execute(postgres, "select fen from ledger", "office"))[0]["fen"] == 7
        await postgres.drop_database("office")
        with pytest.raises(asyncpg.InvalidCatalogNameError):
            await _execute(postgres, "select 1", "office")


async def test_commits_are_durable_and_text_is_in_code_point_order(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir) as postgres:
        for setting, value in {
            "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "200",
            "shared_buffers": "32MB", "listen_addresses": "127.0.0.1", "server_encoding": "UTF8",
            "password_encryption": "scram-sha-256", "unix_socket_directories": "", "TimeZone": "UTC",
        }.items():  # fmt: skip
            assert await _value(postgres, f"show {setting}") == value
        version = await _value(postgres, "show server_version")
        assert str(version).startswith("18.")
        ordered = await _execute(
            postgres, "select t from unnest(array['é', '中', 'a', 'B', '一']) t order by t"
        )
        assert [row["t"] for row in ordered] == ["B", "a", "é", "一", "中"]
        assert await _value(postgres, "select upper('é')") == "É"


async def test_without_the_password_nobody_gets_in(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir) as postgres:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://postgres:guess@127.0.0.1:{postgres.port}/postgres")
        assert (data_dir / "password").stat().st_mode & 0o777 == 0o600


async def test_killed_in_mid_commit_it_keeps_every_acknowledged_row(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir) as postgres:
        await _execute(postgres, "create table ledger (n int primary key)")
        acknowledged = -1
        for killed_after in (150, 300, 450):
            connection = await asyncpg.connect(postgres.dsn())
            pid = postgres.pid
            assert pid is not None
            try:
                while True:
                    await connection.execute("insert into ledger values ($1)", acknowledged + 1)
                    acknowledged += 1
                    if acknowledged == killed_after:
                        for member in living_in(postgres.cluster, "postgres"):
                            os.kill(member, signal.SIGKILL)
            except (OSError, asyncpg.PostgresConnectionError):
                connection.terminate()
            wait_until(lambda: not postgres.running)
            await postgres.start()
            rows = await _execute(postgres, "select n from ledger order by n")
            # A commit whose answer was lost may be there too: it was written, only not acknowledged.
            assert [row["n"] for row in rows][: acknowledged + 1] == list(range(acknowledged + 1))
            assert len(rows) - (acknowledged + 1) in (0, 1)
            acknowledged = len(rows) - 1


async def test_when_its_owner_is_killed_it_ends_and_the_next_one_recovers(data_dir: Path) -> None:
    owner_code = (
        "import asyncio, time; from pathlib import Path; import asyncpg\n"
        "from chassis.embedded.postgres import EmbeddedPostgres\n"
        "async def main():\n"
        f"    postgres = EmbeddedPostgres(Path({str(data_dir)!r})); await postgres.start()\n"
        "    connection = await asyncpg.connect(postgres.dsn())\n"
        "    await connection.execute('create table ledger as select 7 as fen')\n"
        "    print(postgres.pid, flush=True); time.sleep(60)\n"
        "asyncio.run(main())"
    )
    with _spawn(sys.executable, "-c", owner_code, output=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        with pytest.raises(DirectoryInUse, match=f"in use by process {owner.pid}"):
            await EmbeddedPostgres(data_dir).start()
        owner.kill()
    successor = EmbeddedPostgres(data_dir)
    await successor.start()
    assert gone(pid, within_s=0.1)
    assert await _value(successor, "select fen from ledger") == 7
    await successor.stop()


async def test_an_orphan_still_serving_the_same_data_is_ended_first(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir) as postgres:
        await _execute(postgres, "create table ledger as select 7 as fen")
        await postgres.stop()
        account = unprivileged(postgres.cluster)
        orphan = _spawn(
            programs() / "postgres", "-D", postgres.cluster, "-p", str(free_port()), account=account
        )
        _await_ready(postgres.cluster)
        await postgres.start()
        assert orphan.wait(5) is not None
        assert await _value(postgres, "select fen from ledger") == 7


async def test_a_stale_pid_file_naming_a_living_stranger_does_not_stop_it(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir)
    await postgres.start()
    await postgres.stop()
    # Of the server's own account: one of another's PostgreSQL would not mind by itself.
    stranger = _spawn("sleep", "60", account=unprivileged(postgres.cluster))
    (postgres.cluster / "postmaster.pid").write_text(f"{stranger.pid}\n{postgres.cluster}\n1\n1\n\n\n\n")
    await postgres.start()
    assert await _value(postgres, "select 1") == 1
    await postgres.stop()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


async def test_an_initialisation_killed_half_way_is_begun_again(data_dir: Path) -> None:
    half = data_dir / "cluster.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    postgres = EmbeddedPostgres(data_dir)
    await postgres.start()
    assert not half.exists()
    await postgres.stop()


async def test_data_of_another_release_is_refused_by_name(data_dir: Path) -> None:
    cluster = data_dir / "cluster"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(RuntimeError, match="written by PostgreSQL 16, this is 18"):
        await EmbeddedPostgres(data_dir).start()


async def test_a_port_that_is_taken_is_named(data_dir: Path) -> None:
    first = EmbeddedPostgres(data_dir / "first")
    await first.start()
    with pytest.raises(PortTaken, match=f"port {first.port} .*wanted by PostgreSQL"):
        await EmbeddedPostgres(data_dir / "second", first.port).start()
    await first.stop()


async def test_a_wrong_setting_fails_with_the_servers_own_words(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir, settings={"shared_buffers": "'a lot'"})
    with pytest.raises(ProcessFailed, match="shared_buffers"):
        await postgres.start()
    assert not postgres.running


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")
async def test_as_root_it_serves_under_an_account_without_privileges(data_dir: Path) -> None:
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    postgres = EmbeddedPostgres(closed / "data")
    await postgres.start()
    assert os.stat(f"/proc/{postgres.pid}").st_uid != 0
    assert closed.stat().st_mode & 0o777 == 0o701  # passed through, not listed
    assert postgres.cluster.stat().st_mode & 0o777 == 0o700
    await postgres.stop()
