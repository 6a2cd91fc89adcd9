"""What the yearly returns add up to (F19, F20; B31, B32; J30)."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import WHOLE, OwnFigures
from services.registry.records.counting import by_place
from services.registry.records.returns.tables import PeriodicReturnRow
from services.registry.tables import MatterStepRow

NAMES: Mapping[str, Named] = {
    "yearly_returns.organizations": Named("家", "报送年度数据的组织", "organisations with a yearly return"),
    "yearly_returns.service_hours": Named("小时", "年度志愿服务时数", "hours of volunteers in the year"),
    "yearly_returns.service_fields": Named("个", "年度志愿服务领域", "fields of volunteers' service"),
    "yearly_returns.donated": Named("fen", "年度募集捐赠款物", "money and goods raised in the year"),
    "yearly_returns.in_kind": Named("fen", "其中：物资折价", "of those: goods"),
    "yearly_returns.learners": Named("人", "年度学员", "learners in the year"),
    "yearly_returns.classes": Named("个", "年度教学班", "classes in the year"),
    "yearly_returns.served": Named("人次", "年度服务人次", "person-times served in the year"),
    "yearly_returns.income": Named("fen", "年度收入", "income of the year"),
    "yearly_returns.self_support": Named("%", "自身收入占比（造血）", "share of income earned"),
    "yearly_returns.inexact": Named(
        "个", "其中按“多”“以上”“约”报送的数", "of the numbers: stated as over, at least or about"
    ),
    "yearly_returns.service_hours_to_date": Named(
        "小时", "历年志愿服务时数", "hours of volunteers in all years"
    ),
    "yearly_returns.donated_to_date": Named("fen", "历年募集捐赠款物", "money and goods raised in all years"),
}
"""Of each organisation's newest yearly return that stood as handed in on the day asked for, with the numbers
of that day: one that is sent back counts again when it is handed in anew. `to_date` of all of its yearly
returns, for what a document counts up to its own day (迄今为止, F20)."""

_YEARLY = "r.interval = 'year' and r.submitted_on is not null and r.division like any($2)"
_SUMS = f"""
with handed_in as (
    select *, left(division, $3) as place
    from {as_of(PeriodicReturnRow, MatterStepRow, _YEARLY)} yearly
    where state in ('submitted', 'accepted')
      and not exists (
          select from organization o where o.id = yearly.organization_id and o.merged_into is not null
      )
), to_date as (
    select place, coalesce(sum(service_hours), 0) as service_hours_to_date,
           coalesce(sum(donated_fen), 0) as donated_to_date
    from handed_in
    group by 1
), newest as (
    select distinct on (organization_id) * from handed_in order by organization_id, year desc
), served_in as (
    select place, count(distinct line ->> 'field') as service_fields
    from newest, jsonb_array_elements(hours) as line
    group by 1
)
select place, count(organization_id) as organizations, coalesce(sum(service_hours), 0) as service_hours,
       coalesce(max(service_fields), 0) as service_fields, coalesce(sum(donated_fen), 0) as donated,
       coalesce(sum(in_kind_fen), 0) as in_kind, coalesce(sum(learners), 0) as learners,
       coalesce(sum(classes), 0) as classes, coalesce(sum(served), 0) as served,
       coalesce(sum(income_fen), 0) as income,
       round(100 * sum(own_income_fen) / nullif(sum(income_fen), 0), 1)::float8 as self_support,
       sum(num_nonnulls(
           nullif(service_hours_qualifier, 'exact'), nullif(donated_fen_qualifier, 'exact'),
           nullif(learners_qualifier, 'exact'), nullif(classes_qualifier, 'exact'),
           nullif(served_qualifier, 'exact')
       )) as inexact,
       max(service_hours_to_date) as service_hours_to_date, max(donated_to_date) as donated_to_date
from to_date left join newest using (place) left join served_in using (place)
group by 1
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The sums of a day by place. A field of service is counted once, however many serve in it."""
    columns = {figure.partition(".")[2]: figure for figure in NAMES}
    found = await by_place(reading, _SUMS, columns, day, patterns, length)
    if not found["yearly_returns.income"][WHOLE]:
        found["yearly_returns.self_support"].pop(WHOLE, None)
    return found


YEARLY = OwnFigures(NAMES, reckon, frozenset(NAMES))
