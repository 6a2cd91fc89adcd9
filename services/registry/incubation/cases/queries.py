"""The queues of a base's departments."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reading
from services.registry.incubation.bases.tables import BaseRow
from services.registry.policy import RegistryPolicy

_QUEUES = """
select department, count(*) filter (where state = 'queued') as waiting,
       count(*) filter (where state = 'accepted') as accepted, count(*) filter (where overdue) as overdue,
       min(opened_on) filter (where state = 'queued') as oldest
from base_case where base_id = $1 and not ended group by 1
"""


class Queue(BaseModel):
    """One department's queue."""

    department: str
    name: str = Field(description="as the profile calls it; the code where it does not")
    duties: list[str] = Field(description="what its posts are for (岗位要求)")
    waiting: int = 0
    accepted: int = 0
    overdue: int = 0
    oldest: date | None = Field(None, description="since when the first in it waits")


async def queues(reading: Reading, *, id: UUID) -> list[Queue]:
    """The departments of the base `id`, with what is open in each. Raises `NotFound`, `NotPermitted`."""
    base = await reading.record(BaseRow, id)
    known = {one.code: one for one in reading.policy(RegistryPolicy).incubation.departments}
    rows = await reading.connection.fetch(_QUEUES, id)
    open_ = {row["department"]: dict(row) for row in rows}
    found = []
    for code in dict.fromkeys([*base.departments, *open_]):
        listed = known.get(code)
        name, duties = (listed.name_zh, list(listed.duties)) if listed else (code, [])
        found.append(Queue(**{"department": code, **open_.get(code, {}), "name": name, "duties": duties}))
    return found
