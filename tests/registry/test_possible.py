"""What is told to be possible is what is accepted: by the division that decides, the body whose staff it is,
the hand that wrote a line, the stack that keeps the record."""

from datetime import date
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from services.registry.hub.coordination import commands as coordination
from services.registry.incubation.bases import commands as bases
from services.registry.incubation.entries import commands as entries
from services.registry.incubation.stays import commands as stays
from services.registry.policy import RegistryPolicy, StepOwner
from services.registry.records.assignments import commands as assignments
from services.registry.records.contacts import commands as contacts
from tests.registry.conftest import POLICY, Api, Register
from tests.registry.references import STREET, organization, stay

pytestmark = pytest.mark.integration
DISTRICT = "120116"


async def possible(api: Api, kind: str, id: Any) -> list[str]:
    """What is told of one record."""
    [found] = (await api.get("/v1/matters/possible", record=f"{kind}:{id}")).values()
    return list(found)


async def test_what_a_base_decides_is_offered_to_its_people(register: Register, api: Api) -> None:
    applied = await register.do(
        stays.apply, organization_id=await organization(register), base_id=await district_base(register)
    )
    district, street = api.as_("hub_officer", DISTRICT), api.as_("hub_officer", STREET)
    assert await possible(district, "stay", applied.id) == [
        "screened", "rejected", "withdrawn", "reassigned"
    ]  # fmt: skip
    assert await possible(street, "stay", applied.id) == ["withdrawn"]
    refused = await street.post(f"/v1/stays/{applied.id}/screening", 403)
    assert (refused["code"], DISTRICT in refused["detail"]) == ("not_permitted", True)
    assert await possible(api.as_("hub_officer", "120116001"), "stay", applied.id) == []


async def test_whose_step_it_is_is_said_before_how_the_record_stands(register: Register, api: Api) -> None:
    applied = await register.do(
        stays.apply, organization_id=await organization(register), base_id=await district_base(register)
    )
    street, where = api.as_("hub_officer", STREET), f"/v1/stays/{applied.id}/screening"
    open_ = await street.post(where, 403)
    await register.do(stays.screen, id=applied.id)
    assert (await street.post(where, 403))["detail"] == open_["detail"]
    assert (await api.as_("hub_officer", DISTRICT).post(where, 409))["code"] == "step_not_possible"


async def district_base(register: Register) -> Any:
    """A base of the district, with places."""
    return (await register.do(bases.open_, division=DISTRICT, name="滨海孵化园", capacity=5)).id


async def test_a_line_of_the_service_log_is_confirmed_by_another_hand(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    line = await register.do(
        entries.record, stay_id=await stay(register), service="capacity_building", written_by="base", hours=1
    )
    writer = api.as_("hub_officer", STREET, account=line.writer)
    colleague = api.as_("hub_officer", STREET, account="u-colleague")
    assert await possible(writer, "service_entry", line.id) == ["corrected", "cancelled"]
    assert await possible(colleague, "service_entry", line.id) == ["confirmed", "disputed"]
    await colleague.post(f"/v1/service-entries/{line.id}/confirmation", evidence="盖章确认单")
    assert await possible(colleague, "service_entry", line.id) == []


async def test_a_part_is_answered_by_its_bodys_staff(register: Register, api: Api) -> None:
    part = coordination.Part(body="civil_affairs", duty="premises", division=STREET)
    case = await register.do(
        coordination.open_, division=DISTRICT, kind="premises", title="场地协调", lead="hub", parts=[part]
    )
    answers = ["acknowledged", "part_completed"]
    staff = api.as_("liaison", STREET, "civil_affairs")
    assert await possible(staff, "coordination_case", case.id) == answers, "though the case is the district's"
    await staff.post(f"/v1/coordination-cases/{case.id}/acknowledgement", body="civil_affairs")
    others = api.as_("liaison", STREET, "education")
    assert await possible(others, "coordination_case", case.id) == []
    await others.post(f"/v1/coordination-cases/{case.id}/acknowledgement", 403, body="civil_affairs")


async def test_contact_is_kept_by_the_staff_whose_step_it_is(register: Register, api: Api) -> None:
    owner = StepOwner(bodies=("centre",), source="LUOHU R10", strength="must")
    register.runtime.policies = RegistryPolicy(departments=POLICY.departments, steps={"contact": owner})
    assigned = await register.do(
        assignments.assign, organization_id=await organization(register), officer="u-1"
    )
    due = await register.do(contacts.open_, assignment_id=assigned.id)
    centre = api.as_("hub_officer", STREET, "centre")
    others = api.as_("hub_officer", STREET, "social_work")
    assert {"reassigned", "made"} <= {*await possible(centre, "contact_record", due.id)}
    assert not {"reassigned", "made"} & {*await possible(others, "contact_record", due.id)}
    assert await possible(centre, "contact_assignment", assigned.id) == ["handed_over", "ended"]
    assert await possible(others, "contact_assignment", assigned.id) == []
    refused = await others.post(f"/v1/contact-records/{due.id}/making", 403, channel="visit", work="正常")
    assert refused["code"] == "not_owner_of_step"


async def test_a_record_that_another_stack_keeps_is_worked_on_there(register: Register, api: Api) -> None:
    id = await stay(register)
    officer = api.as_("hub_officer", STREET)
    assert await possible(officer, "stay", id)
    await register.rows("update stay set home = '1201'")
    assert await possible(officer, "stay", id) == []


async def test_nothing_is_possible_with_what_is_not_there_or_not_readable(
    register: Register, api: Api
) -> None:
    assert await possible(api, "stay", uuid7()) == []
    id = await stay(register)
    assert await possible(api.as_("reviewer", STREET), "stay", id) == []
    for name in ("stay", f"organization:{id}", "stay:1"):
        refused = await api.get("/v1/matters/possible", 422, record=name)
        assert refused["code"] == "record_name_malformed"
