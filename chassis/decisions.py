"""What operators decided about parked messages, replays, restores and rebuilds: who, why, when."""

from collections.abc import Mapping

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
