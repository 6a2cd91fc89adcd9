"""Keeping the names of organisations."""

from collections.abc import Sequence
from typing import Any

from chassis.columns import joined
from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.notify.subscription import ORGANIZATIONS, facts_of

_KEEP = """
insert into organization (id, name, division, sequence)
select *
from unnest(string_to_array($1, ',')::uuid[], $2::text[], string_to_array($3, ','),
            string_to_array($4, ',')::bigint[])
on conflict (id) do update
set name = excluded.name, division = excluded.division, sequence = excluded.sequence
"""


@reaction(*facts_of(*ORGANIZATIONS))
async def keep_names(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep the newest name of each organisation of the batch."""
    newest = {event.subject: event for event in events}.values()
    await uow.connection.execute(
        _KEEP,
        joined([event.subject for event in newest]),
        [event.data.state.name for event in newest],
        joined([event.division for event in newest]),
        joined([str(event.envelope.sequence) for event in newest]),
    )
