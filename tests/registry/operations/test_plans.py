"""Plans: phases and milestones in their time, late ones said once each, amended, of 2012."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from chassis.unit_of_work import NotFound
from services.registry.operations.plans import commands as plans
from services.registry.operations.plans.model import NoSuchPart, PartDone, SpanReversed
from tests.registry.conftest import Api, Register
from tests.registry.references import meeting

pytestmark = pytest.mark.integration


def stage(title: str, begins_on: date, ends_on: date) -> plans.Stage:
    return plans.Stage(title=title, begins_on=begins_on, ends_on=ends_on)


async def adopted(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": "120116", "title": "枢纽型组织建设方案", "kind": "hub", "body": "womens_federation",
        "begins_on": date(2026, 11, 1), "ends_on": date(2027, 6, 30), "adopted_by": "四届九次常委会议",
        "stages": [
            stage("动员部署", date(2026, 11, 1), date(2026, 11, 30)),
            stage("组织实施", date(2026, 12, 1), date(2027, 6, 30)),
        ],
        "due": [
            plans.Milestone(title="各街道报备", due_on=date(2026, 11, 30)),
            plans.Milestone(title="基地揭牌", due_on=date(2026, 12, 31)),
        ],
        **changes,
    }  # fmt: skip
    return (await register.do(plans.adopt, **found)).id


async def test_what_was_due_on_a_day_is_said_once_and_the_next_day_waited_for(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await adopted(register)
    await register.do(plans.start_phase, id=id, number=1)
    await register.begin(date(2027, 1, 1))
    while await register.fire_timers():
        pass
    late = [data for fact, data in await register.events(id) if fact == "milestone_missed"]
    assert [(one["due_on"], one.get("milestones"), one.get("phases")) for one in late] == [
        ("2026-11-30", [1], [1]), ("2026-12-31", [2], None)
    ]  # fmt: skip
    await register.do(plans.end_phase, id=id, number=1, report="街道全部动员")
    row = await register.do(plans.meet, id=id, number=2)
    assert row.due_on == date(2027, 6, 30), "the second phase's end"
    with pytest.raises(PartDone):
        await register.do(plans.meet, id=id, number=2)
    with pytest.raises(NoSuchPart):
        await register.do(plans.meet, id=id, number=3)


async def test_the_meeting_that_adopted_it_is_on_the_record(register: Register) -> None:
    id = await adopted(register, meeting_id=(held := await meeting(register)))
    assert (await register.events(id))[0][1]["state"]["meeting"] == {"id": str(held), "sequence": 1}
    with pytest.raises(NotFound):
        await adopted(register, meeting_id=uuid7())


async def test_the_next_day_is_said_some_working_days_before(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await adopted(register)
    await register.begin(date(2026, 11, 24))
    assert await register.fire_timers() == 0
    await register.begin(date(2026, 11, 25))
    assert await register.fire_timers() == 1, "three working days before the 30th, a Monday"
    fact, said = (await register.events(id))[-1]
    assert (fact, said["due_on"], said["rule"]) == (
        "deadline_neared", "2026-11-30", "registry.operations.remind_days"
    )  # fmt: skip
    assert (said["state"]["state"], said["state"].get("overdue", False)) == ("adopted", False)
    await register.begin(date(2026, 12, 1))
    await register.fire_timers()
    await register.begin(date(2026, 12, 28))
    assert await register.fire_timers() == 1, "and before the one after it"
    assert (await register.events(id))[-1][1]["due_on"] == "2026-12-31"


async def test_after_a_standstill_nobody_is_reminded_of_what_has_passed(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await adopted(register)
    await register.begin(date(2027, 1, 4))
    while await register.fire_timers():
        pass
    assert "deadline_neared" not in await register.facts(id)


async def test_what_is_met_is_waited_for_no_more(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await adopted(register, stages=[], due=[plans.Milestone(title="报备", due_on=date(2026, 11, 30))])
    assert len(await register.rows("select from timer")) == 2, "the day, and the reminder before it"
    row = await register.do(plans.meet, id=id, number=1)
    assert row.due_on is None
    assert await register.rows("select from timer") == [], "no deadline is left, and no timer of one"


async def test_an_amendment_keeps_what_was_done(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await adopted(register)
    await register.do(plans.start_phase, id=id, number=1)
    stages = [
        stage("动员部署", date(2026, 11, 1), date(2026, 12, 15)),
        stage("组织实施", date(2027, 1, 1), date(2027, 6, 30)),
    ]
    row = await register.do(plans.amend, id=id, reason="天气原因", stages=stages)
    assert row.phases[0]["began_on"] == "2026-11-22"
    assert row.gaps == [{"kind": "uncovered", "begins_on": "2026-12-16", "ends_on": "2026-12-31"}]
    assert (await register.events(id))[-1][1]["state"]["gaps"] == row.gaps
    with pytest.raises(SpanReversed):
        await register.do(plans.amend, id=id, reason="笔误", ends_on=date(2026, 1, 1))


async def test_the_plan_of_2012_with_its_gap_over_http(register: Register, api: Api) -> None:
    phases = [
        ("2012-08-01", "2012-10-31"), ("2012-11-01", "2013-05-31"), ("2013-06-01", "2014-10-31"),
        ("2014-11-01", "2015-05-31"), ("2015-06-01", "2015-08-31"),
    ]  # fmt: skip
    plan = await api.post(
        "/v1/plans", 201, division="120116", title="三年方案", kind="hub", body="womens_federation",
        begins_on="2012-06-01", ends_on="2015-06-30", adopted_by="四届九次常委会议",
        effective_on="2012-06-01", basis="historical",
        stages=[{"title": f"阶段{n}", "begins_on": a, "ends_on": b} for n, (a, b) in enumerate(phases, 1)],
    )  # fmt: skip
    progress = await api.get(f"/v1/plans/{plan['id']}/progress")
    assert [gap["zh"] for gap in progress["gaps"]] == [
        "2012-06-01 至 2012-07-31：没有任何阶段覆盖", "2015-07-01 至 2015-08-31：阶段超出规划结束"
    ]  # fmt: skip
    figures = (await api.get("/v1/figures", as_of="2015-08-31"))["figures"]
    months = {"span": 37, "phases": 37, "uncovered": 2, "beyond": 2}
    assert {name: figures[f"plans.months.{name}"]["value"] for name in months} == months
    before = (await api.get("/v1/figures", as_of="2012-05-31"))["figures"]
    assert before["plans.months.span"]["value"] == 0
    assert await register.rows("select from timer") == []
    began = await api.post(
        f"/v1/plans/{plan['id']}/phase-start", number=1, effective_on="2012-08-10", basis="historical"
    )
    assert began["phases"][0]["began_on"] == "2012-08-10"
    await api.post(f"/v1/plans/{plan['id']}/phase-start", number=5)
    assert await register.rows("select from timer") == [], "nothing live starts from history"
