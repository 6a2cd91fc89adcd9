"""Figures of notify: messages sent, acknowledged and unread, by the day in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from chassis.http import Reading

_COUNT = """
select left(division, $4) as division,
       count(*) filter (where sent_at is not null) as sent,
       count(*) filter (where (acknowledged_at at time zone 'Asia/Shanghai')::date <= $3) as acknowledged,
       count(*) filter (
           where (read_at is null or (read_at at time zone 'Asia/Shanghai')::date > $3)
             and (acknowledged_at is null or (acknowledged_at at time zone 'Asia/Shanghai')::date > $3)
       ) as unread
from message
where division like any($1)
  and ($2::date is null or (recorded_at at time zone 'Asia/Shanghai')::date >= $2)
  and (recorded_at at time zone 'Asia/Shanghai')::date <= $3
group by 1
"""

NAMES = {
    "messages.sent": ("已发消息", "messages sent"),
    "messages.acknowledged": ("已确认消息", "messages acknowledged"),
    "messages.unread": ("未读消息", "messages unread"),
}


class Figure(BaseModel):
    """One number with its unit; `by` gives it for each division one tier below."""

    value: int
    unit: str = "条"
    qualifier: str = "exact"
    name_zh: str
    name_en: str
    by: dict[str, int] | None = None


class Figures(BaseModel):
    """The figures of a division at a day or over a period."""

    as_of: date
    since: date | None
    division: str | None
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Asked:
    """What the caller wants to know: up to a day, or from a day to a day."""

    until: date
    since: date | None = None
    division: str | None = None
    by_division: bool = False


async def figures(reading: Reading, *, asked: Asked) -> Figures:
    """Answer the figures for the caller's divisions, or the one asked for."""
    below = len(asked.division or reading.stack)
    width = {4: 6, 6: 9, 9: 12, 12: 12}[below]
    rows: list[Any] = await reading.connection.fetch(
        _COUNT, reading.patterns(asked.division), asked.since, asked.until, width
    )
    values = {}
    for name, (zh, en) in NAMES.items():
        column = name.partition(".")[2]
        by = {row["division"]: row[column] for row in rows}
        values[name] = Figure(
            value=sum(by.values()), name_zh=zh, name_en=en, by=by if asked.by_division else None
        )
    return Figures(as_of=asked.until, since=asked.since, division=asked.division, figures=values)
