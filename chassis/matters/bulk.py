"""The set-based forms of opening and of a step, for what a campaign or a reaction does by the thousand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from shuniu_contracts import Basis, Event
from shuniu_contracts.catalogue import event_type

from chassis.matters import clocks as clockwork
from chassis.matters.clocks import Clock
from chassis.matters.drafts import Draft, shape
from chassis.matters.history import begin_all, remember_all, step_of
from chassis.matters.kind import Kind, Step, made, not_before
from chassis.matters.rows import MatterRow
from chassis.received import Received
from chassis.timers import WORKING_DAYS, Due, end_of_day
from chassis.unit_of_work import UnitOfWork

R = TypeVar("R", bound=MatterRow)


def draft(opening: Step[R], **columns: Any) -> Draft:
    """A record for `open_many` by its id, division, days, basis and own columns.

    Raises TypeError where one is missing or unknown.
    """
    return shape(opening.kind.row).new({"state": opening.kind.initial.value, "recorded_at": None, **columns})


async def open_many(
    uow: UnitOfWork, opening: Step[R], drafts: Sequence[Draft], *, because: Received[Any] | None = None
) -> None:
    """Open many records of one kind in a few statements.

    The rules of the opening are the caller's to check. Deadlines are those put into the drafts, or else so
    many working days as the clock gives; live ones get their timers. The session knows nothing of these
    records: whoever wants one loads it.
    """
    kind = opening.kind
    counted = {clock.name: _count_days(uow, clock, drafts) for clock in kind.clocks}
    for one in drafts:
        one.home, one.recorded_at = uow.home_of(one.division), uow.now
        one.sequence, one.revision = 1, 1
        uow.append(
            made(opening.event, one.public_state(), {}),
            subject=one.subject, sequence=1, division=one.division, because=because,
        )  # fmt: skip
    if not drafts:
        return
    await uow.flush()
    await shape(kind.row).insert(uow, drafts)
    await begin_all(uow, kind.steps_table, [step_of(uow, kind.name, one, opening.fact, {}) for one in drafts])
    await _start_clocks(uow, kind, drafts, counted)


def _count_days(uow: UnitOfWork, clock: Clock, drafts: Sequence[Draft]) -> Mapping[str, Any]:
    """Put the day that the clock's working days come to into live drafts that have none; of each, by what
    rule, and whether it is provisional."""
    found: dict[str, Any] = {}
    if clock.days is None or not clock.working:
        return found
    for one in drafts:
        runs = clock.runs(one) and one.basis == Basis.LIVE.value
        days = clock.days(uow.policies, one) if runs and getattr(one, clock.column) is None else None
        if days is not None:
            day, provisional = uow.region.calendar.add_working_days(one.effective_on, days)
            setattr(one, clock.column, day)
            rule = {WORKING_DAYS: [one.effective_on.isoformat(), days]}
            found[one.subject] = {"payload": rule, "provisional": provisional}
    return found


async def _start_clocks(
    uow: UnitOfWork, kind: Kind[R], drafts: Sequence[Draft],
    counted: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:  # fmt: skip
    for clock in kind.clocks:
        by_rule = (counted or {}).get(clock.name, {})
        due = [
            Due(one.subject, one.division, end_of_day(until), **by_rule.get(one.subject, {}))
            for one in drafts
            if clock.runs(one)
            and one.basis == Basis.LIVE.value
            and not clock.stands_still(one)
            and (day := getattr(one, clock.column)) is not None
            and (until := clock.until(uow, day)) is not None
        ]
        await uow.schedule_all(clockwork.timer_kind(kind, clock), due)


async def advance_many(
    uow: UnitOfWork, kind: Kind[R], ids: Sequence[UUID], event: type[Event],
    details: Mapping[str, Any] | None = None, *, change: Callable[[Draft], None] | None = None,
    on: date | None = None, basis: Basis | None = None, because: Received[Any] | None = None,
) -> int:  # fmt: skip
    """Move those of the records on by `event` whose state allows it, in a few statements; how many moved.

    `on` and `basis` as in `UnitOfWork.when`; a day that is left out is no earlier than what happened to the
    record last. They are locked in the order of their ids.
    `change` puts into a record what changes beside its state.
    """
    fact = event_type(event).fact
    restarting = any(fact in clock.restarts for clock in kind.clocks)
    found = await shape(kind.row).locked(uow, ids, "true")
    moving = [one for one in found if kind.allows(one, fact)]
    if not moving:
        return 0
    when = uow.when(on, basis, because)
    for one in moving:
        its = when if on is not None else not_before(one, when)
        kind.move(one, fact, on=its.day, basis=its.basis, at=uow.now)
        one.overdue = False
        if restarting and one.paused_on is not None:
            one.paused_on = uow.today  # what begins in a pause stands still from that day on
        if change is not None:
            change(one)
    for clock in kind.clocks:
        anew = fact in clock.restarts
        stopped = [
            one.subject for one in moving if not clock.runs(one) or (anew and one.basis != Basis.LIVE.value)
        ]
        await uow.cancel(clockwork.timer_kind(kind, clock), stopped)
    if restarting:
        await _start_clocks(uow, kind, moving)
    await record_all(uow, kind, moving, event, [details or {}] * len(moving), because=because)
    return len(moving)


async def record_all(
    uow: UnitOfWork, kind: Kind[R], changed: Sequence[Draft], event: type[Event],
    details: Sequence[Mapping[str, Any]], *, because: Received[Any] | None = None,
) -> None:  # fmt: skip
    """Write locked records that have changed, each with its event and its step."""
    for one, said in zip(changed, details, strict=True):
        one.sequence, one.revision = one.sequence + 1, one.revision + 1
        uow.append(
            made(event, one.public_state(), said),
            subject=one.subject, sequence=one.sequence, division=one.division, because=because,
        )  # fmt: skip
    await shape(kind.row).update(uow, changed)
    fact = event_type(event).fact
    taken = [step_of(uow, kind.name, one, fact, said) for one, said in zip(changed, details, strict=True)]
    await remember_all(uow, kind.steps_table, taken)
