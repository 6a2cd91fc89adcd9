"""One service on a real database: commanded as routes command it, told of events as its consumer tells it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from pydantic import BaseModel
from shuniu_contracts import Envelope, Event, event_type
from uuid_utils.compat import uuid7

from chassis.database import Database
from chassis.firing import TimerLoop
from chassis.principal import Principal
from chassis.received import Received
from chassis.region import Region
from chassis.runtime import Runtime
from chassis.sealing import SealingKeys
from chassis.service import Service
from chassis.settings import BusSettings, Settings
from chassis.tables import chassis_metadata
from chassis.unit_of_work import UnitOfWork

T = TypeVar("T")
_WAITS_S = 120.0
"""A busy machine may take long until something waits; nothing is measured by it."""


async def emptied(service: Service, database: Database) -> None:
    """Take back what a test left behind, books that are only added to and the clock included."""
    tables = [*service.metadata.tables, *(name for name in chassis_metadata.tables if name != "source")]
    async with database.transaction() as transaction:
        await transaction.connection.execute(
            "set local session_replication_role = replica;"
            f"truncate {', '.join(tables)} restart identity;"
            "update source set epoch = 0, clock_offset = interval '0'"
        )


def runtime_on(
    database: Database, service: Service, region: Region, *, stack: str = "120116",
    lower_stacks: tuple[str, ...] = (), policies: BaseModel | None = None, bus: BusSettings | None = None,
) -> Runtime:  # fmt: skip
    """The service on an open, migrated database; `policies` replaces its section of the region's profile."""
    settings = Settings(
        environment="test", stack=stack, lower_stacks=lower_stacks, database=database.settings,
        bus=bus or BusSettings(),
    )  # fmt: skip
    runtime = Runtime(service, settings, region, database)
    runtime.sealing = SealingKeys.fresh()
    runtime.policies = policies or runtime.policies
    return runtime


@dataclass
class ServiceWorld:
    """What the tests of every service do with it."""

    runtime: Runtime
    officer: Principal = field(kw_only=True)
    """who commands unless a test says otherwise"""
    now: datetime = field(default_factory=lambda: datetime.now(UTC), kw_only=True)
    """the moment at which others record what they tell"""
    _told: Counter[str] = field(default_factory=Counter, kw_only=True)

    @property
    def stack(self) -> str:
        """The stack that this service and those it hears of belong to."""
        return self.runtime.settings.stack

    async def do(
        self, command: Callable[..., Awaitable[T]], *, principal: Principal | None = None,
        permission: str | None = None, revision: int | None = None, **arguments: Any,
    ) -> T:  # fmt: skip
        """Run one command in a unit of work and commit."""
        async with self.runtime.unit_of_work(
            principal or self.officer, permission=permission, expected_revision=revision
        ) as uow:
            return await command(uow, **arguments)

    def received(
        self, event: Event, subject: UUID | str | None = None, *, epoch: int = 0,
        sequence: int | None = None, stack: str | None = None,
    ) -> Received[Any]:  # fmt: skip
        """An event of another service, or of another stack, as it arrives here, the next of its subject."""
        subject = str(subject or uuid7())
        self._told[subject] += 1
        described = event_type(type(event))
        envelope = Envelope(
            id=str(uuid7()), source=f"/stacks/{stack or self.stack}/{described.service}", type=described.type,
            subject=subject, sequence=sequence or self._told[subject], epoch=epoch, time=self.now,
            dataschema=described.dataschema, division=event.state.division, actor_id="u-1",
            correlation_id=str(uuid7()),
        )  # fmt: skip
        return Received(envelope, event)

    async def hear(self, *events: Received[Any]) -> None:
        """React to a batch of one type in one transaction, as the consumer does."""
        kind = type(events[0].data)
        reactions = [one for consumer in self.runtime.service.consumers for one in consumer.reactions]
        async with self.runtime.unit_of_work() as uow:
            for reaction in reactions:
                if kind in reaction.types:
                    await reaction.function(list(events), uow)

    async def events(self, subject: object) -> list[tuple[str, dict[str, Any]]]:
        """(fact, data) of one subject in order, as this service's log has them."""
        rows = await self.rows(
            "select type, payload from event_log where aggregateid = $1 order by sequence", str(subject)
        )
        return [(row["type"].split(".")[-2], msgspec.json.decode(row["payload"])) for row in rows]

    async def facts(self, subject: object) -> list[str]:
        """The facts of one subject in order."""
        return [fact for fact, _ in await self.events(subject)]

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

    @asynccontextmanager
    async def meanwhile(self, *others: Callable[[], Awaitable[object]]) -> AsyncIterator[UnitOfWork]:
        """A unit of work that ends when each of `others` waits for it or has not to.

        They are begun one after another at the end of the block; what they raise is raised.
        """
        async with self.runtime.unit_of_work(self.officer) as uow:
            yield uow
            await uow.flush()
            begun: list[asyncio.Future[object]] = []
            try:
                for other in others:
                    begun.append(asyncio.ensure_future(other()))
                    await self.until_waiting(*begun)
            except BaseException:
                for task in begun:
                    task.cancel()
                raise
        await asyncio.gather(*begun)

    async def until_waiting(self, *tasks: "asyncio.Future[Any]") -> None:
        """Wait until the database holds up as many transactions as there are tasks not done."""
        deadline = time.monotonic() + _WAITS_S
        while time.monotonic() < deadline:
            [row] = await self.rows(
                "select count(*) as waiting from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock'"
            )
            if row["waiting"] >= sum(not task.done() for task in tasks):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("nothing waits, and nothing has ended")

    async def fire_timers(self) -> int:
        """Fire what is due by the service's clock; how many had an effect."""
        loop = TimerLoop(self.runtime)
        await loop.fire_due()
        assert loop.counts.failed == 0
        return loop.counts.fired
