"""Tasks and their receipts: down to every division, from above too; answered, late, amended, added up."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis, Ref
from shuniu_contracts import registry_operations as contract
from uuid_utils.compat import uuid7

from services.registry.operations.frameworks import TagUnknown
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.plans import commands as plans
from services.registry.operations.receipts import commands as receipts
from services.registry.operations.tasks import commands as tasks
from services.registry.operations.tasks.model import NotBelow
from services.registry.origins import NoSuchOrigin
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
STREETS = ["120116001", "120116002", "120116005"]


async def issued(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": "120116", "title": "报送枢纽型组织建设方案", "kind": "plan", "lead": "office",
        "implementing": STREETS, "due_on": date(2026, 10, 31), **changes,
    }  # fmt: skip
    return (await register.do(tasks.issue, **found)).id


async def owed(register: Register, task: UUID) -> dict[str, Any]:
    rows = await register.rows(
        "select id, division, state, due_on, late, overdue from task_receipt where task_id = $1", task
    )
    return {row["division"]: row for row in rows}


async def test_every_division_named_owes_a_receipt_and_answers_it(register: Register, api: Api) -> None:
    await register.begin(date(2026, 9, 1))
    task = await issued(register)
    found = await owed(register, task)
    assert sorted(found) == STREETS
    one, two, three = (found[street]["id"] for street in STREETS)
    assert (await register.events(one))[0][1]["state"]["task"] == {"id": str(task), "sequence": 1}
    await register.do(receipts.acknowledge, id=one)
    await register.do(receipts.file_for_record, id=one, plan="本街道方案")
    await register.do(receipts.report, id=one, report="已完成", done=12)
    await register.begin(date(2026, 11, 1))
    assert await register.fire_timers() == 5, "the task, the two that did not answer, what reminds them"
    await register.do(receipts.report, id=two, report="已完成", done=3)
    assert (await register.facts(two))[-2:] == ["became_overdue", "reported_late"]
    [district] = await api.get(f"/v1/tasks/{task}/receipts")
    assert [(node["division"], node["state"]) for node in district["below"]] == [
        (STREETS[0], "reported"), (STREETS[1], "reported"), (STREETS[2], "due")
    ]  # fmt: skip
    assert (district["division"], district["own"], district["state"]) == ("120116", None, None)
    assert district["answers"] == {
        "owed": 3, "acknowledged": 2, "filed": 1, "reported": 2, "late": 1, "overdue": 1, "done": 15
    }  # fmt: skip
    assert [node["answers"]["overdue"] for node in district["below"]] == [0, 0, 1]
    await register.do(tasks.complete, id=task)
    assert {row["state"] for row in (await owed(register, task)).values()} == {"closed"}
    assert await register.facts(three) == ["opened", "became_overdue", "closed"]
    assert await register.rows("select from timer") == []


async def test_who_owes_an_answer_is_reminded_before_the_day(register: Register) -> None:
    await register.begin(date(2026, 9, 1))
    task = await issued(register, implementing=STREETS[:2])
    found = await owed(register, task)
    await register.do(receipts.report, id=found[STREETS[0]]["id"], report="已完成")
    await register.begin(date(2026, 10, 28))
    assert await register.fire_timers() == 1, "who has answered is not reminded"
    fact, said = (await register.events(found[STREETS[1]]["id"]))[-1]
    assert (fact, said["due_on"]) == ("deadline_neared", "2026-10-31")
    late = await issued(register, due_on=date(2026, 10, 29), implementing=STREETS[:1])
    timers = await register.rows(
        "select kind from timer where subject = $1", str((await owed(register, late))[STREETS[0]]["id"])
    )
    assert [row["kind"] for row in timers] == ["task-receipts.due"], "that day is too near for a reminder"


async def test_a_task_says_who_leads_answers_and_co_operates(register: Register, api: Api) -> None:
    told: dict[str, Any] = {
        "lead": "federation_chair", "responsible": ["womens_work", "centre"],
        "co_operating": ["childrens_work"], "implementing": STREETS[:1],
    }  # fmt: skip
    id = await issued(register, **told)
    task = await api.get(f"/v1/tasks/{id}")
    state = (await register.events(id))[0][1]["state"]
    for field, value in told.items():
        assert task[field] == state[field] == value


async def test_a_task_of_the_past_asked_in_the_past_and_waits_for_nobody(register: Register) -> None:
    await register.begin(date(2026, 9, 1))
    past: dict[str, Any] = {"effective_on": date(2012, 8, 15), "basis": Basis.HISTORICAL}
    task = await issued(register, due_on=date(2012, 10, 31), implementing=STREETS[:1], **past)
    [one] = (await owed(register, task)).values()
    await register.do(receipts.acknowledge, id=one["id"], **past)
    filed_on: dict[str, Any] = {"effective_on": date(2012, 10, 20), "basis": Basis.HISTORICAL}
    await register.do(receipts.file_for_record, id=one["id"], plan="本街道方案", **filed_on)
    opened = (await register.events(one["id"]))[0][1]["state"]
    assert (opened["opened_on"], opened["basis"]) == ("2012-08-15", "historical")
    assert await register.rows("select from timer where subject = $1", str(one["id"])) == []


async def test_a_plan_filed_in_time_is_the_answer_to_a_task_that_asks_for_no_more(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 3, 2))
    task = await issued(register, asks="filing", due_on=date(2026, 3, 31))
    found = await owed(register, task)
    one, two, three = (found[street]["id"] for street in STREETS)
    await register.begin(date(2026, 3, 3))
    for id in (one, two):
        await register.do(receipts.acknowledge, id=id)
    await register.do(receipts.file_for_record, id=one, plan="本街道方案")
    state = (await register.events(one))[-1][1]["state"]
    assert (state["asks"], state["filed_on"]) == ("filing", "2026-03-03")
    await register.begin(date(2026, 4, 2))
    await register.fire_timers()
    assert await register.facts(one) == ["opened", "acknowledged", "filed_for_record"]
    assert (await register.facts(three))[-1] == "became_overdue"
    name = "task-receipts.late_standing"
    assert (await api.get("/v1/figures"))["figures"][name]["value"] == 2
    await register.do(receipts.file_for_record, id=two, plan="本街道方案")
    assert (await api.get("/v1/figures"))["figures"][name]["value"] == 1
    assert (await api.get("/v1/figures", as_of="2026-04-01"))["figures"][name]["value"] == 2
    [district] = await api.get(f"/v1/tasks/{task}/receipts")
    assert district["answers"] == {
        "owed": 3, "acknowledged": 2, "filed": 2, "reported": 0, "late": 1, "overdue": 1, "done": 0
    }  # fmt: skip
    await register.do(receipts.report, id=one, report="已完成")
    assert (await register.facts(one))[-1] == "reported", "what follows the answer is not late"


async def test_who_files_a_plan_has_taken_note_of_the_task(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    task = await issued(register, asks="filing", due_on=date(2026, 3, 31))
    found = await owed(register, task)
    one, two = (found[street]["id"] for street in STREETS[:2])
    await register.do(receipts.acknowledge, id=two)
    await register.begin(date(2026, 3, 4))
    filed = await api.post(f"/v1/task-receipts/{one}/filing", plan="本街道方案")
    assert (filed["state"], filed["acknowledged_on"], filed["filed_on"]) == (
        "filed_for_record", "2026-03-04", "2026-03-04",
    )  # fmt: skip
    assert await register.facts(one) == ["opened", "filed_for_record"]
    state = (await register.events(one))[-1][1]["state"]
    assert (state["acknowledged_on"], state["filed_on"]) == ("2026-03-04", "2026-03-04")
    row = await register.do(receipts.file_for_record, id=two, plan="本街道方案")
    assert row.acknowledged_on == date(2026, 3, 2), "it had taken note before"
    [district] = await api.get(f"/v1/tasks/{task}/receipts")
    assert (district["answers"]["acknowledged"], district["answers"]["filed"]) == (2, 2)
    await api.post(f"/v1/task-receipts/{one}/acknowledgement", 409)


async def test_a_filing_is_asked_for_again_when_its_task_is_amended(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    task = await issued(register, asks="filing", due_on=date(2026, 3, 31), implementing=STREETS[:1])
    one = (await owed(register, task))[STREETS[0]]["id"]
    await register.do(receipts.acknowledge, id=one)
    await register.do(receipts.file_for_record, id=one, plan="本街道方案")
    await register.do(tasks.amend, id=task, due_on=date(2026, 4, 30))
    state = (await register.events(one))[-1][1]["state"]
    assert (state["state"], state.get("filed_on")) == ("acknowledged", None)
    await register.begin(date(2026, 4, 29))
    await register.do(receipts.file_for_record, id=one, plan="修订方案")
    await register.begin(date(2026, 5, 6))
    await register.fire_timers()
    assert "became_overdue" not in await register.facts(one)


async def test_a_task_that_asks_for_a_report_is_not_answered_by_a_plan(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    task = await issued(register, due_on=date(2026, 3, 31), implementing=STREETS[:1])
    one = (await owed(register, task))[STREETS[0]]["id"]
    await register.do(receipts.acknowledge, id=one)
    await register.do(receipts.file_for_record, id=one, plan="本街道方案")
    await register.begin(date(2026, 4, 2))
    await register.fire_timers()
    [district] = await api.get(f"/v1/tasks/{task}/receipts")
    assert [district["answers"][key] for key in ("filed", "reported", "overdue")] == [1, 0, 1]


async def test_a_receipt_filed_by_an_older_stack_counts_as_filed(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    task = await issued(register, due_on=date(2026, 3, 31), implementing=STREETS[:1])
    state = contract.TaskReceiptState(
        effective_on=date(2026, 3, 3), basis=Basis.LIVE, division="120116002", opened_on=date(2026, 3, 2),
        state=contract.ReceiptPhase.FILED_FOR_RECORD, task=Ref(str(task), 1), title="方案", issuer="120116",
        acknowledged_on=date(2026, 3, 3),
    )  # fmt: skip
    heard = register.received(contract.TaskReceiptFiledForRecord(state=state), uuid7(), stack="120116002")
    await register.hear(heard)
    [district] = await api.get(f"/v1/tasks/{task}/receipts")
    assert [node["answers"]["filed"] for node in district["below"]] == [0, 1]


async def test_an_amended_task_is_to_be_reported_on_again(register: Register) -> None:
    await register.begin(date(2026, 9, 1))
    task = await issued(register, implementing=STREETS[:1])
    one = (await owed(register, task))[STREETS[0]]["id"]
    await register.do(receipts.report, id=one, report="已完成")
    await register.do(tasks.amend, id=task, due_on=date(2026, 12, 31), implementing=STREETS[:2])
    found = await owed(register, task)
    assert [(d, row["state"], row["due_on"]) for d, row in sorted(found.items())] == [
        (STREETS[0], "acknowledged", date(2026, 12, 31)), (STREETS[1], "due", date(2026, 12, 31))
    ]  # fmt: skip
    with pytest.raises(NotBelow):
        await register.do(tasks.amend, id=task, implementing=["120111001"])


async def test_who_has_reported_is_left_alone_when_others_come_or_go(register: Register, api: Api) -> None:
    await register.begin(date(2026, 9, 1))
    task = await issued(register, implementing=STREETS[:2])
    found = await owed(register, task)
    one, two = (found[street]["id"] for street in STREETS[:2])
    await register.do(receipts.report, id=one, report="已完成", done=4)
    await register.do(tasks.amend, id=task, implementing=[STREETS[0], STREETS[2]])
    found = await owed(register, task)
    assert [found[street]["state"] for street in STREETS] == ["reported", "released", "due"]
    assert await register.facts(two) == ["opened", "released"]
    assert await register.rows("select from timer where subject = $1", str(two)) == []
    [district] = await api.get(f"/v1/tasks/{task}/receipts")
    assert [node["division"] for node in district["below"]] == [STREETS[0], STREETS[2]]
    assert (district["answers"]["owed"], district["answers"]["reported"]) == (2, 1)
    await register.do(tasks.amend, id=task, implementing=STREETS)
    again = await register.rows(
        "select state from task_receipt where task_id = $1 and division = $2 order by id", task, STREETS[1]
    )
    assert [row["state"] for row in again] == ["released", "due"], "asked again, with a receipt of its own"


async def test_who_is_to_report_again_has_not_reported(register: Register, api: Api) -> None:
    await register.begin(date(2026, 9, 1))
    task = await issued(register, implementing=STREETS[:1])
    one = (await owed(register, task))[STREETS[0]]["id"]
    await register.do(receipts.report, id=one, report="已完成", done=4)
    await register.do(tasks.amend, id=task, due_on=date(2026, 10, 15))
    [district] = await api.get(f"/v1/tasks/{task}/receipts")
    assert (district["answers"]["reported"], district["answers"]["done"]) == (0, 4)
    await register.begin(date(2026, 10, 20))
    await register.fire_timers()
    name = "task-receipts.late_standing"
    assert (await api.get("/v1/figures"))["figures"][name]["value"] == 1
    await register.do(receipts.report, id=one, report="再次反馈", done=6)
    [district] = await api.get(f"/v1/tasks/{task}/receipts")
    assert [district["answers"][key] for key in ("reported", "late", "done")] == [1, 1, 6]
    assert (await api.get("/v1/figures"))["figures"][name]["value"] == 0


async def test_a_task_comes_of_something_that_is_on_the_record(register: Register) -> None:
    meeting = await register.do(meetings.open_, division="120116", body="office", gathering="special_topic")
    task = await issued(register, origin="meeting", origin_record_id=meeting.id)
    state = (await register.events(task))[0][1]["state"]
    assert state["origin_record"] == {"id": str(meeting.id), "sequence": 1}
    with pytest.raises(NoSuchOrigin):
        await issued(register, origin="meeting", origin_record_id=uuid7())


async def test_a_task_of_the_city_reaches_the_divisions_of_this_stack_only(register: Register) -> None:
    await register.begin(date(2026, 9, 1))
    state = contract.TaskState(
        effective_on=date(2026, 9, 1), basis=Basis.LIVE, division="1201", opened_on=date(2026, 9, 1),
        state=contract.TaskPhase.ISSUED, title="全市摸底", kind="census", lead="office",
        implementing=("120110", "120116", "120116001"), due_on=date(2026, 10, 31),
    )  # fmt: skip
    task = uuid7()
    await register.hear(register.received(contract.TaskIssued(state=state), task, stack="12"))
    found = await owed(register, task)
    assert sorted(found) == ["120116", "120116001"]
    ended = contract.TaskCompleted(state=contract.TaskState(**_fields(state, contract.TaskPhase.COMPLETED)))
    await register.hear(register.received(ended, task, stack="12"))
    assert {row["state"] for row in (await owed(register, task)).values()} == {"closed"}
    [replica] = await register.rows("select home, state, sequence from task where id = $1", task)
    assert tuple(replica) == ("12", "completed", 2)


def _fields(state: contract.TaskState, phase: contract.TaskPhase) -> dict[str, Any]:
    return {
        **{name: getattr(state, name) for name in state.__struct_fields__}, "state": phase, "ended": True
    }  # fmt: skip


async def test_a_district_sees_the_sum_of_what_is_below_each_division(register: Register, api: Api) -> None:
    await register.begin(date(2026, 9, 1))
    below = ["120116001", "120116001001", "120116001002"]
    task = await issued(register, implementing=below)
    found = await owed(register, task)
    await register.do(receipts.report, id=found["120116001002"]["id"], report="完成", done=5)
    [district] = await api.get(f"/v1/tasks/{task}/receipts")
    [street] = district["below"]
    assert (street["answers"]["owed"], street["answers"]["reported"], street["answers"]["done"]) == (3, 1, 5)
    assert [node["division"] for node in street["below"]] == below[1:]
    streets = await issued(register, implementing=["120116001001", "120116005001", "120116005002"])
    [district] = await api.get(f"/v1/tasks/{streets}/receipts")
    sums = [(node["division"], node["answers"]["owed"], node["own"]) for node in district["below"]]
    assert sums == [("120116001", 1, None), ("120116005", 2, None)], "streets that owe nothing themselves"
    assert district["answers"]["owed"] == 3
    liaison = api.as_("liaison", "120116001002")
    assert [node["division"] for node in await liaison.get(f"/v1/tasks/{task}/receipts")] == below[2:]


async def test_what_each_division_owes_late_on_a_day(register: Register, api: Api) -> None:
    await register.begin(date(2026, 10, 1))
    task = await issued(register)
    found = await owed(register, task)
    await register.begin(date(2026, 11, 5))
    await register.fire_timers()
    await register.do(receipts.report, id=found[STREETS[0]]["id"], report="已完成")
    name = "task-receipts.late_standing"
    before = await api.get("/v1/figures", as_of="2026-10-31", by="division")
    assert before["figures"][name]["value"] == 0, "the last day is not late yet"
    on_the_4th = await api.get("/v1/figures", as_of="2026-11-04")
    assert on_the_4th["figures"][name]["value"] == 3
    now = await api.get("/v1/figures", by="division")
    assert (now["figures"][name]["value"], now["by"][STREETS[1]][name]) == (2, 1)


async def test_tasks_and_plans_of_a_day_by_the_framework_s_tags(register: Register, api: Api) -> None:
    await register.begin(date(2026, 9, 1))
    done = await issued(register, framework=["transformer", "accelerator"])
    late = await issued(register, framework=["accelerator"])
    gone = await issued(register, framework=["transformer"])
    await register.do(tasks.complete, id=done)
    await register.do(tasks.cancel, id=gone, reason="重复")
    await register.begin(date(2026, 11, 1))
    await register.fire_timers()
    await register.do(
        plans.adopt, division="120116", title="行动方案", kind="hub", body="office",
        begins_on=date(2026, 11, 1), ends_on=date(2026, 12, 31), framework=["accelerator"],
    )  # fmt: skip
    assert (await api.get(f"/v1/tasks/{late}"))["overdue"] is True

    async def counted(tag: str, day: str) -> list[int]:
        figures = (await api.get("/v1/figures", division="120116", as_of=day))["figures"]
        whats = ("tasks", "completed", "overdue", "plans")
        return [figures[f"frameworks.{tag}.{what}"]["value"] for what in whats]

    assert await counted("accelerator", "2026-11-01") == [2, 1, 1, 1]
    assert await counted("transformer", "2026-11-01") == [1, 1, 0, 0]
    assert await counted("accelerator", "2026-10-31") == [2, 1, 0, 0], "before the plan, and in time"
    assert await counted("accelerator", "2026-08-31") == [0, 0, 0, 0]
    assert await counted("six_actions", "2026-11-01") == [0, 0, 0, 0], "nothing is tagged with the whole"
    in_use = await api.get("/v1/frameworks", division="120116", as_of="2026-10-31")
    assert in_use == [
        {"tag": "accelerator", "tasks": 2, "completed": 1, "overdue": 0, "plans": 0},
        {"tag": "transformer", "tasks": 1, "completed": 1, "overdue": 0, "plans": 0},
    ]
    await api.as_("liaison", "120116005").get("/v1/frameworks", 403, division="120116")


async def test_a_tag_is_one_of_the_region_s_frameworks(register: Register) -> None:
    await issued(register, framework=["six_actions", "one_team"])
    with pytest.raises(TagUnknown, match="accelerater"):
        await issued(register, framework=["accelerator", "accelerater"])
    with pytest.raises(TagUnknown):
        await register.do(
            plans.adopt, division="120116", title="行动方案", kind="hub", body="office",
            begins_on=date(2026, 11, 1), ends_on=date(2026, 12, 31), framework=["seven_actions"],
        )  # fmt: skip
