"""Keeping the names of organisations."""

from collections.abc import Sequence
from typing import Any

from chassis.columns import joined
from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.notify.subscription import ORGANIZATIONS, facts_of

_KEEP = """
insert into organization (id, name, division, sequence, merged_into)
select *
from unnest(string_to_array($1, ',')::uuid[], $2::text[], string_to_array($3, ','),
            string_to_array($4, ',')::bigint[], string_to_array($5, ',', '')::uuid[])
on conflict (id) do update
set name = excluded.name, division = excluded.division, sequence = excluded.sequence,
    merged_into = excluded.merged_into
"""

_SHORTEN = """
update organization o
set merged_into = next.merged_into
from organization next
where next.id = o.merged_into and next.merged_into <> o.id
  and o.id = any($1::uuid[])
"""
"""One step along the chains of mergers of these; the other record of a circle stays as it is."""

_ALIASES = "select id from organization where id = any($1::uuid[]) or merged_into = any($1::uuid[])"
_LONGEST = 32
"""Mergers one after another that are followed: each that is heard shortens what is there already."""


@reaction(*facts_of(*ORGANIZATIONS))
async def keep_names(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep the newest name of each organisation of the batch, and which goes on for one that was merged."""
    newest = {event.subject: event for event in events}.values()
    into = {event.subject: event.data.state.merged_into for event in newest}
    await uow.connection.execute(
        _KEEP,
        joined([event.subject for event in newest]),
        [event.data.state.name for event in newest],
        joined([event.division for event in newest]),
        joined([str(event.envelope.sequence) for event in newest]),
        joined([survivor.id if survivor is not None else "" for survivor in into.values()]),
    )
    if merged := [id for id, survivor in into.items() if survivor is not None]:
        await _shorten(uow, merged)


async def _shorten(uow: UnitOfWork, merged: Sequence[str]) -> None:
    """Let every alias name the organisation that goes on itself. A circle that a stranger tells of ends."""
    aliases = [row["id"] for row in await uow.connection.fetch(_ALIASES, merged)]
    for _ in range(_LONGEST):
        if await uow.connection.execute(_SHORTEN, aliases) == "UPDATE 0":
            return
