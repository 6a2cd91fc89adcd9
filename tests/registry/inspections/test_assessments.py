"""Yearly assessment: both parts, an opinion where it falls short, a plan, and the days of each."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.matters.kind import AlreadyThere
from services.registry.inspections.assessments import commands
from services.registry.inspections.assessments.model import (
    AssessmentResult,
    NotDirectlySupervised,
    NothingToUpgrade,
    OpinionMissing,
    PartMissing,
    PlanOwed,
)
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, HubLink
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration


async def direct(register: Register) -> UUID:
    """A directly supervised organisation."""
    id = await organization(register)
    await register.do(organizations.link, id=id, link=HubLink.LINKED)
    await register.do(organizations.link, id=id, link=HubLink.DIRECT)
    return id


async def opened(register: Register, **changes: Any) -> UUID:
    about = changes.pop("organization_id", None) or await direct(register)
    return (await register.do(commands.open_, organization_id=about, year=2026, **changes)).id


async def waiting(register: Register) -> list[Any]:
    """The timers of records: beside them there is one of the year."""
    return await register.rows("select kind from timer where kind <> 'assessments.year'")


async def test_both_parts_come_before_the_conclusion(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await opened(register)
    with pytest.raises(PartMissing, match="business, party"):
        await register.do(commands.conclude, id=id, result=AssessmentResult.MET)
    await register.do(commands.assess_business, id=id, business_points=92)
    with pytest.raises(PartMissing, match="party"):
        await register.do(commands.conclude, id=id, result=AssessmentResult.MET)
    await register.do(commands.assess_party, id=id, party_points=88, lacking=["study"], note="学习次数不足")
    row = await register.do(commands.conclude, id=id, result=AssessmentResult.MET)
    assert (row.state, row.due_on, row.shortfalls) == ("concluded", None, ["study"])
    assert await waiting(register) == [], "who meets the requirements owes no plan"
    row = await register.do(commands.close, id=id, outcome="done")
    assert row.ended
    assert "不足" not in str(await register.events(id))


async def test_what_was_assessed_again_falls_short_in_what_was_found_last(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await opened(register)
    await register.do(commands.assess_business, id=id, business_points=60, lacking=["governance", "funds"])
    await register.do(commands.assess_party, id=id, party_points=70, lacking=["study"])
    row = await register.do(commands.assess_business, id=id, business_points=85, lacking=["funds"])
    assert row.shortfalls == ["funds", "study"]
    row = await register.do(commands.assess_party, id=id, party_points=90)
    assert row.shortfalls == ["funds"]


async def test_what_falls_short_is_told_and_upgraded_by_plan(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await opened(register)
    await register.do(commands.assess_business, id=id, business_points=40, lacking=["governance"])
    await register.do(commands.assess_party, id=id, party_points=50)
    with pytest.raises(OpinionMissing):
        await register.do(commands.conclude, id=id, result=AssessmentResult.NOT_MET)
    row = await register.do(
        commands.conclude, id=id, result=AssessmentResult.NOT_MET, opinions=["governance"], opinion="换届"
    )
    assert (row.due_on, row.plan_due_on) == (None, date(2026, 12, 29)), "twenty working days for the plan"
    with pytest.raises(PlanOwed):
        await register.do(commands.close, id=id, outcome="done")
    await register.begin(date(2026, 12, 30))
    assert await register.fire_timers() == 1
    assert (await register.events(id))[-1][1]["rule"] == "registry.inspections.upgrade_plan_days"
    with pytest.raises(NothingToUpgrade):
        await register.do(commands.plan, id=id, measures=[], due_on=date(2027, 3, 31))
    row = await register.do(commands.plan, id=id, measures=["re_election"], due_on=date(2027, 3, 31))
    assert (row.state, row.overdue, row.due_on) == ("upgrading", False, date(2027, 3, 31))
    await register.do(commands.review, id=id, progress="half_way", note="已筹备换届")
    await register.begin(date(2027, 4, 1))
    assert await register.fire_timers() == 2, "and the year is looked at, of which nobody was left out"
    row = await register.do(commands.close, id=id, outcome="upgraded")
    assert await register.facts(id) == [
        "opened", "business_assessed", "party_assessed", "concluded", "became_overdue", "upgrade_planned",
        "upgrade_reviewed", "became_overdue", "closed",
    ]  # fmt: skip
    assert "换届" not in str(await register.events(id))


async def test_who_has_no_assessment_of_the_year_is_counted_in_a_task(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    await opened(register)
    await direct(register)
    [waits] = await register.rows(
        "select subject, due_at, payload from timer where kind = 'assessments.year'"
    )
    await register.begin(date(2027, 1, 31))
    await direct(register)
    await register.fire_timers()
    assert await register.rows("select from task") == []
    await register.begin(date(2027, 2, 1))
    await register.fire_timers()
    [task] = await register.rows("select title, origin, implementing, due_on from task")
    assert task["title"] == "2026 年度考核评价：1 家直管社会组织尚未列入", "of those of last year"
    assert len(await register.do(commands.open_year, division="120116", year=2026)) == 1, "and no others"
    assert (task["origin"], task["implementing"], task["due_on"]) == (
        "assessment", ["120116"], date(2027, 3, 31)
    )  # fmt: skip
    [again] = await register.rows(
        "select subject, due_at, payload from timer where kind = 'assessments.year'"
    )
    assert (again["due_at"] - waits["due_at"]).days == 365
    await register.do(commands.open_year, division="120116", year=2027)
    await register.begin(date(2028, 2, 1))
    await register.fire_timers()
    assert len(await register.rows("select from task")) == 1, "all of 2027 are there"


async def test_only_directly_supervised_ones_and_one_a_year(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    with pytest.raises(NotDirectlySupervised):
        await opened(register, organization_id=await organization(register))
    about = await direct(register)
    await opened(register, organization_id=about)
    with pytest.raises(AlreadyThere):
        await opened(register, organization_id=about)
    old = await opened(
        register, organization_id=await organization(register), effective_on=date(2015, 1, 5),
        basis=Basis.HISTORICAL,
    )  # fmt: skip
    await register.do(
        commands.conclude, id=old, result=AssessmentResult.MET, effective_on=date(2015, 2, 1),
        basis=Basis.HISTORICAL,
    )  # fmt: skip
    assert len(await waiting(register)) == 1, "the live one's"


async def test_a_years_assessments_at_once_and_who_may_do_which_part(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    first, second = await direct(register), await direct(register)
    await organization(register)
    await opened(register, organization_id=first)
    officer, party = api.as_("hub_officer"), api.as_("party_officer")
    wanted = {"division": "120116", "year": 2026}
    assert await officer.post("/v1/assessments/of-year", **wanted) == {"opened": 1}
    assert await officer.post("/v1/assessments/of-year", **wanted) == {"opened": 0}
    [one] = (await officer.get("/v1/assessments", organization_id=str(second)))["items"]
    assert (one["state"], one["due_on"]) == ("opened", "2027-03-31")
    await party.post(f"/v1/assessments/{one['id']}/party", party_points=90)
    await party.post(f"/v1/assessments/{one['id']}/business", 403, business_points=90)
    await api.as_("liaison", "120116005").post("/v1/assessments/of-year", 403, **wanted)
    await register.begin(date(2027, 4, 1))
    assert await register.fire_timers() == 3, "two records, and the year"
    assert (await register.events(one["id"]))[-1][1]["due_on"] == "2027-03-31"
