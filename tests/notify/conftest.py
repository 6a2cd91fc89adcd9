"""Notify on a real database, told of facts as the other services tell them."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest_asyncio

from chassis.principal import Principal
from chassis.received import Received
from chassis.region import Region
from chassis.runtime import Runtime
from services.notify.app import service
from services.notify.policy import NotifyPolicy
from services.notify.recipients.commands import register
from services.notify.recipients.tables import RecipientRow
from tests.conftest import Databases
from tests.notify.events import DISTRICT, EVENTS, STREET, TODAY
from tests.world import ServiceWorld, runtime_on

OFFICER = Principal("u-hub", frozenset({"hub_officer"}), frozenset({"*"}), (DISTRICT,))


@dataclass
class World(ServiceWorld):
    """A notify service of its own, told what the others record."""

    officer: Principal = OFFICER

    async def recipient(
        self, role: str, division: str = STREET, *, person: str | None = None, language: str = "zh"
    ) -> RecipientRow:
        """Somebody with a role in a division; the account is `u-` and the person."""
        person = person or f"{role}-{division}"
        return await self.do(
            register, person_id=f"p-{person}", actor_id=f"u-{person}", role=role, division=division,
            language=language,
        )  # fmt: skip

    def fact(self, name: str, *, subject: str | None = None, **changes: Any) -> Received[Any]:
        """One of `EVENTS`, with other values in its state."""
        event = EVENTS[name]
        state = msgspec.structs.replace(event.state, **changes)
        return self.received(msgspec.structs.replace(event, state=state), subject)

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

    async def history(self, subject: object) -> list[tuple[str, dict[str, Any]]]:
        """(fact, state) of one message in order."""
        return [(fact, data["state"]) for fact, data in await self.events(subject)]


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(databases: Databases, profile: Region) -> Runtime:
    """A notify runtime on an empty database, with the default policy."""
    return runtime_on(await databases.of(service), service, profile, policies=NotifyPolicy())


@pytest_asyncio.fixture(loop_scope="session")
async def world(runtime: Runtime) -> World:
    """The service on 2 November 2026."""
    world = World(runtime)
    await world.begin(TODAY)
    return world
