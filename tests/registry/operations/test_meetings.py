"""Meetings: due by cadence through a year, held, missed, explained, minuted; decisions become tasks."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.matters.kind import AlreadyThere
from services.registry.operations.cadences import commands as cadences
from services.registry.operations.cadences.model import NothingChanged, UnknownGathering
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.meetings.model import AskedByCadence, OutsidePeriod, PartExceedsWhole
from services.registry.operations.periods import Interval, Strength
from services.registry.operations.tasks import commands as tasks
from services.registry.organizations.model import Basis
from tests.registry.conftest import POLICY, Api, Register

pytestmark = pytest.mark.integration
DISTRICT = "120116"


async def cadence(register: Register, gathering: str = "special_topic", **changes: Any) -> UUID:
    row = await register.do(
        cadences.open_, division=DISTRICT, body="womens_federation", gathering=gathering, **changes
    )
    await register.fire_timers()
    return row.id


async def of(register: Register, cadence: UUID) -> list[Any]:
    return await register.rows(
        "select id, period, state, due_on, explanation_due_on from meeting where cadence_id = $1 order by id",
        cadence,
    )


async def test_a_year_of_quarters_and_the_next_one(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await cadence(register)
    assert [tuple(row)[1:4] for row in await of(register, id)] == [("2026-Q4", "due", date(2026, 12, 31))]
    for day in (date(2027, 1, 1), date(2027, 4, 1), date(2027, 7, 1), date(2027, 10, 1), date(2028, 1, 1)):
        await register.begin(day)
        while await register.fire_timers():
            pass
        held = [row["id"] for row in await of(register, id) if row["state"] == "due"]
        assert len(held) == 1, "one period, one meeting"
        if day.month == 4:
            await register.do(meetings.hold, id=held[0], attended=20, women=15)
    found = [(row["period"], row["state"]) for row in await of(register, id)]
    assert found == [
        ("2026-Q4", "missed"), ("2027-Q1", "missed"), ("2027-Q2", "held"), ("2027-Q3", "missed"),
        ("2027-Q4", "missed"), ("2028-Q1", "due"),
    ]  # fmt: skip
    first = (await of(register, id))[0]["id"]
    assert (await register.events(first))[1][1]["due_on"] == "2026-12-31"


@pytest.mark.parametrize(
    ("gathering", "agenda"),
    [
        ("party_joint_conference", ["party"]),
        ("joint_conference", ["briefing"]),
        ("associations", ["exchange"]),
    ],
)
async def test_conferences_are_asked_for_each_half_year_held_or_missed(
    register: Register, gathering: str, agenda: list[str]
) -> None:
    """T22, J11: joint conferences, of the Party work and of all, and the meetings of associations."""
    await register.begin(date(2026, 11, 22))
    id = await cadence(register, gathering)
    [asked] = await of(register, id)
    assert (asked["period"], asked["due_on"]) == ("2026-H2", date(2026, 12, 31))
    row = await register.do(meetings.hold, id=asked["id"], attended=21, agenda=agenda)
    stated = (await register.events(row.id))[-1][1]["state"]
    assert (stated["gathering"], stated["agenda"]) == (gathering, agenda)
    required = {one.code: one.agenda for one in POLICY.operations.gatherings}[gathering]
    assert row.agenda_lacking == [code for code in required if code not in agenda]
    await register.begin(date(2027, 7, 1))
    while await register.fire_timers():
        pass
    found = [(one["period"], one["state"]) for one in await of(register, id)]
    assert found == [("2026-H2", "held"), ("2027-H1", "missed"), ("2027-H2", "due")]
    missed = next(one for one in await of(register, id) if one["state"] == "missed")
    assert missed["explanation_due_on"] is not None, "generally held: who did not says why"


async def test_after_a_standstill_the_periods_that_passed_are_there(register: Register) -> None:
    await register.begin(date(2026, 2, 10))
    id = await cadence(register)
    await register.begin(date(2026, 11, 22))
    while await register.fire_timers():
        pass
    states = [(row["period"], row["state"]) for row in await of(register, id)]
    assert states == [
        ("2026-Q1", "missed"), ("2026-Q2", "missed"), ("2026-Q3", "missed"), ("2026-Q4", "due")
    ]  # fmt: skip


async def test_comply_or_explain_and_what_is_asked_in_principle(register: Register) -> None:
    await register.begin(date(2026, 12, 20))
    generally = await cadence(register)
    in_principle = await cadence(register, "secretaries_general")
    await register.begin(date(2027, 1, 1))
    while await register.fire_timers():
        pass
    [row, _] = await of(register, generally)
    assert row["explanation_due_on"] == date(2027, 1, 15), "10 working days"
    await register.begin(date(2027, 1, 16))
    assert await register.fire_timers() == 1
    assert (await register.events(row["id"]))[-1][1]["rule"] == "registry.operations.explanation_days"
    done = await register.do(
        meetings.explain, id=row["id"], explanation_code="emergency", explanation="防汛应急,人员均在一线"
    )
    assert done.ended
    assert "防汛" not in str(await register.events(row["id"])), "free words stay here"
    [other, _] = await of(register, in_principle)
    assert (other["state"], other["explanation_due_on"]) == ("missed", None)


async def test_held_in_its_period_though_entered_after_it(register: Register) -> None:
    await register.begin(date(2026, 12, 20))
    id = await cadence(register)
    await register.begin(date(2027, 1, 4))
    await register.fire_timers()
    [row] = [row for row in await of(register, id) if row["period"] == "2026-Q4"]
    with pytest.raises(OutsidePeriod):
        await register.do(meetings.hold, id=row["id"], attended=12)
    with pytest.raises(PartExceedsWhole):
        await register.do(meetings.hold, id=row["id"], attended=12, women=13, effective_on=date(2026, 12, 28))
    held = await register.do(meetings.hold, id=row["id"], attended=12, effective_on=date(2026, 12, 28))
    assert (held.state, held.agenda_lacking) == ("held", ["problems"])
    assert held.due_on == date(2027, 1, 12), "minutes within 10 working days"


async def test_a_cadence_stops_goes_on_and_is_there_once(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await cadence(register)
    with pytest.raises(AskedByCadence):
        await register.do(meetings.cancel, id=(await of(register, id))[0]["id"], reason="busy")
    await register.do(cadences.stop, id=id, reason="merged")
    assert await register.rows("select from timer where kind = 'cadences.period'") == []
    await register.do(cadences.resume, id=id)
    await register.fire_timers()
    assert len(await of(register, id)) == 1, "the period has its meeting already"
    with pytest.raises(UnknownGathering):
        await cadence(register, "tea_party")
    await register.do(
        cadences.open_, division="120116005", body="street", gathering="special_topic",
        effective_on=date(2019, 1, 1), basis=Basis.HISTORICAL,
    )  # fmt: skip
    assert len(await register.rows("select from timer where kind = 'cadences.period'")) == 1


async def test_another_interval_holds_from_the_next_period_on(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await cadence(register)
    with pytest.raises(NothingChanged):
        await register.do(cadences.change, id=id)
    row = await register.do(cadences.change, id=id, interval=Interval.MONTH, strength=Strength.IN_PRINCIPLE)
    assert (row.state, row.interval, row.strength) == ("running", "month", "in_principle")
    assert [one["period"] for one in await of(register, id)] == ["2026-Q4"], "the present one stays as it is"
    await register.begin(date(2027, 1, 1))
    await register.fire_timers()
    assert [one["period"] for one in await of(register, id)] == ["2026-Q4", "2027-01"]
    await register.begin(date(2027, 2, 1))
    await register.fire_timers()
    assert [one["period"] for one in await of(register, id)] == ["2026-Q4", "2027-01", "2027-02"]


async def test_what_a_body_gave_up_it_can_hold_again(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await cadence(register)
    with pytest.raises(AlreadyThere, match=str(id)):
        await cadence(register)
    ended = await register.do(cadences.end, id=id, reason="reform")
    assert (ended.state, ended.ended) == ("ended", True)
    assert await register.rows("select from timer where kind = 'cadences.period'") == []
    assert await cadence(register, interval=Interval.YEAR) != id


async def test_all_of_the_profile_leaves_alone_what_somebody_stopped(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await cadence(register)
    await register.do(cadences.stop, id=id, reason="busy")
    opened = await register.do(cadences.open_all, division=DISTRICT, body="womens_federation")
    assert "special_topic" not in [row.gathering for row in opened]


async def test_a_cadence_of_what_the_region_lists_no_more_stops_and_says_so(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    id = await cadence(register)
    before: Any = register.runtime.policies
    left = tuple(one for one in before.operations.gatherings if one.code != "special_topic")
    fewer = before.operations.model_copy(update={"gatherings": left})
    register.runtime.policies = before.model_copy(update={"operations": fewer})
    await register.begin(date(2027, 1, 2))
    await register.fire_timers()
    [row] = await register.rows("select state from cadence where id = $1", id)
    assert row["state"] == "stopped"
    assert (await register.events(id))[-1][1]["reason"] == "not_listed"
    assert await register.rows("select from timer where kind = 'cadences.period'") == []
    with pytest.raises(UnknownGathering):
        await register.do(cadences.resume, id=id)
    register.runtime.policies = before
    assert (await register.do(cadences.resume, id=id)).state == "running"


async def test_decisions_that_somebody_carries_out_become_tasks(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    opened = await api.post("/v1/cadences/of-profile", division=DISTRICT, body="womens_federation")
    assert opened["gatherings"] == [one.code for one in POLICY.operations.gatherings]
    await register.fire_timers()
    listed = await api.get("/v1/meetings", gathering="secretaries_general")
    [found] = listed["items"]
    assert (found["period"], found["strength"]) == ("2026-Q4", "in_principle")
    path = f"/v1/meetings/{found['id']}"
    held = await api.post(f"{path}/holding", attended=30, women=24, invited=32, agenda=["business"])
    assert held["agenda_lacking"] == ["party"]
    decided = [
        {"title": "年底前完成摸底", "lead": "office", "implementing": ["120116005"], "due_on": "2026-12-31"},
        {"title": "通过上半年总结"},
    ]  # fmt: skip
    minuted = await api.post(f"{path}/minutes", minutes="会议议定两项", decided=decided)
    assert (minuted["state"], minuted["decisions"]) == ("minuted", 2)
    [task] = (await api.get("/v1/tasks", origin_record_id=found["id"]))["items"]
    assert (task["origin"], task["lead"], task["due_on"]) == ("meeting", "office", "2026-12-31")
    [receipt] = (await api.get("/v1/task-receipts", task_id=task["id"]))["items"]
    assert receipt["division"] == "120116005"
    assert (await register.events(found["id"]))[-1][1]["tasks"] == [{"id": task["id"], "sequence": 1}]
    await api.as_("liaison", "120116005").post(f"{path}/minutes", 403, minutes="再议")


async def test_an_instruction_becomes_a_task_and_its_words_stay(register: Register) -> None:
    row = await register.do(
        tasks.issue, division=DISTRICT, title="核查养老机构", kind="check", lead="office",
        implementing=["120116005"], instruction="请速办", instructed_by="u-leader",
    )  # fmt: skip
    [(_, event)] = await register.events(row.id)
    assert event["state"]["origin"] == "instruction"
    assert "请速办" not in str(event)
