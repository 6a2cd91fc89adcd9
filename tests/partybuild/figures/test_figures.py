"""Figures as of any day: Binhai's at the end of 2014, and what history entered late does to them."""

from datetime import date
from typing import Any

import pytest
from shuniu_contracts import Basis
from shuniu_contracts.registry import LegalStatus

from chassis.http import FiguresOut, FiguresRequest, Reading
from services.partybuild.coverage.model import Line
from services.partybuild.figures.queries import NAMES, Values, figures, subsidy_year
from services.partybuild.instructors.commands import assign, release
from services.partybuild.party_organizations.commands import (
    PostGiven,
    change,
    dissolve,
    leave_post,
)
from services.partybuild.party_organizations.model import PostKind, SetUp
from services.partybuild.policy import PartybuildPolicy
from tests.partybuild.conftest import OFFICER, STREET, TODAY, World, instructor, later

pytestmark = pytest.mark.integration
HISTORY: dict[str, Any] = {"basis": "historical"}
BEGINNING = date(2013, 6, 1)


async def read(world: World, query: Any, **arguments: Any) -> Any:
    async with world.runtime.database.transaction() as transaction:
        reading = Reading(
            service="partybuild", stack="120116", transaction=transaction, principal=OFFICER,
            permission="figures:read", region=world.runtime.region, policies=world.runtime.policies,
        )  # fmt: skip
        return await query(reading, **arguments)


async def ask(world: World, **asked: Any) -> FiguresOut:
    answer: FiguresOut = await read(world, figures, asked=FiguresRequest(**asked))
    return answer


async def values(world: World, as_of: date | None = TODAY, **asked: Any) -> Values:
    answer = await ask(world, as_of=as_of, **asked)
    return {key: figure.value for key, figure in answer.figures.items()}


def secretary(number: int) -> list[PostGiven]:
    return [PostGiven(PostKind.SECRETARY, f"p-secretary-{number}")]


async def test_binhai_as_of_2015_and_its_subsidies_of_2014(world: World) -> None:
    """A twentieth of F07 and F08: ten independent, two joint, two instructors."""
    history: dict[str, Any] = {"basis": Basis.HISTORICAL, "on": date(2012, 1, 1)}
    alone = await world.register(*[3] * 10, **history)
    joined = await world.register(*[1] * 6, **history)
    rest = await world.register(*[0] * 9, **history)
    founded: dict[str, Any] = {**HISTORY, "effective_on": BEGINNING}
    for number, organization in enumerate(alone):
        await world.found(SetUp.INDEPENDENT, organization, posts=secretary(number), **founded)
    for number, units in ((20, joined[:3]), (21, joined[3:])):
        await world.found(SetUp.JOINT, *units, posts=secretary(number), **founded)
    for number, units in ((0, rest[:2]), (1, rest[2:4])):
        sent = await instructor(world, person_id=f"p-instructor-{number}", **founded)
        await world.do(assign, id=sent.id, organization_ids=[o.id for o in units], **founded)

    found = await values(world, date(2015, 9, 1))
    assert found["party_organizations.independent"] == 10
    assert found["party_organizations.joint"] == 2
    assert found["party_organizations.total"] == 12
    assert found["instructors.assigned"] == 2
    assert found["coverage.registered"] == 25
    assert found["coverage.organisational"] == 16
    assert found["coverage.organisational_rate"] == 64.0
    assert found["coverage.work_rate"] == 16.0
    assert found["coverage.total_rate"] == 80.0
    assert found["coverage.uncovered"] == found["duties.open"] == 5
    assert found["duties.overdue"] == 0
    assert found["party_organizations.per_registered"] == 48.0

    year = await values(world, None, start=date(2014, 1, 1), end=date(2014, 12, 31))
    assert year["subsidy.secretaries_only"] == (12 * 2000 + 12 * 2400) * 100
    assert year["subsidy.secretaries_and_instructors"] == (12 * 2000 + 14 * 2400) * 100
    assert year["subsidy.instructors_only"] == (12 * 2000 + 2 * 2400) * 100
    assert year["subsidy.payable"] == year["subsidy.secretaries_and_instructors"]

    beside = await read(world, subsidy_year, year=2014, published_from=57_000_00, published_below=58_000_00)
    assert beside.fits == {
        "secretaries_only": False, "secretaries_and_instructors": True, "instructors_only": False
    }  # fmt: skip
    assert beside.cadres == range(14, 15)


async def test_before_anything_was_true_everything_is_nothing(world: World) -> None:
    [organization] = await world.register(3, basis=Basis.HISTORICAL, on=date(2014, 3, 1))
    await world.found(SetUp.INDEPENDENT, organization, **HISTORY, effective_on=date(2014, 5, 1))
    before = await values(world, date(2014, 2, 28))
    assert {key for key, value in before.items() if value} == set()
    between = await values(world, date(2014, 4, 30))
    assert (between["coverage.registered"], between["coverage.organisational"]) == (1, 0)
    assert between["duties.open"] == 1
    after = await values(world, date(2014, 5, 1))
    assert (after["coverage.organisational_rate"], after["duties.open"]) == (100.0, 0)


async def test_the_past_stays_as_it_was_when_things_change(world: World) -> None:
    stays, leaves = await world.register(3, 1, basis=Basis.HISTORICAL, on=BEGINNING)
    branch = await world.found(SetUp.JOINT, stays, leaves, **HISTORY, effective_on=BEGINNING)
    given = {"mode": SetUp.INDEPENDENT, "organization_ids": [stays.id], "lead_organization_id": None}
    await world.do(change, id=branch.id, given=given, **HISTORY, effective_on=date(2014, 6, 1))
    await world.deregister(leaves, date(2015, 6, 1), basis=Basis.HISTORICAL)
    await world.do(dissolve, id=branch.id, **HISTORY, effective_on=date(2016, 6, 1))

    async def at(day: date) -> tuple[Any, ...]:
        found = await values(world, day)
        keys = ("party_organizations.joint", "party_organizations.independent", "coverage.registered",
                "coverage.organisational", "duties.open")  # fmt: skip
        return tuple(found[key] for key in keys)

    assert await at(date(2014, 1, 1)) == (1, 0, 2, 2, 0)
    assert await at(date(2014, 7, 1)) == (0, 1, 2, 1, 1)
    assert await at(date(2015, 7, 1)) == (0, 1, 1, 1, 0)
    assert await at(date(2016, 7, 1)) == (0, 0, 1, 0, 1)


async def test_overdue_is_told_for_any_day_also_before_a_later_deadline(world: World) -> None:
    [organization] = await world.register(3)
    await world.begin(later(100))
    branch = await world.found(SetUp.INDEPENDENT, organization)
    await world.begin(later(110))
    await world.do(dissolve, id=branch.id)
    assert (await values(world, later(90)))["duties.overdue"] == 0
    assert (await values(world, later(95)))["duties.overdue"] == 1
    assert (await values(world, later(105)))["duties.overdue"] == 0
    assert (await values(world, later(150)))["duties.overdue"] == 0
    assert (await values(world, later(201)))["duties.overdue"] == 1


async def test_figures_of_a_district_add_up_from_its_streets(world: World) -> None:
    here = await world.register(3, 0, division=STREET)
    there = await world.register(3, division="120116002")
    for organization in (here[0], there[0]):
        await world.found(SetUp.INDEPENDENT, organization)
    found = await ask(world, as_of=TODAY, division="120116", by="division")
    assert found.by is not None
    assert set(found.by) == {STREET, "120116002"}
    assert found.figures["coverage.registered"].value == 3
    assert [found.by[code]["coverage.registered"] for code in (STREET, "120116002")] == [2, 1]
    assert (await values(world, division="120116002"))["party_organizations.independent"] == 1


async def test_work_stations_and_temporary_organisations_draw_no_subsidy(world: World) -> None:
    [organization] = await world.register(0, basis=Basis.HISTORICAL, on=BEGINNING)
    branch = await world.found(
        SetUp.TEMPORARY, organization, posts=secretary(1), **HISTORY, effective_on=BEGINNING
    )
    year = {"start": date(2014, 1, 1), "end": date(2014, 12, 31)}
    assert (await values(world, None, **year))["subsidy.secretaries_only"] == 0
    await world.do(
        change, id=branch.id, given={"mode": SetUp.INDEPENDENT}, **HISTORY, effective_on=date(2014, 7, 1)
    )
    assert (await values(world, None, **year))["subsidy.secretaries_only"] == (1000 + 6 * 200) * 100


async def test_months_end_with_the_post_and_with_the_assignment(world: World) -> None:
    covered, visited = await world.register(3, 0, basis=Basis.HISTORICAL, on=BEGINNING)
    branch = await world.found(
        SetUp.INDEPENDENT, covered, posts=secretary(1), **HISTORY, effective_on=BEGINNING
    )
    await world.do(
        leave_post, id=branch.id, kind=PostKind.SECRETARY, person_id="p-secretary-1",
        until=date(2014, 4, 1), basis="historical",
    )  # fmt: skip
    sent = await instructor(world, **HISTORY, effective_on=BEGINNING)
    during = {"id": sent.id, "organization_ids": [visited.id], **HISTORY}
    await world.do(assign, effective_on=date(2014, 2, 1), **during)
    await world.do(release, effective_on=date(2014, 9, 1), **during)
    found = await values(world, None, start=date(2014, 1, 1), end=date(2014, 12, 31))
    assert (found["subsidy.secretary_months"], found["subsidy.instructor_months"]) == (3, 7)


async def test_the_regions_own_rule_says_which_reading_is_payable(world: World) -> None:
    world.runtime.policies = PartybuildPolicy(instructors_eligible=False)
    [organization] = await world.register(0)
    sent = await instructor(world, **HISTORY, effective_on=BEGINNING)
    await world.do(assign, id=sent.id, organization_ids=[organization.id], **HISTORY, effective_on=BEGINNING)
    found = await values(world, None, start=date(2014, 1, 1), end=date(2014, 12, 31))
    assert found["subsidy.payable"] == found["subsidy.secretaries_only"] == 0
    assert found["subsidy.secretaries_and_instructors"] == 12 * 200 * 100


async def test_the_womens_line_has_a_rate_of_its_own_where_it_is_owed(world: World) -> None:
    first, _ = await world.register(3, 3)
    assert "coverage.women_rate" not in await values(world)
    world.runtime.policies = PartybuildPolicy(lines=("party", "women"))
    await world.found(SetUp.INDEPENDENT, first, line=Line.WOMEN)
    found = await values(world)
    assert (found["coverage.women_rate"], found["coverage.organisational_rate"]) == (50.0, 0.0)
    assert found["party_organizations.total"] == 0


async def test_filed_organisations_are_no_part_of_the_denominator_but_suspended_ones_are(
    world: World,
) -> None:
    await world.register(3, status=LegalStatus.FILED)
    assert (await values(world))["coverage.registered"] == 0
    assert "coverage.organisational_rate" not in await values(world)
    await world.register(3, status=LegalStatus.SUSPENDED)
    assert (await values(world))["coverage.registered"] == 1


async def test_subsidies_are_of_the_year_up_to_the_day_unless_a_period_is_asked_for(world: World) -> None:
    of_day = await ask(world, as_of=date(2014, 3, 31))
    assert (of_day.from_, of_day.to) == (date(2014, 1, 1), date(2014, 3, 31))
    of_period = await ask(world, start=date(2012, 1, 1), end=date(2013, 12, 31))
    assert (of_period.as_of, of_period.from_) == (date(2013, 12, 31), date(2012, 1, 1))


async def test_every_value_has_a_name(world: World) -> None:
    assert set(await values(world)) <= set(NAMES)


async def test_a_merged_record_is_counted_no_longer(world: World) -> None:
    loser, survivor = await world.register(3, 3)
    await world.merge(loser, survivor)
    assert (await values(world))["coverage.registered"] == 1
