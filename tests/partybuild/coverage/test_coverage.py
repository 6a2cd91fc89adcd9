"""Duties follow the register and what covers its organisations."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from asyncpg.connection import LoggedQuery
from shuniu_contracts import Basis, Ref
from shuniu_contracts.registry import (
    ApplicationStep,
    LegalForm,
    LegalStatus,
    OrganizationDetailsChanged,
    RegistrationApplicationState,
    RegistrationApplicationSubmitted,
)

from chassis.received import Received
from services.partybuild.coverage.commands import propose_mode
from services.partybuild.coverage.reactions import prepare
from services.partybuild.instructors.commands import assign, end, release
from services.partybuild.organizations.reactions import follow_register
from services.partybuild.party_organizations.commands import change, dissolve, found
from services.partybuild.party_organizations.model import SetUp
from services.partybuild.policy import PartybuildPolicy
from tests.partybuild.conftest import OFFICER, STREET, TODAY, Organization, World, instructor, later
from tests.partybuild.figures.test_figures import ask

pytestmark = pytest.mark.integration


async def test_a_registration_opens_a_duty_with_a_deadline_and_a_proposed_mode(world: World) -> None:
    [organization] = await world.register(4)
    duty = await world.duty(organization)
    assert (duty["status"], duty["proposed_mode"]) == ("open", "independent")
    assert duty["due_on"] == later(90)
    [(fact, opened)] = await world.events(duty["id"])
    assert fact == "opened"
    assert opened["cause"] == "registered"
    assert opened["state"]["organization"] == {"id": str(organization.id), "sequence": 1}
    assert opened["state"]["due_on"] == later(90).isoformat()


async def test_history_opens_a_duty_without_a_deadline(world: World) -> None:
    [organization] = await world.register(4, basis=Basis.HISTORICAL, on=date(2012, 5, 1))
    duty = await world.duty(organization)
    assert (duty["opened_on"], duty["due_on"]) == (date(2012, 5, 1), None)
    assert await world.rows("select from timer") == []


async def test_a_register_restored_from_a_backup_is_followed_on_from_a_lower_sequence(world: World) -> None:
    """Its epoch is higher: what came of the events that it lost gives way to what it says now."""
    [organization] = await world.register(4)
    restored = organization.state
    for name in ("新名称", "更新的名称"):
        await world.details_change(organization, name=name)
    await world.details_change(organization, legal_status=LegalStatus.SUSPENDED)
    again = OrganizationDetailsChanged(state=restored, fields=("brands",))
    await world.hear(world.received(again, organization.id, epoch=1, sequence=2))
    [copy] = await world.rows("select sequence, name, legal_status from organization")
    assert tuple(copy) == (2, restored.name, "registered")
    standing = await world.rows("select sequence, legal_status from organization_standing")
    assert [tuple(row) for row in standing] == [(1, "registered")]


async def test_only_what_the_profile_says_opens_a_duty(world: World) -> None:
    [filed] = await world.register(1, status=LegalStatus.FILED)
    assert await world.duty(filed) == {}
    world.runtime.policies = PartybuildPolicy(opens_on="filed")
    await world.details_change(filed, name="新名称")
    assert (await world.duty(filed))["status"] == "open"


async def test_the_womens_line_has_a_duty_of_its_own(world: World) -> None:
    world.runtime.policies = PartybuildPolicy(lines=("party", "women"))
    [organization] = await world.register(3)
    assert (await world.duty(organization, "women"))["proposed_mode"] is None
    await world.found(SetUp.INDEPENDENT, organization)
    assert (await world.duty(organization))["status"] == "covered"
    assert (await world.duty(organization, "women"))["status"] == "open"


async def test_the_same_events_again_change_nothing(world: World) -> None:
    organization = world.registered(3)
    event = world.registration(organization)
    await world.hear(event)
    await world.hear(event)
    assert await world.duty_facts(organization) == ["opened"]


async def test_organisations_of_one_batch_are_each_others_neighbours(world: World) -> None:
    first, second = await world.register(1, 2)
    assert (await world.duty(first))["proposed_mode"] == "joint"
    assert (await world.duty(second))["proposed_reason"] == "neighbours_in_area"


async def test_a_newcomer_makes_a_joint_branch_possible_for_those_who_waited(world: World) -> None:
    [waiting] = await world.register(1)
    assert (await world.duty(waiting))["proposed_mode"] == "instructor"
    [elsewhere] = await world.register(2, division="120116002")
    assert (await world.duty(elsewhere))["proposed_mode"] == "instructor"
    await world.register(2)
    assert (await world.duty(waiting))["proposed_mode"] == "joint"
    assert await world.duty_facts(waiting) == ["opened", "mode_proposed"]
    assert (await world.duty(elsewhere))["proposed_mode"] == "instructor"


async def test_neighbours_may_share_a_field_instead_of_a_street(world: World) -> None:
    await world.register(2, division="120116002", categories=("science",))
    [organization] = await world.register(1, categories=("science", "charity"))
    assert (await world.duty(organization))["proposed_reason"] == "neighbours_in_field"


async def test_a_host_nearby_takes_in_who_has_no_neighbour(world: World) -> None:
    [host] = await world.register(5)
    await world.found(SetUp.INDEPENDENT, host)
    [organization] = await world.register(1)
    assert (await world.duty(organization))["proposed_mode"] == "attached"


async def test_new_members_change_the_proposal_but_not_an_officers_own(world: World) -> None:
    first, second = await world.register(0, 0)
    duty = await world.duty(second)
    await world.do(propose_mode, id=duty["id"], mode="work_station")
    await world.details_change(first, full_party_member_count=3)
    await world.details_change(second, full_party_member_count=3)
    assert (await world.duty(first))["proposed_mode"] == "independent"
    assert (await world.duty(second))["proposed_mode"] == "work_station"


async def test_an_application_opens_the_duty_where_the_profile_wants_it_early(world: World) -> None:
    world.runtime.policies = PartybuildPolicy(opens_on="applied")
    known = world.registered(2, status=LegalStatus.DISCOVERED)
    late = world.registered(2, status=LegalStatus.DISCOVERED)
    await world.hear(world.registration(known))
    assert await world.duty(known) == {}
    for organization in (known, late):
        await hear_application(world, organization)
    assert (await world.duty(known))["due_on"] == later(90)
    await world.hear(world.registration(late))
    assert (await world.duty(late))["status"] == "open"


async def hear_application(world: World, organization: Organization) -> None:
    state = RegistrationApplicationState(
        effective_on=TODAY, basis=Basis.LIVE, division=STREET, step=ApplicationStep.SUBMITTED,
        organization=Ref(str(organization.id), 1), name="便民服务社", legal_form=LegalForm.ASSOCIATION,
        submitted_on=TODAY,
    )  # fmt: skip
    told = world.registration(replace(organization))
    event = Received(told.envelope, RegistrationApplicationSubmitted(state=state))
    async with world.runtime.unit_of_work() as uow:
        await prepare.function([event], uow)


async def test_a_deadline_that_passes_is_recorded_once(world: World) -> None:
    [organization] = await world.register(3)
    await world.begin(later(90))
    assert await world.fire_timers() == 0
    await world.begin(later(91))
    assert await world.fire_timers() == 1
    assert await world.fire_timers() == 0
    events = await world.events((await world.duty(organization))["id"])
    assert [fact for fact, _ in events] == ["opened", "became_overdue"]
    assert events[-1][1]["due_on"] == later(90).isoformat()
    assert events[-1][1]["state"]["overdue"] is True


async def test_coverage_in_time_takes_the_deadline_back(world: World) -> None:
    [organization] = await world.register(3)
    await world.found(SetUp.INDEPENDENT, organization)
    await world.begin(later(200))
    assert await world.fire_timers() == 0
    duty = await world.duty(organization)
    assert (duty["status"], duty["mode"], duty["overdue"]) == ("covered", "independent", False)


async def test_a_dissolved_party_organisation_leaves_its_organisations_to_be_covered_anew(
    world: World,
) -> None:
    first, second = await world.register(2, 1)
    branch = await world.found(SetUp.JOINT, first, second)
    await world.begin(later(10))
    await world.do(dissolve, id=branch.id)
    for organization in (first, second):
        assert await world.duty_facts(organization) == ["opened", "covered", "lapsed"]
        assert (await world.duty(organization))["due_on"] == later(100)
    await world.begin(later(101))
    assert await world.fire_timers() == 2
    assert (await world.duty(first))["overdue"] is True


async def test_what_is_dissolved_as_history_starts_no_deadline(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.INDEPENDENT, organization)
    await world.do(dissolve, id=branch.id, basis="historical")
    duty = await world.duty(organization)
    assert (duty["status"], duty["due_on"]) == ("lapsed", None)


async def test_an_instructor_covers_by_work_until_a_branch_covers_by_organisation(world: World) -> None:
    [organization] = await world.register(3)
    sent = await instructor(world)
    await world.do(assign, id=sent.id, organization_ids=[organization.id])
    await world.found(SetUp.INDEPENDENT, organization)
    events = await world.events((await world.duty(organization))["id"])
    assert [fact for fact, _ in events] == ["opened", "covered", "mode_changed"]
    assert events[1][1]["state"]["coverage_class"] == "work"
    assert events[2][1]["state"]["coverage_class"] == "organisation"
    assert events[2][1]["previous"] == "instructor"
    await world.do(release, id=sent.id, organization_ids=[organization.id])
    assert (await world.duty(organization))["mode"] == "independent"


async def test_a_branch_that_goes_leaves_the_instructor_in_charge(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.INDEPENDENT, organization)
    sent = await instructor(world)
    await world.do(assign, id=sent.id, organization_ids=[organization.id])
    await world.do(dissolve, id=branch.id)
    assert await world.duty_facts(organization) == ["opened", "covered", "mode_changed"]
    await world.do(end, id=sent.id)
    assert (await world.duty(organization))["status"] == "lapsed"


async def test_an_organisation_that_ends_ends_its_duty_and_frees_who_covered_it(world: World) -> None:
    gone, stays = await world.register(2, 1)
    branch = await world.found(SetUp.JOINT, gone, stays)
    sent = await instructor(world, capacity=1)
    await world.do(assign, id=sent.id, organization_ids=[gone.id])
    await world.deregister(gone, later(0))
    assert await world.duty_facts(gone) == ["opened", "covered", "ended"]
    assert (await world.events(branch.id))[-1][1]["state"]["covered_organization_ids"] == [str(stays.id)]
    assert (await world.events(branch.id))[-1][1]["state"]["lead_organization_id"] == str(stays.id)
    assert (await world.facts(sent.id))[-1] == "released"
    assert await world.rows("select from covering where until is null") != []
    assert (await world.duty(stays))["status"] == "covered"


async def standing(world: World, day: date) -> tuple[float, ...]:
    found = (await ask(world, as_of=day)).figures
    names = ("coverage.registered", "coverage.organisational", "duties.open")
    return tuple(found[name].value for name in names)


async def test_an_end_that_the_register_redates_is_redated_here(world: World) -> None:
    [one] = await world.register(3, on=later(-300), basis=Basis.HISTORICAL)
    await world.found(SetUp.INDEPENDENT, one, effective_on=later(-200), basis="historical")
    await world.deregister(one, later(-100), ended_on=later(-100), basis=Basis.HISTORICAL)
    await world.correct(one, "ended_on", ended_on=later(-120))
    assert (await world.duty_facts(one))[-1] == "corrected"
    assert (await world.duty(one))["ended_on"] == later(-120)
    assert await standing(world, later(-121)) == (1, 1, 0)
    assert await standing(world, later(-120)) == (0, 0, 0)
    await world.correct(one, "division", division="120116006", ended_on=later(-120))
    assert (await world.duty_facts(one)).count("corrected") == 1, "its end is the same"


async def test_a_first_entry_redated_past_a_move_leaves_the_move(world: World) -> None:
    [one] = await world.register(3, on=date(2014, 5, 1), basis=Basis.HISTORICAL)
    await world.relocate(one, "120116006", date(2016, 1, 1))
    for day in (date(2018, 1, 1), date(2013, 1, 1)):
        await world.correct(one, "registered_on", registered_on=day)
        found = await ask(world, as_of=date(2019, 1, 1), division="120116", by="division")
        places = {place for place, of in (found.by or {}).items() if of["coverage.registered"]}
        assert places == {"120116006"}
    found = await ask(world, as_of=date(2015, 1, 1), division="120116", by="division")
    assert {place for place, of in (found.by or {}).items() if of["coverage.registered"]} == {STREET}


async def test_who_never_ended_is_owed_coverage_again(world: World) -> None:
    [one] = await world.register(3, on=later(-300), basis=Basis.HISTORICAL)
    await world.found(SetUp.INDEPENDENT, one, effective_on=later(-200), basis="historical")
    await world.deregister(one, later(-100), ended_on=later(-100), basis=Basis.HISTORICAL)
    await world.correct(one, "legal_status", "ended_on", legal_status=LegalStatus.REGISTERED, ended_on=None)
    assert (await world.duty_facts(one))[-1] == "reopened"
    duty = await world.duty(one)
    assert (duty["status"], duty["ended_on"], duty["due_on"]) == ("open", None, None)
    assert await standing(world, later(-101)) == (1, 1, 0)
    assert await standing(world, later(-100)) == (1, 0, 1), "who covers it since is entered anew"
    await world.found(SetUp.INDEPENDENT, one, effective_on=later(-100), basis="historical")
    assert (await world.duty(one))["status"] == "covered"
    assert await standing(world, later(-100)) == (1, 1, 0)


async def test_an_uncovered_organisation_that_ends_is_never_overdue(world: World) -> None:
    [organization] = await world.register(0)
    await world.deregister(organization)
    await world.begin(later(120))
    assert await world.fire_timers() == 0
    assert await world.duty_facts(organization) == ["opened", "ended"]


async def test_the_survivor_of_a_merger_is_covered_by_what_covered_the_loser(world: World) -> None:
    loser, survivor = await world.register(3, 0)
    branch = await world.found(SetUp.INDEPENDENT, loser)
    sent = await instructor(world)
    await world.do(assign, id=sent.id, organization_ids=[loser.id])
    await world.merge(loser, survivor)
    assert await world.duty_facts(loser) == ["opened", "covered", "ended"]
    assert (await world.duty(survivor))["covered_by_id"] == branch.id
    state = (await world.events(sent.id))[-1][1]["state"]
    assert (state["organization_ids"], state["load"]) == ([str(survivor.id)], 1)


async def test_an_alias_is_followed_by_later_commands_also_through_two_mergers(world: World) -> None:
    first, second, third = await world.register(0, 0, 3)
    await world.merge(first, second)
    await world.merge(second, third)
    await world.found(SetUp.INDEPENDENT, first)
    assert (await world.duty(third))["status"] == "covered"


async def test_a_survivor_with_a_branch_of_its_own_keeps_it(world: World) -> None:
    loser, survivor = await world.register(3, 3)
    lost = await world.found(SetUp.INDEPENDENT, loser)
    kept = await world.found(SetUp.INDEPENDENT, survivor)
    await world.merge(loser, survivor)
    assert (await world.duty(survivor))["covered_by_id"] == kept.id
    assert (await world.events(lost.id))[-1][1]["state"].get("covered_organization_ids", []) == []


async def test_a_covering_that_was_recorded_before_the_duty_covers_it_at_once(world: World) -> None:
    [organization] = await world.register(3, status=LegalStatus.FILED)
    await world.found(SetUp.INDEPENDENT, organization)
    organization.state = world.registered(3).state
    await world.hear(world.registration(organization))
    assert await world.duty_facts(organization) == ["opened", "covered"]
    assert await world.rows("select from timer where kind = 'coverage.duty_due'") == []


async def test_a_unit_that_leaves_a_joint_branch_is_to_be_covered_anew(world: World) -> None:
    first, second, third = await world.register(2, 1, 1)
    branch = await world.found(SetUp.JOINT, first, second, third)
    await world.do(change, id=branch.id, given={"organization_ids": [first.id, second.id]})
    assert (await world.duty(third))["status"] == "lapsed"
    assert (await world.duty(second))["status"] == "covered"


async def test_organisations_of_another_stack_are_kept_but_not_obliged(world: World) -> None:
    world.runtime.settings.lower_stacks = ("120116002",)
    mine, theirs = await world.register(3, division=STREET) + await world.register(3, division="120116002001")
    assert await world.duty(theirs) == {}
    assert (await world.duty(mine))["status"] == "open"
    assert await world.rows("select from organization where id = $1", theirs.id)


async def test_thousands_in_one_batch_take_a_fixed_number_of_statements(world: World) -> None:
    batches = [
        [world.registered(n % 4, basis=Basis.HISTORICAL, division=street) for n in range(size)]
        for size, street in ((10, "120116001"), (20, "120116002"), (3000, "120116003"))
    ]
    _, few, many = [await statements(world, batch) for batch in batches]
    assert few == many <= 10
    assert len(await world.rows("select from coverage_duty")) == 3030
    assert len(await world.rows("select from event_log")) == 3030


async def statements(world: World, batch: list[Organization]) -> int:
    """How many statements the driver sends for a batch of registrations."""
    events = [world.registration(organization) for organization in batch]
    seen: list[str] = []

    def log(record: LoggedQuery) -> None:
        seen.append(record.query)

    async with world.runtime.unit_of_work() as uow:
        with uow.connection.query_logger(log):
            await follow_register.function(events, uow)
            await uow.flush()
    return len(seen)


async def test_two_reactions_at_once_open_one_duty(world: World) -> None:
    """The application waits for the registration in hand, sees its duty, and opens none."""
    world.runtime.policies = PartybuildPolicy(opens_on="applied")
    organization = world.registered(2, status=LegalStatus.DISCOVERED)
    await world.hear(world.registration(organization))
    registered = replace(organization, state=world.registered(2).state)
    async with world.runtime.unit_of_work() as uow:
        await follow_register.function([world.registration(registered)], uow)
        application = asyncio.create_task(hear_application(world, organization))
        finished, _ = await asyncio.wait([application], timeout=0.3)
        assert not finished
    await application
    assert await world.duty_facts(organization) == ["opened"]


async def test_a_merger_waits_for_a_founding_over_its_survivor(world: World) -> None:
    loser, survivor = await world.register(3, 3)
    await world.found(SetUp.INDEPENDENT, loser)
    async with world.runtime.unit_of_work(OFFICER) as uow:
        kept = await found(uow, name="支部", mode=SetUp.INDEPENDENT, organization_ids=[survivor.id])
        merger = asyncio.create_task(world.merge(loser, survivor))
        finished, _ = await asyncio.wait([merger], timeout=0.3)
        assert not finished
    await merger
    assert (await world.duty(survivor))["covered_by_id"] == kept.id
    assert await world.duty_facts(loser) == ["opened", "covered", "ended"]
