"""Names of codes: every field that takes any code has some, none is idle, and a region has its own."""

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from enum import EnumType
from typing import Any, get_args, get_type_hints

import pytest
from shuniu_contracts.fields import CODE_PATTERN
from shuniu_contracts.registry_inspections import Grade

from chassis.matters import Kind, Step, queries
from chassis.matters.naming import Offered, named, no_names
from chassis.principal import SYSTEM
from chassis.region import load_region
from deploy.regions import profile_file
from services.registry.areas import KINDS
from services.registry.hub.resources.offers import RESOURCE_OFFERS
from services.registry.hub.talents.commands import TALENTS
from services.registry.operations.inquiries.commands import INQUIRIES
from services.registry.operations.visits.commands import SUPERVISION_VISITS
from services.registry.organizations.queries import NAMED
from services.registry.policy import CLOSED, RegistryPolicy, names_of
from services.registry.vocabulary import of_field
from tests.registry.conftest import Api

OF_A_PLACE = {
    "charter_template", "code", "documents", "evidence", "figure", "framework", "owner", "period", "seed",
    "template_version", "to", "version",
}  # fmt: skip
"""Numbers, versions, figures and people's desks: no list of words would hold them; and programmes, which a
region has or has not."""
KNOWN = names_of(RegistryPolicy())


def entered() -> Iterator[tuple[str, str, bool]]:
    """Kind and field of everything in a form, rows included, and whether it takes any code."""
    everything = Offered({"": "x"})
    for kind in KINDS:
        for step in (kind.opening, *kind.steps.values()):
            if step is not None:
                form = named(step.body.model_json_schema(), kind.name, lambda *_: everything)
                for schema in (form, *form.get("$defs", {}).values()):
                    for name, one in schema.get("properties", {}).items():
                        yield kind.name, name, "x-open" in one


FIELDS = sorted({(kind, field) for kind, field, any_code in entered() if any_code})


def test_what_the_documents_report_and_order_has_its_words() -> None:
    """信访投诉、妇情反馈 (L23), 工作思考、基层行动信息 (R07), 联合行文 (S26)."""
    assert {"信访投诉", "妇情反馈", "工作思考", "基层行动信息"} <= set(
        KNOWN("upward_report", "kind").names.values()
    )
    assert KNOWN("coordination_case", "kind").names["joint_order"] == "联合行文"


def test_there_are_such_fields() -> None:
    assert ("inquiry", "topic") in FIELDS
    assert ("supervision_visit", "topic") in FIELDS, "in a row of findings, too"
    assert ("inquiry", "first_person") not in FIELDS
    assert ("inspection", "result") not in FIELDS, "it lists its codes itself"


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=[".".join(one) for one in FIELDS])
def test_who_fills_in_a_form_is_offered_names(kind: str, field: str) -> None:
    found = KNOWN(kind, field).names
    if field in OF_A_PLACE and f"{kind}.{field}" != "hub.code":
        assert not found
        return
    assert found, "name its codes in services/registry/vocabulary.py"
    assert all(re.fullmatch(CODE_PATTERN, code) for code in found)
    assert len(set(found.values())) == len(found), "a name that is typed means one code"


def test_the_programmes_of_a_region_are_offered_there_with_their_parts() -> None:
    luohu = names_of(load_region(profile_file("440303-luohu")).policy("registry", RegistryPolicy))
    for kind in ("task", "plan"):
        offered = luohu(kind, "framework")
        assert not offered.open
        assert offered.names["six_actions"] == "六大行动"
        assert len(offered.names) == 14, "two programmes of six parts each"


def test_no_name_is_idle() -> None:
    columns = [(kind.name, name) for kind in KINDS for name in kind.columns]
    of_organizations = [("organization", name) for name in NAMED]
    everywhere = {(kind, field) for kind, field, _ in entered()}.union(columns, of_organizations)
    wanted = {key for kind, field in everywhere for key in (f"{kind}.{field}", field)}
    assert set(RegistryPolicy().vocabulary) - wanted == set()
    assert wanted >= CLOSED


def enumerations(kind: Kind[Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a record that take one of an enumeration, each with its members."""
    assert kind.opening is not None
    state = get_type_hints(kind.opening.event)["state"]
    for name, hint in get_type_hints(state).items():
        for one in (hint, *get_args(hint)):
            if name in kind.columns and isinstance(one, EnumType):
                yield name, one


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_whatever_a_record_lists_has_a_name(kind: Kind[Any]) -> None:
    told = queries.for_caller(queries.words(kind), SYSTEM, KNOWN)
    steps = [told["opening"], *told["steps"].values()]
    for name, codes in enumerations(kind):
        if name in ("state", "basis") or codes is Grade:
            continue
        of_forms = [dict(s["form"]["properties"].get(name, {}).get("x-zh", ())) for s in steps]
        named = ChainMap(told["codes"].get(name, {}), *of_forms)
        assert {one.value for one in codes} - named.keys() == set(), name


def test_a_region_cannot_add_to_a_list_by_naming_a_code() -> None:
    assert (
        names_of(RegistryPolicy(codes={"risk_level": {"low": "轻"}}))("risk", "risk_level").names["low"]
        == "轻"
    )
    for key in ("risk_level", "risk.risk_level", "services", "stay.services"):
        with pytest.raises(ValueError, match=f"codes.{key}: huge is not on the profile's list"):
            RegistryPolicy.model_validate({"codes": {key: {"huge": "特大"}}})
    assert RegistryPolicy.model_validate({"codes": {"placement.services": {"huge": "特大"}}})


@pytest.mark.parametrize(
    ("kind", "field", "code"),
    [
        ("candidacy", "reason", "joined"),
        ("contact_assignment", "reason", "organization_ended"),
        ("contact_assignment", "role", "contact"),
        ("rectification", "topics", "inspection"),
        ("task", "kind", "decision"),
        ("task", "kind", "finding"),
        ("task", "origin", "visit"),
    ],
)
def test_a_code_that_a_command_writes_itself_has_a_name(kind: str, field: str, code: str) -> None:
    assert code in KNOWN(kind, field).names


def test_a_region_says_its_own_words_and_the_lists_of_its_profile_name_themselves() -> None:
    policy = RegistryPolicy.model_validate(
        {
            "codes": {"inquiry.topic": {"filing": "社区备案", "pets": "宠物"}, "reason": {"rain": "下雨"}},
            "categories": [{"code": "moon", "name_zh": "登月"}],
            "direct_registration_categories": [],
        }
    )
    names = names_of(policy)
    topics = names("inquiry", "topic").names
    assert (topics["registration"], topics["filing"], topics["pets"]) == ("登记", "社区备案", "宠物")
    assert "pets" not in names("base_case", "topic").names
    reasons = names("plan", "reason").names
    assert (reasons["rain"], reasons["other"]) == ("下雨", "其他")
    assert names("guideline", "fields") == Offered({"moon": "登月"}, {"moon": "登月"}, open=False)
    assert of_field(policy.vocabulary, "inquiry", "question") == {}


def test_readers_of_english_have_the_regions_english_names_and_else_the_chinese_ones() -> None:
    names = names_of(
        RegistryPolicy.model_validate(
            {
                "codes": {"inquiry.topic": {"filing": "社区备案", "chongwu": "宠物"}, "talent.fields": {}},
                "categories": [
                    {"code": "moon", "name_zh": "登月", "name_en": "flights to the moon"},
                    {"code": "deng", "name_zh": "灯会"},
                    {"code": "charity", "name_zh": "慈善"},
                ],
                "direct_registration_categories": [],
            }
        )
    )
    for kind, field in (("organization", "categories"), ("evaluation", "category"), ("talent", "fields")):
        assert names(kind, field).english == {"moon": "flights to the moon", "deng": "灯会"}
    assert names("inquiry", "topic").english == {"chongwu": "宠物"}, "ours are English words"
    assert property_of(TALENTS.opening, "fields", names)["x-en"] == names("talent", "fields").english
    told = queries.for_caller(queries.words(TALENTS), SYSTEM, names)
    assert told["english"]["fields"] == names("talent", "fields").english


def property_of(step: Step[Any] | None, name: str, names: Any = KNOWN) -> Mapping[str, Any]:
    """One property of a step's form as pages get it."""
    assert step is not None
    form = named(step.body.model_json_schema(), step.kind.name, names)
    found: Mapping[str, Any] = form["properties"][name]
    return found


def test_a_form_offers_them_and_takes_others() -> None:
    topic = property_of(INQUIRIES.opening, "topic")
    assert ["registration", "登记"] in topic["x-zh"]
    assert topic["x-open"] is True
    assert "x-zh" not in property_of(INQUIRIES.opening, "question")
    assert "x-zh" not in property_of(RESOURCE_OFFERS.opening, "kind", no_names)
    form = named(SUPERVISION_VISITS.steps["made"].body.model_json_schema(), "supervision_visit", KNOWN)
    [finding] = [one for one in form["$defs"].values() if "words" in one.get("properties", {})]
    assert ["finance", "财务管理"] in finding["properties"]["topic"]["x-zh"]


@pytest.mark.integration
async def test_pages_are_told_over_http(api: Api) -> None:
    response = await api.client.get("/v1/matters")
    assert response.status_code == 200
    told = {kind["name"]: kind for kind in response.json()}
    assert told["risk"]["codes"]["topic"]["finance"] == "财务"
    topic = told["risk"]["opening"]["form"]["properties"]["topic"]
    assert topic["x-open"] is True
