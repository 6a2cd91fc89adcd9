"""Figures of notify: messages sent, acknowledged and unread, by the day in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from chassis.http import Reading

# Of the messages written up to $3, from $2 on where it is given: what had become of them when that day ended.
_COUNT = """
select left(division, $4) as place,
       count(*) as sent,
       count(*) filter (where acknowledged_at < ending) as acknowledged,
       count(*) filter (where coalesce(read_at >= ending, true) and coalesce(acknowledged_at >= ending, true))
           as unread
from message, (select ($3::date + 1)::timestamp at time zone 'Asia/Shanghai' as ending) as day
where division like any($1)
  and ($2::date is null or recorded_at >= $2::date::timestamp at time zone 'Asia/Shanghai')
  and recorded_at < ending
group by 1
"""
_BELOW = {4: 6, 6: 9, 9: 12, 12: 12}
"""Length of the codes one tier down."""

NAMES = {
    "messages.sent": ("已发消息", "messages sent"),
    "messages.acknowledged": ("已确认消息", "messages acknowledged"),
    "messages.unread": ("未读消息", "messages unread"),
}


class Figure(BaseModel):
    """One number with what it counts."""

    value: int
    unit: str = "条"
    qualifier: str = "exact"
    name_zh: str
    name_en: str
    by_division: dict[str, int] | None = Field(
        None,
        description="the same by the divisions below; what lies on none of them under the division's own",
    )


class Figures(BaseModel):
    """What notify answers for a day or a period."""

    as_of: date
    from_: date | None = Field(None, serialization_alias="from")
    to: date | None = None
    division: str | None
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Asked:
    """What the caller wants to know: up to a day, or of what was written from a day to a day."""

    as_of: date | None = None
    begin: date | None = None
    to: date | None = None
    division: str | None = None
    by_division: bool = False


async def figures(reading: Reading, *, asked: Asked) -> Figures:
    """Answer the figures for the caller's divisions, or the one asked for.

    Raises `NotPermitted` for a division that is not the caller's.
    """
    until = asked.to or asked.as_of or reading.today
    patterns = reading.patterns(asked.division)
    width = _BELOW[len(asked.division or reading.stack)]
    rows: list[Any] = await reading.connection.fetch(_COUNT, patterns, asked.begin, until, width)
    values = {}
    for name, (zh, en) in NAMES.items():
        column = name.partition(".")[2]
        by = {row["place"]: row[column] for row in rows}
        values[name] = Figure(
            value=sum(by.values()), name_zh=zh, name_en=en, by_division=by if asked.by_division else None
        )
    return Figures(as_of=until, from_=asked.begin, to=asked.to, division=asked.division, figures=values)
