"""Counts, coverage rates and subsidy readings, computed from what was true on a day or in a period."""

from dataclasses import dataclass
from datetime import date

from chassis.http import FiguresOut, FiguresRequest, Named, Reading
from services.partybuild.coverage.model import Line
from services.partybuild.figures.model import ProRata, Rates, Readings, Span, implied_cadres, readings
from services.partybuild.policy import PartybuildPolicy

WHOLE = ""
"""The group of a figure that is not broken down."""

NAMES = {
    "party_organizations.total": Named("个", "党组织", "party organisations"),
    "party_organizations.independent": Named("个", "独立党组织", "independent party organisations"),
    "party_organizations.joint": Named("个", "联合党支部", "joint party branches"),
    "party_organizations.attached": Named("个", "挂靠党组织", "attached party organisations"),
    "party_organizations.temporary": Named("个", "临时党组织", "temporary party organisations"),
    "party_organizations.work_station": Named("个", "党建工作站", "party work stations"),
    "party_organizations.per_registered": Named(
        "%", "独立与联合党组织占登记组织比例", "independent and joint, per 100 registered organisations"
    ),
    "instructors.appointed": Named("人", "在聘党建指导员", "instructors appointed"),
    "instructors.assigned": Named("人", "已派驻的党建指导员", "instructors assigned"),
    "coverage.registered": Named("家", "登记的社会组织（覆盖率分母）", "registered organisations"),
    "coverage.organisational": Named("家", "组织覆盖的社会组织", "covered by a party organisation"),
    "coverage.work": Named("家", "工作覆盖的社会组织", "covered by an instructor or a station"),
    "coverage.uncovered": Named("家", "未覆盖的登记组织", "registered organisations not covered"),
    "coverage.organisational_rate": Named("%", "组织覆盖率", "organisational coverage rate"),
    "coverage.work_rate": Named("%", "工作覆盖率", "work coverage rate"),
    "coverage.total_rate": Named("%", "党的组织和工作覆盖率", "coverage rate by either"),
    "coverage.women_rate": Named("%", "妇联组建率", "coverage rate of the women's line"),
    "duties.open": Named("项", "待覆盖任务", "duties to be met"),
    "duties.overdue": Named("项", "逾期的覆盖任务", "duties overdue"),
    "subsidy.organizations": Named("fen", "党组织经费补贴", "funds for party organisations"),
    "subsidy.secretaries_only": Named("fen", "党建补贴（仅书记享受岗位补贴）", "subsidies, secretaries only"),
    "subsidy.secretaries_and_instructors": Named(
        "fen", "党建补贴（书记和指导员享受岗位补贴）", "subsidies, secretaries and instructors"
    ),
    "subsidy.instructors_only": Named(
        "fen", "党建补贴（仅指导员享受岗位补贴）", "subsidies, instructors only"
    ),
    "subsidy.payable": Named("fen", "按本地规定应拨党建补贴", "subsidies by this region's own rule"),
    "subsidy.secretary_months": Named("人月", "书记任职月数", "months of secretaries in post"),
    "subsidy.instructor_months": Named("人月", "指导员派驻月数", "months of instructors assigned"),
}
COUNTED = tuple(key for key in NAMES if not key.startswith("subsidy.") and NAMES[key].unit != "%")

Values = dict[str, int | float]
"""By figure; a rate whose denominator is 0 is left out."""


@dataclass(frozen=True)
class Scope:
    """What a set of figures is about: a day, a period, the divisions, and how they are broken down."""

    as_of: date
    start: date
    end: date
    divisions: tuple[str, ...]
    group_length: int = 0
    """first digits of a division code that make a group; 0 for the whole only"""

    @property
    def arguments(self) -> tuple[date, list[str], int]:
        """The parameters $1 to $3 of every statement here."""
        return self.as_of, [f"{code}%" for code in self.divisions], self.group_length


async def figures(reading: Reading, *, asked: FiguresRequest) -> FiguresOut:
    """Every figure of this service; subsidies are of the period, the year up to the day unless given.

    Raises `NotPermitted`.
    """
    day, divisions = asked.day(reading), reading.scope(asked.division)
    period = (asked.start or date(day.year, 1, 1), day)
    whole = await _values(reading, Scope(day, *period, divisions))
    length = asked.group_length(reading)
    groups = await _values(reading, Scope(day, *period, divisions, length)) if length else {}
    return FiguresOut.of(asked, reading, NAMES, whole.get(WHOLE, {}), groups, period=period)


async def _values(reading: Reading, scope: Scope) -> dict[str, Values]:
    policy = reading.policy(PartybuildPolicy)
    counts: dict[str, Values] = {}

    async def add(statement: str, *more: object) -> None:
        for row in await reading.connection.fetch(statement, *scope.arguments, *more):
            counts.setdefault(row["place"], {})[row["key"]] = row["value"]

    await add(_PARTY_ORGANIZATIONS)
    await add(_INSTRUCTORS)
    await add(_COVERAGE)
    await add(_DUTIES, list(policy.lines))
    subsidies = await _subsidies(reading, scope, policy)
    places = {WHOLE} if not scope.group_length else counts.keys() | subsidies.keys()
    return {place: _complete(counts.get(place, {}), subsidies.get(place), policy) for place in places}


def _complete(counted: Values, cost: Readings | None, policy: PartybuildPolicy) -> Values:
    values: Values = {key: counted.get(key, 0) for key in COUNTED}
    values["coverage.uncovered"] = values["coverage.registered"] - counted.get("coverage.either", 0)
    return values | _rates(counted, policy) | _cost(cost or Readings(0, 0, 0, 0, 0, 0, 0), policy)


def _rates(counted: Values, policy: PartybuildPolicy) -> Values:
    registered = counted.get("coverage.registered", 0)
    if not registered:
        return {}
    grouped = ("party_organizations.independent", "party_organizations.joint")
    covered = {
        "party_organizations.per_registered": sum(counted.get(key, 0) for key in grouped),
        "coverage.organisational_rate": counted.get("coverage.organisational", 0),
        "coverage.work_rate": counted.get("coverage.work", 0),
        "coverage.total_rate": counted.get("coverage.either", 0),
    }
    if Line.WOMEN in policy.lines:
        covered["coverage.women_rate"] = counted.get("coverage.women", 0)
    return {key: round(100 * count / registered, 1) for key, count in covered.items()}


def _cost(cost: Readings, policy: PartybuildPolicy) -> Values:
    both = policy.instructors_eligible
    return {
        "subsidy.organizations": cost.organizations_fen,
        "subsidy.secretaries_only": cost.secretaries_only,
        "subsidy.secretaries_and_instructors": cost.secretaries_and_instructors,
        "subsidy.instructors_only": cost.instructors_only,
        "subsidy.payable": cost.secretaries_and_instructors if both else cost.secretaries_only,
        "subsidy.secretary_months": cost.secretary_months,
        "subsidy.instructor_months": cost.instructor_months,
    }


# Each takes $1 the day, $2 division patterns, $3 the digits of a group, and gives place, key, value.

_PARTY_ORGANIZATIONS = """
with standing as (
    select left(p.division, $3) as place, said.mode
    from party_organization p, lateral (
        select mode from party_organization_standing s
        where s.party_organization_id = p.id and s.effective_on <= $1 and mode is not null
        order by effective_on desc limit 1
    ) said
    where (p.dissolved_on is null or p.dissolved_on > $1) and p.line = 'party'
      and p.division like any($2::text[])
)
select place, 'party_organizations.' || coalesce(mode, 'total') as key, count(*) as value
from standing
group by grouping sets ((place), (place, mode))
"""

_INSTRUCTORS = """
with present as (
    select i.person_id, left(i.division, $3) as place,
           exists (select from covering c
                   where c.source_id = i.id and c.since <= $1
                     and (c.until is null or c.until > $1)) as assigned
    from instructor i
    where i.appointed_on <= $1 and (i.ended_on is null or i.ended_on > $1) and i.division like any($2::text[])
)
select place, key, value
from (select place, count(distinct person_id) as appointed,
             count(distinct person_id) filter (where assigned) as assigned
      from present group by place) as counted
cross join lateral (values ('instructors.appointed', appointed), ('instructors.assigned', assigned))
     as figure(key, value)
"""

_COVERAGE = """
with registered as (
    select organization_id from organization_standing
    where effective_on <= $1
    group by 1
    having bool_or(legal_status in ('registered', 'suspended'))
       and not coalesce(bool_or(legal_status in ('deregistered', 'revoked', 'dissolved')), false)
), standing as (
    select distinct on (organization_id) organization_id, division
    from organization_standing join registered using (organization_id)
    where division is not null
    order by organization_id, effective_on > $1, abs(effective_on - $1),
             case when effective_on > $1 then number else -number end
), covered as (
    select coalesce(o.merged_into, o.id) as organization_id,
           bool_or(line = 'party' and coverage_class = 'organisation') as by_organisation,
           bool_or(line = 'party' and coverage_class = 'work') as by_work,
           bool_or(line = 'women') as women
    from covering c join organization o on o.id = c.organization_id
    where since <= $1 and (until is null or until > $1)
    group by 1
), counted as (
    select left(s.division, $3) as place, count(*) as registered,
           count(*) filter (where by_organisation) as organisational,
           count(*) filter (where by_work) as work,
           count(*) filter (where by_organisation or by_work) as either,
           count(*) filter (where women) as women
    from standing s left join covered c using (organization_id)
    where s.division like any($2::text[])
    group by 1
)
select place, 'coverage.' || key as key, value
from counted
cross join lateral (values ('registered', registered), ('organisational', organisational), ('work', work),
                           ('either', either), ('women', women)) as figure(key, value)
"""

_DUTIES = """
with covered as (
    select distinct coalesce(o.merged_into, o.id) as organization_id, c.line
    from covering c join organization o on o.id = c.organization_id
    where c.since <= $1 and (c.until is null or c.until > $1)
), uncovered as (
    select left(d.division, $3) as place,
           (select l.due_on from duty_deadline l
            where l.duty_id = d.id and l.started_on <= $1 order by l.started_on desc limit 1) < $1 as overdue
    from coverage_duty d
    where d.opened_on <= $1 and (d.ended_on is null or d.ended_on > $1) and d.line = any($4::text[])
      and d.division like any($2::text[])
      and exists (select from organization_standing s where s.organization_id = d.organization_id)
      and not exists (select from covered c
                      where c.organization_id = d.organization_id and c.line = d.line)
)
select place, key, value
from (select place, count(*) as open, count(*) filter (where overdue) as overdue
      from uncovered group by place) as counted
cross join lateral (values ('duties.open', open), ('duties.overdue', overdue)) as figure(key, value)
"""

_SPANS = """
with standing as (
    select party_organization_id, mode, effective_on as since,
           lead(effective_on) over (partition by party_organization_id order by effective_on) as until
    from party_organization_standing
    where mode is not null
), eligible as (
    select s.party_organization_id, left(p.division, $3) as place, s.since,
           least(s.until, p.dissolved_on) as until
    from standing s join party_organization p on p.id = s.party_organization_id
    where p.line = 'party' and s.mode not in ('temporary', 'work_station')
      and (p.dissolved_on is null or p.dissolved_on > s.since) and p.division like any($2::text[])
)
select 'organization' as kind, place, party_organization_id::text as holder, since, until from eligible
union all
select 'secretary', e.place, p.person_id, greatest(p.since, e.since),
       least(p.until, e.until)
from post p join eligible e using (party_organization_id)
where p.kind = 'secretary' and (p.until is null or p.until > e.since)
  and (e.until is null or e.until > p.since)
union all
select 'instructor', left(i.division, $3), i.person_id, c.since, c.until
from covering c join instructor i on i.id = c.source_id
where c.source_kind = 'instructor' and i.division like any($2::text[])
"""


async def _subsidies(reading: Reading, scope: Scope, policy: PartybuildPolicy) -> dict[str, Readings]:
    rows = await reading.connection.fetch(
        f"select * from ({_SPANS}) as span where since <= $1", scope.end, *scope.arguments[1:]
    )
    spans: dict[str, dict[str, list[Span]]] = {}
    for row in rows:
        kinds = spans.setdefault(row["place"], {})
        kinds.setdefault(row["kind"], []).append(Span(row["holder"], row["since"], row["until"]))
    rates = Rates(policy.subsidy_per_organization_yuan * 100, policy.subsidy_per_cadre_month_yuan * 100)
    return {
        place: readings(
            kinds.get("organization", ()), kinds.get("secretary", ()), kinds.get("instructor", ()),
            start=scope.start, end=scope.end, rates=rates, pro_rata=ProRata(policy.pro_rata),
        )
        for place, kinds in spans.items()
    }  # fmt: skip


@dataclass(frozen=True)
class SubsidyYear:
    """A year's readings beside a published sum."""

    year: int
    readings: Readings
    fits: dict[str, bool] | None
    """which readings lie in the published interval; None where none was given"""
    cadres: range | None
    """how many cadres in post all year would give the published sum"""


async def subsidy_year(
    reading: Reading, *, year: int, published_from: int | None = None, published_below: int | None = None,
    division: str | None = None,
) -> SubsidyYear:  # fmt: skip
    """The readings of one year side by side, and the inverse: how many cadres the published sum implies.

    The published sum is an interval of fen: 120多万 is from 120,000,000 and below 130,000,000.
    """
    policy = reading.policy(PartybuildPolicy)
    last = date(year, 12, 31)
    scope = Scope(last, date(year, 1, 1), last, reading.scope(division))
    found = (await _subsidies(reading, scope, policy)).get(WHOLE, Readings(0, 0, 0, 0, 0, 0, 0))
    if published_from is None or published_below is None:
        return SubsidyYear(year, found, None, None)
    fits = {
        name: published_from <= getattr(found, name) < published_below
        for name in ("secretaries_only", "secretaries_and_instructors", "instructors_only")
    }
    month = policy.subsidy_per_cadre_month_yuan * 100
    cadres = implied_cadres(found.organizations_fen, month, published_from, published_below)
    return SubsidyYear(year, found, fits, cadres)
