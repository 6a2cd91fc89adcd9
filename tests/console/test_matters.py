"""What the read model knows of matters, and the filters that people keep."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from shuniu_contracts import Basis, Ref
from shuniu_contracts import registry_hub as hub
from shuniu_contracts import registry_incubation as incubation
from shuniu_contracts import registry_inspections as contract
from shuniu_contracts import registry_meetings as meetings
from shuniu_contracts import registry_records as records

from services.console.matters import filters, queries
from services.console.matters.filters import MOST, TooManyFilters
from services.console.matters.queries import Deadline, Due, Standing
from tests.console.conftest import OTHER_STREET, STREET, TODAY, Subject, World

pytestmark = pytest.mark.integration
DEADLINES = [
    *queries.OTHERS,
    Deadline("registry", "inspection", "due_on", frozenset({"due", "returned"})),
    Deadline("registry", "meeting", "due_on", frozenset({"due", "held"})),
    Deadline("registry", "meeting", "scheduled_on", frozenset({"scheduled"})),
    Deadline("registry", "meeting", "explanation_due_on", frozenset({"missed"})),
    Deadline("registry", "stay", "due_on", frozenset({"started"})),
    Deadline("registry", "stay", "renewal_due_on", frozenset({"started"})),
]


async def inspect(world: World, organization: Subject, due_on: date | None, **fields: Any) -> Subject:
    """The organisation is due for inspection."""
    state = contract.InspectionState(
        effective_on=TODAY, basis=Basis.LIVE, division=organization.state.division,
        organization=Ref(str(organization.id), organization.sequence), year=2025, opened_on=TODAY,
        state=contract.InspectionPhase.DUE, legal_form=organization.state.legal_form, due_on=due_on,
        **fields,
    )  # fmt: skip
    subject = Subject("registry", state)
    await world.hear(world.tell(subject, contract.InspectionOpened))
    return subject


async def change(world: World, subject: Subject, **fields: Any) -> None:
    """The inspection has been handed in, or is otherwise different."""
    subject.state = msgspec.structs.replace(subject.state, **fields)
    await world.hear(world.tell(subject, contract.InspectionSubmitted))


async def dues(world: World, first: date, last: date, own: str = "120116", **paging: Any) -> list[Due]:
    """What is due."""
    async with world.runtime.database.transaction() as transaction:
        return await queries.dues(transaction.connection, [f"{own}%"], DEADLINES, first, last, **paging)


async def board(world: World, width: int = 9, *passing: str) -> list[Standing]:
    """The inspections by place."""
    async with world.runtime.database.transaction() as transaction:
        return await queries.board(transaction.connection, ["120116%"], width, passing or ["qualified"])


async def test_what_is_due_comes_by_its_day_until_it_is_done(world: World) -> None:
    [late], [soon], [never] = [await world.register(name) for name in ("迟社", "近社", "无期社")]
    first = await inspect(world, late, TODAY - timedelta(days=3))
    await inspect(world, soon, TODAY + timedelta(days=2))
    await inspect(world, never, None)
    await world.open_duty(soon, TODAY)
    found = await dues(world, date(1900, 1, 1), TODAY + timedelta(days=30))
    assert [(one.organization, one.aggregate, one.phase) for one in found] == [
        ("迟社", "inspection", "due"), ("近社", "coverage_duty", "open"), ("近社", "inspection", "due"),
    ]  # fmt: skip
    await change(world, first, state=contract.InspectionPhase.SUBMITTED)
    assert [one.organization for one in await dues(world, date(1900, 1, 1), TODAY)] == ["近社"]


async def test_one_sees_what_is_due_in_ones_own_divisions_only(world: World) -> None:
    [here] = await world.register("本街社")
    [there] = await world.register("邻街社", division=OTHER_STREET)
    for organization in (here, there):
        await inspect(world, organization, TODAY)
    assert [one.organization for one in await dues(world, TODAY, TODAY, own=STREET)] == ["本街社"]
    assert len(await dues(world, TODAY, TODAY, limit=1)) == 1


async def test_one_can_look_at_what_one_answers_for_alone(world: World) -> None:
    mine, theirs = await world.register("我的社", "别人的社")
    await inspect(world, mine, TODAY, owner="u-1")
    await inspect(world, theirs, TODAY, owner="u-2")
    assert [one.organization for one in await dues(world, TODAY, TODAY, mine="u-1")] == ["我的社"]
    assert len(await dues(world, TODAY, TODAY)) == 2
    async with world.runtime.database.transaction() as transaction:
        found = await queries.due_days(
            transaction.connection, ["120116%"], DEADLINES, TODAY, TODAY, mine="u-2"
        )
    assert found[TODAY].counts == {("registry", "inspection"): 1}


async def meet(world: World, phase: meetings.MeetingPhase, **fields: Any) -> Subject:
    """A meeting in this state."""
    state = meetings.MeetingState(
        effective_on=TODAY, basis=Basis.LIVE, division=STREET, opened_on=TODAY, state=phase, body="hub",
        gathering="joint_meeting", **{"strength": meetings.Strength.GENERALLY, **fields},
    )  # fmt: skip
    subject = Subject("registry", state)
    await world.hear(world.tell(subject, meetings.MeetingOpened))
    return subject


async def test_a_meeting_is_due_on_the_day_that_was_set_for_it(world: World) -> None:
    phase, end = meetings.MeetingPhase, TODAY + timedelta(days=20)
    await meet(world, phase.DUE, due_on=end)
    await meet(world, phase.SCHEDULED, due_on=end, scheduled_on=TODAY)
    await meet(world, phase.SCHEDULED, scheduled_on=TODAY + timedelta(days=1))
    found = await dues(world, TODAY, end)
    assert [(one.field, (one.due_on - TODAY).days) for one in found] == [
        ("scheduled_on", 0), ("scheduled_on", 1), ("due_on", 20),
    ]  # fmt: skip


async def test_a_missed_meeting_owes_its_explanation_and_nothing_where_none_is_asked(world: World) -> None:
    phase, past = meetings.MeetingPhase, TODAY - timedelta(days=9)
    await meet(world, phase.MISSED, due_on=past, explanation_due_on=TODAY)
    await meet(world, phase.MISSED, due_on=past, strength=meetings.Strength.IN_PRINCIPLE)
    found = await dues(world, past, TODAY)
    assert [(one.field, one.due_on) for one in found] == [("explanation_due_on", TODAY)]


async def test_a_record_with_two_days_is_due_on_both(world: World) -> None:
    renewal, end = TODAY + timedelta(days=3), TODAY + timedelta(days=33)
    [one] = await world.register("在孵社")
    state = incubation.StayState(
        effective_on=TODAY, basis=Basis.LIVE, division=STREET, opened_on=TODAY,
        state=incubation.StayPhase.STARTED, organization=Ref(str(one.id), 1), base=Ref(str(uuid4()), 1),
        renewal_due_on=renewal, due_on=end,
    )  # fmt: skip
    await world.hear(world.tell(Subject("registry", state), incubation.StayApplied))
    assert [(due.field, due.due_on) for due in await dues(world, TODAY, end)] == [
        ("renewal_due_on", renewal), ("due_on", end),
    ]  # fmt: skip


async def look_after(world: World, person: str, *organizations: Subject, ended: bool = False) -> None:
    """Somebody is liaison of the street, or of some of its organisations."""
    state = hub.LiaisonState(
        effective_on=TODAY, basis=Basis.LIVE, division=STREET, opened_on=TODAY,
        state=hub.LiaisonPhase.ENDED if ended else hub.LiaisonPhase.APPOINTED,
        kind=hub.LiaisonKind.COMMUNITY, person=person, ended=ended,
        organizations=tuple(str(one.id) for one in organizations),
    )  # fmt: skip
    await world.hear(world.tell(Subject("registry", state), hub.LiaisonAppointed))


async def test_mine_is_what_is_about_organisations_that_i_look_after(world: World) -> None:
    duty, named, other, far = [await world.register(name) for name in ("对口社", "联络社", "别社", "远社")]
    [elsewhere] = await world.register("邻街社", division=OTHER_STREET)
    for [organization] in (duty, named, other, far):
        await inspect(world, organization, TODAY)
    await inspect(world, elsewhere, TODAY)
    assigned = records.ContactAssignmentState(
        effective_on=TODAY, basis=Basis.LIVE, division=STREET, opened_on=TODAY,
        state=records.AssignmentPhase.ASSIGNED, organization=Ref(str(duty[0].id), 1), role="contact",
        officer="u-1", interval=records.RecordsInterval.QUARTER,
    )  # fmt: skip
    await world.hear(world.tell(Subject("registry", assigned), records.ContactAssignmentAssigned))
    await look_after(world, "u-1", *named)
    await look_after(world, "u-1", *far, ended=True)
    await look_after(world, "u-street")

    async def of(person: str) -> set[str | None]:
        return {one.organization for one in await dues(world, TODAY, TODAY, mine=person)}

    assert await of("u-1") == {"对口社", "联络社"}
    assert await of("u-street") == {"对口社", "联络社", "别社", "远社"}, "those of the division"
    assert await of("u-2") == set()

    async def known(person: str, limit: int = 10) -> list[str]:
        async with world.runtime.database.transaction() as transaction:
            found = await queries.looked_after(transaction.connection, [f"{STREET}%"], person, limit)
        return [name for _, name, _ in found]

    assert set(await known("u-1")) == {"对口社", "联络社"}, "whatever they owe"
    assert len(await known("u-street")) == 4
    assert len(await known("u-street", limit=3)) == 3
    assert await known("u-2") == []


async def test_what_a_person_looks_after_is_looked_up_once_and_not_for_each_organisation(
    world: World,
) -> None:
    async with world.runtime.database.transaction() as transaction:
        rows = await transaction.connection.fetch(
            f"explain (verbose) {queries._LOOKED_AFTER}", [f"{STREET}%"], "u-1", 10
        )
    plan = "\n".join(row[0] for row in rows)
    asked_for_each = [line for line in plan.splitlines() if "EXISTS" in line or "alternatives" in line]
    assert "InitPlan" in plan, plan
    assert asked_for_each == [], plan


async def test_it_is_known_whose_a_record_is(world: World) -> None:
    [one] = await world.register("街道社")
    await inspect(world, one, TODAY)
    assert [due.home for due in await dues(world, TODAY, TODAY)] == ["120116"]


async def test_a_month_is_counted_by_day_and_kind(world: World) -> None:
    for organization in await world.register("甲社", "乙社"):
        await inspect(world, organization, TODAY)
        await world.open_duty(organization, TODAY + timedelta(days=1))
    async with world.runtime.database.transaction() as transaction:
        found = await queries.due_days(
            transaction.connection, ["120116%"], DEADLINES, TODAY, TODAY + timedelta(days=1)
        )
    assert found[TODAY].counts == {("registry", "inspection"): 2}
    assert found[TODAY + timedelta(days=1)].counts == {("partybuild", "coverage_duty"): 2}


async def test_the_board_adds_up_by_place_and_names_who_has_not_answered(world: World) -> None:
    phase = contract.InspectionPhase
    passed, back, waiting, late = [
        await inspect(world, one, TODAY + timedelta(days=9)) for one in await world.register(*"甲乙丙丁")
    ]
    [far] = await world.register("戊", division=OTHER_STREET)
    await inspect(world, far, TODAY, overdue=True)
    [gone] = await world.register("己")
    await change(world, await inspect(world, gone, TODAY), state=phase.RELEASED, ended=True)
    result = contract.InspectionResult.QUALIFIED
    await change(world, passed, state=phase.CONCLUDED, submitted_on=TODAY, result=result, ended=True)
    await change(world, back, state=phase.RETURNED, submitted_on=TODAY)
    await change(world, late, overdue=True)
    here, there = sorted(await board(world), key=lambda one: one.place)
    assert here == Standing(
        place=STREET, year=2025, form="annual_inspection", due=4, handed_in=2, waiting=1, overdue=1,
        returned=1, concluded=1, passed=1, missed=0,
    )  # fmt: skip
    assert (there.place, there.due, there.overdue) == (OTHER_STREET, 1, 1)
    assert [one.due for one in await board(world, width=6)] == [5]
    async with world.runtime.database.transaction() as transaction:
        chased = await queries.chase(
            transaction.connection, ["120116%"], STREET, 2025, "annual_inspection", 10
        )
    assert {one.organization for one in chased} == {"乙", "丙", "丁"}
    assert waiting.id in {one.id for one in chased}


async def test_the_board_passes_what_the_region_passes(world: World) -> None:
    result = contract.InspectionResult.BASICALLY_QUALIFIED
    for organization in await world.register("甲", "乙"):
        found = await inspect(world, organization, TODAY)
        await change(world, found, state=contract.InspectionPhase.CONCLUDED, result=result, ended=True)
    assert [one.passed for one in await board(world)] == [0]
    assert [one.passed for one in await board(world, 9, "qualified", "basically_qualified")] == [2]


async def test_a_filter_is_its_owners_and_a_name_is_given_once(world: World) -> None:
    async with world.runtime.database.transaction() as transaction:
        connection = transaction.connection
        await filters.save(connection, "u-1", "/matters/tasks", "逾期", "overdue=true")
        await filters.save(connection, "u-1", "/matters/tasks", "逾期", "overdue=true&state=issued")
        await filters.save(connection, "u-2", "/matters/tasks", "逾期", "owner=u-2")
        [mine] = await filters.saved(connection, "u-1", "/matters/tasks")
        assert mine.query == "overdue=true&state=issued"
        assert await filters.saved(connection, "u-1", "/matters/inspections") == []
        [theirs] = await filters.saved(connection, "u-2", "/matters/tasks")
        await filters.forget(connection, "u-1", theirs.id)
        assert await filters.saved(connection, "u-2", "/matters/tasks") == [theirs]
        await filters.forget(connection, "u-1", mine.id)
        assert await filters.saved(connection, "u-1", "/matters/tasks") == []


async def test_nobody_keeps_more_filters_than_a_row_can_show(world: World) -> None:
    async with world.runtime.database.transaction() as transaction:
        connection = transaction.connection
        for number in range(MOST):
            await filters.save(connection, "u-1", "/matters/tasks", f"第{number}个", "")
        await filters.save(connection, "u-1", "/matters/tasks", "第0个", "late=true")
        with pytest.raises(TooManyFilters):
            await filters.save(connection, "u-1", "/matters/tasks", "再一个", "")


async def test_names_are_found_by_id(world: World) -> None:
    [one] = await world.register("甲社")
    async with world.runtime.database.transaction() as transaction:
        found = await queries.names(transaction.connection, [str(one.id), str(uuid4())])
    assert found == {str(one.id): "甲社"}
    assert UUID(next(iter(found))) == one.id
