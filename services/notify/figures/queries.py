"""Figures of notify: messages sent, acknowledged and unread, by the day in Asia/Shanghai."""

from typing import Any

from chassis.http import FiguresOut, FiguresRequest, Named, Reading, Values

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

NAMES = {
    "messages.sent": Named("条", "已发消息", "messages sent"),
    "messages.acknowledged": Named("条", "已确认消息", "messages acknowledged"),
    "messages.unread": Named("条", "未读消息", "messages unread"),
}


async def figures(reading: Reading, *, asked: FiguresRequest) -> FiguresOut:
    """The figures of the caller's divisions, or of the one asked for. Raises `NotPermitted`."""
    rows: list[Any] = await reading.connection.fetch(
        _COUNT, reading.patterns(asked.division), asked.start, asked.day(reading), asked.group_length(reading)
    )
    by: dict[str, Values] = {row["place"]: {key: row[key.partition(".")[2]] for key in NAMES} for row in rows}
    whole = {key: sum(values[key] for values in by.values()) for key in NAMES}
    return FiguresOut.of(asked, reading, NAMES, whole, by)
