"""Figures of a past day: what is recorded late is of its own day, and takes nothing of today with it."""

from datetime import date
from typing import Any

import msgspec
import pytest
from shuniu_contracts import Basis
from shuniu_contracts.registry import (
    LegalStatus,
    OrganizationCorrected,
    OrganizationDissolved,
    OrganizationEntry,
    OrganizationFiled,
    OrganizationLinked,
    OrganizationRelocated,
    OrganizationStanding,
    OrganizationSuspended,
)

from services.partybuild.app import service
from services.partybuild.party_organizations.commands import change, score, upgrade
from services.partybuild.party_organizations.model import Level, SetUp
from tests.conftest import FreshDatabase
from tests.migrating import migrated_again
from tests.partybuild.conftest import STREET, TODAY, Organization, World
from tests.partybuild.figures.test_figures import HISTORY, values

pytestmark = pytest.mark.integration
OTHER = "120116002"
PAST: dict[str, Any] = {"basis": Basis.HISTORICAL}


async def told(world: World, organization: Organization, event: Any, on: date, **fields: Any) -> None:
    """The register records a fact of a day; what is no field of the state is the fact's own."""
    state = {name: fields.pop(name) for name in list(fields) if hasattr(organization.state, name)}
    organization.state = msgspec.structs.replace(organization.state, effective_on=on, **PAST, **state)
    await world.hear(world.tell(organization, event, **fields))


async def registered(world: World, on: date, division: str | None = None) -> float:
    found = await values(world, on, division=division)
    return found["coverage.registered"]


async def test_a_link_found_late_does_not_register_anybody_earlier(world: World) -> None:
    [organization] = await world.register(3, **PAST, on=date(2014, 3, 1))
    await told(world, organization, OrganizationLinked, date(2012, 6, 1))
    assert [await registered(world, date(year, 12, 31)) for year in (2011, 2012, 2013, 2014)] == [0, 0, 0, 1]


async def test_a_filing_found_after_the_registration_is_no_registration(world: World) -> None:
    [organization] = await world.register(3, **PAST, on=date(2014, 3, 1))
    then = OrganizationStanding(division=STREET, legal_status=LegalStatus.FILED)
    await told(world, organization, OrganizationFiled, date(2012, 6, 1), filed_on=date(2012, 6, 1), then=then)
    assert [await registered(world, date(year, 12, 31)) for year in (2012, 2013, 2014)] == [0, 0, 1]


async def test_what_is_found_after_the_end_brings_nobody_back(world: World) -> None:
    [organization] = await world.register(3, **PAST, on=date(2012, 3, 1))
    await world.deregister(organization, date(2016, 3, 1), **PAST)
    then = OrganizationStanding(division=STREET, legal_status=LegalStatus.SUSPENDED)
    await told(world, organization, OrganizationSuspended, date(2014, 6, 1), then=then)
    days = (2011, 2013, 2015, 2016)
    assert [await registered(world, date(year, 12, 31)) for year in days] == [0, 1, 1, 0]


async def test_a_move_found_late_is_of_its_day_whatever_else_was_recorded_since(world: World) -> None:
    [organization] = await world.register(3, **PAST, on=date(2012, 3, 1))
    await told(world, organization, OrganizationLinked, date(2018, 1, 1))
    await told(world, organization, OrganizationRelocated, date(2015, 1, 1), division=OTHER, previous=STREET)
    for year, here, there in ((2013, 1, 0), (2015, 0, 1), (2019, 0, 1)):
        day = date(year, 12, 31)
        assert (await registered(world, day, STREET), await registered(world, day, OTHER)) == (here, there)


async def test_a_correction_mends_the_past(world: World) -> None:
    [organization] = await world.register(3, **PAST, on=date(2014, 3, 1))
    corrected: dict[str, Any] = {
        "fields": ("division", "registered_on"), "reason": "typing_error",
        "previous": OrganizationEntry(division=STREET, registered_on=date(2014, 3, 1)),
    }  # fmt: skip
    await told(
        world, organization, OrganizationCorrected, TODAY, division=OTHER, registered_on=date(2011, 3, 1),
        **corrected,
    )  # fmt: skip
    assert await registered(world, date(2011, 2, 28)) == 0
    assert await registered(world, date(2012, 1, 1), OTHER) == 1
    assert await registered(world, date(2015, 1, 1), STREET) == 0
    assert await registered(world, TODAY, OTHER) == 1


async def test_who_comes_whole_onto_the_register_is_registered_from_that_day_on(world: World) -> None:
    organization = world.registered(3, **PAST, on=date(2012, 3, 1))
    organization.state = msgspec.structs.replace(organization.state, effective_on=date(2018, 1, 1))
    await world.hear(world.registration(organization))
    assert [await registered(world, date(year, 12, 31)) for year in (2011, 2012, 2018)] == [0, 1, 1]


async def test_a_merged_record_is_counted_on_no_day_and_what_covered_it_covers_the_other(
    world: World,
) -> None:
    loser, survivor = await world.register(3, 3, **PAST, on=date(2012, 3, 1))
    await world.found(SetUp.INDEPENDENT, loser, **HISTORY, effective_on=date(2012, 5, 1))
    await world.merge(loser, survivor)
    found = await values(world, date(2013, 1, 1))
    assert (found["coverage.registered"], found["coverage.organisational"], found["duties.open"]) == (1, 1, 0)


async def test_an_import_taken_back_never_was(world: World) -> None:
    [organization] = await world.register(3, **PAST, on=date(2012, 3, 1))
    organization.state = msgspec.structs.replace(
        organization.state, legal_status=LegalStatus.DISSOLVED, ended=True, basis=Basis.CORRECTED,
        effective_on=TODAY,
    )  # fmt: skip
    await world.hear(world.tell(organization, OrganizationDissolved))
    found = await values(world, date(2013, 1, 1))
    assert (found["coverage.registered"], found["duties.open"]) == (0, 0)


async def test_a_score_entered_late_does_not_bring_todays_mode_along(world: World) -> None:
    [first, second] = await world.register(60, 3, **PAST, on=date(2012, 1, 1))
    branch = await world.found(SetUp.INDEPENDENT, first, **HISTORY, effective_on=date(2012, 5, 1))
    given = {
        "mode": SetUp.JOINT, "organization_ids": [first.id, second.id], "lead_organization_id": first.id
    }  # fmt: skip
    await world.do(change, id=branch.id, given=given, **HISTORY, effective_on=date(2016, 1, 1))
    await world.do(score, id=branch.id, score_thousandths=90_000, **HISTORY, effective_on=date(2014, 1, 1))
    await world.do(
        upgrade, id=branch.id, level=Level.GENERAL_BRANCH, **HISTORY, effective_on=date(2015, 1, 1)
    )
    found = [await values(world, date(year, 6, 30)) for year in (2013, 2014, 2015, 2016)]
    assert [one["party_organizations.independent"] for one in found] == [1, 1, 1, 0]
    assert [one["party_organizations.joint"] for one in found] == [0, 0, 0, 1]


_BEFORE = f"""
insert into organization (id, sequence, name, division, area, legal_form, legal_status, categories,
                          obliged_on, basis, ended)
values ('00000000-0000-7000-8000-000000000001', 4, 'n', '{OTHER}', '{OTHER}', 'association', 'registered',
        '{{}}', '2011-01-01', 'live', false);
insert into organization_standing (organization_id, effective_on, sequence, legal_status, division)
select '00000000-0000-7000-8000-000000000001', day::date, sequence, status, division
from (values (1, '2012-01-01', 'registered', '{STREET}'), (2, '2015-01-01', 'suspended', '{STREET}'),
             (3, '2013-01-01', 'suspended', '{STREET}'), (4, '2014-01-01', 'suspended', '{OTHER}'))
     as entry(sequence, day, status, division);
"""


async def test_rows_from_before_say_what_their_facts_said(fresh_database: FreshDatabase) -> None:
    asked = """
    select effective_on::text, legal_status, division from organization_standing order by effective_on
    """
    assert await migrated_again(fresh_database, service, "0003_said", _BEFORE, asked) == [
        ("2011-01-01", "registered", None),
        ("2012-01-01", "registered", STREET),
        ("2014-01-01", None, OTHER),
        ("2015-01-01", "suspended", None),
    ]
