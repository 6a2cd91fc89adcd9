"""After a service's database came back from a backup: a new epoch, and its consumers read from the earliest.

Why this is enough. What the backup lacks of other services' events stands on the bus for ever; read again
from the earliest, the restored inbox drops what it has and applies what it lacks. What others had already
seen of this service beyond the backup cannot be unsaid: the next event of such a subject continues the
sequence of the restored state, lower than theirs, and would be dropped as old. The higher epoch makes them
take it: order is (epoch, sequence), and an event of a higher epoch is accepted from at most one after what
they have, since each event carries the whole state. A subject on which nothing happens again stays ahead at
the others; `audit` names it. Nothing is enqueued here: the outbox came back with the log, and what it
repeats is dropped.
"""

from dataclasses import dataclass

from chassis import failpoints, groups
from chassis.decisions import record_decision
from chassis.leadership import try_lock
from chassis.runtime import Runtime
from chassis.subscription import consumers_of

AFTER_LOCK = failpoints.declare("restore.after_lock")
AFTER_GROUPS = failpoints.declare("restore.after_groups")
AFTER_EPOCH = failpoints.declare("restore.after_epoch")
AFTER_COMMIT = failpoints.declare("restore.after_commit")

# By the clock, not by one: brought back a second time, the same backup would count to the same number again,
# and what was published after the first time would stand in the way of what follows the second.
_RAISE = """
update source
set epoch = greatest(epoch + 1, extract(epoch from clock_timestamp() - timestamptz '2026-01-01 00:00Z')::int)
returning epoch
"""


class ServiceRunning(Exception):
    """The service's relay holds its lock: commands may be running under the old epoch."""


@dataclass(frozen=True)
class Restored:
    """What a restore did."""

    epoch: int
    groups: tuple[str, ...]
    """consumer groups that read from the earliest record now"""


async def restore(runtime: Runtime, *, actor: str, reason: str) -> Restored:
    """Raise the epoch and set this service's consumer groups back; the service must be stopped.

    Raises `ServiceRunning` while its relay runs and `groups.GroupActive` while its consumers do. The groups
    come first: if that fails, nothing has changed. Doing it twice costs an epoch and is harmless.
    """
    service, stack = runtime.service, runtime.settings.stack
    connection = await runtime.database.connect()
    try:
        if not await try_lock(connection, service.name):
            raise ServiceRunning(f"{service.name} is running (its relay holds the lock); stop it first")
        await failpoints.reach(AFTER_LOCK)
        own = tuple(groups.group_id(stack, consumer.name) for consumer in consumers_of(service))
        await groups.reset(runtime.settings.bus, own)
        await failpoints.reach(AFTER_GROUPS)
        async with connection.transaction():
            epoch = await connection.fetchval(_RAISE)
            await record_decision(
                connection,
                "restore",
                actor=actor,
                reason=reason,
                subject={"service": service.name, "epoch": epoch},
            )
            await failpoints.reach(AFTER_EPOCH)
        await failpoints.reach(AFTER_COMMIT)
        return Restored(epoch, own)
    finally:
        connection.terminate()
