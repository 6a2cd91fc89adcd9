"""Figures that every kind of matter has: how many stood in each state on a day, what happened in a period."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from shuniu_contracts import event_type

from chassis.http.figures import Named
from chassis.http.reading import Reading
from chassis.matters.kind import Kind

Counts = dict[str, dict[str, int]]
"""Figure -> place -> value."""

_STANDING = """
select kind, state, ended, left(division, $3) as place, count(distinct record_id) as number
from {table}
where kind = any($4) and effective_on <= $1 and (until is null or until > $1) and division like any($2)
group by 1, 2, 3, 4
"""

_HAPPENED = """
select kind, fact, left(division, $4) as place, count(*) as number
from {table}
where kind = any($5) and effective_on between $1 and $2 and division like any($3)
group by 1, 2, 3
"""


def names_of_day(kinds: Iterable[Kind[Any]]) -> dict[str, Named]:
    """The figures of a day: `<path>.open` and one for each state."""
    found: dict[str, Named] = {}
    for kind in kinds:
        found[f"{kind.path}.open"] = Named(kind.unit, f"{kind.zh}：在办", f"{kind.en}: open")
        for state in kind.states:
            zh = kind.states_zh[state]
            found[f"{kind.path}.{state.value}"] = Named(
                kind.unit, f"{kind.zh}：{zh}", f"{kind.en}: {state.value}"
            )
    return found


def names_of_period(kinds: Iterable[Kind[Any]]) -> dict[str, Named]:
    """The figures of a period: `<path>.facts.<fact>`, how often each fact happened."""
    found: dict[str, Named] = {}
    for kind in kinds:
        steps = [*([kind.opening] if kind.opening else []), *kind.steps.values()]
        for step in steps:
            found[f"{kind.path}.facts.{step.fact}"] = Named(
                "次", f"{kind.zh}：期内{step.zh}", f"{kind.en}: {step.fact} in the period"
            )
            if step.late is not None:
                late = event_type(step.late).fact
                found[f"{kind.path}.facts.{late}"] = Named(
                    "次", f"{kind.zh}：期内逾期{step.zh}", f"{kind.en}: {late} in the period"
                )
            for other in (event_type(event) for events in step.instead.values() for event in events.values()):
                zh = other.zh.rstrip("。.")
                found[f"{kind.path}.facts.{other.fact}"] = Named(
                    "次", f"{kind.zh}：期内{zh}", f"{kind.en}: {other.fact} in the period"
                )
        for clock in kind.clocks:
            what = "期内逾期" if clock.ahead is None else "期内临期提醒"
            found.setdefault(
                f"{kind.path}.facts.{clock.fact}",
                Named("次", f"{kind.zh}：{what}", f"{kind.en}: {clock.fact} in the period"),
            )
    return found


async def of_day(
    reading: Reading, kinds: Sequence[Kind[Any]], day: date, patterns: list[str], length: int
) -> Counts:
    """How many records stood how on `day`, by place; in one statement for all kinds of a table."""
    counts: Counts = defaultdict(lambda: defaultdict(int))
    for table, some in _by_table(kinds).items():
        rows = await reading.connection.fetch(
            _STANDING.format(table=table), day, patterns, length, list(some)
        )
        for row in rows:
            path = some[row["kind"]].path
            counts[f"{path}.{row['state']}"][row["place"]] += row["number"]
            if not row["ended"]:
                counts[f"{path}.open"][row["place"]] += row["number"]
    return counts


async def of_period(
    reading: Reading, kinds: Sequence[Kind[Any]], begin: date, end: date, patterns: list[str], length: int
) -> Counts:
    """How often each fact happened from `begin` to `end`, both included, by place."""
    counts: Counts = defaultdict(lambda: defaultdict(int))
    for table, some in _by_table(kinds).items():
        rows = await reading.connection.fetch(
            _HAPPENED.format(table=table), begin, end, patterns, length, list(some)
        )
        for row in rows:
            counts[f"{some[row['kind']].path}.facts.{row['fact']}"][row["place"]] += row["number"]
    return counts


def _by_table(kinds: Sequence[Kind[Any]]) -> Mapping[str, Mapping[str, Kind[Any]]]:
    found: dict[str, dict[str, Kind[Any]]] = defaultdict(dict)
    for kind in kinds:
        found[str(kind.steps_table.__tablename__)][kind.name] = kind
    return found
