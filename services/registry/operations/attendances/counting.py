"""What a meeting or training takes from its list: how many were invited, came, and of how many organisations.

Nobody reckons with each answer: the answers of a transaction, a whole sheet, are counted once after it.
"""

from typing import Any

from shuniu_contracts import Basis, Event

from chassis.matters import Kind
from chassis.service import DueTimer, Timer
from chassis.unit_of_work import UnitOfWork
from services.registry.operations.attendances.gatherings import Gathering, kept
from services.registry.operations.attendances.model import Listed, NotCounted
from services.registry.operations.attendances.survivors import SURVIVORS

_LISTED = (
    "with recursive place as (select * from attendance where {name}_id = $1 and state <> 'withdrawn'), "
    + SURVIVORS.format(about="select organization_id from place")
    + """
, answer as (
    select p.state, coalesce(s.now, p.organization_id) as organization
    from place p left join survivor s on s.was = p.organization_id
)
select count(*) as invited, count(*) filter (where state = 'attended') as attended,
       count(*) filter (where state in ('invited', 'accepted', 'unrecorded')) as waiting,
       count(distinct organization) filter (where state = 'attended') as organizations,
       count(distinct organization) filter (where state not in ('excused', 'absent')) as possible
from answer
"""
)
_SAID = """
select (arguments ->> 'attended')::int as attended, (arguments ->> 'organizations')::int as organizations,
       (arguments ->> 'women')::int as women, (arguments ->> 'staff')::int as staff,
       exists (select from attendance a join matter_step i on i.record_id = a.id and i.fact = 'invited'
               where a.{name}_id = held.record_id and i.number < held.number) as by_list
from matter_step held where record_id = $1 and fact = 'held'
"""
_ANSWERED_ON = "select max(effective_on) from attendance where {name}_id = $1"
"""The day from which the list says what it says."""
_OF_THOSE = ("women", "staff")


async def listed(uow: UnitOfWork, row: Gathering) -> Listed | None:
    """What its list says; None where nobody is on it."""
    await uow.flush()
    [found] = await uow.connection.fetch(_LISTED.format(name=kept(row).name), row.id)
    if not found["invited"]:
        return None
    return Listed(
        found["invited"], found["attended"], found["waiting"], found["organizations"],
        found["possible"] - found["organizations"],
    )  # fmt: skip


async def hold_by_list(
    uow: UnitOfWork, row: Gathering, *, invited: int | None, attended: int | None, organizations: int | None
) -> None:
    """Take the numbers of a gathering that was held from its list, where there is one.

    Raises `ContradictsList`, and `NotCounted` where nobody says how many came.
    """
    found = await listed(uow, row)
    if found is None:
        if attended is None:
            raise NotCounted(at="/attended")
        return
    found.check(invited=invited, attended=attended, organizations=organizations)
    row.invited = found.invited
    row.attended, row.organizations = found.people(attended), found.bodies(organizations)


async def follow_list(uow: UnitOfWork, row: Gathering) -> bool:
    """Let the numbers follow the list; whether there is one.

    What was counted by hand when it was held stands as long as a list of that time allows it, and where there
    was none at least; a part (women, staff) of more than came is not known until as many have come.
    """
    found = await listed(uow, row)
    if found is not None:
        row.invited = found.invited
    if row.held_on is not None:
        [said] = await uow.connection.fetch(_SAID.format(name=kept(row).name), row.id)
        row.attended, row.organizations = said["attended"], said["organizations"]
        if found is not None and said["by_list"]:
            row.attended, row.organizations = found.people(row.attended), found.bodies(row.organizations)
        elif found is not None:
            row.attended = _at_least(row.attended, found.attended)
            row.organizations = _at_least(row.organizations, found.organizations)
        for name in _OF_THOSE:
            if name in type(row).model_fields:
                setattr(row, name, _part(said[name], row.attended))
    return found is not None


def _at_least(said: int | None, came: int) -> int | None:
    return None if said is None else max(said, came)


def _part(said: int | None, whole: int | None) -> int | None:
    return None if said is None or whole is None or said > whole else said


def _numbers(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name, None) for name in ("invited", "attended", "organizations", *_OF_THOSE))


def _timer(row: type[Any]) -> str:
    return f"{row.stream[1]}.counted"


async def count_later(uow: UnitOfWork, gathering: Gathering) -> None:
    """Count its list when this transaction has ended."""
    await uow.schedule_once(_timer(type(gathering)), gathering.subject, gathering.division)


def counting(kind: Kind[Any], event: type[Event]) -> Timer:
    """The timer that counts lists of gatherings of this kind."""

    async def count(uow: UnitOfWork, due: DueTimer) -> None:
        row = await kind.load(uow, due.subject)
        if not await due.take() or row.state in kept(row).closed:
            return
        before = _numbers(row)
        if not await follow_list(uow, row):
            row.invited = None  # the last place on it was withdrawn
        if _numbers(row) != before:
            answered_on = await uow.connection.fetchval(_ANSWERED_ON.format(name=kept(row).name), row.id)
            day, basis = max(row.effective_on, answered_on), Basis(row.basis)
            await kind.remark(uow, row, "counted", event, {}, on=day, basis=basis)

    return Timer(_timer(kind.row), count)
