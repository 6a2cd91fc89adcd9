"""How many of those who are looked after were reached in the year (T07, J11)."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import OwnFigures
from services.registry.records.assignments.tables import ContactAssignmentRow
from services.registry.records.contacts.tables import ContactRecordRow
from services.registry.records.counting import by_place
from services.registry.tables import MatterStepRow

NAMES: Mapping[str, Named] = {
    "contacts.assigned": Named("家", "有联系人的社会组织", "organisations with an officer"),
    "contacts.officers": Named("人", "联系社会组织的干部", "officers who keep in touch"),
    "contacts.made": Named("次", "本年联系次数", "contacts made this year"),
    "contacts.reached": Named("家", "本年已联系的社会组织", "organisations reached this year"),
    "contacts.missed": Named("次", "本年逾期未联系", "contacts missed this year"),
}
"""Assignments of the day asked for; contacts of its calendar year, as far as they were known on that day
to be made or missed."""

_OF_YEAR = """r.division like any($2) and extract(year from $1::date) in
    (extract(year from r.made_on), extract(year from r.due_on), extract(year from r.due_on) + 1)"""
_MISSED_ON = f"""
(select min(s.effective_on) from {MatterStepRow.__tablename__} s
 where s.record_id = contact.id and s.fact = 'missed')
"""
"""What is due on the last day of a year is missed in the next one."""
_COUNTS = f"""
with assigned as (
    select left(division, $3) as place, count(distinct organization_id) as assigned,
           count(distinct officer) as officers
    from {as_of(ContactAssignmentRow, MatterStepRow, "r.division like any($2)")} assignment
    where not ended
    group by 1
), year as (
    select left(division, $3) as place, count(*) filter (where state = 'made') as made,
           count(distinct organization_id) filter (where state = 'made') as reached,
           count(*) filter (where state = 'missed') as missed
    from {as_of(ContactRecordRow, MatterStepRow, _OF_YEAR)} contact
    where extract(year from case state when 'made' then made_on when 'missed' then {_MISSED_ON} end)
          = extract(year from $1::date)
    group by 1
)
select place, coalesce(assigned, 0) as assigned, coalesce(officers, 0) as officers,
       coalesce(made, 0) as made, coalesce(reached, 0) as reached, coalesce(missed, 0) as missed
from assigned full join year using (place)
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of a day by place; an officer and an organisation are counted once."""
    columns = {figure.partition(".")[2]: figure for figure in NAMES}
    return await by_place(reading, _COUNTS, columns, day, patterns, length)


CONTACT_FIGURES = OwnFigures(NAMES, reckon, frozenset(NAMES))
