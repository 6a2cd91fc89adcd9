"""The register of risks and the cases of illegal organisations: their clocks, and what stays off the bus."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from services.registry.enforcement.illegal_cases import commands as cases
from services.registry.enforcement.policy import EnforcementPolicy
from services.registry.enforcement.risks import commands
from services.registry.enforcement.risks.model import UnknownRiskLevel
from services.registry.operations.meetings import commands as meetings
from services.registry.origins import NoSuchOrigin
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration


async def opened(register: Register, organization_id: UUID | None = None, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "organization_id": organization_id or await organization(register), "topic": "finance",
        "risk_level": "general", "origin": "spot_check", "description": "大额支出无凭证", **changes,
    }  # fmt: skip
    return (await register.do(commands.open_, **found)).id


async def test_the_level_sets_the_days_and_a_new_assessment_begins_them_anew(register: Register) -> None:
    await register.begin(date(2026, 12, 21))
    id = await opened(register, owner="u-contact")
    [row] = await register.rows("select due_on from risk where id = $1", id)
    assert row["due_on"] == date(2027, 1, 19), "20 working days, New Year's Day is none"
    row = await register.do(commands.assess, id=id, risk_level="grave", explanation="涉众资金")
    assert (row.due_on, row.assessed_times, row.owner) == (date(2026, 12, 28), 1, "u-contact")
    await register.do(commands.reassign, id=id, to="u-other")
    await register.begin(date(2026, 12, 29))
    assert await register.fire_timers() == 1
    row = await register.do(commands.mitigate, id=id, measures=["account_frozen"], explanation="已冻结账户")
    assert (row.due_on, row.overdue) == (None, False)
    row = await register.do(commands.assess, id=id, risk_level="low", explanation="仍需观察")
    assert row.state == "assessed", "the measures did not suffice"
    await register.do(commands.close, id=id, outcome="resolved")
    assert await register.rows("select from timer") == []
    events = await register.events(id)
    assert [fact for fact, _ in events] == [
        "opened", "assessed", "reassigned", "became_overdue", "mitigated", "assessed", "closed",
    ]  # fmt: skip
    assert "账户" not in str(events)
    assert "凭证" not in str(events)
    with pytest.raises(UnknownRiskLevel):
        await opened(register, risk_level="moon")


async def test_an_illegal_organisation_is_verified_in_time_referred_and_closed(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 12, 21))
    liaison = api.as_("liaison", "120116005")
    made = await liaison.post(
        "/v1/illegal-cases", 201, division="120116005", name="晚霞养生促进会", origin="report",
        description="以社团名义收取会费",
    )  # fmt: skip
    assert made["due_on"] == "2027-01-12"
    await liaison.post(f"/v1/illegal-cases/{made['id']}/verification", 403, finding="x", explanation="x")
    id = UUID(made["id"])
    await register.do(cases.verify, id=id, finding="unregistered", explanation="未登记，收费属实")
    await register.do(cases.refer, id=id, referred_to="civil_affairs")
    row = await register.do(cases.close, id=id, outcome="banned")
    assert (row.ended, row.due_on) == (True, None)
    events = str(await register.events(id))
    assert "晚霞" not in events, "what is reported is not yet true: its name stays here"
    answer = await api.get("/v1/figures", **{"from": "2026-12-01", "to": "2026-12-31"})
    assert answer["figures"]["illegal-cases.facts.referred"]["value"] == 1


async def test_who_does_not_look_into_a_report_is_late(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    row = await register.do(
        cases.report, division="120116005", name="某联谊会", origin="census", description="活动频繁"
    )
    await register.begin(date(2026, 12, 23))
    assert await register.fire_timers() == 1
    assert (await register.facts(row.id))[-1] == "became_overdue"


def test_a_level_is_listed_once() -> None:
    level = {"code": "low", "name_zh": "低", "days": 1, "standing": "good"}
    with pytest.raises(ValidationError, match="twice"):
        EnforcementPolicy.model_validate({"risk_levels": [level, level]})
    assert EnforcementPolicy().risk_level("of_old").code == "grave"


async def test_a_risk_comes_of_something_that_is_on_the_record(register: Register) -> None:
    meeting = await register.do(meetings.open_, division="120116", body="office", gathering="special_topic")
    id = await opened(register, origin_record_id=meeting.id)
    [(_, data)] = await register.events(id)
    assert data["state"]["origin_record"] == {"id": str(meeting.id), "sequence": 1}
    with pytest.raises(NoSuchOrigin):
        await opened(register, origin_record_id=uuid7())
