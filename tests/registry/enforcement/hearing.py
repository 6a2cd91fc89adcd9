"""What the registry's consumer would hear of its own records, told to it in a test."""

from typing import Any
from uuid import UUID

from shuniu_contracts import decode_data

from chassis.received import Received
from tests.registry.conftest import Register


async def told(register: Register, id: UUID) -> Received[Any]:
    """Let the registry hear the newest event of one of its own records; answers what it heard."""
    [row] = await register.rows(
        "select type, sequence, payload from event_log where aggregateid = $1 order by sequence desc limit 1",
        str(id),
    )
    event = decode_data(row["type"], row["payload"])
    assert event is not None
    received = register.received(event, id, sequence=row["sequence"])
    await register.hear(received)
    return received


async def status(register: Register, id: UUID) -> tuple[str, str]:
    """An organisation's legal status, and the list that it is shown on."""
    [row] = await register.rows("select legal_status, credit_listing from organization where id = $1", id)
    return row["legal_status"], row["credit_listing"]
