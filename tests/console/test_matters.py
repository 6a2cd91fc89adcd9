"""What the read model knows of matters, and the filters that people keep."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from shuniu_contracts import Basis, Ref
from shuniu_contracts import registry_inspections as contract

from services.console.matters import filters, queries
from services.console.matters.filters import MOST, TooManyFilters
from services.console.matters.queries import Due, Standing
from tests.console.conftest import OTHER_STREET, STREET, TODAY, Subject, World

pytestmark = pytest.mark.integration
WAITS = ["partybuild/coverage_duty/open", "registry/inspection/due", "registry/inspection/returned"]


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
        return await queries.dues(transaction.connection, [f"{own}%"], WAITS, first, last, **paging)


async def board(world: World, width: int = 9) -> list[Standing]:
    """The inspections by place."""
    async with world.runtime.database.transaction() as transaction:
        return await queries.board(transaction.connection, ["120116%"], width)


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
    assert [one.organization for one in await dues(world, TODAY, TODAY, owner="u-1")] == ["我的社"]
    assert len(await dues(world, TODAY, TODAY)) == 2
    async with world.runtime.database.transaction() as transaction:
        found = await queries.due_days(transaction.connection, ["120116%"], WAITS, TODAY, TODAY, owner="u-2")
    assert found[TODAY].counts == {("registry", "inspection"): 1}


async def test_a_month_is_counted_by_day_and_kind(world: World) -> None:
    for organization in await world.register("甲社", "乙社"):
        await inspect(world, organization, TODAY)
        await world.open_duty(organization, TODAY + timedelta(days=1))
    async with world.runtime.database.transaction() as transaction:
        found = await queries.due_days(
            transaction.connection, ["120116%"], WAITS, TODAY, TODAY + timedelta(days=1)
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
