"""What a page is told that somebody can do with an organisation or an application: what is possible and
allowed, as forms."""

import re
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from chassis.http.call import Requirement
from chassis.matters.naming import Offered
from chassis.matters.rendering import sums
from services.console.matters.forms import Widget, fields
from services.console.matters.kinds import KindWords
from services.registry.applications import routes as applications
from services.registry.applications.forms import APPLICATION
from services.registry.care.pairings import routes as pairings
from services.registry.care.persons import routes as persons
from services.registry.care.records import routes as records
from services.registry.care.requests import routes as requests
from services.registry.offering import Form, Offering
from services.registry.organizations import routes as organizations
from services.registry.organizations.forms import ORGANIZATION
from services.registry.own import routes as own
from services.registry.policy import CRITERIA, RegistryPolicy, names_of
from tests.registry.conftest import Api, Register
from tests.registry.test_http import APPLICATIONS, ORGANIZATIONS, STREET, discover
from tests.registry.test_http import register as registered

OFFERED = [
    *((ORGANIZATION, organizations.router, form) for form in organizations.FORMS),
    *((APPLICATION, applications.router, form) for form in applications.FORMS),
]
IDS = [f"{offering.name}.{form.name}" for offering, _, form in OFFERED]
CONDITIONS = {one.code: one.name_zh for one in CRITERIA}


def routes(router: APIRouter) -> dict[tuple[str, str], APIRoute]:
    """By method and path."""
    found = [route for route in router.routes if isinstance(route, APIRoute)]
    return {(method, route.path): route for route in found for method in route.methods or ()}


def route_of(router: APIRouter, form: Form) -> APIRoute:
    """The route that the form is sent to."""
    parts = [router.prefix, *(["{id}"] if form.possible else []), *([form.path] if form.path else [])]
    return routes(router)["PATCH" if form.amends else "POST", "/".join(parts)]


@pytest.mark.parametrize(("offering", "router", "form"), OFFERED, ids=IDS)
def test_a_form_is_that_of_its_route(offering: Offering, router: APIRouter, form: Form) -> None:
    route = route_of(router, form)
    assert router.prefix == f"/v1/{offering.path}"
    assert route.body_field is not None
    assert route.body_field.field_info.annotation is form.body
    asked = [one.call for one in route.dependant.dependencies if isinstance(one.call, Requirement)]
    assert [one.permission for one in asked] == [form.permission]


@pytest.mark.parametrize("module", [organizations, applications, records, persons, requests, pairings, own])
def test_a_form_is_called_by_what_one_does_in_both_languages(module: Any) -> None:
    forms = [one for name, found in vars(module).items() if name.endswith("FORMS") for one in found]
    assert forms
    for form in forms:
        told = ORGANIZATION.words(form, lambda kind, field: Offered())
        assert re.search("[一-鿿]", told["zh"]), form.name
        assert re.fullmatch("[a-z]+( [a-z]+)*", told["en"]), form.name
        assert not re.match("[a-z]+ed( |$)", told["en"]), f"{form.name}: {told['en']} is over"


@pytest.mark.parametrize("module", [organizations, applications])
def test_every_step_that_a_person_takes_has_a_form(module: Any) -> None:
    changing = {path for method, path in routes(module.router) if method != "GET"}
    assert changing == {route_of(module.router, form).path for form in module.FORMS}


@pytest.mark.parametrize(("offering", "router", "form"), OFFERED, ids=IDS)
def test_everything_in_it_can_be_entered_and_has_a_name(
    offering: Offering, router: APIRouter, form: Form
) -> None:
    listed = {"criteria_met": Offered(CONDITIONS), "criteria_failed": Offered(CONDITIONS)}
    names = offering.names(names_of(RegistryPolicy()), listed)
    found = fields(offering.words(form, names)["form"])
    assert [one.name for one in found if one.widget is Widget.UNKNOWN] == []
    assert [one.name for one in found if not any("一" <= letter <= "鿿" for letter in one.title)] == []
    free = {"division", "evidence", "endorsement", "charter_template"}
    codes = [one for one in found if one.pattern and one.name not in free]
    assert [one.name for one in codes if not one.choices] == []


@pytest.mark.parametrize("offering", [ORGANIZATION, APPLICATION])
def test_what_is_money_is_so_in_the_forms_and_in_the_facts(offering: Offering) -> None:
    forms = [form for of, _, form in OFFERED if of is offering]
    marked = {
        name
        for form in forms
        for name, schema in form.body.model_json_schema()["properties"].items()
        if any("x-money" in one for one in schema.get("anyOf", (schema,)))
    }
    assert set(sums(offering.public)) & offering.titles.keys() >= marked
    assert marked >= set(sums(offering.public))


async def told(api: Api, where: str = "") -> KindWords:
    """What the registry offers the caller."""
    return KindWords.of(await api.get(f"{ORGANIZATIONS}{where}/forms"))


async def test_money_is_told_by_its_type_and_not_by_its_name(api: Api) -> None:
    assert (await api.get(f"{ORGANIZATIONS}/forms"))["money"] == ["registered_capital_fen"]


async def test_a_name_or_a_list_is_not_emptied_by_null(api: Api) -> None:
    where = f"{ORGANIZATIONS}/{(await registered(api))['id']}"
    for field in ("name", "legal_form", "functions"):
        refused = api.checked(await api.client.patch(where, json={field: None}), 422)
        assert (refused["code"], refused["errors"][0]["pointer"]) == (
            "organization_field_not_emptied", f"/{field}"
        )  # fmt: skip
    both = api.checked(await api.client.patch(where, json={"name": None, "legal_form": None}), 422)
    assert len(both["errors"]) == 2
    api.checked(await api.client.patch(where, json={"functions": [], "department": None}), 200)


async def test_what_is_possible_and_allowed_is_offered(api: Api) -> None:
    made = await registered(api)
    where = f"/{made['id']}"
    hub = await told(api.as_("hub_officer"), where)
    assert list(hub.steps) == [
        "change_details", "relocate", "correct", "change_supervisory_unit", "judge_standing", "link", "merge"
    ]  # fmt: skip
    authority = await told(api.as_("registration_authority"), where)
    assert {"suspend", "deregister", "revoke", "change_details"} == authority.steps.keys() - {
        "change_supervisory_unit",
        "relocate",
        "correct",
    }
    assert (await told(api.as_("viewer"), where)).steps == {}
    await api.post(f"{ORGANIZATIONS}{where}/hub-link", link="linked")
    await api.post(f"{ORGANIZATIONS}{where}/suspension")
    now = await told(api, where)
    assert {"decouple", "resume"} <= now.steps.keys()
    assert "suspend" not in now.steps
    await api.post(f"{ORGANIZATIONS}{where}/revocation")
    assert list((await told(api, where)).steps) == ["correct"], "of what was entered wrongly"
    assert (await told(api.as_("viewer"), where)).steps == {}


async def test_an_organisation_at_home_elsewhere_is_changed_there(api: Api, register: Register) -> None:
    made = await registered(api)
    await register.rows("update organization set home = '3211' where id = $1", made["id"])
    assert (await told(api, f"/{made['id']}")).steps == {}


async def test_who_may_put_one_on_the_record_is_offered_the_ways(api: Api) -> None:
    assert list((await told(api)).steps) == ["enter", "file_new", "register_new"]
    assert list((await told(api.as_("registration_authority"))).steps) == ["register_new"]
    assert list((await told(api.as_("liaison", STREET))).steps) == ["enter", "file_new"]


async def test_it_is_told_as_a_kind_with_its_names(api: Api) -> None:
    kind = await told(api)
    assert (kind.state("registered", "zh"), kind.field("staff_count", "zh")) == ("已登记", "专职人员")
    assert kind.codes["categories"]["charity"].called("en") == "public benefit and charity"
    assert kind.codes["hub_standing"]["at_risk"] == "有风险"
    entered = fields(kind.steps["enter"].form)
    assert [one.name for one in entered][:3] == ["name", "division", "legal_form"]
    assert {one.name for one in entered if one.seldom} >= {"legacy_number", "charity"}


async def test_a_judgement_keeps_its_ground_and_the_number_of_its_papers(api: Api) -> None:
    made: dict[str, Any] = await discover(api)
    where = f"{ORGANIZATIONS}/{made['id']}"
    await api.post(f"{where}/hub-standing", standing="at_risk", ground="complaint", evidence="BH-2026-17")
    await api.post(f"{where}/hub-standing", standing="good", ground="corrected")
    found = await api.get(f"{where}/standing")
    assert (found["standing"], found["judged"]) == ("good", "good")
    said = [(one["standing"], one["ground"], one["evidence"]) for one in found["changes"]]
    assert said == [("good", "corrected", None), ("at_risk", "complaint", "BH-2026-17")]


async def test_an_application_is_offered_what_follows_with_the_criteria_it_answers(api: Api) -> None:
    body = {
        "division": STREET,
        "name": "海韵文化社",
        "legal_form": "association",
        "charter_party_clause": True,
    }
    made = await api.post(f"{APPLICATIONS}/consultations", 201, **body)

    async def offered(role: str) -> KindWords:
        return KindWords.of(await api.as_(role).get(f"{APPLICATIONS}/{made['id']}/forms"))

    assert list((await offered("liaison")).steps) == ["submit", "withdraw"]
    await api.post(f"{APPLICATIONS}/{made['id']}/submission")
    hub = await offered("hub_officer")
    assert list(hub.steps) == ["endorse", "return", "refuse_endorsement", "withdraw"]
    assert hub.codes["criteria_met"] == CONDITIONS
    assert list((await offered("registration_authority")).steps) == []
    await api.post(f"{APPLICATIONS}/{made['id']}/endorsement", criteria_met=list(CONDITIONS))
    assert list((await offered("registration_authority")).steps) == ["register", "deny"]
    openings = KindWords.of(await api.as_("liaison").get(f"{APPLICATIONS}/forms"))
    assert list(openings.steps) == ["consult", "submit_new"]
