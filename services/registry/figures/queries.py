"""The registry's figures: how many organisations stood how on a day, what happened in a period, how long
applications took. Everything is reckoned on the day a fact was true, however late it was entered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import asyncpg
from pydantic import BaseModel, Field

from chassis.http import Reading
from chassis.model import Refusal, RefusalKind
from services.registry.applications.model import StepKind
from services.registry.organizations.model import COUNTED, HubLink, LegalForm, LegalStatus


class PeriodReversed(Refusal):
    """The period ends before it begins."""

    code = "period_reversed"
    kind = RefusalKind.INVALID
    zh = "期间的结束 {to} 早于开始 {begin}。"
    en = "The period ends on {to}, before it begins on {begin}."


@dataclass(frozen=True)
class Described:
    """What a figure is called and counted in."""

    name_zh: str
    name_en: str
    unit: str = "家"


_FORMS = {
    LegalForm.ASSOCIATION: ("社会团体", "associations"),
    LegalForm.PRIVATE_NON_ENTERPRISE: ("民办非企业单位", "private non-enterprise units"),
    LegalForm.FOUNDATION: ("基金会", "foundations"),
    LegalForm.UNCLASSIFIED: ("登记形式未说明", "registered, form not stated"),
}
_LINKS = {
    HubLink.LINKED: ("联系", "linked"),
    HubLink.HUB_FILED: ("枢纽备案", "filed with the hub"),
    HubLink.IN_FIELD: ("分管", "in the field"),
    HubLink.DIRECT: ("直管", "directly managed"),
}
_STEPS = {
    StepKind.CONSULTATION: ("咨询", "consultation"),
    StepKind.PRE_REVIEW: ("业务初审", "pre-review"),
    StepKind.CORRECTION: ("补正", "correction"),
    StepKind.DECISION: ("登记审批", "decision"),
}
FIGURES: Mapping[str, Described] = {
    "organizations.total": Described("社会组织总数（登记和备案）", "organisations, registered and filed"),
    "organizations.registered": Described("登记的社会组织", "registered organisations"),
    **{f"organizations.registered.{form.value}": Described(zh, en) for form, (zh, en) in _FORMS.items()},
    "organizations.filed": Described("备案的社区社会组织", "filed community organisations"),
    "organizations.suspended": Described("其中：责令停止活动", "of the registered: suspended"),
    "organizations.direct_registrations": Described("直接登记的社会组织", "registered directly"),
    "organizations.discovered": Described(
        "摸底发现、尚未备案或登记", "discovered, neither filed nor registered"
    ),
    "organizations.candidates": Described("培育中的项目", "candidates"),
    "organizations.founded": Described("已组建的组织（不论是否登记）", "founded, registered or not"),
    **{f"organizations.hub_link.{link.value}": Described(zh, en) for link, (zh, en) in _LINKS.items()},
    "applications.open": Described("在办登记申请", "applications in progress", "件"),
    "applications.overdue": Described("其中：超期", "of those: overdue", "件"),
}
"""Figures of a day."""

PERIOD_FIGURES: Mapping[str, Described] = {
    "organizations.newly_registered": Described("期内登记", "registered in the period"),
    "organizations.newly_filed": Described("期内备案", "filed in the period"),
    "organizations.ended": Described("期内注销、撤销或解散", "ended in the period"),
    "applications.submitted": Described("期内提交的登记申请", "applications submitted", "件"),
    **{
        f"applications.steps.{kind.value}": Described(f"期内办结：{zh}", f"steps ended: {en}", "件")
        for kind, (zh, en) in _STEPS.items()
    },
    **{
        f"applications.working_days.{kind.value}": Described(
            f"平均用时：{zh}", f"average duration: {en}", "工作日"
        )
        for kind, (zh, en) in _STEPS.items()
    },
}
"""Figures of a period, both of its days included."""


class Figure(BaseModel):
    """One number with what it counts."""

    value: float | int
    unit: str
    qualifier: str = "exact"
    name_zh: str
    name_en: str
    by_division: dict[str, float | int] | None = Field(
        None,
        description="the same by the divisions below; what lies on none of them under the division's own",
    )


class Figures(BaseModel):
    """What the registry answers for a day or a period."""

    as_of: date
    from_: date | None = Field(None, serialization_alias="from")
    to: date | None = None
    division: str | None = None
    figures: dict[str, Figure]


Counts = dict[str, dict[str, float | int]]
"""Figure -> division -> value."""

_STANDING = """
select left(division, $3) as place, legal_status, legal_form, hub_link,
       coalesce(registration_route = 'direct', false) as direct, count(*) as number
from organization_status
where effective_on <= $1 and (until is null or until > $1) and division like any($2)
group by 1, 2, 3, 4, 5
"""

_FOUNDED = """
select left(o.division, $3) as place, count(*) as number
from organization o
where o.founded_on <= $1 and (o.ended_on is null or o.ended_on > $1) and o.legal_status <> 'candidate'
  and o.division like any($2)
  and exists (select from organization_status s where s.organization_id = o.id)
group by 1
"""

_OPEN = """
select left(division, $3) as place, count(distinct application_id) as number,
       count(distinct application_id) filter (where due_on < $1) as overdue
from application_step
where began_on <= $1 and (ended_on is null or ended_on > $1) and division like any($2)
group by 1
"""

_HAPPENED = """
select left(division, $4) as place,
       count(*) filter (where registered_on between $1 and $2) as registered,
       count(*) filter (where filed_on between $1 and $2) as filed,
       count(*) filter (where ended and ended_on between $1 and $2) as ended
from organization o
where division like any($3)
  and exists (select from organization_status s where s.organization_id = o.id)
group by 1
"""

_SUBMITTED = """
select left(division, $4) as place, count(*) as number
from registration_application
where submitted_on between $1 and $2 and division like any($3)
group by 1
"""

_DURATIONS = """
select left(division, $4) as place, kind, count(*) as number, sum(working_days) as days
from application_step
where ended_on between $1 and $2 and division like any($3)
group by 1, 2
"""


async def figures(
    reading: Reading, *, as_of: date | None, begin: date | None, to: date | None, division: str | None,
    by: Literal["division"] | None,
) -> Figures:  # fmt: skip
    """The figures of the day `as_of` (default: `to`, or today) and, with a period, of what happened in it.

    Raises `PeriodReversed`, `NotPermitted`.
    """
    if begin is not None and to is not None and to < begin:
        raise PeriodReversed(at="/to", begin=begin, to=to)
    day = as_of or to or reading.today
    patterns, width = reading.patterns(division), _width(reading, division, by)
    described, counts = dict(FIGURES), await _of_day(reading, day, patterns, width)
    if begin is not None or to is not None:
        described |= PERIOD_FIGURES
        first, last = begin or date(1900, 1, 1), to or day
        counts |= await _of_period(reading, first, last, patterns, width)
    answered = {
        key: _figure(counts.get(key, {}), what, split=by is not None) for key, what in described.items()
    }
    return Figures(as_of=day, from_=begin, to=to, division=division, figures=answered)


def _width(reading: Reading, division: str | None, by: str | None) -> int:
    """How many digits name the divisions to split by: those directly below, as the profile has them."""
    whole = division or reading.stack
    if by is None:
        return len(whole)
    below = reading.region.children(whole)
    return len(below[0].code) if below else len(whole)


def _figure(values: Mapping[str, float | int], what: Described, *, split: bool) -> Figure:
    total: float | int = sum(values.values())
    places: dict[str, float | int] | None = dict(sorted(values.items())) if split else None
    if what.unit == "工作日":
        total = values.get("", 0)
        places = {place: value for place, value in sorted(values.items()) if place} if split else None
    return Figure(value=total, unit=what.unit, name_zh=what.name_zh, name_en=what.name_en, by_division=places)


async def _of_day(reading: Reading, day: date, patterns: list[str], width: int) -> Counts:
    counts: Counts = defaultdict(lambda: defaultdict(int))
    for row in await reading.connection.fetch(_STANDING, day, patterns, width):
        for key in _keys(row):
            counts[key][row["place"]] += row["number"]
    for row in await reading.connection.fetch(_FOUNDED, day, patterns, width):
        counts["organizations.founded"][row["place"]] = row["number"]
    for row in await reading.connection.fetch(_OPEN, day, patterns, width):
        counts["applications.open"][row["place"]] = row["number"]
        counts["applications.overdue"][row["place"]] = row["overdue"]
    return counts


def _keys(row: asyncpg.Record) -> Iterable[str]:
    """The figures that organisations standing like this are counted in."""
    status = LegalStatus(row["legal_status"])
    if status is LegalStatus.DISCOVERED:
        yield "organizations.discovered"
    if status is LegalStatus.CANDIDATE:
        yield "organizations.candidates"
    if status not in COUNTED:
        return
    yield "organizations.total"
    yield f"organizations.hub_link.{row['hub_link']}"
    if status is LegalStatus.FILED:
        yield "organizations.filed"
        return
    yield "organizations.registered"
    yield f"organizations.registered.{row['legal_form']}"
    if status is LegalStatus.SUSPENDED:
        yield "organizations.suspended"
    if row["direct"]:
        yield "organizations.direct_registrations"


async def _of_period(reading: Reading, begin: date, to: date, patterns: list[str], width: int) -> Counts:
    counts: Counts = defaultdict(lambda: defaultdict(int))
    for row in await reading.connection.fetch(_HAPPENED, begin, to, patterns, width):
        counts["organizations.newly_registered"][row["place"]] = row["registered"]
        counts["organizations.newly_filed"][row["place"]] = row["filed"]
        counts["organizations.ended"][row["place"]] = row["ended"]
    for row in await reading.connection.fetch(_SUBMITTED, begin, to, patterns, width):
        counts["applications.submitted"][row["place"]] = row["number"]
    days: dict[str, tuple[int, int]] = {}
    for row in await reading.connection.fetch(_DURATIONS, begin, to, patterns, width):
        kind, number, spent = row["kind"], row["number"], int(row["days"])
        counts[f"applications.steps.{kind}"][row["place"]] = number
        counts[f"applications.working_days.{kind}"][row["place"]] = round(spent / number, 1)
        before = days.get(kind, (0, 0))
        days[kind] = (before[0] + number, before[1] + spent)
    for kind, (number, spent) in days.items():
        counts[f"applications.working_days.{kind}"][""] = round(spent / number, 1)
    return counts
