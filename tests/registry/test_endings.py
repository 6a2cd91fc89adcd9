"""An organisation ends: what is open about it ends too, or goes on, kind by kind."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.areas import KINDS
from services.registry.endings import ENDS, GOES_ON, ORGANIZATION_ENDED
from services.registry.enforcement.risks import commands as risks
from services.registry.hub.liaisons import commands as liaisons
from services.registry.hub.posts import commands as posts
from services.registry.incubation.bases import commands as bases
from services.registry.incubation.stays import commands as stays
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis
from services.registry.records.assignments import commands as assignments
from services.registry.records.governance import commands as governance
from services.registry.records.governance.model import System
from services.registry.records.returns import commands as returns
from tests.registry.conftest import Api, Register
from tests.registry.records.test_returns import yearly
from tests.registry.references import STREET, organization
from tests.registry.test_vocabulary import KNOWN

DAY, LATER = date(2026, 3, 2), date(2027, 6, 1)
ABOUT = {kind.name: kind for kind in KINDS if "organization_id" in kind.columns}


def test_every_kind_about_an_organisation_ends_with_it_or_goes_on_for_a_reason() -> None:
    ending = {step.kind.name for step in ENDS}
    assert ending | GOES_ON.keys() == ABOUT.keys()
    assert not ending & GOES_ON.keys()


def test_what_goes_on_of_the_kinds_that_end_is_what_there_is_still_something_to_do_with() -> None:
    goes_on: dict[str, set[str]] = {}
    for kind in {step.kind for step in ENDS}:
        facts = {step.fact for step in ENDS if step.kind is kind}
        for table in kind.tables:
            left = {state.value for state, ways in table.items() if ways and facts.isdisjoint(ways)}
            if left := left - {state.value for state in kind._settled}:
                goes_on[kind.name] = left
    assert goes_on == {
        "inspection": {"submitted", "hub_reviewed"},
        "evaluation": {"graded"},
        "periodic_return": {"submitted"},
        "contact_record": {"missed"},
        "credit_listing": {"listed", "publicised"},
    }


def test_why_a_record_ended_has_a_name() -> None:
    for step, said in ENDS.items():
        for name, value in said.items():
            if value == ORGANIZATION_ENDED:
                assert value in KNOWN(step.kind.name, name).names, step.__name__


pytestmark = pytest.mark.integration


async def stands(register: Register, table: str, id: UUID) -> tuple[Any, ...]:
    [row] = await register.rows(f'select state, effective_on, basis from "{table}" where id = $1', id)
    return tuple(row)


async def base(register: Register) -> UUID:
    """A base with one place."""
    row = await register.do(
        bases.open_, division=STREET, name="一席孵化园", capacity=1, departments=["incubation"]
    )
    return row.id


async def test_its_place_is_the_next_ones(register: Register) -> None:
    await register.begin(DAY)
    place, one, two = await base(register), await organization(register), await organization(register)
    first, second, third = [
        await register.do(stays.apply, organization_id=about, base_id=place)
        for about in (one, two, await organization(register))
    ]
    await register.do(stays.screen, id=first.id)
    await register.do(organizations.end, id=one, fact="deregistered")
    await register.do(organizations.end, id=two, fact="revoked")
    assert await stands(register, "stay", first.id) == ("terminated", DAY, "live")
    assert await stands(register, "stay", second.id) == ("withdrawn", DAY, "live")
    await register.do(stays.screen, id=third.id)


async def test_nothing_that_it_owed_becomes_overdue_and_no_officer_has_missed_it(register: Register) -> None:
    await register.begin(DAY)
    about, other = await organization(register), await organization(register)
    owed, checklist, due = [], [], []
    for id in (about, other):
        owed.append(
            await register.do(
                rectifications.open_,
                organization_id=id,
                origin="complaint",
                topics=["finance"],
                findings="账目不清",
            )
        )
        checklist.append(await register.do(governance.open_, organization_id=id))
        due.append(await yearly(register, id))
        await register.do(assignments.assign, organization_id=id, officer="u-one")
    while await register.fire_timers():
        pass
    await register.do(organizations.end, id=about, fact="deregistered")
    await register.begin(LATER)
    while await register.fire_timers():
        pass
    tables = (
        "rectification",
        "governance_checklist",
        "periodic_return",
        "contact_assignment",
        "contact_record",
    )
    found = {
        table: {
            (row["state"], row["overdue"])
            for row in await register.rows(f'select * from "{table}" where organization_id = $1', about)
        }
        for table in tables
    }
    assert found == {
        "rectification": {("closed", False)},
        "governance_checklist": {("closed", False)},
        "periodic_return": {("released", False)},
        "contact_assignment": {("ended", False)},
        "contact_record": {("cancelled", False)},
    }
    [row] = await register.rows("select overdue from rectification where organization_id = $1", other)
    assert row["overdue"], "of the one that goes on"
    assert (await register.events(owed[0].id))[-1][1]["state"]["outcome"] == ORGANIZATION_ENDED
    assert (await register.events(due[0]))[-1][1]["ground"] == ORGANIZATION_ENDED


async def test_who_looks_after_it_has_it_on_the_list_no_more(register: Register) -> None:
    await register.begin(DAY)
    about, other = await organization(register), await organization(register)
    both = [about, other]
    filled, vacant = [
        await register.do(posts.open_, division=STREET, body="street", source="purchased") for _ in range(2)
    ]
    for row in (filled, vacant):
        await register.do(posts.fill, id=row.id, holder=f"u-{row.id}", organization_ids=both)
    await register.do(posts.vacate, id=vacant.id, reason="left")
    liaison = await register.do(
        liaisons.appoint, division=STREET, kind="officer", person="u-li", organization_ids=both
    )
    await register.do(organizations.end, id=about, fact="deregistered")
    for table, id in (("social_worker_post", filled.id), ("social_worker_post", vacant.id),
                      ("liaison", liaison.id)):  # fmt: skip
        [row] = await register.rows(f'select * from "{table}" where id = $1', id)
        assert row["organizations"] == [str(other)]
        assert row.get("load", 1) == 1
    [*_, (fact, said)] = await register.events(filled.id)
    assert (fact, said["state"]["organizations"]) == ("load_changed", [str(other)])


async def test_what_follows_an_end_of_the_past_has_its_day_and_basis(register: Register) -> None:
    await register.begin(DAY)
    about = await organization(register)
    past: dict[str, Any] = {"basis": Basis.HISTORICAL}
    row = await register.do(governance.open_, organization_id=about, effective_on=date(2015, 1, 5), **past)
    await register.do(
        governance.adopt, id=row.id, system=System.DISCLOSURE, effective_on=date(2017, 1, 9), **past
    )
    other = await register.do(
        rectifications.open_, organization_id=about, origin="complaint", topics=["finance"],
        findings="账目不清", effective_on=date(2015, 2, 6), **past,
    )  # fmt: skip
    ended_on = date(2016, 7, 1)
    await register.do(organizations.end, id=about, fact="deregistered", effective_on=ended_on, **past)
    assert await stands(register, "rectification", other.id) == ("closed", date(2016, 7, 1), "historical")
    assert await stands(register, "governance_checklist", row.id) == (
        "closed", date(2017, 1, 9), "historical"
    )  # fmt: skip


async def test_what_outlasts_an_organisation_goes_on(register: Register) -> None:
    await register.begin(DAY)
    about = await organization(register)
    risk = await register.do(
        risks.open_,
        organization_id=about,
        topic="finance",
        risk_level="low",
        origin="complaint",
        description="拖欠工资",
    )
    await register.do(organizations.end, id=about, fact="deregistered")
    assert (await stands(register, "risk", risk.id))[0] == "opened"


async def test_a_return_that_was_released_is_asked_for_again_where_the_end_was_a_mistake(
    register: Register, api: Api
) -> None:
    await register.begin(DAY)
    id = await yearly(register, await organization(register))
    await register.do(returns.release, id=id, ground="suspended")
    row = await register.do(returns.extend, id=id, due_on=date(2027, 5, 1))
    assert (row.state, row.ended) == ("due", False)
