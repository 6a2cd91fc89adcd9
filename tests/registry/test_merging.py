"""Two records are found to be one organisation: what is about the one is about the other from then on."""

from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis, Event, Ref, registry
from shuniu_contracts import registry_inspections as contract
from shuniu_contracts import registry_operations as operations
from uuid_utils.compat import uuid7

from chassis.principal import Principal
from chassis.unit_of_work import StaleRevision
from services.registry.applications import commands as applications
from services.registry.areas import KINDS
from services.registry.hub.posts import commands as posts
from services.registry.hub.resources import offers
from services.registry.incubation.supports import commands as supports
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.operations.visits import commands as visits
from services.registry.organizations import commands as organizations
from services.registry.organizations import merging
from services.registry.records.assignments import commands as assignments
from services.registry.records.contacts import commands as contacts
from services.registry.records.placements import commands as placements
from services.registry.records.returns import commands as returns
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.test_emergencies import ordered, owed, stands
from tests.registry.inspections.test_campaigns import campaign, carried
from tests.registry.records.test_returns import yearly
from tests.registry.references import organization
from tests.registry.test_applications import application
from tests.registry.test_replicas import ONE, merged, registered, state, told

pytestmark = pytest.mark.integration


async def about(register: Register, table: str) -> list[tuple[UUID, str]]:
    found = await register.rows(f'select organization_id, state from "{table}" order by id')
    return [(row["organization_id"], row["state"]) for row in found]


async def supported(register: Register, id: UUID) -> None:
    await register.do(
        supports.give, organization_id=id, support_kind="funding", provider="street", hours=2,
        content="辅导", basis=Basis.HISTORICAL, effective_on=date(2026, 1, 5),
    )  # fmt: skip


def test_no_kind_is_forgotten() -> None:
    moved = {one.table for one in merging._moves()}
    assert {str(k.row.__tablename__) for k in KINDS if "organization_id" in k.columns} <= moved
    assert {"registration_application", "applied_decision", "comparison_line", "operator_contract"} <= moved


async def test_the_survivors_page_has_the_records_of_both_and_figures_count_it_once(
    register: Register, api: Api
) -> None:
    one, two = await organization(register), await organization(register)
    for id in (one, two):
        await supported(register, id)
    before = await api.get("/v1/figures")
    await register.do(organizations.merge, id=one, into=two)
    after = await api.get("/v1/figures")
    figure = "supports.organizations"
    assert (before["figures"][figure]["value"], after["figures"][figure]["value"]) == (2, 1)
    assert after["figures"]["supports.hours"]["value"] == 4
    found = await api.get("/v1/supports", organization_id=str(two))
    assert len(found["items"]) == 2
    assert (await api.get("/v1/supports", organization_id=str(one)))["items"] == []


async def test_what_is_open_goes_on_and_weighs_on_the_survivor(register: Register) -> None:
    one, two = await organization(register), await organization(register)
    id = await owed(register, one)
    await register.do(organizations.merge, id=one, into=two)
    [row] = await register.rows("select hub_standing from organization where id = $1", two)
    assert row["hub_standing"] == "under_rectification"
    await register.do(rectifications.submit_evidence, id=id, measures="已改正")
    closed = await register.do(rectifications.close, id=id, outcome="done")
    fact, said = (await register.events(closed.id))[-1]
    assert (fact, said["state"]["organization"]["id"]) == ("closed", str(two))


async def test_contact_is_made_with_the_survivor_by_one_officer(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    one, two = await organization(register), await organization(register)
    for id, officer, role in (
        (one, "u-first", "officer"), (two, "u-second", "officer"), (one, "u-third", "deputy"),
    ):  # fmt: skip
        await register.do(assignments.assign, organization_id=id, officer=officer, role=role)
    await register.do(organizations.merge, id=one, into=two)
    assert await about(register, "contact_assignment") == [
        (two, "ended"), (two, "assigned"), (two, "assigned")
    ]  # fmt: skip
    await carried(register)
    due = await register.rows("select id, organization_id, owner from contact_record where state = 'due'")
    assert {(row["organization_id"], row["owner"]) for row in due} == {(two, "u-second"), (two, "u-third")}
    await register.do(contacts.make, id=due[0]["id"], channel="visit", staff="专职四人", staff_count=4)
    [row] = await register.rows("select staff_count from organization where id = $1", two)
    assert row["staff_count"] == 4


async def test_nobody_is_inspected_twice(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    one, two, third = [await organization(register) for _ in range(3)]
    await campaign(register)
    await carried(register)
    await register.do(organizations.merge, id=one, into=two)
    states = dict(await about(register, "inspection"))
    assert states == {one: "released", two: "due", third: "due"}
    figures = (await api.get("/v1/figures"))["figures"]
    assert figures["inspections.year.due"]["value"] == 2


async def test_who_took_part_as_two_is_counted_once(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    one, two = await organization(register), await organization(register)
    for id in (one, two):
        row = await register.do(annual.open_, organization_id=id, year=2025, due_on=date(2026, 5, 31))
        await register.do(annual.submit, id=row.id)
    await register.do(organizations.merge, id=one, into=two)
    figures = (await api.get("/v1/figures"))["figures"]
    assert [figures[f"inspections.year.{name}"]["value"] for name in ("due", "taken_part")] == [1, 1]


async def test_what_both_handed_in_is_counted_once(register: Register, api: Api) -> None:
    one, two = await organization(register), await organization(register)
    for id in (one, two):
        opened = await yearly(register, id)
        await register.do(returns.submit, id=opened, service_hours=7)
    await register.do(organizations.merge, id=one, into=two)
    figures = (await api.get("/v1/figures", as_of="2099-01-01"))["figures"]
    assert figures["yearly_returns.service_hours"]["value"] == 7
    assert {id for id, _ in await about(register, "periodic_return")} == {one, two}


async def test_where_one_stands_still_both_do(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    one, two = await organization(register), await organization(register)
    debt = await owed(register, two)
    await ordered(register, organizations=[one])
    await register.do(organizations.merge, id=one, into=two)
    assert await about(register, "emergency_pause") == [(two, "paused")]
    assert (await stands(register, debt))[1] == date(2026, 11, 23)


async def test_what_is_said_of_the_merged_record_is_said_of_the_survivor(register: Register) -> None:
    one, two, three = [await organization(register) for _ in range(3)]
    await register.do(organizations.merge, id=one, into=two)
    await register.do(organizations.merge, id=two, into=three)
    await supported(register, one)
    assert [id for id, _ in await about(register, "support")] == [three]


async def test_records_opened_and_moved_on_while_two_are_merged_follow(register: Register) -> None:
    one, two = await organization(register), await organization(register)
    debt = await owed(register, one)
    async with register.meanwhile(
        lambda: owed(register, one),
        lambda: register.do(rectifications.submit_evidence, id=debt, measures="已改正"),
    ) as uow:
        await organizations.merge(uow, id=one, into=two)
    found = await register.rows("select organization_id, state from rectification order by id")
    assert [tuple(row) for row in found] == [(two, "evidence_submitted"), (two, "opened")]


async def test_a_campaign_that_opens_while_two_are_merged_asks_once(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    one, two = await organization(register), await organization(register)
    await campaign(register)
    async with register.meanwhile(lambda: carried(register)) as uow:
        await organizations.merge(uow, id=one, into=two)
    assert await about(register, "inspection") == [(two, "due")]


def inspection(organization: UUID, *, released: bool = False) -> Any:
    day = date(2026, 3, 2)
    state = contract.InspectionState(
        effective_on=day, basis=Basis.LIVE, division=ONE, opened_on=day, organization=Ref(str(organization)),
        state=contract.InspectionPhase.RELEASED if released else contract.InspectionPhase.DUE, year=2025,
        legal_form="association", ended=released, ended_on=day if released else None,
    )  # fmt: skip
    if released:
        return contract.InspectionReleased(state=state, ground="merged")
    return contract.InspectionOpened(state=state)


def gone(into: UUID) -> Event:
    there = Ref(str(into), 2)
    return registry.OrganizationMerged(state=state(ONE, ended=True, merged_into=there), into=there)


@pytest.mark.parametrize("seed", range(12))
async def test_in_whatever_order_it_is_heard_the_survivors_own_inspection_stands(
    register: Register, seed: int
) -> None:
    one, two, three, own, double = [uuid7() for _ in range(5)]
    told_of: dict[UUID, list[Event]] = {
        one: [registered(ONE), gone(two)], two: [registered(ONE), gone(three)], three: [registered(ONE)],
        own: [inspection(three)], double: [inspection(one), inspection(one, released=True)],
    }  # fmt: skip
    order = [id for id, events in told_of.items() for _ in events]
    Random(seed).shuffle(order)
    for id in order:
        await told(register, ONE, id, told_of[id].pop(0))
    found = {row["id"]: row["organization_id"] for row in await register.rows("select * from inspection")}
    assert found[own] == three
    assert found[double] in (one, two), "a double stays with a record that ended"


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_mergers_are_heard_the_only_inspection_goes_to_the_last(
    register: Register, seed: int
) -> None:
    one, two, three, id = [uuid7() for _ in range(4)]
    told_of: dict[UUID, list[Event]] = {
        one: [registered(ONE), gone(two)], two: [registered(ONE), gone(three)], id: [inspection(one)],
    }  # fmt: skip
    order = [id for id, events in told_of.items() for _ in events]
    Random(seed).shuffle(order)
    for each in order:
        await told(register, ONE, each, told_of[each].pop(0))
    assert await about(register, "inspection") == [(three, "due")]


@pytest.mark.parametrize("late", [True, False], ids=["heard after", "heard before"])
async def test_records_of_a_stack_below_follow_in_any_order(register: Register, late: bool) -> None:
    organization = uuid7()
    [end] = merged(ONE)
    told_of = (registered(ONE), end)
    for event in told_of if late else told_of[:1]:
        await told(register, ONE, organization, event)
    record = register.received(inspection(organization), uuid7(), stack=ONE)
    await register.hear(record)
    if not late:
        await told(register, ONE, organization, end)
    [(id, _)] = await about(register, "inspection")
    assert isinstance(end, registry.OrganizationMerged)
    assert str(id) == end.into.id


async def test_the_release_says_why(register: Register) -> None:
    one, two = await organization(register), await organization(register)
    released, _ = [
        await register.do(annual.open_, organization_id=id, year=2025, due_on=date(2099, 5, 31))
        for id in (one, two)
    ]
    await register.do(organizations.merge, id=one, into=two)
    assert (await register.events(released.id))[-1][1]["ground"] == "merged"


async def test_who_saw_a_record_before_it_moved_reads_it_again(register: Register) -> None:
    one, two = await organization(register), await organization(register)
    id = await owed(register, one)
    await register.do(organizations.merge, id=one, into=two)
    with pytest.raises(StaleRevision):
        await register.do(rectifications.submit_evidence, id=id, measures="已改正", revision=1)


async def test_a_post_that_served_both_serves_one(register: Register) -> None:
    one, two = await organization(register), await organization(register)
    post = await register.do(posts.open_, division="120116", body="centre", source="purchased")
    await register.do(posts.fill, id=post.id, holder="u-worker")
    await register.do(posts.change_load, id=post.id, organization_ids=[one, two])
    await register.do(organizations.merge, id=one, into=two)
    [row] = await register.rows("select organizations, load from social_worker_post")
    assert (row["organizations"], row["load"]) == ([str(two)], 1)


async def test_what_is_opened_by_the_merged_records_id_is_about_the_survivor(register: Register) -> None:
    one, two = await organization(register), await organization(register)
    await register.do(organizations.merge, id=one, into=two)
    given: dict[str, Any] = {"division": "120116", "organization_id": one}
    await register.do(
        visits.plan, **{**given, "body": "centre", "visited": "120116005", "topics": ["ledger"]}
    )
    await register.do(offers.offer, **given, kind="venue", unit="hour", quantity=1)
    for table in ("supervision_visit", "resource_offer"):
        [row] = await register.rows(f"select organization_id from {table}")
        assert row["organization_id"] == two


async def test_what_follows_a_merger_asks_for_no_right_of_the_clerk(register: Register) -> None:
    one, two = await organization(register), await organization(register)
    for id in (one, two):
        await register.do(placements.place, organization_id=id, division="120116001001")
    clerk = Principal("u-street", frozenset(), frozenset({"organizations:*"}), ("120116005",))
    await register.do(
        organizations.merge, id=one, into=two, principal=clerk, permission="organizations:merge"
    )
    assert await about(register, "placement") == [(two, "ended"), (two, "placed")]


async def test_an_application_made_while_two_are_merged_is_the_survivors(register: Register) -> None:
    one, two = await organization(register), await organization(register)
    asked = application(organization_id=one)
    async with register.meanwhile(lambda: register.do(applications.submit_new, **asked)) as uow:
        await organizations.merge(uow, id=one, into=two)
    [row] = await register.rows("select organization_id from registration_application")
    assert row["organization_id"] == two


@pytest.mark.parametrize("late", [True, False], ids=["heard after", "heard before"])
async def test_whoever_a_record_names_follows_in_any_order(register: Register, late: bool) -> None:
    lead, partner, lead_now, partner_now = [uuid7() for _ in range(4)]
    state = operations.JointActivityState(
        effective_on=date(2026, 3, 2), basis=Basis.LIVE, division=ONE, opened_on=date(2026, 3, 2),
        state=operations.JointActivityPhase.PLANNED, title="联合义诊", kind="charity",
        lead_organization=Ref(str(lead)), partners=(str(partner),),
    )  # fmt: skip
    planned = register.received(operations.JointActivityPlanned(state=state), stack=ONE)
    if not late:
        await register.hear(planned)
    for id, now in ((lead, lead_now), (partner, partner_now)):
        await told(register, ONE, id, registered(ONE, f"{id}协会"), gone(now))
    if late:
        await register.hear(planned)
    [row] = await register.rows("select lead_organization_id, partners from joint_activity")
    assert tuple(row) == (lead_now, [str(partner_now)])
