"""A census' way, the day it is of, and which numbers may be seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class CareCensusPhase(StrEnum):
    """Whether a census stands."""

    COUNTED = "counted"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Transitions[CareCensusPhase] = {
    CareCensusPhase.COUNTED: {"withdrawn": CareCensusPhase.WITHDRAWN},
    CareCensusPhase.WITHDRAWN: {},
}


class NotTheWhole(Refusal):
    """A census of a part: taken from that of the whole, it would tell what is hidden."""

    code = "care_census_of_a_part"
    kind = RefusalKind.INVALID
    zh = "帮扶统计只按整个平台（{stack}）进行，不能单独统计“{division}”，以免由差额推知个人。"
    en = "People in care are counted for the whole stack ({stack}), not '{division}': the rest would tell."


@dataclass(frozen=True)
class Shown:
    """Counts as they may be seen; None where one is hidden."""

    total: int | None
    cells: Mapping[str, int | None]


def shown(counts: Mapping[str, int], smallest: int) -> Shown:
    """What may be seen of counts that add up to a total; `smallest` is 3 or more.

    Where a number from 1 to `smallest - 1` is among them, all below `smallest` are hidden, noughts too, and
    others with them, the least first, until the total does not tell the hidden ones: together they are
    `smallest` at least, and fewer than if each were as large as a small number can be. Where that cannot be
    reached, the total is hidden, too. Without small numbers nothing is hidden: nought tells of nobody.
    """
    total = sum(counts.values())
    if not any(0 < count < smallest for count in counts.values()):
        return Shown(total, counts)
    hidden = {name: count for name, count in counts.items() if count < smallest}
    others = sorted((count, name) for name, count in counts.items() if count >= smallest)
    while others and not _safe(hidden, smallest):
        count, name = others.pop(0)
        hidden[name] = count
    cells = {name: None if name in hidden else count for name, count in counts.items()}
    return Shown(total if _safe(hidden, smallest) else None, cells)


def _safe(hidden: Mapping[str, int], smallest: int) -> bool:
    return smallest <= sum(hidden.values()) < (smallest - 1) * len(hidden)


def month_end(day: date) -> date:
    """The last day of a month that is over by the end of `day`."""
    if (day + timedelta(days=1)).day == 1:
        return day
    return day.replace(day=1) - timedelta(days=1)
