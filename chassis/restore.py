"""After a service's database came back from a backup: a new epoch, and its consumers read from the earliest.

Why this is enough. What the backup lacks of other services' events stands on the bus for ever; read again
from the earliest, the restored inbox drops what it has and applies what it lacks. What others had already
seen of this service beyond the backup cannot be unsaid: the next event of such a subject continues the
sequence of the restored state, lower than theirs, and would be dropped as old. The higher epoch makes them
take it: order is (epoch, sequence), and an event of a higher epoch is accepted from at most one after what
they have, since each event carries the whole state. A subject on which nothing happens again stays ahead at
the others; `audit` names it. Nothing is enqueued here: the outbox came back with the log, and what it
repeats is dropped.

Whoever dies on the way, a service that starts then does no harm. The groups come first: set back too early
they cost some reading, too late they cost events. A backup that is loaded here comes with its new epoch in
one transaction, so that the old state never stands there under the old epoch, under which what follows would
be told with numbers that others have. What is of an older release does not serve before it was migrated.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from chassis import backup, failpoints, groups
from chassis.decisions import record_decision
from chassis.leadership import try_lock
from chassis.migrations import upgrade
from chassis.runtime import Runtime
from chassis.subscription import consumers_of

AFTER_LOCK = failpoints.declare("restore.after_lock")
AFTER_GROUPS = failpoints.declare("restore.after_groups")
AFTER_LOAD = failpoints.declare("restore.after_load")
AFTER_MIGRATIONS = failpoints.declare("restore.after_migrations")
AFTER_EPOCH = failpoints.declare("restore.after_epoch")
AFTER_COMMIT = failpoints.declare("restore.after_commit")

# By the clock, not by one: brought back a second time, the same backup would count to the same number again,
# and what was published after the first time would stand in the way of what follows the second.
_RAISE = """
update public.source
set epoch = greatest(epoch + 1, extract(epoch from clock_timestamp() - timestamptz '2026-01-01 00:00Z')::int)
returning epoch
"""
_RAISED = "select epoch from public.source"


class ServiceRunning(Exception):
    """The service's relay holds its lock: commands may be running under the old epoch."""


@dataclass(frozen=True)
class Restored:
    """What a restore did."""

    epoch: int
    groups: tuple[str, ...]
    """consumer groups that read from the earliest record now"""


@dataclass(frozen=True)
class Backup:
    """A file of `shuniu backup`."""

    file: Path
    programs: Path | None
    """where PostgreSQL's programs are; None for those of the search path"""


async def restore(runtime: Runtime, *, actor: str, reason: str, copy: Backup | None = None) -> Restored:
    """Raise the epoch and set this service's consumer groups back, once the database is that of `copy`.

    Without one it has been brought back by other means. The service must be stopped. Raises `ServiceRunning`
    while its relay runs, `groups.GroupActive` while its consumers do, and `backup.BackupFailed` for a file
    that is none or while anybody uses the database; the database is then as it was. Doing it again costs an
    epoch and is harmless.
    """
    service, settings = runtime.service, runtime.settings
    if copy is not None:
        await backup.readable(copy.file, copy.programs)
    connection = await runtime.database.connect()
    try:
        if not await try_lock(connection, service.name):
            raise ServiceRunning(f"{service.name} is running (its relay holds the lock); stop it first")
        await failpoints.reach(AFTER_LOCK)
        own = tuple(groups.group_id(settings.stack, consumer.name) for consumer in consumers_of(service))
        await groups.reset(settings.bus, own)
        await failpoints.reach(AFTER_GROUPS)
        if copy is not None:
            await backup.load(
                settings.database, copy.file, copy.programs, then=_RAISE, keeper=connection.get_server_pid()
            )
            await failpoints.reach(AFTER_LOAD)
            await asyncio.to_thread(upgrade, service.migrations, settings.database)
            await failpoints.reach(AFTER_MIGRATIONS)
        async with connection.transaction():
            epoch = await connection.fetchval(_RAISE if copy is None else _RAISED)
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
