"""Targets beside their figures: how far each is today or was on a day, and what a body's come to (S28)."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import FiguresOut, FiguresRequest, Reading
from chassis.matters import as_of as past
from services.registry.operations.targets.model import is_reached, score, share_of
from services.registry.operations.targets.tables import TargetRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

_MOST = 500
_SET = "r.division like any($2) and r.period_begins_on <= $1 and coalesce(r.body = $3, true)"
_STOOD = f"""
select * from {past(TargetRow, MatterStepRow, _SET)} target
where state <> 'withdrawn'
order by period_ends_on desc, id limit $4
"""


class TargetStand(BaseModel):
    """One target and its figure."""

    id: UUID
    division: str
    body: str
    figure: str
    name_zh: str | None
    unit: str | None
    period_begins_on: date
    period_ends_on: date
    aim: float
    at_most: bool
    weight: int
    value: float | None = Field(
        description="of the period up to the day, or as measured; none where another service reckons it"
    )
    reached: bool | None
    share: float | None = Field(description="percent of the aim, 100 at most")
    elapsed: float = Field(description="percent of the period that has passed")


class BodyStand(BaseModel):
    """What the targets of one body come to."""

    body: str
    targets: int
    weighed: int = Field(description="sum of the weights of those that have a value")
    score: float | None = Field(
        description="percent reached, each target by its weight; none without weights"
    )


class TargetsOut(BaseModel):
    """The targets of a place as of a day."""

    as_of: date
    targets: list[TargetStand]
    bodies: list[BodyStand]


async def stand(
    reading: Reading, *, division: str | None, body: str | None, as_of: date | None
) -> TargetsOut:
    """Targets that were set by the day and whose period had begun, the 500 that end last, each with the aim
    and weight of that day; those withdrawn by then are left out. Raises `NotPermitted`.
    """
    day = as_of or reading.today
    found = await reading.connection.fetch(_STOOD, day, reading.patterns(division), body, _MOST)
    rows = [TargetRow(**dict(one)) for one in found]
    reckoned: dict[tuple[date, date, str], FiguresOut] = {}
    stands = [await _stand(reading, one, day, reckoned) for one in rows]
    by_body: dict[str, list[TargetStand]] = defaultdict(list)
    for one in stands:
        by_body[one.body].append(one)
    bodies = [_of_body(name, of_it) for name, of_it in sorted(by_body.items())]
    return TargetsOut(as_of=day, targets=stands, bodies=bodies)


async def _stand(
    reading: Reading, row: TargetRow, day: date, reckoned: dict[tuple[date, date, str], FiguresOut]
) -> TargetStand:
    from services.registry.figures.queries import figures  # it is composed of the areas, this one included

    end = min(row.period_ends_on, day)
    key = (row.period_begins_on, end, row.division)
    if key not in reckoned:
        asked = FiguresRequest(start=row.period_begins_on, end=end, division=row.division)
        reckoned[key] = await figures(reading, asked=asked)
    figure = reckoned[key].figures.get(row.figure.removeprefix("registry."))
    others = reading.policy(RegistryPolicy).operations.target_figures
    listed = next((one for one in others if one.code == row.figure), None)
    measured = row.actual_hundredths
    actual = measured if measured is not None else round(figure.value * 100) if figure is not None else None
    return TargetStand(
        id=row.id, division=row.division, body=row.body, figure=row.figure,
        name_zh=figure.name_zh if figure else listed and listed.name_zh,
        unit=figure.unit if figure else listed and listed.unit,
        period_begins_on=row.period_begins_on, period_ends_on=row.period_ends_on,
        aim=row.aim_hundredths / 100, at_most=row.at_most, weight=row.weight,
        value=None if actual is None else actual / 100,
        reached=None if actual is None else is_reached(row.aim_hundredths, actual, at_most=row.at_most),
        share=None if actual is None else round(100 * _share(row, actual), 1),
        elapsed=round(100 * _days(row.period_begins_on, end) / _days(*row.period), 1),
    )  # fmt: skip


def _share(row: TargetRow, actual: int) -> float:
    return share_of(row.aim_hundredths, actual, at_most=row.at_most)


def _days(first: date, last: date) -> int:
    return (last - first).days + 1


def _of_body(name: str, of_it: list[TargetStand]) -> BodyStand:
    parts = [(one.weight, one.share / 100) for one in of_it if one.share is not None]
    return BodyStand(
        body=name, targets=len(of_it), weighed=sum(weight for weight, _ in parts), score=score(parts)
    )
