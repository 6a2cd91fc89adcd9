"""The registry's figures: how many organisations stood how on a day, what happened in a period, how long
applications took. Everything is reckoned on the day a fact was true, however late it was entered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import asyncpg
from shuniu_contracts.registry import CreditListing, Origin

from chassis.http import FiguresOut, FiguresRequest, Named, Reading
from chassis.matters import figures as matters
from services.registry.applications.model import StepKind
from services.registry.areas import KINDS, OWN
from services.registry.organizations.model import (
    COUNTED,
    Decoupling,
    HubLink,
    HubStanding,
    LegalForm,
    LegalStatus,
)
from services.registry.policy import RegistryPolicy

_WHOLE = ""
"""The group of a figure that is not split."""
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
_DECOUPLING = {
    Decoupling.SELF_CHECKED: ("脱钩：已自查", "decoupling, self-checked"),
    Decoupling.PRESSED: ("脱钩：督办中", "decoupling, pressed for"),
    Decoupling.COMPLETED: ("已脱钩", "decoupled"),
}
_STANDINGS = {
    HubStanding.UNDER_RECTIFICATION: ("枢纽评判：整改中", "hub's judgement: under rectification"),
    HubStanding.AT_RISK: ("枢纽评判：有风险", "hub's judgement: at risk"),
}
_LISTINGS = {
    CreditListing.ABNORMAL: ("列入活动异常名录", "on the list of abnormal activities"),
    CreditListing.SERIOUSLY_UNTRUSTWORTHY: (
        "列入严重违法失信名单",
        "on the list of the seriously untrustworthy",
    ),
}
_STEPS = {
    StepKind.CONSULTATION: ("咨询", "consultation"),
    StepKind.PRE_REVIEW: ("业务初审", "pre-review"),
    StepKind.CORRECTION: ("补正", "correction"),
    StepKind.DECISION: ("登记审批", "decision"),
}

_ORIGINS_NAMED = {
    Origin.IN_HOUSE_PROJECT: ("项目转化", "from an in-house project"),
    Origin.WOMENS_HOME: ("妇女之家", "from a women's home"),
    Origin.VOLUNTEER_TEAM: ("志愿队伍", "from a volunteer team"),
    Origin.COMPANY: ("企业", "from a company"),
    Origin.CO_OPERATIVE: ("合作社", "from a co-operative"),
    Origin.OWN_INITIATIVE: ("自发", "of own initiative"),
    Origin.OTHER: ("其他", "from elsewhere"),
}
_TIERS_NAMED = {
    "city": ("市级", "of the city"),
    "district": ("区（市）级", "of districts"),
    "street": ("镇（街）级", "of streets and towns"),
    "community": ("村（居）级", "of communities and villages"),
}


def _organizations(zh: str, en: str) -> Named:
    return Named("家", zh, en)


FIGURES: Mapping[str, Named] = {
    "organizations.total": _organizations(
        "社会组织总数（登记和备案）", "organisations, registered and filed"
    ),
    "organizations.registered": _organizations("登记的社会组织", "registered organisations"),
    **{f"organizations.registered.{form.value}": _organizations(zh, en) for form, (zh, en) in _FORMS.items()},
    "organizations.filed": _organizations("备案的社区社会组织", "filed community organisations"),
    "organizations.suspended": _organizations("其中：责令停止活动", "of the registered: suspended"),
    "organizations.direct_registrations": _organizations("直接登记的社会组织", "registered directly"),
    **{
        f"organizations.hub_standing.{standing.value}": _organizations(zh, en)
        for standing, (zh, en) in _STANDINGS.items()
    },
    **{
        f"organizations.credit_listing.{listing.value}": _organizations(zh, en)
        for listing, (zh, en) in _LISTINGS.items()
    },
    "organizations.discovered": _organizations(
        "摸底发现、尚未备案或登记", "discovered, neither filed nor registered"
    ),
    "organizations.candidates": _organizations("培育中的项目", "candidates"),
    "organizations.founded": _organizations("已组建的组织（不论是否登记）", "founded, registered or not"),
    **{f"organizations.hub_link.{link.value}": _organizations(zh, en) for link, (zh, en) in _LINKS.items()},
    **{
        f"organizations.decoupling.{step.value}": _organizations(zh, en)
        for step, (zh, en) in _DECOUPLING.items()
    },
    **{
        f"organizations.tier.{tier}": _organizations(f"登记、备案和摸底的：{zh}", f"known, {en}")
        for tier, (zh, en) in _TIERS_NAMED.items()
    },
    "applications.open": Named("件", "在办登记申请", "applications in progress"),
    "applications.overdue": Named("件", "其中：超期", "of those: overdue"),
}
"""Figures of a day."""

AVERAGES: Mapping[str, Named] = {
    f"applications.working_days.{kind.value}": Named("工作日", f"平均用时：{zh}", f"average duration: {en}")
    for kind, (zh, en) in _STEPS.items()
}
PERIOD_FIGURES: Mapping[str, Named] = {
    "organizations.newly_registered": _organizations("期内登记", "registered in the period"),
    "organizations.newly_registered.below_districts": _organizations(
        "其中：镇（街）及以下", "of those: in streets, towns and below"
    ),
    **{
        f"organizations.newly_registered.origin.{origin.value}": _organizations(
            f"其中来源：{zh}", f"of those: {en}"
        )
        for origin, (zh, en) in _ORIGINS_NAMED.items()
    },
    "organizations.newly_filed": _organizations("期内备案", "filed in the period"),
    "organizations.ended": _organizations("期内注销、撤销或解散", "ended in the period"),
    "applications.submitted": Named("件", "期内提交的登记申请", "applications submitted"),
    **{
        f"applications.steps.{kind.value}": Named("件", f"期内办结：{zh}", f"steps ended: {en}")
        for kind, (zh, en) in _STEPS.items()
    },
    **AVERAGES,
}
"""Figures of a period, both of its days included."""

Counts = dict[str, dict[str, int]]
"""Figure -> division -> value."""

_STANDING = """
select left(division, $3) as place, legal_status, legal_form, hub_link, decoupling,
       coalesce(registration_route = 'direct', false) as direct, count(*) as number
from organization_status
where effective_on <= $1 and (until is null or until > $1) and division like any($2)
group by 1, 2, 3, 4, 5, 6
"""

_JUDGED = """
select left(s.division, $3) as place, j.axis, j.value, count(*) as number
from organization_judgement j
join organization_status s on s.organization_id = j.organization_id
    and s.effective_on <= $1 and (s.until is null or s.until > $1)
where j.effective_on <= $1 and (j.until is null or j.until > $1)
  and j.axis <> 'judged' and j.value not in ('good', 'none')
  and s.legal_status = any($4) and s.division like any($2)
group by 1, 2, 3
"""

_STOOD = """
    (s.until is null or s.until > {day}) and s.until is distinct from s.effective_on
    and (s.effective_on <= {day} or not exists (
        select from organization_status b
        where b.organization_id = s.organization_id and b.effective_on < s.effective_on
    ))
"""
"""The one row `s` by which an organisation stood on a day; before anything is known of it, the first."""

_FOUNDED = f"""
select left(s.division, $3) as place, count(*) as number
from organization o join organization_status s on s.organization_id = o.id
where o.founded_on <= $1 and (o.ended_on is null or o.ended_on > $1)
  and {_STOOD.format(day="$1")} and s.division like any($2)
  and not exists (
      select from organization_status s
      where s.organization_id = o.id and s.legal_status = 'candidate' and (s.until is null or s.until > $1)
  )
group by 1
"""

_OPEN = """
select left(division, $3) as place, count(distinct application_id) as number,
       count(distinct application_id) filter (where due_on < least($1, (
           select a.paused_on from registration_application a where a.id = application_id
       ))) as overdue
from application_step
where began_on <= $1 and (ended_on is null or ended_on > $1) and division like any($2)
group by 1
"""

_HAPPENED = f"""
select left(s.division, $4) as place,
       count(*) filter (where fact = 'registered') as registered,
       count(*) filter (where fact = 'registered' and length(s.division) >= 9) as registered_below,
       count(*) filter (where fact = 'filed') as filed,
       count(*) filter (where fact = 'ended') as ended
from organization o
cross join lateral (
    values ('registered', o.registered_on), ('filed', o.filed_on),
           ('ended', case when o.ended then o.ended_on end)
) happened(fact, day)
join organization_status s on s.organization_id = o.id
where day between $1 and $2 and {_STOOD.format(day="day")} and s.division like any($3)
group by 1
"""

_ORIGINS = f"""
select left(s.division, $4) as place, origin, count(*) as number
from organization o join organization_status s on s.organization_id = o.id
where registered_on between $1 and $2 and origin is not null
  and {_STOOD.format(day="registered_on")} and s.division like any($3)
group by 1, 2
"""

_TIERS = """
select left(division, $3) as place, count(*) as number,
       case length(division) when 4 then 'city' when 6 then 'district' when 9 then 'street'
            else 'community' end as tier
from organization_status
where effective_on <= $1 and (until is null or until > $1) and division like any($2)
  and legal_status = any($4)
group by 1, 3
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


def known(policy: RegistryPolicy) -> dict[str, Named]:
    """Every figure that the registry reckons in the region, of a day and of a period."""
    found = {**FIGURES, **PERIOD_FIGURES, **matters.names_of_day(KINDS), **matters.names_of_period(KINDS)}
    for own in OWN:
        found |= {**own.names_of(policy), **own.names_of_period}
    return found


async def figures(reading: Reading, *, asked: FiguresRequest) -> FiguresOut:
    """The figures of a day and, with a period, of what happened in it. Raises `NotPermitted`."""
    day, patterns = asked.day(reading), reading.patterns(asked.division)
    length = asked.group_length(reading)
    names, counts = dict(FIGURES), await _of_day(reading, day, patterns, length)
    names |= matters.names_of_day(KINDS)
    counts |= await matters.of_day(reading, KINDS, day, patterns, length)
    averages: dict[str, dict[str, float]] = {}
    rates = await _of_areas(reading, day, patterns, length, names, counts)
    if asked.start is not None:
        names |= {**PERIOD_FIGURES, **matters.names_of_period(KINDS)}
        counts |= await matters.of_period(reading, KINDS, asked.start, day, patterns, length)
        counts |= await _of_period(reading, asked.start, day, patterns, length)
        for own in OWN:
            if own.happened is not None:
                names |= own.names_of_period
                found = await own.happened(reading, asked.start, day, patterns, length)
                counts |= {figure: dict(values) for figure, values in found.items()}
        averages = await _durations(reading, asked.start, day, patterns, length, counts)
    for place, values in rates.items():
        averages[place] = averages.get(place, {}) | values
    counted = names.keys() - AVERAGES.keys() - {rate for one in OWN for rate in one.rates}
    places = {place for values in counts.values() for place in values}
    return FiguresOut.of(
        asked, reading, names,
        whole={key: sum(counts.get(key, {}).values()) for key in counted} | averages.get(_WHOLE, {}),
        by={
            place: {key: counts.get(key, {}).get(place, 0) for key in counted} | averages.get(place, {})
            for place in places
        },
    )  # fmt: skip


async def _of_areas(
    reading: Reading, day: date, patterns: list[str], length: int, names: dict[str, Named], counts: Counts
) -> dict[str, dict[str, float]]:
    """Add what the areas count by themselves; their rates, by place and of the whole."""
    rates: dict[str, dict[str, float]] = defaultdict(dict)
    policy = reading.policy(RegistryPolicy)
    for own in OWN:
        names |= own.names_of(policy)
        for figure, values in (await own.reckon(reading, day, patterns, length)).items():
            for place, value in values.items():
                if figure in own.rates:
                    rates[place][figure] = value
                else:
                    counts[figure][place] = int(value)
    return rates


async def _of_day(reading: Reading, day: date, patterns: list[str], length: int) -> Counts:
    counts: Counts = defaultdict(lambda: defaultdict(int))
    for row in await reading.connection.fetch(_STANDING, day, patterns, length):
        for key in _keys(row):
            counts[key][row["place"]] += row["number"]
    for row in await reading.connection.fetch(_FOUNDED, day, patterns, length):
        counts["organizations.founded"][row["place"]] = row["number"]
    counted = [status.value for status in COUNTED]
    for row in await reading.connection.fetch(_JUDGED, day, patterns, length, counted):
        counts[f"organizations.{row['axis']}.{row['value']}"][row["place"]] = row["number"]
    known = [*counted, LegalStatus.DISCOVERED.value]
    for row in await reading.connection.fetch(_TIERS, day, patterns, length, known):
        counts[f"organizations.tier.{row['tier']}"][row["place"]] = row["number"]
    for row in await reading.connection.fetch(_OPEN, day, patterns, length):
        counts["applications.open"][row["place"]] = row["number"]
        counts["applications.overdue"][row["place"]] = row["overdue"]
    return counts


def _keys(row: asyncpg.Record) -> Iterable[str]:
    """The figures that organisations standing like this are counted in."""
    if row["legal_status"] is None:  # linked before it is known to have been filed or registered
        return
    status = LegalStatus(row["legal_status"])
    if status is LegalStatus.DISCOVERED:
        yield "organizations.discovered"
    if status is LegalStatus.CANDIDATE:
        yield "organizations.candidates"
    if status not in COUNTED:
        return
    yield "organizations.total"
    yield f"organizations.hub_link.{row['hub_link']}"
    yield f"organizations.decoupling.{row['decoupling']}"
    if status is LegalStatus.FILED:
        yield "organizations.filed"
        return
    yield "organizations.registered"
    yield f"organizations.registered.{row['legal_form']}"
    if status is LegalStatus.SUSPENDED:
        yield "organizations.suspended"
    if row["direct"]:
        yield "organizations.direct_registrations"


async def _of_period(reading: Reading, begin: date, to: date, patterns: list[str], length: int) -> Counts:
    counts: Counts = defaultdict(lambda: defaultdict(int))
    for row in await reading.connection.fetch(_HAPPENED, begin, to, patterns, length):
        counts["organizations.newly_registered"][row["place"]] = row["registered"]
        counts["organizations.newly_registered.below_districts"][row["place"]] = row["registered_below"]
        counts["organizations.newly_filed"][row["place"]] = row["filed"]
        counts["organizations.ended"][row["place"]] = row["ended"]
    for row in await reading.connection.fetch(_ORIGINS, begin, to, patterns, length):
        counts[f"organizations.newly_registered.origin.{row['origin']}"][row["place"]] = row["number"]
    for row in await reading.connection.fetch(_SUBMITTED, begin, to, patterns, length):
        counts["applications.submitted"][row["place"]] = row["number"]
    return counts


async def _durations(
    reading: Reading, begin: date, to: date, patterns: list[str], length: int, counts: Counts
) -> dict[str, dict[str, float]]:
    """Count the steps that ended; the average working days of each kind, by place and of the whole.

    Where none ended there is no average.
    """
    ended: dict[tuple[str, str], tuple[int, int]] = {}
    for row in await reading.connection.fetch(_DURATIONS, begin, to, patterns, length):
        kind, place, number, days = row["kind"], row["place"], row["number"], int(row["days"])
        counts[f"applications.steps.{kind}"][place] = number
        for group in {place, _WHOLE}:
            before = ended.get((group, kind), (0, 0))
            ended[group, kind] = (before[0] + number, before[1] + days)
    averages: dict[str, dict[str, float]] = defaultdict(dict)
    for (group, kind), (number, days) in ended.items():
        averages[group][f"applications.working_days.{kind}"] = round(days / number, 1)
    return averages
