"""Cultivation lists, help outside a stay, guidance in three phases, and one organisation's whole."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.matters.kind import AlreadyThere, SumTooLarge
from chassis.model import StepNotPossible
from services.registry.incubation.classes import UnknownClass
from services.registry.incubation.cultivations import commands as cultivations
from services.registry.incubation.cultivations.model import (
    StageNotOfPath,
    TargetBehind,
    TargetNotReached,
    UnknownPath,
)
from services.registry.incubation.entries import commands as entries
from services.registry.incubation.guidances import commands as guidances
from services.registry.incubation.guidances.model import PhaseWithoutEntry
from services.registry.incubation.supports import commands as supports
from services.registry.incubation.supports.model import (
    NobodyHelped,
    SupportInsideStay,
    UnknownSupportKind,
)
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, LegalStatus
from tests.registry.conftest import Api, Register
from tests.registry.incubation.test_services import account
from tests.registry.references import STREET, organization, stay

pytestmark = pytest.mark.integration


async def listed(register: Register, **changes: Any) -> Any:
    facts: dict[str, Any] = {
        "organization_id": changes.get("organization_id") or await organization(register), "year": 2026,
        "cultivation_class": "start_up", "cultivation_path": "organization", "stage": "discovered",
        "target_stage": "registered", "measures": ["coaching"],
    }  # fmt: skip
    return await register.do(cultivations.list_, **{**facts, **changes})


async def test_an_organisation_is_cultivated_from_stage_to_stage(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    row = await listed(register, explanation="有潜力")
    assert row.due_on == date(2027, 2, 21)
    await register.begin(date(2027, 2, 22))
    assert await register.fire_timers() == 1
    with pytest.raises(TargetNotReached):
        await register.do(cultivations.achieve, id=row.id)
    with pytest.raises(StageNotOfPath):
        await register.do(cultivations.review, id=row.id, stage="built")
    row = await register.do(cultivations.review, id=row.id, stage="filed", progress="已备案")
    assert (row.reviews, row.overdue, row.due_on) == (1, False, date(2027, 5, 23))
    row = await register.do(cultivations.reclassify, id=row.id, to_class="growth")
    assert row.due_on == date(2027, 8, 21)
    assert (await register.events(row.id))[-1][1]["previous_class"] == "start_up"
    await register.do(cultivations.review, id=row.id, stage="graded", review_on=date(2027, 3, 1))
    row = await register.do(cultivations.achieve, id=row.id)
    assert row.ended
    assert "潜力" not in str(await register.events(row.id))
    assert await register.rows("select from timer") == []


async def test_a_brand_has_its_own_path_and_an_organisation_one_place_on_each(register: Register) -> None:
    about = await organization(register)
    brand: dict[str, Any] = {"organization_id": about, "cultivation_path": "brand"}
    with pytest.raises(StageNotOfPath):
        await listed(register, **brand)
    with pytest.raises(TargetBehind):
        await listed(register, **brand, stage="built", target_stage="found")
    with pytest.raises(UnknownPath):
        await listed(register, cultivation_path="rocket")
    with pytest.raises(UnknownClass):
        await listed(register, cultivation_class="first_class")
    row = await listed(register, **brand, stage="found", target_stage="named")
    await listed(register, organization_id=about)
    with pytest.raises(AlreadyThere):
        await listed(register, **brand, stage="found", target_stage="named")
    row = await register.do(cultivations.remove, id=row.id, reason="moved")
    assert row.state == "removed"
    again = await listed(register, **brand, stage="designed", target_stage="named")
    assert again.id != row.id, "who was taken off may be listed again"


async def supported(register: Register, about: UUID, **changes: Any) -> Any:
    facts: dict[str, Any] = {"support_kind": "activities", "provider": "civil_affairs", "hours": 2}
    return await register.do(supports.give, organization_id=about, **{**facts, **changes})


async def test_each_organisation_that_was_helped_counts_once(register: Register, api: Api) -> None:
    past: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2020, 5, 1)}
    villages = []
    for number in range(3):
        village = await register.do(
            organizations.enter, status_on_record=LegalStatus.FILED, division=STREET,
            legal_form=LegalForm.COMMUNITY_ORGANIZATION, details={"name": f"第{number}村协会"}, **past,
        )  # fmt: skip
        villages.append(village.id)
    for about in villages:
        for kind in ("funding", "internal_management", "building_planning", "activities"):
            await supported(register, about, support_kind=kind, **past)
    other = await supported(register, await organization(register), amount_fen=500_000, content="赠办公桌")
    wrong = await supported(register, await organization(register))
    await register.do(supports.revoke, id=wrong.id, reason="mistake")
    answer = await api.get("/v1/figures", by="division")
    values = {name: figure["value"] for name, figure in answer["figures"].items()}
    assert (values["supports.organizations"], values["supports.organizations.community"]) == (4, 3)
    assert values["supports.hours"] == 26
    before = await api.get("/v1/figures", as_of="2021-04-21")
    assert before["figures"]["supports.organizations"]["value"] == 3
    await register.do(supports.correct, id=other.id, hours=5)
    row = await register.do(supports.follow_up, id=other.id, effect="good")
    assert (row.ended, row.hours) == (True, 5)
    assert "办公桌" not in str(await register.events(other.id))


async def test_help_inside_a_base_belongs_to_its_service_log(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    [row] = await register.rows("select organization_id from stay where id = $1", inside)
    about = row["organization_id"]
    with pytest.raises(SupportInsideStay):
        await supported(register, about)
    past: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2020, 5, 1)}
    await supported(register, about, **past)
    with pytest.raises(UnknownSupportKind):
        await supported(register, about, support_kind="magic", **past)
    with pytest.raises(NobodyHelped):
        await supported(register, about, provider=None, **past)
    helper = await organization(register)
    given = await supported(register, about, provider=None, provider_organization_id=helper, **past)
    assert given.public_state().provider_organization.id == str(helper)
    liaison = api.as_("liaison", STREET)
    body = {"organization_id": str(helper), "support_kind": "funding", "provider": "street"}
    assert (await liaison.post("/v1/supports", 201, **body))["legal_form"] == "association"


async def test_hours_that_add_up_to_more_than_is_kept_are_refused(register: Register) -> None:
    row = await register.do(
        guidances.open_, organization_id=await organization(register), topic="venture_project",
        cultivation_class="start_up",
    )  # fmt: skip
    for hours in (2_000_000_000, 147_483_647):
        row = await register.do(guidances.give_session, id=row.id, manner="visit", session_hours=hours)
    with pytest.raises(SumTooLarge, match="2147483648"):
        await register.do(guidances.give_session, id=row.id, manner="visit", session_hours=1)
    assert row.hours == 2_147_483_647


async def test_guidance_goes_through_its_phases_as_often_as_the_class_asks(register: Register) -> None:
    await register.begin(date(2026, 12, 15))
    row = await register.do(
        guidances.open_, organization_id=await organization(register), topic="venture_project",
        cultivation_class="start_up",
    )  # fmt: skip
    assert row.due_on == date(2027, 1, 14)
    with pytest.raises(PhaseWithoutEntry):
        await register.do(guidances.move_on, id=row.id)
    await register.begin(date(2027, 1, 15))
    assert await register.fire_timers() == 1
    session: dict[str, Any] = {"manner": "visit", "session_hours": 2, "adviser": "u-adviser"}
    row = await register.do(guidances.give_session, id=row.id, content="讲预算", **session)
    assert (row.before_sessions, row.overdue, row.due_on) == (1, False, date(2027, 2, 14))
    await register.do(guidances.move_on, id=row.id)
    with pytest.raises(StepNotPossible):
        await register.do(guidances.conclude, id=row.id, result="good")
    for _ in range(2):
        await register.do(guidances.give_session, id=row.id, **session)
    await register.do(guidances.move_on, id=row.id)
    with pytest.raises(PhaseWithoutEntry):
        await register.do(guidances.conclude, id=row.id, result="good")
    row = await register.do(guidances.give_session, id=row.id, **session)
    event = (await register.events(row.id))[-1][1]
    assert (event["state"]["state"], event["manner"]) == ("after", "visit")
    assert (row.during_sessions, row.after_sessions, row.hours) == (2, 1, 8)
    row = await register.do(guidances.conclude, id=row.id, result="good", opinion="完成良好")
    assert row.ended
    said = str(await register.events(row.id))
    assert not any(word in said for word in ("预算", "u-adviser", "良好"))


async def test_one_organisation_is_seen_as_it_stands(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    [row] = await register.rows("select organization_id from stay where id = $1", inside)
    about = row["organization_id"]
    empty = await api.get(f"/v1/organizations/{about}/incubation")
    assert empty["place"]["not_given"] == ["capacity_building"]
    assert (empty["services"], empty["guidance"]["before"], empty["guidance"]["due_on"]) == ([], 0, None)
    entry = await register.do(
        entries.record, stay_id=inside, service="capacity_building", written_by="base", hours=3
    )
    await register.do(entries.confirm, principal=account(entry.organization_id), id=entry.id)
    await listed(register, organization_id=about)
    past: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2020, 5, 1)}
    await supported(register, about, **past)
    guided = await register.do(
        guidances.open_, organization_id=about, topic="project", cultivation_class="mature"
    )
    await register.do(guidances.give_session, id=guided.id, manner="visit")
    found = await api.get(f"/v1/organizations/{about}/incubation")
    assert found["place"] == {
        "stay_id": str(inside), "base_id": found["place"]["base_id"], "state": "started",
        "ends_on": "2099-12-31", "not_given": [],
    }  # fmt: skip
    assert found["services"] == [{"service": "capacity_building", "times": 1, "hours": 3}]
    assert found["supports"] == [{"service": "activities", "times": 1, "hours": 2}]
    assert [one["stage"] for one in found["cultivation"]] == ["discovered"]
    assert (found["guidance"]["before"], found["guidance"]["due_on"]) == (1, "2027-05-21")
    await api.as_("viewer", "120116001").get(f"/v1/organizations/{about}/incubation", 403)
