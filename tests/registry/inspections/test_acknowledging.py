"""A campaign and a clean-up are a task of the bodies below: asked, extended and ended with it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis

from services.registry.inspections.campaigns import commands as campaigns
from services.registry.inspections.clean_ups import commands as clean_ups
from services.registry.operations.receipts import commands as receipts
from services.registry.organizations.model import LegalForm
from tests.registry.conftest import POLICY, Api, Register, with_ended

pytestmark = pytest.mark.integration
DISTRICT, STREET = "120116", "120116005"


async def campaign(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "title": "2025 年度年检", "year": 2025, "due_on": date(2026, 5, 31),
        "legal_forms": [LegalForm.ASSOCIATION], "document_number": "津滨民〔2026〕3号", **changes,
    }  # fmt: skip
    return (await register.do(campaigns.open_, **found)).id


async def task_of(register: Register, id: UUID) -> Any:
    [row] = await register.rows("select * from task where origin_record_id = $1", id)
    return row


async def owed(register: Register, task: UUID) -> dict[str, Any]:
    rows = await register.rows("select * from task_receipt where task_id = $1", task)
    return {row["division"]: row for row in rows}


async def test_a_campaign_is_acknowledged_filed_and_reported_on_by_every_street(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 3, 2))
    id = await campaign(register)
    task = await task_of(register, id)
    assert (task["title"], task["due_on"], task["origin"]) == (
        "2025 年度年检", date(2026, 5, 31), "inspection_campaign"
    )  # fmt: skip
    assert (task["document_number"], task["lead"]) == ("津滨民〔2026〕3号", "office")
    [(_, said)] = await register.events(task["id"])
    assert said["state"]["origin_record"] == {"id": str(id), "sequence": 1}, "its opening"
    asked = await owed(register, task["id"])
    streets = {one.code for one in register.runtime.region.children(DISTRICT)}
    assert asked.keys() == streets, "communities have no body that answers"
    receipt = asked[STREET]["id"]
    await register.do(receipts.acknowledge, id=receipt)
    await register.do(receipts.file_for_record, id=receipt, plan="分片包干")
    await register.do(receipts.report, id=receipt, report="已全部通知")
    [whole] = await api.get(f"/v1/tasks/{task['id']}/receipts")
    assert (whole["answers"]["owed"], whole["answers"]["reported"]) == (len(streets), 1)
    listed = await api.get("/v1/tasks", origin_record_id=str(id))
    assert [one["id"] for one in listed["items"]] == [str(task["id"])], "the way from the campaign's page"


async def test_it_is_extended_and_closed_with_the_campaign(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    id = await campaign(register)
    task = (await task_of(register, id))["id"]
    await register.do(campaigns.extend, id=id, due_on=date(2026, 6, 30))
    assert {row["due_on"] for row in (await owed(register, task)).values()} == {date(2026, 6, 30)}
    await register.do(campaigns.close, id=id, even_though_open=True)
    assert await register.facts(task) == ["issued", "amended", "completed"]
    assert {row["state"] for row in (await owed(register, task)).values()} == {"closed"}


async def test_a_clean_up_is_reported_on_step_by_step(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    row = await register.do(
        clean_ups.open_, division=DISTRICT, title="乱收费清理整顿", clean_up_kind="fees",
        due_on=date(2026, 12, 31),
    )  # fmt: skip
    task = (await task_of(register, row.id))["id"]
    receipt = (await owed(register, task))[STREET]["id"]
    await register.do(receipts.report, id=receipt, report="自查完毕")
    await register.do(clean_ups.complete_step, id=row.id, next_due_on=date(2027, 1, 31))
    again = (await owed(register, task))[STREET]
    assert (again["state"], again["due_on"]) == ("acknowledged", date(2027, 1, 31))
    await register.do(clean_ups.complete_step, id=row.id)
    await register.do(clean_ups.cancel, id=row.id, reason="merged")
    assert await register.facts(task) == ["issued", "amended", "completed"]


async def test_nobody_is_asked_where_it_was_said_so_or_no_body_is_below(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    await campaign(register, acknowledged=False)
    await campaign(register, division=STREET)
    past = {"year": 2013, "due_on": date(2014, 5, 31), "effective_on": date(2014, 3, 1)}
    await campaign(register, basis=Basis.HISTORICAL, **past)
    assert await register.rows("select id from task") == []


async def test_a_street_that_ended_has_nobody_to_answer(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    with_ended(register, STREET, date(2021, 2, 28))
    streets = {one.code for one in register.runtime.region.children(DISTRICT)}
    task = await task_of(register, await campaign(register))
    assert (await owed(register, task["id"])).keys() == streets - {STREET}


async def test_whose_bodies_answer_and_who_leads_is_the_profiles(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    inspections = POLICY.inspections.model_copy(
        update={"acknowledged_by": ("zone",), "sent_down_lead": "society_section"}
    )
    register.runtime.policies = POLICY.model_copy(update={"inspections": inspections})
    task = await task_of(register, await campaign(register))
    zones = {one.code for one in register.runtime.region.below(DISTRICT) if one.kind == "zone"}
    assert (await owed(register, task["id"])).keys() == zones
    assert task["lead"] == "society_section"
