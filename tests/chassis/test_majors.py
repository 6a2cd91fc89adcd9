"""A stream grows by its next major: a reader moves from v1 to v2, with other partitions, exactly once."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from shuniu_contracts import Basis, Stream, event_type
from shuniu_contracts.partybuild import InstructorAppointed, InstructorAssigned, InstructorState
from shuniu_contracts.partybuild_v1 import InstructorAppointedV1, InstructorStateV1

from chassis import audit, replay, topics
from chassis.consumer import ConsumerLoop
from chassis.received import Received
from chassis.service import Consumer, Reaction
from chassis.unit_of_work import UnitOfWork
from tests.chassis.consuming import world as consuming
from tests.chassis.outbox_world import TEMPLATE, World, make_world, prepare, sequences
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration
STREAM: Stream = event_type(InstructorAppointed).stream
OLD, NEW = 3, 7
SUBJECTS = [f"instructor-{number}" for number in range(20)]


class Release:
    """Which majors the running code knows: what a deployment changes, without a second process."""

    def __init__(self) -> None:
        self.first, self.second = STREAM.versions

    def is_old(self) -> None:
        """Before the step: one major."""
        self._know(replace(self.first, deprecated=None, sunset=None))

    def is_new(self) -> None:
        """The step is released: both majors are written, the newest is read."""
        self._know(self.first, replace(self.second, partitions=NEW))

    def is_after_the_sunset(self) -> None:
        """The old major is written no more."""
        gone = replace(self.first, sunset=datetime.date(2026, 11, 2))
        self._know(gone, replace(self.second, partitions=NEW))

    def _know(self, *versions: object) -> None:
        object.__setattr__(STREAM, "versions", versions)


@pytest.fixture
def release() -> Iterator[Release]:
    before = STREAM.versions
    yield Release()
    object.__setattr__(STREAM, "versions", before)


@pytest_asyncio.fixture(loop_scope="session")
async def writer(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str],
    release: Release,
) -> AsyncIterator[World]:  # fmt: skip
    release.is_old()
    dsn = await fresh_database(TEMPLATE, prepare)
    made = await make_world(dsn, broker, bus_profile, unique_stack(), services=("partybuild",))
    made.runtime.service = replace(made.runtime.service, name="partybuild")
    yield made
    await made.runtime.database.close()


class Reader:
    """A service that keeps what it hears of instructors, one line an event."""

    def __init__(self, world: consuming.World) -> None:
        self.world = world

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Its consumer at work, by what the present release says of the stream."""
        stop = asyncio.Event()
        loop = ConsumerLoop(self.world.runtime, self.world.definition)
        task = asyncio.create_task(loop.run(stop))
        try:
            yield
        finally:
            stop.set()
            async with asyncio.timeout(30):
                await task

    async def lines(self) -> dict[str, list[int]]:
        """The sequences it took in of each subject, in the order in which it did."""
        async with self.world.connect() as connection:
            rows = await connection.fetch("select subject, sequence from line order by number")
        found: dict[str, list[int]] = {}
        for row in rows:
            found.setdefault(row["subject"], []).append(row["sequence"])
        return found

    async def until(self, wanted: dict[str, list[int]]) -> None:
        """Wait until it has taken in this, and neither more nor in another order."""
        try:
            async with asyncio.timeout(30):
                while await self.lines() != wanted:  # noqa: ASYNC110, a table's state
                    await asyncio.sleep(0.05)
        except TimeoutError:
            assert await self.lines() == wanted


@pytest_asyncio.fixture(loop_scope="session")
async def reader(fresh_database: FreshDatabase, writer: World) -> AsyncIterator[Reader]:
    async def keep(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        await uow.connection.executemany(
            "insert into line (subject, sequence) values ($1, $2)",
            [(event.subject, event.envelope.sequence) for event in events],
        )

    dsn = await fresh_database(TEMPLATE, prepare)
    world = await consuming.make_world(
        dsn, bus=writer.bus, stack=writer.stack, service="notify", name="notify"
    )
    kinds = (InstructorAppointed, InstructorAssigned)
    world.definition = Consumer("notify", (Reaction(kinds, keep),))
    yield Reader(world)
    await world.close()


def appointed() -> InstructorAppointed | InstructorAppointedV1:
    """What a service of the present release writes."""
    values: dict[str, Any] = {
        "effective_on": datetime.date(2026, 11, 1), "basis": Basis.LIVE, "division": "990000",
        "person_id": "p-1", "capacity": 5,
    }  # fmt: skip
    if STREAM.newest == 1:
        return InstructorAppointedV1(state=InstructorStateV1(**values))
    return InstructorAppointed(state=InstructorState(**values, load=0))


async def test_a_reader_moves_to_a_larger_major_exactly_once(
    writer: World, reader: Reader, release: Release
) -> None:
    def topic(major: int) -> str:
        return STREAM.topic(writer.stack, major)

    # Before: one major, and a reader that has not caught up when it is stopped for the new release.
    async with writer.relaying():
        await writer.commit_many(SUBJECTS, appointed())
        async with reader.reading():
            await reader.until({subject: [1] for subject in SUBJECTS})
        await writer.commit_many(SUBJECTS[:10], appointed())
        await writer.drained()

    # Producer first: the topic is made, each event goes to both, the old reader goes on with the old one.
    release.is_new()
    made = await topics.apply(writer.bus, writer.stack, ("partybuild",))
    counts = {finding.topic.name: finding.topic.partitions for finding in made}
    assert (counts[topic(1)], counts[topic(2)]) == (OLD, NEW)
    async with writer.relaying():
        await writer.commit_many(SUBJECTS[5:], appointed())
        await writer.drained()
        assert len(await writer.received(45, topic(1))) == 45
        assert len(await writer.received(15, topic(2))) == 15

        # The new topic is filled with what was before, and the reader moves.
        async with writer.connect() as connection, connection.transaction():
            filled = await replay.replay_stream(connection, STREAM, 2)
        assert (filled.subjects, filled.pointers) == (20, 45)
        wanted = {subject: [1, 2] for subject in SUBJECTS} | {s: [1, 2, 3] for s in SUBJECTS[5:10]}
        async with reader.reading():
            await reader.until(wanted)
            await writer.commit_many(SUBJECTS, appointed())
            wanted = {subject: [*had, len(had) + 1] for subject, had in wanted.items()}
            await reader.until(wanted)

        # After the sunset nothing more is written to the old topic, and all is in order.
        before = len(await writer.received(65, topic(1)))
        release.is_after_the_sunset()
        await writer.commit_many(SUBJECTS[:3], appointed())
        await writer.drained()
        async with reader.reading():
            await reader.until(wanted | {s: [*wanted[s], len(wanted[s]) + 1] for s in SUBJECTS[:3]})
    assert len(await writer.received(before, topic(1))) == before
    assert len({record.partition for record in await writer.received(83, topic(2))}) > OLD
    async with writer.connect() as source, reader.world.connect() as inbox:
        differing = await audit.compare(
            source, inbox, consumer="notify", service="partybuild", stack=writer.stack,
            aggregates=["instructor"],
        )  # fmt: skip
    assert differing == ()


async def test_a_late_joiner_finds_the_whole_stream_on_the_new_topic(
    writer: World, reader: Reader, release: Release
) -> None:
    async with writer.relaying():
        await writer.commit_many(SUBJECTS, appointed())
        await writer.drained()
    release.is_new()
    await topics.apply(writer.bus, writer.stack, ("partybuild",))
    async with writer.relaying():
        await writer.commit_many(SUBJECTS, appointed())
        await writer.drained()
        async with writer.connect() as connection, connection.transaction():
            await replay.replay_stream(connection, STREAM, 2)
        await writer.drained()
    found = sequences(await writer.received(60, STREAM.topic(writer.stack, 2)))
    assert found == {subject: [2, 1, 2] for subject in SUBJECTS}, "what was sent meanwhile came first"
    async with reader.reading():
        await reader.until({subject: [1, 2] for subject in SUBJECTS})


async def test_only_a_live_major_can_be_filled(writer: World, release: Release) -> None:
    async with writer.connect() as connection:
        with pytest.raises(ValueError, match="no live major 2; there are: 1"):
            await replay.replay_stream(connection, STREAM, 2)
