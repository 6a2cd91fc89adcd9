"""Emergency orders: who stands still, whose deadlines wait and by how much they move, who may go on."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_enforcement as contract
from uuid_utils.compat import uuid7

from chassis.matters import Kind, draft, open_many
from services.registry.applications import commands as applications
from services.registry.areas import KINDS
from services.registry.enforcement.emergency_orders import commands, reactions
from services.registry.enforcement.emergency_orders.model import ScopeOutside
from services.registry.enforcement.emergency_orders.tables import EmergencyOrderRow
from services.registry.enforcement.emergency_pauses import commands as pauses
from services.registry.enforcement.emergency_pauses.model import (
    OrderNotInForce,
    PointsLacking,
    PointsNotAnswered,
    VisitPoint,
)
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import LegalForm, LegalStatus, RegistrationRoute
from services.registry.portions import FIRST
from tests.benchmarks import campaigns
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.hearing import told
from tests.registry.enforcement.test_risks import opened as risk
from tests.registry.references import organization
from tests.registry.test_imports import bring
from tests.registry.workbooks import row as cells
from tests.registry.workbooks import workbook

pytestmark = pytest.mark.integration
ALL = list(VisitPoint)
STREET = "120116005"


async def ordered(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": "120116", "title": "疫情防控期间暂停线下活动", "kind": "epidemic", **changes
    }  # fmt: skip
    id = (await register.do(commands.issue, **found)).id
    await carried(register)
    return id


async def carried(register: Register) -> None:
    """Fire until no portion is left."""
    while await register.fire_timers():
        pass


async def owed(register: Register, organization_id: UUID, **changes: Any) -> UUID:
    found: dict[str, Any] = {"origin": "spot_check", "topics": ["finance"], "findings": "账目", **changes}
    return (await register.do(rectifications.open_, organization_id=organization_id, **found)).id


async def stands(register: Register, id: UUID, table: str = "rectification") -> tuple[Any, Any, bool]:
    [row] = await register.rows(f"select due_on, paused_on, overdue from {table} where id = $1", id)
    return row["due_on"], row["paused_on"], row["overdue"]


async def paused(register: Register) -> set[UUID]:
    return {
        row["id"] for row in await register.rows("select id from organization where paused_on is not null")
    }


async def pause_of(register: Register, organization_id: UUID) -> UUID:
    [row] = await register.rows(
        "select id from emergency_pause where organization_id = $1 and not ended", organization_id
    )
    return row["id"]  # type: ignore[no-any-return]


async def registered(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": STREET, "legal_form": LegalForm.ASSOCIATION, "route": RegistrationRoute.DEPARTMENT,
        "effective_on": date(2014, 5, 1), "basis": Basis.HISTORICAL, **changes,
    }  # fmt: skip
    return (await register.do(organizations.register_new, **found)).id


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_deadline_about_an_organisation_can_stand_still(kind: Kind[Any]) -> None:
    waits = [clock.name for clock in kind.clocks if not clock.runs_on]
    if "organization_id" in kind.columns and waits:
        assert kind.pause is not None, f"{', '.join(waits)}: no fact that its deadline stands still"
        led = {next(iter(index.columns)).name for index in kind.row.__table__.indexes}
        assert "organization_id" in led, "its records are found by the organisation"


async def test_deadlines_stop_and_are_moved_by_the_length_of_the_pause(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    corrected = await owed(register, one)
    inspected = (
        await register.do(annual.open_, organization_id=one, year=2025, due_on=date(2026, 12, 25))
    ).id
    missed = await owed(register, one, due_on=date(2026, 12, 10))
    await register.begin(date(2026, 12, 21))
    await register.fire_timers()
    order = await ordered(register)
    assert await stands(register, corrected) == (date(2027, 1, 13), date(2026, 12, 21), False)
    assert await stands(register, missed) == (date(2026, 12, 10), date(2026, 12, 21), True)
    [fact, data] = (await register.events(inspected))[-1]
    assert (fact, data["cause"]["id"]) == ("deadline_paused", str(order))
    assert data["state"]["paused_on"] == "2026-12-21"
    await register.begin(date(2027, 1, 11))
    assert await register.fire_timers() == 0, "nothing falls due meanwhile"
    await register.do(commands.lift, id=order)
    await carried(register)
    assert await stands(register, inspected, "inspection") == (date(2027, 1, 15), None, False), "21 days"
    assert await stands(register, corrected) == (date(2027, 2, 2), None, False), "16 working days were left"
    assert await stands(register, missed) == (date(2026, 12, 10), None, True), "it had passed before"
    [fact, data] = (await register.events(inspected))[-1]
    assert (fact, data["paused_on"], data["previous_due_on"]) == (
        "deadline_resumed", "2026-12-21", "2026-12-25"
    )  # fmt: skip
    await register.begin(date(2027, 1, 16))
    assert await register.fire_timers() == 1
    await register.begin(date(2027, 2, 3))
    assert await register.fire_timers() == 1
    assert (await register.facts(corrected))[-3:] == ["deadline_paused", "deadline_resumed", "became_overdue"]


async def filed(register: Register) -> UUID:
    row = await register.do(
        organizations.enter, status_on_record=LegalStatus.FILED, division=STREET,
        legal_form=LegalForm.COMMUNITY_ORGANIZATION, details={"name": "滨海新区晚晴互助会"},
    )  # fmt: skip
    return row.id


def applying(organization_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "division": STREET, "name": "滨海新区晚晴服务中心", "legal_form": LegalForm.PRIVATE_NON_ENTERPRISE,
        "route": RegistrationRoute.HUB_ENDORSED, "organization_id": organization_id,
        "charter_party_clause": True, **changes,
    }  # fmt: skip


async def clock_of(register: Register, id: UUID) -> tuple[Any, ...]:
    [found] = await register.rows(
        "select step_due_on, paused_on from registration_application where id = $1", id
    )
    return tuple(found)


async def test_the_clock_of_a_registration_application_stops_too(register: Register, api: Api) -> None:
    """Twenty working days for the pre-review; thirteen are left when all stands still."""
    await register.begin(date(2026, 12, 1))
    one = await filed(register)
    id = (await register.do(applications.submit_new, **applying(one))).id
    await register.begin(date(2026, 12, 10))
    order = await ordered(register)
    assert await clock_of(register, id) == (date(2026, 12, 29), date(2026, 12, 10))
    [fact, data] = (await register.events(id))[-1]
    assert (fact, data["cause"]["id"]) == ("deadline_paused", str(order))
    assert (data["state"]["paused_on"], data["state"]["step_due_on"]) == ("2026-12-10", "2026-12-29")
    await register.begin(date(2027, 1, 11))
    assert await register.fire_timers() == 0, "it does not become overdue meanwhile"
    late = await api.get("/v1/registration-applications", overdue=True)
    assert late["items"] == [], "nor is it listed or counted as such"
    counted = (await api.get("/v1/figures"))["figures"]
    assert [counted[f"applications.{one}"]["value"] for one in ("open", "overdue")] == [1, 0]
    await register.do(commands.lift, id=order)
    await carried(register)
    assert await clock_of(register, id) == (date(2027, 1, 28), None)
    [fact, data] = (await register.events(id))[-1]
    assert (fact, data["paused_on"], data["previous_due_on"]) == (
        "deadline_resumed", "2026-12-10", "2026-12-29"
    )  # fmt: skip
    await register.begin(date(2027, 1, 12))
    returned = await register.do(applications.return_, id=id, items=["charter"])
    assert returned.working_days_used == 8, "seven before, one after; nothing of the pause"
    await register.begin(date(2027, 4, 1))
    assert await register.fire_timers() == 1
    assert (await register.facts(id))[-1] == "became_overdue"


async def test_an_application_that_is_opened_or_moved_on_in_a_pause_waits(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await filed(register)
    order = await ordered(register)
    id = (await register.do(applications.consult, **applying(one))).id
    assert (await clock_of(register, id))[1] == date(2026, 12, 1)
    await register.begin(date(2026, 12, 8))
    await register.do(applications.submit, id=id)
    due_on, paused_on = await clock_of(register, id)
    assert (due_on, paused_on) == (date(2027, 1, 6), date(2026, 12, 8))
    assert await register.rows("select from timer where kind = 'registration_application.step_due'") == []
    await register.begin(date(2026, 12, 11))
    await register.do(commands.lift, id=order)
    await carried(register)
    assert await clock_of(register, id) == (date(2027, 1, 11), None), "three working days later"
    [row] = await register.rows("select working_days_used from registration_application where id = $1", id)
    assert row["working_days_used"] == 0
    await register.do(applications.withdraw, id=id)
    assert await register.rows("select from timer where kind = 'registration_application.step_due'") == []


async def test_a_decided_or_historical_application_has_no_clock_to_stop(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await filed(register)
    id = (await register.do(applications.submit_new, **applying(one))).id
    await register.do(applications.withdraw, id=id)
    old = applying(one, basis=Basis.HISTORICAL, effective_on=date(2020, 1, 6))
    past = (await register.do(applications.submit_new, **old)).id
    await ordered(register)
    assert (await register.facts(id))[-1] == "withdrawn"
    assert (await register.facts(past))[-1] == "submitted"


async def test_what_begins_in_a_pause_waits_for_its_end(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    shown = await owed(register, one, due_on=date(2026, 12, 31))
    await register.do(rectifications.submit_evidence, id=shown, measures="已改")
    order = await ordered(register)
    await register.begin(date(2026, 12, 11))
    new = await owed(register, one)
    assert await stands(register, new) == (date(2027, 1, 25), date(2026, 12, 11), False)
    await register.do(
        rectifications.return_,
        id=shown,
        topics_left=["finance"],
        explanation="不足",
        due_on=date(2026, 12, 21),
    )
    assert await stands(register, shown) == (date(2026, 12, 21), date(2026, 12, 11), False)
    assert await register.rows("select from timer") == []
    await register.begin(date(2026, 12, 31))
    await register.do(commands.lift, id=order)
    await carried(register)
    assert (await stands(register, shown))[0] == date(2027, 1, 11), "six working days, as it was given"
    assert (await stands(register, new))[0] == date(2027, 2, 12), "30 working days, as it was given"
    assert len(await register.rows("select from timer")) == 2


async def test_what_is_handed_in_while_deadlines_stand_still_is_not_late(register: Register) -> None:
    await register.begin(date(2026, 5, 4))
    one = await organization(register)
    id = (await register.do(annual.open_, organization_id=one, year=2025, due_on=date(2026, 5, 31))).id
    await ordered(register)
    await register.begin(date(2026, 6, 20))
    row = await register.do(annual.submit, id=id)
    assert (row.late, (await register.facts(id))[-1]) == (False, "submitted")
    row = await register.do(annual.conclude, id=id, result="qualified")
    assert row.paused_on is None, "what has ended waits for nothing"


async def test_the_scope_is_by_division_category_and_list(register: Register) -> None:
    here = await registered(register, details={"name": "甲", "categories": ["charity"]})
    other = await registered(register, details={"name": "乙", "categories": ["legal_rights"]})
    there = await registered(
        register, division="120116006", details={"name": "丙", "categories": ["charity"]}
    )
    order = await ordered(register, divisions=[STREET], categories=["charity"])
    assert await paused(register) == {here}
    await ordered(register, organizations=[other])
    assert await paused(register) == {here, other}
    await register.do(pauses.open_, order_id=order, organization_id=there)
    assert await paused(register) == {here, other, there}
    await register.do(commands.lift, id=order)
    await carried(register)
    assert await paused(register) == {other}
    with pytest.raises(OrderNotInForce):
        await register.do(pauses.open_, order_id=order, organization_id=await organization(register))
    with pytest.raises(ScopeOutside):
        await ordered(register, divisions=["120110"])


async def test_six_points_are_passed_before_one_may_go_on(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one, two = await organization(register), await organization(register)
    debt = await owed(register, one, due_on=date(2026, 12, 31))
    await ordered(register)
    id = await pause_of(register, one)
    with pytest.raises(PointsNotAnswered):
        await register.do(pauses.visit, id=id, passed=ALL[:5], lacking=[])
    with pytest.raises(PointsNotAnswered):
        await register.do(pauses.visit, id=id, passed=ALL, lacking=ALL[:1])
    street = api.as_("liaison", STREET)
    seen = await street.post(
        f"/v1/emergency-pauses/{id}/visit", passed=ALL[1:], lacking=["health"], report="两人未做健康登记"
    )
    assert (seen["state"], seen["lacking"]) == ("visited", ["health"])
    await street.post(f"/v1/emergency-pauses/{id}/permit", 403)
    with pytest.raises(PointsLacking):
        await register.do(pauses.permit, id=id)
    await register.begin(date(2026, 12, 11))
    await register.do(pauses.visit, id=id, passed=ALL, lacking=[])
    row = await register.do(pauses.permit, id=id)
    assert (row.ended, row.visits) == (True, 2)
    assert await paused(register) == {two}
    assert await stands(register, debt) == (date(2027, 1, 13), None, False), "22 working days were left"
    assert "健康登记" not in str(await register.events(id))


async def test_under_two_orders_one_goes_on_when_neither_holds_it(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    first, second = await ordered(register), await ordered(register)
    debt = await risk(register, one)
    await register.do(commands.lift, id=first)
    await carried(register)
    assert await paused(register) == {one}
    assert (await stands(register, debt, "risk"))[1] is not None
    await register.do(commands.lift, id=second)
    await carried(register)
    assert await paused(register) == set()
    assert (await stands(register, debt, "risk"))[1] is None


async def test_an_order_of_the_city_reaches_those_here_and_who_is_registered_meanwhile(
    register: Register,
) -> None:
    await register.begin(date(2026, 12, 1))
    one, day = await organization(register), date(2026, 12, 1)
    state = contract.EmergencyOrderState(
        effective_on=day, basis=Basis.LIVE, division="12", opened_on=day,
        state=contract.EmergencyOrderPhase.ISSUED, title="全市停业", kind="epidemic",
    )  # fmt: skip
    above = uuid7()
    await register.hear(register.received(contract.EmergencyOrderIssued(state=state), above, stack="12"))
    await carried(register)
    assert await paused(register) == {one}
    new = await register.do(
        organizations.enter, status_on_record=LegalStatus.FILED, division=STREET,
        legal_form=LegalForm.COMMUNITY_ORGANIZATION, details={"name": "新组织"},
    )  # fmt: skip
    assert await paused(register) == {one, new.id}
    lifted = contract.EmergencyOrderState(
        effective_on=day, basis=Basis.LIVE, division="12", opened_on=day, ended=True, ended_on=day,
        state=contract.EmergencyOrderPhase.LIFTED, title="全市停业", kind="epidemic",
    )  # fmt: skip
    await register.hear(register.received(contract.EmergencyOrderLifted(state=lifted), above, stack="12"))
    await carried(register)
    assert await paused(register) == set()


async def test_an_order_of_the_city_waits_for_what_another_consumer_brings_of_it(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one, day = await organization(register), date(2026, 12, 1)
    state = contract.EmergencyOrderState(
        effective_on=day, basis=Basis.LIVE, division="12", opened_on=day,
        state=contract.EmergencyOrderPhase.ISSUED, title="全市停业", kind="epidemic",
    )  # fmt: skip
    issued = register.received(contract.EmergencyOrderIssued(state=state), uuid7(), stack="12")
    async with register.runtime.unit_of_work() as uow:
        await reactions.hear_from_above.function([issued], uow)
    assert await register.fire_timers() == 1, "the order itself is not here yet"
    assert await paused(register) == set()
    await register.hear(issued)
    await carried(register)
    assert await paused(register) == {one}
    done = msgspec.structs.replace(state, state=contract.EmergencyOrderPhase.LIFTED, ended=True, ended_on=day)
    lifted = register.received(contract.EmergencyOrderLifted(state=done), issued.subject, stack="12")
    async with register.runtime.unit_of_work() as uow:
        await reactions.hear_from_above.function([lifted], uow)
    await carried(register)
    assert await paused(register) == {one}, "the order here is not lifted yet"
    await register.hear(lifted)
    await register.begin(date(2026, 12, 2))
    await carried(register)
    assert await paused(register) == set()


async def test_who_is_brought_by_an_import_under_an_order_stands_still(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "AT_ONCE", 2)
    await ordered(register, divisions=[STREET])
    await bring(register, workbook([cells(f"第{n}号书画协会") for n in range(5)]), apply="all")
    assert len(await paused(register)) == 0, "so many follow in portions"
    await carried(register)
    assert len(await paused(register)) == 5


async def test_many_follow_in_portions(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reactions, "AT_ONCE", 2)
    everybody = {await organization(register) for _ in range(5)}
    order = await ordered(register)
    assert await paused(register) == everybody
    await register.do(commands.lift, id=order)
    await carried(register)
    assert await paused(register) == set()
    states = await register.rows("select state from emergency_pause")
    assert [row["state"] for row in states] == ["released"] * 5
    assert await register.rows("select from timer") == []


async def test_a_portion_costs_the_same_however_many_stand_still(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    await campaigns.register(register, 420)
    there = await register.rows("select id, division from organization where legal_status = 'registered'")
    async with register.runtime.unit_of_work() as uow:
        debts = [
            draft(
                rectifications.open_, id=uuid7(), division=one["division"], effective_on=uow.today,
                basis="live", opened_on=uow.today, organization_id=one["id"], origin="spot_check",
                due_on=date(2026, 12, 31),
            )
            for one in there
        ]  # fmt: skip
        await open_many(uow, rectifications.open_, debts)
    half = [f"120116{place:03}" for place in range(1, 11)]
    costs = []
    for divisions in (half, []):
        issued = (
            await register.do(
                commands.issue, division="120116", title="停业", kind="epidemic", divisions=divisions
            )
        ).id
        async with register.runtime.unit_of_work() as uow:
            queries: list[Any] = []
            uow.connection.add_query_logger(queries.append)
            order = await uow.session.get_one(EmergencyOrderRow, issued)
            assert await reactions.pause(uow, order, FIRST) is None
            costs.append(len(queries))
        assert len(await paused(register)) == (210 if divisions else 420)
    assert costs[0] == costs[1] < 20


async def test_a_pause_weighs_on_the_standing_while_it_lasts(register: Register, api: Api) -> None:
    one = await organization(register)
    await ordered(register)
    id = await pause_of(register, one)
    await told(register, id)
    shown = await api.get(f"/v1/organizations/{one}/standing")
    assert (shown["standing"], [reason["kind"] for reason in shown["reasons"]]) == (
        "under_rectification", ["emergency_pause"]
    )  # fmt: skip
    await register.do(pauses.release, id=id)
    await told(register, id)
    assert (await api.get(f"/v1/organizations/{one}/standing"))["standing"] == "good"


async def test_an_order_is_looked_at_again_on_its_day_and_holds(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    await organization(register)
    id = await ordered(register, due_on=date(2026, 12, 31))
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    await register.do(commands.extend, id=id, due_on=date(2027, 1, 31))
    assert await register.facts(id) == ["issued", "fell_due", "extended"]
    assert len(await paused(register)) == 1


async def test_an_order_of_old_pauses_nobody_today(register: Register) -> None:
    await organization(register)
    await ordered(register, basis=Basis.HISTORICAL, effective_on=date(2020, 1, 24))
    assert await paused(register) == set()
