"""Supervision visits, whose findings are owed by somebody, and joint activities, which are joint."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.registry.operations.joint import commands as joint
from services.registry.operations.joint.model import NoSuchPartner, NotJoint
from services.registry.operations.visits import commands as visits
from services.registry.operations.visits.model import VisitedNotBelow
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration
DISTRICT, STREET = "120116", "120116005"


async def planned(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "body": "womens_federation", "visited": STREET, "topics": ["progress"],
        "due_on": date(2026, 12, 20), **changes,
    }  # fmt: skip
    return (await register.do(visits.plan, **found)).id


def finding(**changes: Any) -> visits.Finding:
    said = {"topic": "filing", "title": "补齐备案台账", "words": "台账缺三家", "due_on": date(2027, 1, 10)}
    return visits.Finding.model_validate({**said, **changes})


async def test_what_was_found_is_a_task_of_the_division_and_it_is_visited_again(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await planned(register)
    await register.begin(date(2026, 12, 21))
    assert await register.fire_timers() == 1
    await register.do(visits.postpone, id=id, due_on=date(2026, 12, 25), reason="weather")
    await register.begin(date(2026, 12, 24))
    row = await register.do(
        visits.make, id=id, report="总体良好", found=[finding()], revisit_on=date(2027, 1, 15)
    )
    assert (row.findings, row.due_on, row.overdue) == (1, date(2027, 1, 15), False)
    [task] = await register.rows("select id, origin, origin_record_id, implementing from task")
    assert tuple(task)[1:] == ("visit", id, [STREET])
    [receipt] = await register.rows("select division, due_on from task_receipt")
    assert tuple(receipt) == (STREET, date(2027, 1, 10))
    event = (await register.events(id))[-1][1]
    assert event["tasks"] == [{"id": str(task["id"]), "sequence": 1}]
    assert "良好" not in str(event)
    await register.begin(date(2027, 1, 16))
    assert await register.fire_timers() == 4, "the revisit, the task, its receipt and what reminds of it"
    assert (await register.events(id))[-1][1]["rule"] == "supervision_visit.revisit_on"
    row = await register.do(visits.revisit, id=id, report="已补齐")
    assert (row.revisits, row.due_on) == (1, None)
    await register.do(visits.close, id=id, result="corrected")


async def test_what_was_found_at_an_organisation_is_its_rectification(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await planned(register, organization_id=await organization(register))
    await register.do(visits.make, id=id, report="检查财务", found=[finding(topic="finance")])
    [owed] = await register.rows("select origin, origin_record_id, topics from rectification")
    assert tuple(owed) == ("supervision_visit", id, ["finance"])
    assert await register.rows("select from task") == []
    with pytest.raises(VisitedNotBelow):
        await planned(register, visited="120110")
    with pytest.raises(VisitedNotBelow):
        await planned(register, visited="120116001", organization_id=await organization(register))


async def test_a_joint_activity_has_a_lead_and_partners(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one, two = await organization(register), await organization(register)
    common: dict[str, Any] = {"division": STREET, "title": "冬日送暖", "kind": "care"}
    with pytest.raises(NotJoint):
        await register.do(joint.plan, **common, lead_organization_id=one, partner_ids=[one])
    with pytest.raises(NoSuchPartner):
        await register.do(joint.plan, **common, lead_body="womens_federation", partner_ids=[uuid7()])
    row = await register.do(
        joint.plan, **common, lead_organization_id=one, partner_ids=[two], due_on=date(2026, 12, 31)
    )
    assert row.partners == [str(two)]
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    held = await api.as_("liaison", STREET).post(
        f"/v1/joint-activities/{row.id}/holding", effective_on="2026-12-30", reached=300,
        reached_qualifier="over", volunteers=40,
    )  # fmt: skip
    assert (held["state"], held["held_on"]) == ("held", "2026-12-30")
    event = (await register.events(row.id))[-1][1]["state"]
    assert event["reached"] == {"value": 300, "qualifier": "over"}
