"""One service in one process: its definition with settings, database and region, and its unit of work."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import BaseModel

from chassis import failpoints
from chassis.database import Database
from chassis.log import Cause
from chassis.principal import SYSTEM, Principal
from chassis.region import Region
from chassis.service import Service
from chassis.settings import Settings
from chassis.unit_of_work import BEFORE_COMMIT, UnitOfWork

AFTER_COMMIT = failpoints.declare("command.after_commit")


@dataclass
class Runtime:
    """What routes, consumers, relay and timers of one service share."""

    service: Service
    settings: Settings
    region: Region
    database: Database
    wake: Callable[[], Awaitable[None]] | None = None
    """tells the relay, wherever it runs, that the outbox has grown; set when serving"""
    policies: BaseModel = field(init=False)

    def __post_init__(self) -> None:
        self.policies = self.region.policy(self.service.name, self.service.policy)

    @asynccontextmanager
    async def unit_of_work(
        self, principal: Principal = SYSTEM, cause: Cause | None = None, *,
        permission: str | None = None, expected_revision: int | None = None,
    ) -> AsyncIterator[UnitOfWork]:  # fmt: skip
        """Begin a transaction; at the end of the block flush, commit and wake the relay."""
        recorded = False
        async with self.database.transaction() as transaction:
            work = UnitOfWork(
                service=self.service.name,
                stack=self.settings.stack,
                lower_stacks=self.settings.lower_stacks,
                transaction=transaction,
                principal=principal,
                cause=cause or Cause.new(),
                region=self.region,
                policies=self.policies,
                expected_revision=expected_revision,
                permission=permission,
            )
            yield work
            await work.flush()
            recorded = work.recorded
            await failpoints.reach(BEFORE_COMMIT)
        await failpoints.reach(AFTER_COMMIT)
        if recorded and self.wake is not None:
            await self.wake()
