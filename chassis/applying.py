"""A batch of arrivals applied in one transaction: inbox, reactions layer by layer, and what fails.

`Applier.process` either commits a batch or raises with nothing committed: an outage as it came, a fault of
the code as `ConsumerBug`. A message that fails on its own is parked with what follows it of its subject.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from shuniu_contracts import Event

from chassis import failpoints, telemetry
from chassis.border import Arrival, Misfit, Refused, Sorted
from chassis.faults import Breaker, ConsumerBug, Nature, describe, nature_of, signature, was_cancelled
from chassis.inbox import Advanced, Inbox, Subject, Tally, by_subject
from chassis.layers import layers
from chassis.position import Settlement
from chassis.received import Received
from chassis.runtime import Runtime
from chassis.service import Consumer, Reaction
from chassis.unit_of_work import UnitOfWork

AFTER_INBOX = failpoints.declare("consumer.after_inbox")
AFTER_BISECT = failpoints.declare("consumer.after_bisect")
AFTER_REACTIONS = failpoints.declare("consumer.after_reactions")
AFTER_COMMIT = failpoints.declare("consumer.after_commit")

Failed = Callable[[Subject, Exception], None]
"""What to do about a subject that failed alone; raises what is no fault of its message."""
Isolating = Callable[[UnitOfWork, dict[Subject, Settlement]], Awaitable[None]]


class Applier:
    """Applies batches of one consumer."""

    def __init__(self, runtime: Runtime, definition: Consumer) -> None:
        settings = runtime.settings.consumer
        self.runtime = runtime
        self.definition = definition
        self.inbox = Inbox(definition.name, definition.needs, settings.hold_s)
        self.breaker = Breaker(settings.bug_subjects, settings.bug_share)
        self._reactions: dict[type[Event | None], list[Reaction]] = {}
        for reaction in definition.reactions:
            for kind in reaction.types:
                self._reactions.setdefault(kind, []).append(reaction)

    async def process(self, batch: Sorted) -> Tally:
        """Commit the batch whole, or with what failed on its own parked."""
        if batch.whole:
            try:
                return await self._together(batch)
            except Exception as error:
                if (nature := nature_of(error)) is Nature.TRANSIENT:
                    raise
                if nature is Nature.BUG:
                    raise ConsumerBug(describe(error)) from error
        return await self._apart(batch)

    async def react(self, uow: UnitOfWork, fresh: Iterable[Sequence[Arrival]]) -> None:
        """Call the reactions with each subject's fresh events, cut into layers."""
        known = self._reactions
        for kind, layer in layers(
            [(type(a.data), a) for a in arrivals if type(a.data) in known] for arrivals in fresh
        ):
            events: list[Received[Any]] = [Received(a.envelope, a.data) for a in layer]
            origins = [a.envelope for a in layer]
            for reaction in known[kind]:
                with telemetry.reacting(uow.service, reaction.name, origins):
                    await reaction.function(events, uow)
        await uow.flush()

    async def _together(self, batch: Sorted) -> Tally:
        subjects = by_subject(batch.arrivals)
        async with self.runtime.unit_of_work() as uow:
            found = await self.inbox.advance(uow.connection, subjects) if subjects else Advanced()
            await failpoints.reach(AFTER_INBOX)
            await self.react(uow, found.fresh.values())
            await self._finish(uow, batch, found)
        await failpoints.reach(AFTER_COMMIT)
        return _tally(batch, subjects, found)

    async def without_cancelled(self, batch: Sorted) -> Tally:
        """Commit the batch event by event; what the database cancels is parked, see `isolating.py`."""

        def failed(_: Subject, error: Exception) -> None:
            if nature_of(error) is not Nature.DATA and not was_cancelled(error):
                raise error

        async def one_by_one(uow: UnitOfWork, waiting: dict[Subject, Settlement]) -> None:
            for subject, settlement in waiting.items():
                await self._one_by_one(uow, subject, settlement, failed)

        return await self._settled(batch, by_subject(batch.arrivals), one_by_one)

    async def _apart(self, batch: Sorted) -> Tally:
        subjects = by_subject(batch.arrivals)
        now = time.monotonic()

        def failed(subject: Subject, error: Exception) -> None:
            if nature_of(error) is not Nature.DATA:
                raise error
            if self.breaker.trips(signature(error), subject, len(subjects), now):
                raise ConsumerBug(f"fails on one subject after another: {describe(error)}") from error

        async def bisected(uow: UnitOfWork, waiting: dict[Subject, Settlement]) -> None:
            await self._bisect(uow, waiting, failed)

        return await self._settled(batch, subjects, bisected)

    async def _settled(
        self, batch: Sorted, subjects: dict[Subject, list[Arrival]], apply: Isolating
    ) -> Tally:
        async with self.runtime.unit_of_work() as uow:
            found = await self.inbox.advance_apart(uow.connection, subjects)
            waiting = {s: f for s, f in found.settlements.items() if f.fresh}
            await apply(uow, waiting)
            await failpoints.reach(AFTER_BISECT)
            found.fresh = {s: f.fresh for s, f in waiting.items()}
            await self._finish(uow, batch, found)
        await failpoints.reach(AFTER_COMMIT)
        return _tally(batch, subjects, found)

    async def _finish(self, uow: UnitOfWork, batch: Sorted, found: Advanced) -> None:
        await failpoints.reach(AFTER_REACTIONS)
        if found.settlements:
            await self.inbox.write(uow.connection, found.settlements)
        await self.inbox.refuse(uow.connection, batch.refused)

    async def _bisect(self, uow: UnitOfWork, waiting: dict[Subject, Settlement], failed: Failed) -> None:
        """Apply as many subjects together as can be; one that fails alone is applied event by event."""
        try:
            async with uow.savepoint():
                await self.react(uow, [settlement.fresh for settlement in waiting.values()])
        except Exception as error:
            if nature_of(error) is not Nature.DATA:
                raise
            if len(waiting) == 1:
                (subject, settlement), *_ = waiting.items()
                await self._one_by_one(uow, subject, settlement, failed)
                return
            half = len(waiting) // 2
            entries = list(waiting.items())
            await self._bisect(uow, dict(entries[:half]), failed)
            await self._bisect(uow, dict(entries[half:]), failed)

    async def _one_by_one(
        self, uow: UnitOfWork, subject: Subject, settlement: Settlement, failed: Failed
    ) -> None:
        for index, arrival in enumerate(settlement.fresh):
            try:
                async with uow.savepoint():
                    await self.react(uow, [[arrival]])
            except Exception as error:
                failed(subject, error)
                settlement.fail(index, describe(error))
                return


def _tally(batch: Sorted, subjects: dict[Subject, list[Arrival]], found: Advanced) -> Tally:
    tally = Tally(records=len(batch.arrivals) + len(batch.refused))
    tally.applied = sum(map(len, found.fresh.values()))
    tally.unknown_types = sum([a.data is None and a.fault is None for a in batch.arrivals])
    longer = found.settlements
    tally.duplicates = sum(f.duplicates for f in longer.values())
    at_once = found.fresh.keys() - longer.keys()
    tally.duplicates += sum([len(subjects[s]) - len(found.fresh[s]) for s in at_once])
    tally.outdated = sum(f.outdated for f in longer.values())
    tally.jumps = sum(f.jumps for f in longer.values())
    misfits = [kind for f in longer.values() for _, kind, _ in f.park]
    tally.forks = misfits.count(Misfit.FORK)
    tally.parked = len(misfits)
    tally.malformed = misfits.count(Misfit.MALFORMED) + _count(batch.refused, Misfit.MALFORMED)
    tally.quarantined = _count(batch.refused, Misfit.QUARANTINED)
    tally.quarantined += sum(len(f.foreign) for f in longer.values())
    return tally


def _count(refused: Iterable[Refused], kind: Misfit) -> int:
    return sum(entry.kind is kind for entry in refused)
