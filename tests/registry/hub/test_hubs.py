"""Hubs: recognised with their meetings, routed to sections, checked for the six haves, seen as a network."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_hub as contract
from shuniu_contracts.registry_hub import SixHave

from chassis.model import Refusals
from services.registry.applications import commands as applications
from services.registry.hub.hubs import commands as hubs
from services.registry.hub.hubs.commands import Answer, Department, Post, Route
from services.registry.hub.hubs.model import HubNotRegistered, RecognitionWithoutGrounds
from services.registry.hub.versions.model import FieldUnknown
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import LegalForm, LegalStatus, RegistrationRoute
from tests.registry.conftest import Api, Register, with_ended
from tests.registry.references import organization

pytestmark = pytest.mark.integration
DISTRICT, STREET = "120116", "120116005"
EVERY = [Answer(have=have, met=True, evidence="见制度汇编") for have in SixHave]


async def recognised(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "name": "区妇联", "body": "womens_federation", "form": "mass_organization",
        "recognition": "government", "recognised_by": "civil_affairs", **changes,
    }  # fmt: skip
    return (await register.do(hubs.recognise, **found)).id


def codes_of(refused: pytest.ExceptionInfo[Refusals]) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


async def test_recognition_opens_what_the_body_holds_regularly_and_its_end_stops_it(
    register: Register,
) -> None:
    id = await recognised(register, name_plates=["区女性社会组织枢纽总部"])
    running = await register.rows("select gathering, state from cadence where body = 'womens_federation'")
    assert len(running) == len(register.runtime.policies.operations.gatherings)  # type: ignore[attr-defined]
    assert (await register.events(id))[0][1]["state"]["name_plates"] == ["区女性社会组织枢纽总部"]
    with pytest.raises(Exception, match=str(id)):
        await recognised(register)
    await register.do(hubs.withdraw, id=id, reason="reform")
    assert {row["state"] for row in await register.rows("select state from cadence")} == {"ended"}
    again = await recognised(register)
    assert again != id
    anew = await register.rows("select gathering from cadence where state = 'running' order by gathering")
    assert [row["gathering"] for row in anew] == sorted(row["gathering"] for row in running)
    assert len(await register.rows("select from timer where kind = 'cadences.period'")) == len(running)


async def test_a_recognition_of_the_past_starts_nothing(register: Register) -> None:
    await recognised(register, effective_on=date(2013, 7, 1), basis=Basis.HISTORICAL)
    assert await register.rows("select id from cadence") == []
    assert await register.rows("select subject from timer") == []


async def test_what_a_recognition_rests_on(register: Register) -> None:
    with pytest.raises(RecognitionWithoutGrounds):
        await recognised(register, recognised_by=None)
    with pytest.raises(RecognitionWithoutGrounds):
        await recognised(register, recognition="legal_registration")
    discovered = await register.do(
        organizations.enter, status_on_record=LegalStatus.DISCOVERED, division=STREET,
        legal_form=LegalForm.NONE, details={"name": "街道社会组织联合会筹备组"},
    )  # fmt: skip
    federation: dict[str, Any] = {"division": STREET, "body": "federation", "form": "federation"}
    with pytest.raises(FieldUnknown):
        await recognised(register, fields=["moon"])
    with pytest.raises(HubNotRegistered):
        await recognised(
            register, **federation, recognition="legal_registration", organization_id=discovered.id
        )
    id = await recognised(
        register, **federation, recognition="legal_registration", organization_id=await organization(register)
    )
    assert (await register.events(id))[0][1]["state"]["organization"]["sequence"] == 1


async def test_a_hub_has_the_five_duties_of_the_document_and_no_others(register: Register, api: Api) -> None:
    five = [duty.value for duty in contract.HubDuty]
    id = await recognised(register, duties=five[:3])
    path = f"/v1/hubs/{id}"
    row = await register.do(hubs.change, id=id, duties=five)
    assert (await register.events(id))[-1][1]["state"]["duties"] == five
    shown = await api.get(path)
    [kind] = [kind for kind in await api.get("/v1/matters") if kind["name"] == "hub"]
    assert [kind["codes"]["duties"][duty] for duty in shown["duties"]] == [
        "孵化培育", "协调指导", "自治自律", "集约服务", "党团建设"
    ]  # fmt: skip
    for wrong in (["census"], [*five, five[0]]):
        await api.post(f"{path}/change", 422, duties=wrong)
    assert (await api.get(path))["revision"] == row.revision


async def test_sections_routing_and_lead_group_agree(register: Register) -> None:
    with pytest.raises(Refusals) as refused:
        await recognised(
            register,
            departments=[Department(code="office"), Department(code="office")],
            routes=[Route(category="moon", department="office"), Route(category="charity", department="sky")],
            lead_group=[Post(role=contract.GroupRole.MEMBER, post="chair")],
        )
    assert codes_of(refused) == [
        "hub_listed_twice", "hub_route_to_nowhere", "hub_route_to_nowhere", "hub_lead_group_heads",
    ]  # fmt: skip
    head = Post(role=contract.GroupRole.HEAD, post="chair", person="u-chair")
    id = await recognised(
        register, departments=[Department(code="office", duties=["census"])], lead_group=[head],
        post_requirements="熟悉社会组织登记业务",
    )  # fmt: skip
    row = await register.do(hubs.change, id=id, routes=[Route(category="charity", department="office")])
    assert (row.departments[0]["code"], row.lead_group[0]["person"]) == ("office", "u-chair")
    events = await register.events(id)
    assert events[-1][1]["state"]["routes"] == [{"category": "charity", "department": "office"}]
    assert "熟悉" not in str(events)


async def test_who_leads_who_sits_in_the_group_and_what_each_section_is_for(
    register: Register, api: Api
) -> None:
    roles = contract.GroupRole
    id = await recognised(
        register,
        lead_group=[
            Post(role=roles.HEAD, post="chair", person="u-chair"),
            Post(role=roles.DEPUTY, post="vice_chair"),
            Post(role=roles.OFFICE, post="office_head"),
            Post(role=roles.MEMBER, post="street_chair", division=STREET),
        ],
        departments=[
            Department(code="office", duties=["census"]),
            Department(code="links", duties=["contact"]),
        ],
        post_requirements="熟悉社会组织工作",
    )
    hub = await api.get(f"/v1/hubs/{id}")
    group = [(post["role"], post["post"], post["division"]) for post in hub["lead_group"]]
    assert group == [
        ("head", "chair", None), ("deputy", "vice_chair", None), ("office", "office_head", None),
        ("member", "street_chair", STREET),
    ]  # fmt: skip
    assert {one["code"]: one["duties"] for one in hub["departments"]} == {
        "office": ["census"], "links": ["contact"]
    }  # fmt: skip
    assert hub["post_requirements"] == "熟悉社会组织工作"


async def test_the_six_haves_are_all_answered_and_asked_again_after_a_year(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await recognised(register)
    answers = [*EVERY[:4], Answer(have=SixHave.RULES, met=True)]
    with pytest.raises(Refusals) as refused:
        await register.do(hubs.assess_six_haves, id=id, haves=answers)
    assert codes_of(refused) == ["hub_six_haves_unanswered", "hub_have_without_evidence"]
    await register.begin(date(2027, 12, 2))
    assert "became_overdue" not in await register.facts(id)
    await register.fire_timers()
    assert (await register.facts(id))[-1] == "became_overdue"
    lacking = Answer(have=SixHave.BRANDS, met=False)
    row = await register.do(hubs.assess_six_haves, id=id, haves=[*EVERY[:5], lacking])
    assert (row.overdue, row.due_on) == (False, date(2028, 12, 1))
    fact, data = (await register.events(id))[-1]
    assert (fact, data["lacking"], len(data["state"]["six_haves"])) == ("six_haves_assessed", ["brands"], 5)
    assert "制度汇编" not in str(data), "the evidence stays with the hub"


async def test_the_nearest_hub_says_which_section_deals_with_an_application(
    register: Register, api: Api
) -> None:
    def applied(name: str) -> dict[str, Any]:
        return {
            "division": STREET, "name": name, "legal_form": LegalForm.ASSOCIATION,
            "route": RegistrationRoute.HUB_ENDORSED, "categories": ["charity", "skills"],
            "charter_party_clause": True,
        }  # fmt: skip

    row = await register.do(applications.submit_new, **applied("滨海甲协会"))
    assert row.department == "womens_work", "the profile's, where no hub routes"
    district = await recognised(
        register, departments=[Department(code="links", duties=["contact"])],
        routes=[Route(category="charity", department="links")],
    )  # fmt: skip
    row = await register.do(applications.submit_new, **applied("滨海乙协会"))
    assert row.department == "links"
    [queue] = await api.get(f"/v1/hubs/{district}/queues")
    assert queue == {
        "department": "links", "duties": ["contact"], "applications": 1, "reports": 0, "tasks": 0
    }  # fmt: skip
    await recognised(
        register, division=STREET, departments=[Department(code="office")],
        routes=[Route(category="charity", department="office")],
    )  # fmt: skip
    assert (await register.do(applications.submit_new, **applied("滨海丙协会"))).department == "office"


async def test_the_network_by_tier_with_zones_and_where_no_hub_is(register: Register, api: Api) -> None:
    long_ago: dict[str, Any] = {"effective_on": date(2013, 7, 1), "basis": Basis.HISTORICAL}
    for division in (STREET, "120116001", "120116400"):
        await recognised(register, division=division, form="federation", body="federation", **long_ago)
    await recognised(register, division=DISTRICT, form="headquarters", body="headquarters", **long_ago)
    tiers = {one["tier"]: one for one in await api.get("/v1/hub-network", division=DISTRICT)}
    assert list(tiers) == ["district", "zone", "street", "community"]
    assert (tiers["street"]["with_hub"], STREET in tiers["street"]["without"]) == (2, False)
    assert len(tiers["street"]["without"]) == tiers["street"]["places"] - 2
    with_ended(register, "120116006", date(2021, 2, 28))
    [later] = [one for one in await api.get("/v1/hub-network", division=DISTRICT) if one["tier"] == "street"]
    assert set(tiers["street"]["without"]) - set(later["without"]) == {"120116006"}, "what ended lacks none"
    assert later["places"] == tiers["street"]["places"] - 1
    answer = await api.get("/v1/figures", as_of="2014-12-31", by="division")
    values = {name: figure["value"] for name, figure in answer["figures"].items() if figure["value"]}
    assert {name: value for name, value in values.items() if name.startswith("hubs.")} == {
        "hubs.open": 4, "hubs.recognised": 4, "hubs.federation.street": 2, "hubs.federation.zone": 1,
        "hubs.headquarters.district": 1,
    }  # fmt: skip
    before = await api.get("/v1/figures", as_of="2013-06-30")
    assert before["figures"]["hubs.federation.street"]["value"] == 0
    await api.as_("liaison", STREET).get("/v1/hub-network", 403, division=DISTRICT)
    await api.as_("hub_officer").post("/v1/hubs", 403, **{
        "division": DISTRICT, "name": "甲", "body": "x", "form": "other", "recognition": "government",
        "recognised_by": "civil_affairs",
    })  # fmt: skip
