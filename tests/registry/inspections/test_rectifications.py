"""Rectification: its steps, its deadline in working days, what stays here and what the bus learns."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from chassis.matters.facts import BeforeOpening
from chassis.model import FutureDay, StepNotPossible
from chassis.principal import NotPermitted, Principal
from chassis.unit_of_work import StaleRevision
from services.registry.inspections.rectifications import commands
from services.registry.inspections.rectifications.model import ExtendedBackwards, NothingShown
from services.registry.operations.meetings import commands as meetings
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, RegistrationRoute
from services.registry.origins import NoSuchOrigin
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
STREET = "120116005"


async def organization(register: Register) -> UUID:
    row = await register.do(
        organizations.register_new, division=STREET, legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2014, 5, 1), basis=Basis.HISTORICAL,
        details={"name": "滨海新区晚晴协会"},
    )  # fmt: skip
    return row.id


async def opened(register: Register, organization_id: UUID | None = None, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "organization_id": organization_id or await organization(register), "origin": "spot_check",
        "topics": ["finance"], "findings": "账目公开不及时", **changes,
    }  # fmt: skip
    row = await register.do(commands.open_, **found)
    return row.id


async def due(register: Register, id: UUID) -> Any:
    [row] = await register.rows("select due_on, overdue from rectification where id = $1", id)
    return row["due_on"], row["overdue"]


async def test_what_is_found_is_put_right_and_closed(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await opened(register)
    assert await due(register, id) == (date(2027, 1, 13), False), "30 working days, New Year's Day is none"
    await register.do(commands.submit_evidence, id=id, measures="已按季公开账目", evidence=["公示照片 3 张"])
    await register.do(commands.return_, id=id, topics_left=["finance"], explanation="缺第四季度")
    await register.do(commands.submit_evidence, id=id, measures="已补")
    row = await register.do(commands.close, id=id, outcome="corrected")
    assert (row.ended, row.ended_on, row.returned_times) == (True, date(2026, 12, 1), 1)
    events = await register.events(id)
    assert [fact for fact, _ in events] == [
        "opened",
        "evidence_submitted",
        "returned",
        "evidence_submitted",
        "closed",
    ]
    assert events[2][1]["topics_left"] == ["finance"]
    assert events[-1][1]["state"]["outcome"] == "corrected"
    assert "账目" not in str(events), "free words stay here"
    assert await register.rows("select from timer") == []


async def test_a_deadline_that_passes_is_said_once_and_an_extension_starts_it_anew(
    register: Register,
) -> None:
    await register.begin(date(2026, 11, 2))
    id = await opened(register, due_on=date(2026, 11, 20))
    await register.begin(date(2026, 11, 21))
    assert await register.fire_timers() == 1
    assert await register.fire_timers() == 0
    assert await due(register, id) == (date(2026, 11, 20), True)
    assert (await register.events(id))[-1][1]["due_on"] == "2026-11-20"
    with pytest.raises(ExtendedBackwards):
        await register.do(commands.extend, id=id, until=date(2026, 11, 20), reason="材料较多")
    await register.do(commands.extend, id=id, until=date(2026, 12, 10), reason="材料较多")
    assert await due(register, id) == (date(2026, 12, 10), False)
    await register.begin(date(2026, 12, 11))
    assert await register.fire_timers() == 1
    assert await register.facts(id) == ["opened", "became_overdue", "extended", "became_overdue"]


async def test_history_starts_no_deadline(register: Register) -> None:
    id = await opened(register, effective_on=date(2019, 3, 1), basis=Basis.HISTORICAL)
    assert await due(register, id) == (None, False)
    assert await register.rows("select from timer") == []


async def test_steps_out_of_turn_and_days_that_cannot_be_are_refused(register: Register) -> None:
    await register.begin(date(2026, 11, 2))
    id = await opened(register)
    with pytest.raises(StepNotPossible):
        await register.do(commands.return_, id=id, topics_left=[], explanation="尚未报送")
    with pytest.raises(NothingShown):
        await register.do(commands.submit_evidence, id=id)
    with pytest.raises(FutureDay):
        await register.do(commands.close, id=id, outcome="corrected", effective_on=date(2026, 11, 3))
    with pytest.raises(BeforeOpening):
        await register.do(commands.close, id=id, outcome="corrected", effective_on=date(2026, 11, 1))
    elsewhere = Principal("u-other", frozenset({"hub_officer"}), frozenset({"*"}), ("120116006",))
    with pytest.raises(NotPermitted):
        await register.do(
            commands.close,
            id=id,
            outcome="corrected",
            principal=elsewhere,
            permission="rectifications:review",
        )
    with pytest.raises(StaleRevision):
        await register.do(commands.close, id=id, outcome="corrected", revision=7)
    assert await register.facts(id) == ["opened"]


async def test_a_step_entered_late_takes_its_place_among_the_days(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 20))
    id = await opened(register, effective_on=date(2026, 3, 2), basis=Basis.HISTORICAL)
    await register.do(
        commands.close, id=id, outcome="corrected", effective_on=date(2026, 9, 1), basis=Basis.HISTORICAL
    )
    steps = await api.get(f"/v1/rectifications/{id}/steps")
    assert [(step["fact"], step["effective_on"]) for step in steps] == [
        ("opened", "2026-03-02"),
        ("closed", "2026-09-01"),
    ]
    days = await register.rows("select state, effective_on, until from matter_step order by effective_on")
    assert [tuple(day) for day in days] == [
        ("opened", date(2026, 3, 2), date(2026, 9, 1)), ("closed", date(2026, 9, 1), None)
    ]  # fmt: skip


async def test_over_http_with_lists_filters_and_the_forms_of_its_steps(register: Register, api: Api) -> None:
    about = await organization(register)
    body = {"organization_id": str(about), "origin": "spot_check", "topics": ["finance"], "findings": "账目"}
    one = await api.post("/v1/rectifications", 201, **body, due_on="2099-01-08")
    two = await api.post("/v1/rectifications", 201, **body, due_on="2099-01-07")
    assert one["state"] == "opened"
    assert one["findings"] == "账目"
    due_first = await api.get("/v1/rectifications", order="due", limit=1)
    assert [row["id"] for row in due_first["items"]] == [two["id"]]
    then = await api.get("/v1/rectifications", order="due", limit=1, cursor=due_first["next"])
    assert [row["id"] for row in then["items"]] == [one["id"]]
    assert (await api.get("/v1/rectifications", state="closed"))["items"] == []
    assert len((await api.get("/v1/rectifications", organization_id=str(about)))["items"]) == 2
    assert (await api.get("/v1/rectifications", due_before="2099-01-08"))["items"][0]["id"] == two["id"]
    faulty = await api.post(f"/v1/rectifications/{one['id']}/closing", 422, outcome="two words")
    assert faulty["code"]
    closed = await api.post(f"/v1/rectifications/{one['id']}/closing", outcome="corrected")
    assert (closed["ended"], closed["sequence"]) == (True, 2)
    liaison = api.as_("liaison", "120116006")
    assert (await liaison.get("/v1/rectifications"))["items"] == []
    await liaison.post(f"/v1/rectifications/{two['id']}/evidence", 403, measures="已改")


async def test_a_rectification_comes_of_something_that_is_on_the_record(register: Register) -> None:
    meeting = await register.do(meetings.open_, division="120116", body="office", gathering="special_topic")
    about = await organization(register)
    id = await opened(register, about, origin_record_id=meeting.id)
    [(_, data)] = await register.events(id)
    assert data["state"]["origin_record"] == {"id": str(meeting.id), "sequence": 1}
    with pytest.raises(NoSuchOrigin):
        await opened(register, about, origin_record_id=uuid7())
