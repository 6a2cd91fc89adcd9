"""Upward reports: routed, answered, raised one tier when late, in one stack and between two."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from shuniu_contracts import Basis, Ref
from shuniu_contracts import registry_operations as contract
from uuid_utils.compat import uuid7

from services.registry.hub.hubs import commands as hubs
from services.registry.hub.hubs.commands import Department, Route
from services.registry.operations.answers import commands as answers
from services.registry.operations.upward import commands as upward
from services.registry.operations.upward.model import NotAbove
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
STREET, DISTRICT = "120116005", "120116"
FACTS = {
    "filed": contract.UpwardReportFiled,
    "escalated": contract.UpwardReportEscalated,
    "withdrawn": contract.UpwardReportWithdrawn,
    "answered": contract.UpwardReportAnswered,
}


async def filed(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": STREET, "kind": "complaint", "category": "legal_rights", "title": "社区反映的问题",
        "content": "居民反映调解室不足", **changes,
    }  # fmt: skip
    row = await register.do(upward.file, **found)
    await told(register, row.id)
    return row.id


async def told(register: Register, id: UUID) -> None:
    """Let the consumer hear the newest fact of the report."""
    fact, data = (await register.events(id))[-1]
    await register.hear(register.received(msgspec.convert(data, FACTS[fact]), id))


async def here(register: Register, report: UUID) -> list[Any]:
    return await register.rows(
        "select id, division, state, department, due_on, overdue from report_answer where report_id = $1"
        " order by id",
        report,
    )


async def state(register: Register, id: UUID) -> Any:
    [row] = await register.rows(
        "select state, addressee, raised_times, result, reply, due_on from upward_report where id = $1", id
    )
    return row


async def test_a_report_is_routed_by_its_category_and_the_sender_sees_the_answer(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 12, 25))
    id = await filed(register)
    [received] = await here(register, id)
    assert (received["division"], received["department"]) == (DISTRICT, "womens_work")
    assert received["due_on"] == date(2027, 1, 11), "10 working days from Christmas, New Year's Day is none"
    path = f"/v1/report-answers/{received['id']}"
    await api.post(f"{path}/routing", department="office")
    answered = await api.post(
        f"{path}/answer", result="arranged", reply="已协调增设一间", answer_document="妇办〔2026〕9号"
    )
    assert answered["state"] == "answered"
    event = (await register.events(received["id"]))[-1][1]
    assert "增设" not in str(event), "words of an answer stay here"
    await register.hear(
        register.received(msgspec.convert(event, contract.ReportAnswerAnswered), received["id"])
    )
    liaison = api.as_("liaison", STREET)
    seen = await liaison.get(f"/v1/upward-reports/{id}")
    assert (seen["state"], seen["result"], seen["reply"]) == ("answered", "arranged", "已协调增设一间")
    assert seen["answered_by"] == DISTRICT
    await liaison.post(f"/v1/upward-reports/{id}/closing")
    assert await register.rows("select from timer") == []


async def test_the_hub_that_routes_the_category_has_it_in_its_queue(register: Register, api: Api) -> None:
    hub = await register.do(
        hubs.recognise, division=DISTRICT, name="区妇联", body="womens_federation", form="mass_organization",
        recognition="government", recognised_by="civil_affairs",
        departments=[Department(code="rights_office", duties=["rights"]), Department(code="office")],
        routes=[Route(category="legal_rights", department="rights_office")],
    )  # fmt: skip
    [received] = await here(register, await filed(register))
    assert received["department"] == "rights_office"
    [other] = await here(register, await filed(register, category="family_education"))
    assert other["department"] == "childrens_work", "what the hub does not route, the profile does"
    queues = await api.get(f"/v1/hubs/{hub.id}/queues")
    assert [(one["department"], one["reports"]) for one in queues] == [("rights_office", 1), ("office", 0)]


async def test_a_late_answer_raises_it_one_tier_until_there_is_nobody_higher(register: Register) -> None:
    await register.begin(date(2026, 11, 2))
    community = "120116005001"
    id = await filed(register, division=community)
    assert [row["division"] for row in await here(register, id)] == [STREET]
    for expected in (DISTRICT, "1201"):
        due = (await state(register, id))["due_on"]
        await register.begin(date.fromordinal(due.toordinal() + 1))
        assert await register.fire_timers() == 1
        await told(register, id)
        assert (await state(register, id))["addressee"] == expected
    late = [(row["division"], row["state"], row["overdue"]) for row in await here(register, id)]
    assert late == [(STREET, "received", True), (DISTRICT, "received", True)], (
        "the city's stack is not here: who was late still has it"
    )
    first = (await register.events((await here(register, id))[0]["id"]))[-1]
    assert (first[0], first[1]["rule"]) == ("became_overdue", "registry.operations.report_answer_days")
    due = (await state(register, id))["due_on"]
    await register.begin(date.fromordinal(due.toordinal() + 1))
    assert await register.fire_timers() == 1
    last = await state(register, id)
    assert (last["addressee"], last["raised_times"], last["due_on"]) == ("1201", 2, None)
    assert (await register.events(id))[-1][1]["previous_addressee"] == "1201"
    assert await register.rows("select from timer") == []
    await told(register, id)
    assert len(await here(register, id)) == 2, "there is nobody higher, and nobody is late twice"


async def test_who_was_late_can_still_answer_and_so_for_all(register: Register) -> None:
    await register.begin(date(2026, 11, 2))
    id = await filed(register, division="120116005001")
    due = (await state(register, id))["due_on"]
    await register.begin(date.fromordinal(due.toordinal() + 1))
    assert await register.fire_timers() == 1
    await told(register, id)
    street, _ = await here(register, id)
    await register.do(answers.reply, id=street["id"], result="arranged", reply="已协调")
    fact, event = (await register.events(street["id"]))[-1]
    assert (fact, event["state"].get("overdue", False)) == ("answered", False)
    await register.hear(
        register.received(msgspec.convert(event, contract.ReportAnswerAnswered), street["id"])
    )
    found = await state(register, id)
    assert (found["state"], found["reply"]) == ("answered", "已协调")
    await told(register, id)
    assert [(row["division"], row["state"]) for row in await here(register, id)] == [
        (STREET, "answered"), (DISTRICT, "closed")
    ]  # fmt: skip


async def test_what_is_raised_before_its_day_finds_nobody_late(register: Register) -> None:
    id = await filed(register, division="120116005001")
    await register.do(upward.escalate, id=id)
    await told(register, id)
    assert [(row["division"], row["overdue"]) for row in await here(register, id)] == [
        (STREET, False), (DISTRICT, False)
    ]  # fmt: skip


async def test_the_answer_of_a_stack_above_reaches_the_sender(register: Register) -> None:
    await register.begin(date(2026, 11, 2))
    id = await filed(register, division=DISTRICT)
    assert (await state(register, id))["addressee"] == "1201"
    assert await here(register, id) == []
    answer = contract.ReportAnswerState(
        effective_on=date(2026, 11, 5), basis=Basis.LIVE, division="1201", opened_on=date(2026, 11, 3),
        state=contract.ReportAnswerPhase.ANSWERED, report=Ref(str(id), 1), kind="complaint",
        category="legal_rights", title="社区反映的问题", sender=DISTRICT, result="funded",
        answer_document="市妇〔2026〕3号", ended=True,
    )  # fmt: skip
    event = register.received(contract.ReportAnswerAnswered(state=answer), uuid7(), stack="1201")
    await register.hear(event)
    found = await state(register, id)
    assert (found["state"], found["result"], found["reply"]) == ("answered", "funded", None)


async def test_a_report_taken_back_is_nobodys_to_answer(register: Register) -> None:
    id = await filed(register)
    await register.do(upward.withdraw, id=id, reason="已自行解决")
    await told(register, id)
    assert [row["state"] for row in await here(register, id)] == ["closed"]
    with pytest.raises(NotAbove):
        await filed(register, addressee="120110")
    old = await filed(register, effective_on=date(2013, 5, 2), basis=Basis.HISTORICAL)
    assert await here(register, old) == [], "nothing live starts from history"


async def test_a_department_may_be_changed_before_the_answer(register: Register) -> None:
    id = await filed(register, category="unlisted")
    [received] = await here(register, id)
    assert received["department"] is None
    row = await register.do(answers.route, id=received["id"], department="centre")
    assert (row.state, row.department) == ("routed", "centre")
