"""One record's history from its service's log, as structured CloudEvents."""

from typing import Annotated, Any

import asyncpg
import msgspec
from fastapi import APIRouter, Depends, Path
from shuniu_contracts import Envelope, to_structured
from starlette.responses import Response

from chassis.http.call import Call, requires
from chassis.http.paging import Page, PageRequest, cursor_of
from chassis.http.reading import Reading
from chassis.unit_of_work import NotFound

router = APIRouter(prefix="/v1/events", tags=["events"])

_HISTORY = """
select id::text, type, aggregateid, sequence, epoch, division, payload, headers::text as headers, recorded_at
from event_log where aggregateid = $1 and sequence > $2 order by sequence limit $3
"""
_DIVISION = "select division from event_log where aggregateid = $1 order by sequence desc limit 1"


@router.get("/{subject}", response_model=Page[dict[str, Any]])
async def history(
    subject: Annotated[str, Path(max_length=200, description="a record's id")],
    call: Annotated[Call, requires("events:read")],
    page: Annotated[PageRequest, Depends()],
) -> Response:
    """The record's events in order, envelope and data, as they are on the bus."""
    return await call.read(_history, subject=subject, page=page)


async def _history(reading: Reading, *, subject: str, page: PageRequest) -> Response:
    division = await reading.connection.fetchval(_DIVISION, subject)
    if division is None:
        raise NotFound(aggregate="event", id=subject)
    reading.authorize(division)
    (after,) = page.after(int) or (0,)
    rows = await reading.connection.fetch(_HISTORY, subject, after, page.fetch)
    shown = rows[: page.limit]
    source = f"/stacks/{reading.stack}/{reading.service}"
    following = cursor_of((shown[-1]["sequence"],)) if len(rows) > page.limit else None
    body = {"items": [_structured(source, row) for row in shown], "next": following}
    return Response(msgspec.json.encode(body), media_type="application/json")


def _structured(source: str, row: asyncpg.Record) -> msgspec.Raw:
    kept = msgspec.json.decode(row["headers"])
    envelope = Envelope(
        id=row["id"],
        source=source,
        type=row["type"],
        subject=row["aggregateid"],
        sequence=row["sequence"],
        epoch=row["epoch"],
        time=row["recorded_at"],
        dataschema=kept["dataschema"],
        division=row["division"],
        actor_id=kept["actorid"],
        correlation_id=kept["correlationid"],
        causation_id=kept.get("causationid"),
        traceparent=kept.get("traceparent"),
    )
    return msgspec.Raw(to_structured(envelope, row["payload"]))
