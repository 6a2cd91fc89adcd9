"""What operators decided about parked messages, replays, restores and rebuilds: who, why, when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import msgspec


async def record_decision(
    connection: asyncpg.Connection, decision: str, *, actor: str, reason: str, subject: Mapping[str, object]
) -> None:
    """Keep one decision (`replay`, `restore`, `bus.rebuild`, `parked.discard` ...) for good.

    `actor` is a pseudonymous id, `subject` what it was about, as JSON.
    """
    await connection.execute(
        "insert into operator_decision (decision, actor, reason, subject) values ($1, $2, $3, $4::jsonb)",
        decision,
        actor,
        reason,
        msgspec.json.encode(subject).decode(),
    )


_GIVEN_UP = """
select subject ->> 'service', subject ->> 'subject', subject ->> 'id'
from operator_decision
where decision = 'parked.discard' and subject ->> 'consumer' = $1 and subject ->> 'id' = any($2::text[])
"""


async def given_up(
    connection: asyncpg.Connection, consumer: str, ids: Sequence[str]
) -> set[tuple[str, str, str]]:
    """Which of these events were discarded of this consumer's, as (service, subject, id)."""
    return {tuple(row) for row in await connection.fetch(_GIVEN_UP, consumer, ids)}


@dataclass(frozen=True)
class Decision:
    """One decision as it was kept."""

    number: int
    decided_at: datetime
    decision: str
    actor: str
    reason: str
    subject: str
    """what it was about, as JSON"""


async def list_decisions(connection: asyncpg.Connection, limit: int) -> list[Decision]:
    """The newest decisions, the newest first."""
    rows = await connection.fetch(
        "select number, decided_at, decision, actor, reason, subject::text as subject from operator_decision"
        " order by number desc limit $1",
        limit,
    )
    return [Decision(**row) for row in rows]
