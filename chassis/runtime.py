"""One service in one process: its definition with settings, database and region, and its unit of work."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import BaseModel

from chassis import failpoints
from chassis.database import Database
from chassis.log import Cause
from chassis.presence import Heard
from chassis.principal import SYSTEM, Principal
from chassis.region import Region
from chassis.sealing import SealingKeys
from chassis.service import Service
from chassis.settings import Settings
from chassis.unit_of_work import BEFORE_COMMIT, UnitOfWork

AFTER_BEGIN = failpoints.declare("command.after_begin")
AFTER_COMMIT = failpoints.declare("command.after_commit")
AFTER_WAKE = failpoints.declare("command.after_wake")


@dataclass(frozen=True)
class Condition:
    """How one role of a process is: whether it does its work, and in words."""

    ready: bool
    detail: str


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
    sealing: SealingKeys | None = field(init=False)
    heard: Heard = field(init=False)
    """when the stacks joined to this one were last heard"""
    roles: dict[str, Callable[[], Condition]] = field(default_factory=dict)
    """the roles at work in this process, by name; filled when serving, asked for readiness"""
    neighbours: tuple["Runtime", ...] = ()
    """the services that this process runs, itself included; set when serving"""
    draining: bool = False
    """whether the process is about to end and takes no new work"""

    def __post_init__(self) -> None:
        self.policies = self.region.policy(self.service.name, self.service.policy)
        self.heard = Heard.from_now(self.settings.joined_stacks)
        file = self.settings.sealing.keys_file
        self.sealing = None if file is None else SealingKeys.read(file)

    def conditions(self) -> Iterable[tuple[str, Condition]]:
        """Each role's name and condition, now."""
        return [(name, condition()) for name, condition in self.roles.items()]

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
                sealing=self.sealing,
                expected_revision=expected_revision,
                permission=permission,
            )
            await failpoints.reach(AFTER_BEGIN)
            yield work
            await work.flush()
            recorded = work.recorded
            await failpoints.reach(BEFORE_COMMIT)
        await failpoints.reach(AFTER_COMMIT)
        if recorded and self.wake is not None:
            await self.wake()
            await failpoints.reach(AFTER_WAKE)
