"""Trainings: the survey first, by cadence, lectures, share of women, a year planned against held."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.region import load_region
from deploy.regions import profile_file
from services.registry.operations.cadences import commands as cadences
from services.registry.operations.training_plans import commands as plans
from services.registry.operations.trainings import commands as trainings
from services.registry.operations.trainings.model import SurveyMissing
from services.registry.organizations.model import Basis
from services.registry.policy import RegistryPolicy
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
DISTRICT = "120116"


async def training(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "body": "womens_federation", "course": "lecture", **changes
    }  # fmt: skip
    return (await register.do(trainings.open_, **found)).id


async def held(register: Register, id: UUID, **said: Any) -> None:
    await register.do(trainings.survey, id=id, respondents=40, wanted=["finance"])
    await register.do(trainings.hold, id=id, **said)


async def test_the_survey_goes_before_the_training(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await training(register)
    with pytest.raises(SurveyMissing):
        await register.do(trainings.schedule, id=id, scheduled_on=date(2026, 12, 3))
    await register.do(trainings.survey, id=id, respondents=35, wanted=["finance"], findings="多要求讲财务")
    await register.do(trainings.schedule, id=id, scheduled_on=date(2026, 12, 3), topics=["finance"])
    await register.begin(date(2026, 12, 3))
    row = await register.do(trainings.hold, id=id, attended=60, women=48, hours=3, lecturer="u-teacher")
    assert (row.ended, row.held_on, row.surveyed_on) == (True, date(2026, 12, 3), date(2026, 11, 22))
    said = str(await register.events(id))
    assert "财务" not in said
    assert "u-teacher" not in said


async def test_a_training_of_2014_is_entered_without_a_survey(register: Register) -> None:
    id = await training(register, effective_on=date(2014, 3, 1), basis=Basis.HISTORICAL)
    row = await register.do(
        trainings.hold, id=id, attended=80, effective_on=date(2014, 3, 5), basis=Basis.HISTORICAL
    )
    assert row.state == "held"
    assert await register.rows("select from timer") == []


async def test_a_quarterly_training_that_nobody_held_is_missed_over_the_new_year(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    await register.do(
        cadences.open_, division=DISTRICT, body="womens_federation", gathering="special_training"
    )
    await register.begin(date(2027, 1, 1))
    while await register.fire_timers():
        pass
    rows = await register.rows("select period, state, explanation_due_on from training order by period")
    assert [tuple(row) for row in rows] == [
        ("2026-Q4", "missed", date(2027, 1, 15)), ("2027-Q1", "due", None)
    ]  # fmt: skip


async def test_the_practice_park_trains_on_the_four_topics_of_its_document(
    register: Register, api: Api
) -> None:
    suyu = load_region(profile_file("321311-suyu")).policy("registry", RegistryPolicy)
    register.runtime.policies = suyu
    await register.begin(date(2026, 11, 22))
    await register.do(cadences.open_, division=DISTRICT, body="practice_park", gathering="park_training")
    await register.fire_timers()
    [asked] = await register.rows("select id, topics from training")
    [training] = [kind for kind in await api.get("/v1/matters") if kind["name"] == "training"]
    assert [training["codes"]["topics"][code] for code in asked["topics"]] == [
        "完善内部治理", "规范日常行为", "接受监督管理", "加强党的建设"
    ]  # fmt: skip
    await held(register, asked["id"], attended=30)
    stated = (await register.events(asked["id"]))[-1][1]["state"]
    assert stated["topics"] == ["internal_governance", "conduct", "supervision", "party_building"]
    other = await register.do(
        trainings.open_, division=DISTRICT, body="practice_park", course="park_training", topics=["conduct"]
    )
    assert other.topics == ["conduct"], "what is said goes before what the profile asks"


async def test_a_quarter_s_visits_to_sites_are_counted_by_the_sites_seen(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 22))
    await register.do(cadences.open_, division=DISTRICT, body="womens_federation", gathering="site_visit")
    await register.fire_timers()
    [visit] = await register.rows("select id, period from training where course = 'site_visit'")
    await register.do(trainings.survey, id=visit["id"], respondents=12, wanted=["projects"])
    await register.do(trainings.hold, id=visit["id"], attended=18, sites=3)
    seen = await api.get(f"/v1/trainings/{visit['id']}")
    assert (seen["course"], seen["period"], seen["state"], seen["sites"]) == (
        "site_visit",
        "2026-Q4",
        "held",
        3,
    )
    await register.begin(date(2027, 4, 1))
    while await register.fire_timers():
        pass
    rows = await register.rows("select period, state from training order by period")
    assert [tuple(row) for row in rows] == [
        ("2026-Q4", "concluded"), ("2027-Q1", "missed"), ("2027-Q2", "due")
    ]  # fmt: skip


async def test_a_year_planned_against_held(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    plan = await register.do(
        plans.adopt, division=DISTRICT, body="womens_federation", year=2026, title="专职人员培训计划",
        sessions=4, people=200, hours=12, topics=["finance", "law"],
    )  # fmt: skip
    for number in (30, 50):
        id = await training(register, plan_id=plan.id, topics=["finance"])
        await held(register, id, attended=number, women=20, hours=3)
    await held(register, await training(register), attended=99)
    answer = await api.get(f"/v1/training-plans/{plan.id}/comparison")
    assert answer["held"] == {"sessions": 2, "people": 80, "hours": 6, "topics_left": ["law"]}
    await register.begin(date(2027, 2, 1))
    assert await register.fire_timers() == 4, "the plan is overdue; the lists of three trainings are closed"
    row = await register.do(plans.close, id=plan.id)
    assert (row.held_sessions, row.held_people, row.topics_left) == (2, 80, ["law"])
    assert await register.facts(plan.id) == ["adopted", "became_overdue", "closed"]


async def test_share_of_women_by_division(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    await held(register, await training(register, series="evening"), attended=60, women=45)
    street = await training(register, division="120116005", series="evening")
    await held(register, street, attended=40, women=30)
    await held(register, await training(register), attended=500)
    answer = await api.get("/v1/figures", by="division")
    values = {name: figure["value"] for name, figure in answer["figures"].items()}
    assert values["trainings.year.attended"] == 600
    assert values["trainings.women_share"] == 75.0, "only where women were counted"
    assert values["trainings.year.lectures"] == 2
    assert answer["by"]["120116005"]["trainings.year.attended"] == 40
    before = await api.get("/v1/figures", as_of="2025-12-31")
    assert before["figures"]["trainings.year.attended"]["value"] == 0
