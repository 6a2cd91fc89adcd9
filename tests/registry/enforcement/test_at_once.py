"""What happens in the instant in which an order comes or goes: nobody is missed, nobody waits in a ring."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest

from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.emergency_orders import commands
from services.registry.enforcement.emergency_pauses import commands as pauses
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.inspections.spot_checks import commands as spot_checks
from services.registry.operations.inquiries import commands as inquiries
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, RegistrationRoute
from services.registry.records.activities import commands as activities
from tests.registry.conftest import OFFICER, Register
from tests.registry.enforcement.hearing import status, told
from tests.registry.enforcement.test_decisions import decided
from tests.registry.enforcement.test_emergencies import carried, ordered, owed, paused, stands
from tests.registry.references import organization

pytestmark = pytest.mark.integration
STREET = "120116005"


async def issued(register: Register) -> UUID:
    """An order that has reached nobody yet."""
    return (await register.do(commands.issue, division="120116", title="停业", kind="epidemic")).id


async def registers(uow: UnitOfWork) -> UUID:
    row = await organizations.register_new(
        uow, division=STREET, legal_form=LegalForm.ASSOCIATION, route=RegistrationRoute.DEPARTMENT,
        details={"name": "同时登记的协会"}, effective_on=date(2014, 5, 1), basis=Basis.HISTORICAL,
    )  # fmt: skip
    return row.id


async def test_who_is_registered_while_an_order_is_issued_stands_still(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    there = await organization(register)

    async def issue() -> None:
        await issued(register)
        await carried(register)

    async with register.meanwhile(issue) as uow:
        new = await registers(uow)
    assert await paused(register) == {there, new}


async def test_who_is_registered_while_an_order_is_lifted_goes_on(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    order = await ordered(register)

    async def lift() -> None:
        await register.do(commands.lift, id=order)
        await carried(register)

    async with register.meanwhile(lift) as uow:
        await registers(uow)
    assert await paused(register) == set()
    assert await register.rows("select from emergency_pause where not ended") == []


async def rectification(uow: UnitOfWork, one: UUID) -> str:
    await rectifications.open_(
        uow, organization_id=one, origin="spot_check", topics=["finance"], findings="账目"
    )
    return "rectification"


async def activity(uow: UnitOfWork, one: UUID) -> str:
    await activities.plan(
        uow, division=STREET, organization_id=one, title="邻里节", kind="festival", due_on=date(2026, 12, 31)
    )
    return "community_activity"


async def body_check(uow: UnitOfWork, one: UUID) -> str:
    drawn = await spot_checks.plan(
        uow, division="120116", title="抽查", topics=["finance"], inspectors=["p-1", "p-2"], percent=100,
        due_on=date(2026, 12, 31),
    )  # fmt: skip
    await uow.flush()
    await spot_checks.draw_bodies(uow, id=drawn.id)
    return "body_check"


async def inquiry(uow: UnitOfWork, one: UUID) -> str:
    await inquiries.open_(
        uow, division=STREET, organization_id=one, channel="window", topic="registration", first_person="u-1",
        question="何时恢复?",
    )  # fmt: skip
    return "inquiry"


OPENED = pytest.mark.parametrize("opened", [rectification, activity, body_check, inquiry])
Opened = Callable[[UnitOfWork, UUID], Awaitable[str]]


@OPENED
async def test_a_record_opened_as_its_organisation_is_paused_stands_still(
    register: Register, opened: Opened
) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    await issued(register)
    async with register.meanwhile(lambda: carried(register)) as uow:
        table = await opened(uow, one)
    [row] = await register.rows(f"select id, paused_on from {table}")
    assert row["paused_on"] == date(2026, 12, 1)
    assert await register.rows("select from timer where subject = $1", str(row["id"])) == []


@OPENED
async def test_a_record_opened_just_after_stands_still_from_its_beginning(
    register: Register, opened: Opened
) -> None:
    await register.begin(date(2026, 12, 1))
    one, order = await organization(register), await issued(register)
    async with register.meanwhile(lambda: register.do(opened, one=one)) as uow:
        await pauses.open_(uow, order_id=order, organization_id=one)
    [row] = await register.rows("select paused_on from community_activity union all"
                                " select paused_on from rectification union all"
                                " select paused_on from body_check union all"
                                " select paused_on from inquiry")  # fmt: skip
    assert row["paused_on"] == date(2026, 12, 1)


async def test_a_step_that_changes_the_organisation_and_a_pause_do_not_wait_for_each_other(
    register: Register,
) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    debt = await owed(register, one)
    await issued(register)
    async with register.runtime.unit_of_work(OFFICER) as uow:
        await rectifications.RECTIFICATIONS.load(uow, debt)
        portion = asyncio.ensure_future(carried(register))
        await register.until_waiting(portion)
        await organizations.change_details(uow, id=one, details={"staff_count": 7})
    await portion
    assert (await stands(register, debt))[1] == date(2026, 12, 1)


async def test_two_pauses_that_end_at_once_let_the_organisation_go_on(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    await organization(register)
    first, second = await ordered(register), await ordered(register)
    await register.do(commands.lift, id=second)
    [held] = await register.rows("select id from emergency_pause where order_id = $1", first)
    async with register.meanwhile(lambda: carried(register)) as uow:
        await pauses.release(uow, id=held["id"])
    assert await paused(register) == set()


async def test_what_is_decided_while_records_are_merged_holds_for_the_one_that_stays(
    register: Register,
) -> None:
    one, two, three = [await organization(register) for _ in range(3)]
    id = await decided(register, one, kind="suspension", result=None)
    await register.do(organizations.merge, id=one, into=two)
    async with register.meanwhile(lambda: told(register, id)) as uow:
        await organizations.merge(uow, id=two, into=three)
    assert (await status(register, three))[0] == "suspended"
