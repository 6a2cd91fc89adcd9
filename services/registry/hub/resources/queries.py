"""How much of an offer is left and for whom, and what was delivered in a year."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from chassis.http import Named, Reading
from services.registry.area import OwnFigures
from services.registry.hub.resources.offers import USED
from services.registry.hub.resources.tables import ResourceOfferRow

NAMES: Mapping[str, Named] = {
    "resource-requests.year.deliveries": Named("次", "本年到位的资源", "deliveries this year"),
    "resource-requests.year.worth": Named("fen", "本年到位资源价值", "worth of what was delivered this year"),
}
"""Of the calendar year of the day asked for, up to that day."""

_DELIVERED = """
select left(division, $4) as place, count(*) as deliveries,
       coalesce(sum((arguments->>'worth')::bigint), 0)::bigint as worth
from matter_step
where kind = 'resource_request' and fact = 'delivered' and effective_on between $1 and $2
  and division like any($3)
group by 1
"""

_USES = """
select id, state, (match->>'quantity')::bigint as quantity, (match->>'delivered')::bigint as delivered
from resource_request, jsonb_array_elements(matches) match
where matches @> jsonb_build_array(jsonb_build_object('offer', $1::text)) and match->>'offer' = $1
  and division like any($2)
order by id
"""


class Use(BaseModel):
    """What one request has of an offer."""

    request_id: UUID
    state: str
    quantity: int
    delivered: int


class Uses(BaseModel):
    """An offer, and what is left of it."""

    quantity: int
    left: int
    requests: list[Use]


async def uses(reading: Reading, *, id: UUID) -> Uses:
    """What is left of an offer, and the requests in sight that have part of it.

    Raises `NotFound`, `NotPermitted`.
    """
    offer = await reading.record(ResourceOfferRow, id)
    rows = await reading.connection.fetch(_USES, str(id), reading.patterns())
    found = [
        Use(request_id=row["id"], state=row["state"], quantity=row["quantity"], delivered=row["delivered"])
        for row in rows
    ]
    taken = int(await reading.connection.fetchval(USED, str(id)))
    return Uses(quantity=offer.quantity, left=offer.quantity - taken, requests=found)


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Deliveries from the first of January to `day`, by place."""
    rows = await reading.connection.fetch(_DELIVERED, date(day.year, 1, 1), day, patterns, length)
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    for row in rows:
        for name in ("deliveries", "worth"):
            found[f"resource-requests.year.{name}"][row["place"]] = row[name]
    return found


OF_YEAR = OwnFigures(NAMES, reckon)
