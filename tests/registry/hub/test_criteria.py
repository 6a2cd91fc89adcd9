"""Admission criteria by version: one in force, answered by pre-reviews, cited by refusals; guidelines too."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_hub as contract
from uuid_utils.compat import uuid7

from chassis.matters.kind import AlreadyThere
from chassis.model import StepNotPossible
from services.registry.applications import commands as applications
from services.registry.applications.model import CriteriaUnanswered, CriterionTwice, UnknownCriterion
from services.registry.hub.criteria import commands as criteria
from services.registry.hub.criteria.commands import Condition
from services.registry.hub.criteria.model import ConditionTwice
from services.registry.hub.guidelines import commands as guidelines
from services.registry.hub.versions.model import FieldUnknown, NotComing, OlderThanInForce
from services.registry.organizations.model import LegalForm, RegistrationRoute
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
DISTRICT, STREET = "120116", "120116005"
PREMISES, FUNDS = Condition(code="premises", name="有固定场所"), Condition(code="funds", name="有经费来源")


async def drafted(register: Register, version: str, *conditions: Condition, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "series": "admission", "version": version, "title": "准入标准",
        "body": "womens_federation", "conditions": list(conditions) or [PREMISES], **changes,
    }  # fmt: skip
    return (await register.do(criteria.draft, **found)).id


async def published(register: Register, version: str, *conditions: Condition, **changes: Any) -> UUID:
    id = await drafted(register, version, *conditions, **changes)
    days = {name: changes[name] for name in ("effective_on", "basis") if name in changes}
    await register.do(criteria.publish, id=id, **days)
    return id


async def applied(register: Register, name: str = "滨海晚晴服务中心", **changes: Any) -> UUID:
    row = await register.do(
        applications.submit_new,
        **{
            "division": STREET, "name": name, "legal_form": LegalForm.PRIVATE_NON_ENTERPRISE,
            "route": RegistrationRoute.HUB_ENDORSED, "categories": ["charity"],
            "charter_party_clause": True, **changes,
        },
    )  # fmt: skip
    return row.id


async def test_a_pre_review_answers_the_version_in_force_and_a_refusal_cites_what_failed(
    register: Register,
) -> None:
    first = await published(register, "2026-1", PREMISES)
    id = await applied(register)
    second = await published(register, "2026-2", PREMISES, FUNDS)
    with pytest.raises(CriteriaUnanswered, match="funds"):
        await register.do(applications.endorse, id=id, criteria_met=["premises"])
    with pytest.raises(UnknownCriterion, match="2026-2"):
        await register.do(applications.endorse, id=id, criteria_met=["premises", "charter"])
    row = await register.do(
        applications.refuse_endorsement, id=id, criteria_met=["premises"], criteria_failed=["funds"],
        reasons=["no_funds"], coordination_note="已与街道协调",
    )  # fmt: skip
    assert (row.criteria_version, row.criteria_failed) == ("2026-2", ["funds"])
    assert (await register.events(id))[-1][1]["criteria_failed"] == ["funds"]
    [old] = await register.rows("select state, superseded_by_id from criteria where id = $1", first)
    assert tuple(old) == ("superseded", second)
    assert (await register.events(first))[-1][1]["state"]["superseded_by"]["id"] == str(second)
    assert (await register.events(second))[-1][1]["state"]["supersedes"]["id"] == str(first)


async def test_a_condition_that_a_body_published_has_its_english_name_in_the_review(
    register: Register, api: Api
) -> None:
    both = Condition(code="premises", name="有固定场所", name_en="premises of its own")
    await published(register, "2026-1", both, FUNDS)
    id = await applied(register)
    forms = await api.get(f"/v1/registration-applications/{id}/forms")
    for field in ("criteria_met", "criteria_failed"):
        assert forms["codes"][field] == {"premises": "有固定场所", "funds": "有经费来源"}
        assert forms["english"][field] == {"premises": "premises of its own"}


async def test_a_version_issued_for_a_coming_day_is_in_force_from_it_on(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 23))
    first = await published(register, "2026-1", PREMISES)
    second = await drafted(register, "2027-1", PREMISES, FUNDS)
    with pytest.raises(NotComing):
        await register.do(criteria.issue, id=second, in_force_on=date(2026, 11, 23))
    await register.do(criteria.issue, id=second, in_force_on=date(2026, 12, 1))
    row = await register.do(criteria.issue, id=second, in_force_on=date(2027, 1, 1))
    assert (row.state, row.in_force_on, row.published_on) == ("issued", date(2027, 1, 1), None)

    async def holds() -> tuple[str, int]:
        found = await api.get("/v1/criteria-in-force", division=STREET)
        return found["version"], len(found["conditions"])

    await register.begin(date(2026, 12, 31))
    assert await register.fire_timers() == 0
    assert await holds() == ("2026-1", 1)
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    assert await holds() == ("2027-1", 2)
    rows = await register.rows("select state, published_on, ended_on, effective_on from criteria order by id")
    day = date(2027, 1, 1)
    assert [tuple(row) for row in rows] == [
        ("superseded", date(2026, 11, 23), day, day), ("published", day, None, day)
    ]  # fmt: skip
    assert await register.facts(second) == ["drafted", "issued", "issued", "published"]
    assert (await register.facts(first))[-1] == "superseded"


async def test_after_a_standstill_it_has_been_in_force_since_its_day(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    row = await register.do(
        guidelines.draft, division=DISTRICT, kind="measures", series="hub", version="1", title="管理办法",
        body="office",
    )  # fmt: skip
    await register.do(guidelines.issue, id=row.id, in_force_on=date(2027, 1, 1))
    await register.begin(date(2027, 1, 9))
    assert await register.fire_timers() == 1
    state = (await register.events(row.id))[-1][1]["state"]
    assert (state["published_on"], state["effective_on"]) == ("2027-01-01", "2027-01-01")


async def test_what_was_issued_can_be_taken_back_and_history_waits_for_no_day(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    id = await drafted(register, "2027-1")
    await register.do(criteria.issue, id=id, in_force_on=date(2027, 1, 1))
    await register.do(criteria.discard, id=id)
    past: dict[str, Any] = {"effective_on": date(2013, 3, 1), "basis": Basis.HISTORICAL}
    old = await drafted(register, "2013", **past)
    await register.do(criteria.issue, id=old, in_force_on=date(2013, 5, 1), **past)
    assert await register.rows("select from timer") == []
    row = await register.do(criteria.publish, id=old, effective_on=date(2013, 5, 1), basis=Basis.HISTORICAL)
    assert (row.state, row.published_on) == ("published", date(2013, 5, 1))


async def test_a_condition_is_not_met_and_failed_at_once(register: Register) -> None:
    await published(register, "2026-1", PREMISES, FUNDS)
    id = await applied(register)
    with pytest.raises(CriterionTwice, match="funds"):
        await register.do(
            applications.refuse_endorsement, id=id, criteria_met=["premises", "funds"],
            criteria_failed=["funds"], reasons=["no_funds"], coordination_note="已与街道协调",
        )  # fmt: skip
    assert await register.facts(id) == ["consulted", "submitted"]


async def test_a_review_of_the_past_answers_what_held_then(register: Register) -> None:
    history: dict[str, Any] = {"basis": Basis.HISTORICAL}
    await published(register, "2012", PREMISES, effective_on=date(2012, 6, 1), **history)
    await published(register, "2014", PREMISES, FUNDS, effective_on=date(2014, 1, 1), **history)
    id = await applied(register, effective_on=date(2013, 3, 1), **history)
    row = await register.do(
        applications.endorse, id=id, criteria_met=["premises"], effective_on=date(2013, 3, 20), **history
    )
    assert row.criteria_version == "2012"
    older = await drafted(register, "2010", effective_on=date(2010, 1, 1), **history)
    with pytest.raises(OlderThanInForce):
        await register.do(criteria.publish, id=older, effective_on=date(2010, 2, 1), **history)


async def test_the_nearest_body_and_the_field_come_first_and_without_any_the_profile(
    register: Register, api: Api
) -> None:
    async def version(*categories: str) -> str:
        found = await api.get("/v1/criteria-in-force", division=STREET, category=list(categories))
        return str(found["version"])

    assert await version() == "1", "the profile's own"
    await published(register, "all")
    await published(register, "field", fields=["charity"], series="charity")
    assert (await version("charity"), await version("skills")) == ("field", "all")
    street = await published(register, "street", FUNDS, division=STREET)
    assert await version("charity") == "street"
    await drafted(register, "next", division=STREET)
    assert await version("charity") == "street", "a draft holds for nobody"
    await register.do(criteria.repeal, id=street, reason="merged")
    assert await version("charity") == "field"
    await api.as_("liaison", "120116001").get("/v1/criteria-in-force", 403, division=STREET)


async def test_criteria_of_the_district_hold_in_a_street_with_a_stack_of_its_own(
    register: Register, api: Api
) -> None:
    state = contract.CriteriaState(
        effective_on=date(2026, 1, 1), basis=Basis.LIVE, division="1201", opened_on=date(2026, 1, 1),
        state=contract.VersionPhase.PUBLISHED, series="admission", version="city", title="市准入标准",
        body="federation", published_on=date(2026, 1, 1),
        conditions=(contract.AdmissionCriterion(code="funds", name="有经费来源"),),
    )  # fmt: skip
    await register.hear(register.received(contract.CriteriaPublished(state=state), uuid7(), stack="1201"))
    found = await api.get("/v1/criteria-in-force", division=STREET)
    condition = {"code": "funds", "name_zh": "有经费来源", "name_en": None}
    assert (found["version"], found["conditions"]) == ("city", [condition])
    assert (await register.do(
        applications.endorse, id=await applied(register), criteria_met=["funds"]
    )).criteria_version == "city"  # fmt: skip


async def test_a_draft_can_be_changed_and_what_is_in_force_cannot(register: Register) -> None:
    id = await drafted(register, "1")
    with pytest.raises(AlreadyThere, match=str(id)):
        await drafted(register, "1")
    with pytest.raises(ConditionTwice):
        await register.do(criteria.amend, id=id, conditions=[PREMISES, PREMISES])
    with pytest.raises(FieldUnknown):
        await register.do(criteria.amend, id=id, fields=["moon"])
    row = await register.do(criteria.amend, id=id, conditions=[FUNDS])
    assert [one["code"] for one in row.conditions] == ["funds"]
    await register.do(criteria.publish, id=id, adopted_by="四届九次常委会议")
    with pytest.raises(StepNotPossible):
        await register.do(criteria.amend, id=id, conditions=[PREMISES])
    await register.do(criteria.discard, id=await drafted(register, "2"))


async def test_guidelines_of_the_bodies_above_hold_below_and_a_plan_says_what_it_leaves_out(
    register: Register, api: Api
) -> None:
    async def guideline(version: str, **changes: Any) -> UUID:
        found: dict[str, Any] = {
            "division": DISTRICT, "kind": "operating_guide", "series": "incubation", "version": version,
            "title": "孵化操作指引", "body": "womens_federation", **changes,
        }  # fmt: skip
        return (await register.do(guidelines.draft, **found)).id

    first, second = await guideline("1"), await guideline("2", summary="细化入驻流程")
    await register.do(guidelines.publish, id=second)
    await register.do(guidelines.publish, id=first)
    holding = await api.as_("liaison", STREET).get("/v1/guidelines-in-force", division=STREET)
    assert [(one["series"], one["version"]) for one in holding] == [("incubation", "1")]
    assert "入驻" not in str(await register.events(second))
    plan = await guideline(
        "2026", kind="development_plan", series="plan", headings=[contract.PlanHeading.GOALS]
    )
    state = (await register.events(plan))[-1][1]["state"]
    assert state["headings_lacking"] == ["directions", "standards", "key_areas", "support"]
    row = await register.do(guidelines.amend, id=plan, headings=list(contract.PlanHeading))
    assert row.headings_lacking == []
