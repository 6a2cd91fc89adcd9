"""Founding, changing, raising, electing and dissolving on a real database."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from asyncpg.connection import LoggedQuery
from shuniu_contracts import Basis

from chassis.model import Refusal, Refusals, StepNotPossible
from chassis.principal import NotPermitted, Principal
from services.partybuild.coverage.commands import AlreadyCovered
from services.partybuild.dating import BeforeItsBeginning, InTheFuture
from services.partybuild.organizations.commands import OrganizationEnded, OrganizationUnknown
from services.partybuild.party_organizations.commands import (
    PostGiven,
    SuperiorUnknown,
    appoint_to_post,
    change,
    common_division,
    dissolve,
    elect,
    found,
    leave_post,
    score,
    upgrade,
)
from services.partybuild.party_organizations.model import (
    DatesReversed,
    Level,
    NoTerm,
    PostKind,
    PostNotHeld,
    PostTaken,
    SetUp,
    TooFewForLevel,
    TooFewMembers,
)
from tests.partybuild.conftest import OFFICER, STREET, TODAY, Organization, World, later
from tests.partybuild.figures.test_figures import ask

pytestmark = pytest.mark.integration
SECRETARY = PostGiven(PostKind.SECRETARY, "p-secretary")


async def test_a_founding_says_whom_it_covers_and_counts_its_posts_but_names_nobody(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.INDEPENDENT, organization, posts=[SECRETARY])
    [(fact, data)] = await world.events(branch.id)
    assert fact == "founded"
    assert data["state"]["posts"] == {"secretary": 1}
    assert data["state"]["covered_organization_ids"] == [str(organization.id)]
    assert data["state"]["division"] == STREET
    assert "p-secretary" not in str(data)


@pytest.mark.parametrize("mode", [SetUp.ATTACHED, SetUp.TEMPORARY, SetUp.WORK_STATION])
async def test_an_organisation_without_members_is_covered_in_the_other_modes(
    world: World, mode: SetUp
) -> None:
    [organization] = await world.register(0)
    branch = await world.found(mode, organization, superior_name="街道综合党委")
    duty = await world.duty(organization)
    assert (duty["status"], duty["mode"]) == ("covered", mode.value)
    assert (branch.term_ends_on is None) == (mode is not SetUp.ATTACHED)


async def test_the_thresholds_hold_for_what_happens_now(world: World) -> None:
    [organization] = await world.register(2)
    with pytest.raises(TooFewMembers):
        await world.found(SetUp.INDEPENDENT, organization)
    assert await world.rows("select from party_organization") == []


async def test_history_is_entered_as_it_was_without_timers(world: World) -> None:
    [organization] = await world.register(0, basis=Basis.HISTORICAL, on=date(2012, 1, 1))
    branch = await world.found(
        SetUp.INDEPENDENT, organization, basis="historical", effective_on=date(2013, 6, 1), posts=[SECRETARY]
    )
    assert branch.term_ends_on == date(2016, 6, 1)
    assert await world.rows("select from timer") == []
    assert (await world.duty(organization))["covered_on"] == date(2013, 6, 1)
    [post] = await world.rows("select * from post")
    assert post["since"] == date(2013, 6, 1)


async def test_every_unknown_organisation_is_named_with_its_place(world: World) -> None:
    [organization] = await world.register(3)
    strangers = [Organization(organization.state), Organization(organization.state)]
    with pytest.raises(Refusals) as refused:
        await world.found(SetUp.JOINT, organization, *strangers)
    assert [fault.at for fault in refused.value.refusals] == ["/organization_ids/1", "/organization_ids/2"]
    with pytest.raises(OrganizationUnknown):
        await world.found(SetUp.INDEPENDENT, strangers[0])


async def test_an_ended_organisation_is_not_covered(world: World) -> None:
    [organization] = await world.register(3)
    await world.deregister(organization)
    with pytest.raises(OrganizationEnded):
        await world.found(SetUp.INDEPENDENT, organization)


async def test_an_organisation_belongs_to_one_party_organisation(world: World) -> None:
    first, second = await world.register(3, 1)
    branch = await world.found(SetUp.INDEPENDENT, first)
    with pytest.raises(AlreadyCovered) as refused:
        await world.found(SetUp.JOINT, first, second)
    assert refused.value.details["by"] == branch.id


async def test_two_foundings_at_once_cover_an_organisation_once(world: World) -> None:
    [organization] = await world.register(3)
    attempts = [world.found(SetUp.INDEPENDENT, organization) for _ in range(6)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, AlreadyCovered) for result in results) == 5
    assert await world.duty_facts(organization) == ["opened", "covered"]


async def test_the_future_and_the_time_before_the_founding_are_refused(world: World) -> None:
    [organization] = await world.register(3)
    with pytest.raises(InTheFuture):
        await world.found(SetUp.INDEPENDENT, organization, effective_on=later(1))
    branch = await world.found(SetUp.INDEPENDENT, organization)
    with pytest.raises(BeforeItsBeginning):
        await world.do(dissolve, id=branch.id, effective_on=later(-1))


async def test_a_host_must_exist(world: World) -> None:
    [organization] = await world.register(0)
    with pytest.raises(SuperiorUnknown):
        await world.found(SetUp.ATTACHED, organization, superior_id=uuid4())


async def test_an_officer_covers_organisations_of_his_own_divisions_only(world: World) -> None:
    [organization] = await world.register(3, division="120116002")
    elsewhere = Principal("u-2", OFFICER.roles, OFFICER.permissions, (STREET,))
    with pytest.raises(NotPermitted):
        await world.do(
            found, principal=elsewhere, permission="party_organizations:found", name="支部",
            mode=SetUp.INDEPENDENT, organization_ids=[organization.id], division=STREET,
        )  # fmt: skip


async def test_a_joint_branch_lives_in_the_lowest_division_that_its_units_share(world: World) -> None:
    first, second = await world.register(2, division="120116001001") + await world.register(
        1, division="120116001002"
    )
    branch = await world.found(SetUp.JOINT, first, second)
    assert branch.division == "120116001"
    assert common_division(["120116001", "120116002"]) == "120116"


async def test_a_branch_becomes_independent_when_its_other_units_have_left(world: World) -> None:
    first, second = await world.register(3, 1)
    branch = await world.found(SetUp.JOINT, first, second)
    given = {"mode": SetUp.INDEPENDENT, "organization_ids": [first.id], "lead_organization_id": None}
    await world.do(change, id=branch.id, given=given)
    assert (await world.duty(first))["mode"] == "independent"
    assert await world.duty_facts(first) == ["opened", "covered", "mode_changed"]
    assert (await world.duty(second))["status"] == "lapsed"


async def test_a_change_is_measured_like_a_founding(world: World) -> None:
    first, second = await world.register(2, 1)
    branch = await world.found(SetUp.JOINT, first, second)
    with pytest.raises(Refusals) as refused:
        await world.do(change, id=branch.id, given={"organization_ids": [second.id]})
    codes = {fault.code for fault in refused.value.refusals}
    assert "party_organization.joint_units" in codes
    assert "party_organization.lead_unit" in codes


async def test_a_temporary_organisation_that_becomes_regular_begins_a_term(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.TEMPORARY, organization)
    changed = await world.do(change, id=branch.id, given={"mode": SetUp.INDEPENDENT})
    assert changed.term_ends_on == TODAY.replace(year=TODAY.year + 3)
    other = await world.found(SetUp.TEMPORARY, *(await world.register(0)))
    with pytest.raises(NoTerm):
        await world.do(elect, id=other.id)


async def test_a_post_passes_from_one_holder_to_the_next(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.INDEPENDENT, organization, posts=[SECRETARY])
    await world.begin(later(30))
    with pytest.raises(PostTaken):
        await world.do(appoint_to_post, id=branch.id, kind=PostKind.SECRETARY, person_id="p-2")
    await world.do(leave_post, id=branch.id, kind=PostKind.SECRETARY, person_id="p-secretary")
    with pytest.raises(PostNotHeld):
        await world.do(leave_post, id=branch.id, kind=PostKind.SECRETARY, person_id="p-secretary")
    await world.do(appoint_to_post, id=branch.id, kind=PostKind.SECRETARY, person_id="p-2")
    counts = [data["state"].get("posts", {}) for _, data in await world.events(branch.id)]
    assert counts == [{"secretary": 1}, {}, {"secretary": 1}]
    held = await world.rows("select person_id, since, until from post order by since")
    assert [tuple(row) for row in held] == [("p-secretary", TODAY, later(30)), ("p-2", later(30), None)]


async def test_a_post_is_not_left_before_it_was_taken(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.INDEPENDENT, organization, posts=[SECRETARY])
    with pytest.raises(DatesReversed):
        await world.do(
            leave_post, id=branch.id, kind=PostKind.SECRETARY, person_id="p-secretary", until=later(-1)
        )


async def test_fifty_members_make_a_general_branch_and_a_hundred_a_committee(world: World) -> None:
    [organization] = await world.register(60)
    branch = await world.found(SetUp.INDEPENDENT, organization)
    with pytest.raises(TooFewForLevel):
        await world.do(upgrade, id=branch.id, level=Level.COMMITTEE)
    await world.do(upgrade, id=branch.id, level=Level.GENERAL_BRANCH)
    fact, data = (await world.events(branch.id))[-1]
    assert (fact, data["previous"], data["state"]["level"]) == ("upgraded", "branch", "general_branch")


async def test_an_election_falls_due_once_a_term_and_a_new_term_begins_with_it(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.INDEPENDENT, organization)
    await world.begin(date(2029, 11, 2))
    assert await world.fire_timers() == 1
    assert await world.fire_timers() == 0
    await world.do(elect, id=branch.id)
    events = await world.events(branch.id)
    assert [fact for fact, _ in events] == ["founded", "election_fell_due", "changed"]
    assert events[1][1]["state"]["election_due_on"] == "2029-11-01"
    assert events[2][1]["state"]["term_ends_on"] == "2032-11-02"
    await world.begin(date(2032, 11, 3))
    assert await world.fire_timers() == 1


async def test_an_election_in_time_moves_the_timer(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.INDEPENDENT, organization)
    await world.begin(date(2029, 10, 1))
    await world.do(elect, id=branch.id)
    await world.begin(date(2029, 11, 2))
    assert await world.fire_timers() == 0


async def test_a_score_is_kept_in_thousandths(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.INDEPENDENT, organization)
    await world.do(score, id=branch.id, score_thousandths=92_500, criteria_version="2026")
    fact, data = (await world.events(branch.id))[-1]
    assert (fact, data["score_thousandths"], data["criteria_version"]) == ("scored", 92_500, "2026")


async def test_dissolving_ends_posts_and_timers_and_is_final(world: World) -> None:
    [organization] = await world.register(3)
    branch = await world.found(SetUp.INDEPENDENT, organization, posts=[SECRETARY])
    await world.begin(later(5))
    await world.do(dissolve, id=branch.id, reason="members_left")
    fact, data = (await world.events(branch.id))[-1]
    assert (fact, data["state"]["ended"], data["reason"]) == ("dissolved", True, "members_left")
    assert [row["until"] for row in await world.rows("select until from post")] == [later(5)]
    assert await world.rows("select from timer where kind = 'party_organizations.election_due'") == []
    with pytest.raises(StepNotPossible):
        await world.do(dissolve, id=branch.id)
    with pytest.raises(Refusal):
        await world.do(change, id=branch.id, given={"name": "新支部"})


async def test_a_founding_takes_a_fixed_number_of_statements(world: World) -> None:
    organizations = await world.register(*[3] * 4, basis=Basis.HISTORICAL)
    counts = []
    for organization in organizations:
        seen: list[str] = []

        def log(record: LoggedQuery, seen: list[str] = seen) -> None:
            seen.append(record.query)

        async with world.runtime.unit_of_work(OFFICER) as uow:
            with uow.connection.query_logger(log):
                await found(
                    uow, name="支部", mode=SetUp.INDEPENDENT, organization_ids=[organization.id],
                    basis="historical", posts=[SECRETARY],
                )  # fmt: skip
                await uow.flush()
        counts.append(len(seen))
    assert counts[1] == counts[2] == counts[3] <= 10


async def on_days(world: World, *days: date) -> list[dict[str, float]]:
    """Of each day the modes in which there are party organisations, and what they cover, nought left out."""
    found = []
    for day in days:
        figures = (await ask(world, as_of=day)).figures
        names = ("coverage.organisational", "coverage.work", *(f"party_organizations.{one}" for one in SetUp))
        values = {name.rpartition(".")[2]: figures[name].value for name in names}
        found.append({name: value for name, value in values.items() if value})
    return found


async def test_a_mode_entered_late_is_that_of_its_days_only(world: World) -> None:
    past: dict[str, Any] = {"basis": "historical"}
    [one] = await world.register(3, on=date(2012, 1, 1), basis=Basis.HISTORICAL)
    branch = await world.found(SetUp.WORK_STATION, one, effective_on=date(2013, 1, 1), **past)
    await world.do(
        change, id=branch.id, given={"mode": SetUp.INDEPENDENT}, effective_on=date(2018, 1, 1), **past
    )
    row = await world.do(
        change, id=branch.id, given={"mode": SetUp.ATTACHED}, effective_on=date(2015, 1, 1), **past
    )
    assert row.mode == "independent", "the mode of 2018 is the newest"
    assert await on_days(world, *(date(year, 6, 1) for year in (2014, 2016, 2019))) == [
        {"work_station": 1, "work": 1}, {"attached": 1, "organisational": 1},
        {"independent": 1, "organisational": 1},
    ]  # fmt: skip
    _, data = (await world.events(branch.id))[-1]
    assert (data["state"]["mode"], data["then"], data["fields"]) == ("independent", "attached", ["mode"])
    duty = await world.duty(one)
    assert (duty["status"], duty["mode"], duty["covered_on"]) == ("covered", "independent", date(2013, 1, 1))
    for year, mode in ((2014, SetUp.TEMPORARY), (2017, SetUp.TEMPORARY)):
        await world.do(change, id=branch.id, given={"mode": mode}, effective_on=date(year, 7, 1), **past)
    assert [next(iter(found)) for found in await on_days(
        world, date(2014, 6, 1), date(2014, 7, 1), date(2015, 1, 1), date(2017, 7, 1), date(2018, 1, 1)
    )] == ["work", "work", "organisational", "work", "organisational"]  # fmt: skip
    assert await world.rows("select from covering where until is null") != []


async def test_a_rise_entered_late_leaves_the_level_of_today(world: World) -> None:
    past: dict[str, Any] = {"basis": "historical"}
    [one] = await world.register(120, on=date(2012, 1, 1), basis=Basis.HISTORICAL)
    branch = await world.found(SetUp.INDEPENDENT, one, effective_on=date(2013, 1, 1), **past)
    await world.do(upgrade, id=branch.id, level=Level.COMMITTEE, effective_on=date(2020, 1, 1), **past)
    row = await world.do(
        upgrade, id=branch.id, level=Level.GENERAL_BRANCH, effective_on=date(2016, 1, 1), **past
    )
    assert row.level == "committee"
    _, data = (await world.events(branch.id))[-1]
    assert (data["state"]["level"], data["previous"], data["then"]) == (
        "committee",
        "branch",
        "general_branch",
    )
