"""Notify on a real database, told of facts as the other services tell them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

import msgspec
import pytest
import pytest_asyncio
from pydantic import SecretStr
from shuniu_contracts import Envelope, Event, event_type
from uuid_utils.compat import uuid7

from chassis.database import Database
from chassis.firing import TimerLoop
from chassis.migrations import upgrade
from chassis.principal import Principal
from chassis.received import Received
from chassis.region import Region, load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from chassis.tables import chassis_metadata
from deploy.regions import profile_file
from services.notify.app import service
from services.notify.policy import NotifyPolicy
from services.notify.recipients.commands import register
from services.notify.recipients.tables import RecipientRow
from tests.backends import Postgres
from tests.notify.events import DISTRICT, EVENTS, STREET, TODAY

T = TypeVar("T")
OFFICER = Principal("u-hub", frozenset({"hub_officer"}), frozenset({"*"}), (DISTRICT,))


@dataclass
class World:
    """A notify service of its own; facts of the others are handed to the reactions of its consumer."""

    runtime: Runtime
    stack: str = DISTRICT
    _sequences: dict[str, int] = field(default_factory=dict)
    now: datetime = field(init=False)

    async def do(
        self, command: Callable[..., Awaitable[T]], *, principal: Principal = OFFICER,
        permission: str | None = None, **arguments: Any,
    ) -> T:  # fmt: skip
        """Run one command in a unit of work and commit."""
        async with self.runtime.unit_of_work(principal, permission=permission) as uow:
            return await command(uow, **arguments)

    async def recipient(
        self, role: str, division: str = STREET, *, person: str | None = None, language: str = "zh"
    ) -> RecipientRow:
        """Somebody with a role in a division; the account is `u-` and the person."""
        person = person or f"{role}-{division}"
        return await self.do(
            register, person_id=f"p-{person}", actor_id=f"u-{person}", role=role, division=division,
            language=language,
        )  # fmt: skip

    def received(self, event: Event, subject: str | None = None, stack: str | None = None) -> Received[Any]:
        """An event as it arrives here, the next of its subject."""
        subject = subject or str(uuid7())
        sequence = self._sequences[subject] = self._sequences.get(subject, 0) + 1
        described = event_type(type(event))
        envelope = Envelope(
            id=str(uuid7()), source=f"/stacks/{stack or self.stack}/{described.service}",
            type=described.type, subject=subject, sequence=sequence, epoch=0, time=self.now,
            dataschema=described.dataschema, division=event.state.division, actor_id="u-1",
            correlation_id=str(uuid7()),
        )  # fmt: skip
        return Received(envelope, event)

    def fact(self, name: str, *, subject: str | None = None, **changes: Any) -> Received[Any]:
        """One of `EVENTS`, with other values in its state."""
        event = EVENTS[name]
        state = msgspec.structs.replace(event.state, **changes)
        return self.received(msgspec.structs.replace(event, state=state), subject)

    async def hear(self, *events: Received[Any]) -> None:
        """React to a batch of one type in one transaction, as the consumer does."""
        async with self.runtime.unit_of_work() as uow:
            for reaction in service.consumers[0].reactions:
                if type(events[0].data) in reaction.types:
                    await reaction.function(list(events), uow)

    async def tell(self, name: str, **changes: Any) -> Received[Any]:
        """One of `EVENTS` happens elsewhere and is heard here."""
        event = self.fact(name, **changes)
        await self.hear(event)
        return event

    async def messages(self) -> list[dict[str, Any]]:
        """Every message, in the order of their rules and people."""
        return [dict(row) for row in await self.rows("select * from message order by rule, person_id")]

    async def addressed(self) -> list[str]:
        """Who got a message, without the `p-`."""
        return sorted(row["person_id"].removeprefix("p-") for row in await self.messages())

    async def facts(self, subject: object) -> list[tuple[str, dict[str, Any]]]:
        """(fact, state) of one message in order, as the log has them."""
        rows = await self.rows(
            "select type, payload from event_log where aggregateid = $1 order by sequence", str(subject)
        )
        return [(row["type"].split(".")[-2], msgspec.json.decode(row["payload"])["state"]) for row in rows]

    async def rows(self, statement: str, *arguments: Any) -> list[Any]:
        """Rows of a raw query."""
        async with self.runtime.database.transaction() as transaction:
            return list(await transaction.connection.fetch(statement, *arguments))

    async def begin(self, day: date) -> None:
        """Set the service's clock to noon of `day` in Asia/Shanghai."""
        rows = await self.rows(
            "update source set clock_offset = ($1::date + time '12:00') at time zone 'Asia/Shanghai'"
            " - clock_timestamp() returning clock_timestamp() + clock_offset as now",
            day,
        )
        self.now = rows[0]["now"]

    async def fire_timers(self) -> int:
        """Fire what is due by the service's clock; how many had an effect."""
        loop = TimerLoop(self.runtime)
        await loop.fire_due()
        assert loop.counts.failed == 0
        return loop.counts.fired


@pytest.fixture(scope="session")
def profile() -> Region:
    """Binhai's profile."""
    return load_region(profile_file("120116-binhai"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    """A migrated database for all tests of this service; each begins with it empty."""
    dsn = await postgres.fresh_database("notify", partial(upgrade, service.migrations))
    database = Database(DatabaseSettings(dsn=SecretStr(dsn), pool_size=8))
    await database.open()
    yield database
    await database.close()
    await postgres.drop(dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(database: Database, profile: Region) -> Runtime:
    """A notify runtime on an empty database, with the default policy."""
    tables = [*service.metadata.tables, *(name for name in chassis_metadata.tables if name != "source")]
    async with database.transaction() as transaction:
        await transaction.connection.execute(f"truncate {', '.join(tables)} restart identity")
    settings = Settings(environment="test", stack=DISTRICT, database=database.settings)
    runtime = Runtime(service=service, settings=settings, region=profile, database=database)
    runtime.policies = NotifyPolicy()
    return runtime


@pytest_asyncio.fixture(loop_scope="session")
async def world(runtime: Runtime) -> World:
    """The service on 2 November 2026."""
    world = World(runtime)
    await world.begin(TODAY)
    return world
