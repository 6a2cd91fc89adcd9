"""How the hub judged organisations, how they stood with it, and on which list authorities had them, each from
day to day.

What the hub judged is said, in whichever order. The other two follow from what is on record besides, a
judgement and what is open, or authorities' decisions: they are reckoned whole whenever one of these is told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from chassis.unit_of_work import UnitOfWork

Days = Sequence[tuple[date, str]]
"""From which day on how, in order."""


class Axis(StrEnum):
    """What is known from day to day."""

    JUDGED = "judged"
    STANDING = "hub_standing"
    LISTING = "credit_listing"


UNSAID: Final[Mapping[Axis, str]] = {Axis.JUDGED: "good", Axis.STANDING: "good", Axis.LISTING: "none"}
"""How it stands of which nothing was said so far."""

_READ: Final = """
select organization_id, axis, effective_on, value from organization_judgement
where organization_id = any($1::uuid[]) order by effective_on
"""
_KEEP: Final = """
with said as (
    select * from jsonb_to_recordset($3::jsonb) as said(effective_on date, until date, value text)
), gone as (
    delete from organization_judgement
    where organization_id = $1 and axis = $2 and effective_on not in (select effective_on from said)
)
insert into organization_judgement (organization_id, axis, effective_on, until, value)
select $1, $2, effective_on, until, value from said
on conflict (organization_id, axis, effective_on) do update set until = excluded.until, value = excluded.value
"""


async def judgements(uow: UnitOfWork, ids: Iterable[UUID]) -> Mapping[UUID, dict[Axis, Days]]:
    """What is known of these organisations, whose rows the caller has locked."""
    found: dict[UUID, dict[Axis, Days]] = defaultdict(lambda: dict.fromkeys(Axis, ()))
    for row in await uow.connection.fetch(_READ, list(ids)):
        known, axis = found[row["organization_id"]], Axis(row["axis"])
        known[axis] = (*known[axis], (row["effective_on"], row["value"]))
    return found


async def keep(uow: UnitOfWork, id: UUID, axis: Axis, days: Days) -> None:
    """Let these be all that is known of it."""
    rows = [
        {"effective_on": day, "until": days[place][0] if place < len(days) else None, "value": value}
        for place, (day, value) in enumerate(days, 1)
    ]
    await uow.connection.execute(_KEEP, id, axis.value, msgspec.json.encode(rows).decode())


def on(days: Days, day: date, axis: Axis) -> str:
    """How it stood on `day`."""
    return next((value for since, value in reversed(days) if since <= day), UNSAID[axis])


def now(days: Days, axis: Axis) -> str:
    """How it stands by what is known of the last day."""
    return days[-1][1] if days else UNSAID[axis]


def said(days: Days, day: date, value: str) -> Days:
    """The same, and of `day` on this until something else is known of a later one; the entry of a day that is
    entered again is replaced."""
    return sorted([*((since, other) for since, other in days if since != day), (day, value)])


def cut(days: Days, day: date, value: str) -> Days:
    """As it was before `day`, and from then on this for good."""
    return [*((since, other) for since, other in days if since < day), (day, value)]


def reckoned(axis: Axis, boundaries: Collection[date], stood: Callable[[date], str]) -> Days:
    """How it stood from each of these days on that differs from the one before."""
    found: list[tuple[date, str]] = []
    for day in sorted(set(boundaries)):
        if (value := stood(day)) != now(found, axis):
            found.append((day, value))
    return found


def plain(axis: Axis, days: Days) -> Days:
    """The same without days on which nothing changed."""
    return reckoned(axis, [day for day, _ in days], lambda day: on(days, day, axis))


def told(axis: Axis, before: Days, after: Days, day: date) -> Days:
    """What a fact of `day` has to tell of the course: nothing where it is as `before` until then, and since
    then as it is now."""
    if list(plain(axis, cut(before, day, now(after, axis)))) == list(after):
        return ()
    return after or [(before[0][0], UNSAID[axis])]
