"""The figures: what was so as of a day, or came about between two, by the days on which it was true."""

from collections.abc import Mapping

from chassis.http import FiguresOut, FiguresRequest, Named, Reading, Values

# Each takes $1 division patterns, $2 to $3 the days, and of those those whose first $5 digits are $4.

_ROUNDS = """
with announced as (select round_id, min(effective_on) as on_day from round_history group by round_id),
standing as (
    select distinct on (round_id) round_id, status from round_history
    where effective_on <= $3 order by round_id, effective_on desc, sequence desc
),
counted as (
    select round.*, on_day from round join announced on announced.round_id = id
    join standing on standing.round_id = id
    where division like any($1) and left(division, $5) = $4 and standing.status <> 'cancelled'
      and on_day <= $3 and ($2::date is null or on_day >= $2)
),
newest as (
    select areas_declared, cardinality(areas_named) as named from counted
    where kind = 'grants' order by on_day desc, id desc limit 1
)
select count(*) as "rounds.total", coalesce(sum(budget_fen), 0)::bigint as "rounds.budget",
       coalesce((select coalesce(areas_declared, named) from newest), 0) as "rounds.areas_declared",
       coalesce((select named from newest), 0) as "rounds.areas_named"
from counted
"""

_APPLICATIONS = """
with submitted as (
    select application_id, min(effective_on) as on_day from application_history
    where status = 'submitted' group by application_id
),
standing as (
    select distinct on (application_id) application_id, status, awarded_fen, effective_on
    from application_history where effective_on <= $3
    order by application_id, effective_on desc, sequence desc
)
select count(*) filter (where came) as "applications.submitted",
       count(*) filter (where came and standing.status = 'ineligible') as "applications.ineligible",
       count(*) filter (where came and standing.status = 'withdrawn') as "applications.withdrawn",
       count(*) filter (where stands and standing.status = 'reserved') as "applications.reserved",
       count(*) filter (where stands and standing.status = 'not_selected') as "applications.not_selected",
       count(*) filter (where stands and standing.status = 'awarded') as "applications.awarded",
       coalesce(sum(standing.awarded_fen) filter (where stands and standing.status = 'awarded'), 0)::bigint
           as "awards.sum"
from application join submitted on submitted.application_id = id
join standing on standing.application_id = id,
lateral (select on_day <= $3 and ($2::date is null or on_day >= $2) as came,
                $2::date is null or standing.effective_on >= $2 as stands) as day
where division like any($1) and left(division, $5) = $4
"""

_FUNDS = """
select coalesce(sum(posting.fen) filter (where account = 'held'), 0)::bigint as "funds.total",
       coalesce(-sum(posting.fen) filter (where account = 'committed'), 0)::bigint as "funds.committed",
       coalesce(-sum(posting.fen) filter (where account = 'available'), 0)::bigint as "funds.available",
       coalesce(-sum(posting.fen) filter (where account = 'lapsed'), 0)::bigint as "funds.lapsed"
from fund join ledger_entry entry on fund_id = fund.id join ledger_posting posting on entry_id = entry.id
where division like any($1) and left(division, $5) = $4
  and entry.effective_on <= $3 and ($2::date is null or entry.effective_on >= $2)
"""


_PLACES = """
select distinct left(division, $2) as place
from (select division from round
      union select division from application union select division from fund) as record
where division like any($1)
"""

NAMES: Mapping[str, Named] = {
    "rounds.total": Named("个", "公益创投等轮次", "rounds"),
    "rounds.budget": Named("fen", "轮次预算", "budget of the rounds"),
    "rounds.areas_declared": Named("个", "最近一轮公布的领域数", "areas declared by the newest round"),
    "rounds.areas_named": Named("个", "最近一轮列出的领域数", "areas named by the newest round"),
    "applications.submitted": Named("项目", "征集的申请", "applications submitted"),
    "applications.ineligible": Named("项目", "不符合条件的申请", "applications found ineligible"),
    "applications.withdrawn": Named("项目", "撤回的申请", "applications withdrawn"),
    "applications.awarded": Named("项目", "立项的申请", "applications awarded"),
    "applications.reserved": Named("项目", "候补的申请", "applications on the reserve list"),
    "applications.not_selected": Named("项目", "未入选的申请", "applications not selected"),
    "awards.sum": Named("fen", "立项金额", "sum awarded"),
    "funds.total": Named("fen", "资金总额", "money that came in"),
    "funds.committed": Named("fen", "已占用", "committed"),
    "funds.available": Named("fen", "可用余额", "free"),
    "funds.lapsed": Named("fen", "已失效", "lapsed"),
}


async def figures(reading: Reading, *, asked: FiguresRequest) -> FiguresOut:
    """As of a day: all until then. For a period: what came about in it. Raises `NotPermitted`."""
    patterns = reading.patterns(asked.division)
    scope = (patterns, asked.start, asked.day(reading))
    by: dict[str, Values] = {}
    if length := asked.group_length(reading):
        places = await reading.connection.fetch(_PLACES, patterns, length)
        by = {place: await _values(reading, *scope, place, length) for (place,) in places}
    return FiguresOut.of(asked, reading, NAMES, await _values(reading, *scope, "", 0), by)


async def _values(reading: Reading, *arguments: object) -> dict[str, int]:
    values: dict[str, int] = {}
    for statement in (_ROUNDS, _APPLICATIONS, _FUNDS):
        values |= dict(await reading.connection.fetchrow(statement, *arguments) or {})
    return values
