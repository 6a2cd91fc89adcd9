"""The parts of open coordination cases that the bodies of a place have to answer for."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.http import Reading

_PARTS = """
select c.id as case_id, c.title, c.lead, c.due_on, c.overdue, part ->> 'body' as body,
       part ->> 'duty' as duty, coalesce(part ->> 'division', c.division) as division,
       (part ->> 'acknowledged_on')::date as acknowledged_on
from coordination_case c, jsonb_array_elements(c.parts) with ordinality as listed (part, place)
where not c.ended and part ->> 'completed_on' is null
  and coalesce(part ->> 'division', c.division) like any($1) and ($2::text is null or part ->> 'body' = $2)
order by c.due_on nulls last, c.id, place
limit 500
"""


class OpenPart(BaseModel):
    """What a body has still to do."""

    model_config = ConfigDict(from_attributes=True)

    case_id: UUID
    title: str
    lead: str
    body: str
    duty: str
    division: str
    due_on: date | None
    overdue: bool
    acknowledged_on: date | None


async def open_parts(reading: Reading, *, division: str | None, body: str | None) -> list[OpenPart]:
    """The parts of a place, the first due first; those of cases above, too. Raises `NotPermitted`."""
    rows = await reading.connection.fetch(_PARTS, reading.patterns(division), body)
    return [OpenPart.model_validate(dict(row)) for row in rows]
