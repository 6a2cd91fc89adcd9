"""Names of codes: every field that takes any code has some, none is idle, and a region has its own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from shuniu_contracts.fields import CODE_PATTERN

from chassis.matters import Step
from chassis.matters.naming import named, no_names
from services.registry.areas import KINDS
from services.registry.hub.resources.offers import RESOURCE_OFFERS
from services.registry.operations.inquiries.commands import INQUIRIES
from services.registry.operations.visits.commands import SUPERVISION_VISITS
from services.registry.policy import RegistryPolicy, names_of
from services.registry.vocabulary import of_field
from tests.registry.conftest import Api

OF_A_PLACE = {
    "charter_template", "code", "documents", "evidence", "figure", "owner", "period", "seed",
    "template_version", "version",
}  # fmt: skip
"""Numbers, versions, figures and people's desks: no list of words would hold them."""
KNOWN = names_of(RegistryPolicy())


def taking_any_code() -> Iterator[tuple[str, str]]:
    """Kind and field of everything in a form that takes any code."""
    everything = dict.fromkeys([""], "x")
    for kind in KINDS:
        for step in (kind.opening, *kind.steps.values()):
            if step is not None:
                form = named(step.body.model_json_schema(), kind.name, lambda *_: everything)
                for schema in (form, *form.get("$defs", {}).values()):
                    yield from (
                        (kind.name, name)
                        for name, one in schema.get("properties", {}).items()
                        if one.get("x-open")
                    )


FIELDS = sorted(set(taking_any_code()))


def test_there_are_such_fields() -> None:
    assert ("inquiry", "topic") in FIELDS
    assert ("supervision_visit", "topic") in FIELDS, "in a row of findings, too"
    assert ("inquiry", "first_person") not in FIELDS
    assert ("inspection", "result") not in FIELDS, "it lists its codes itself"


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=[".".join(one) for one in FIELDS])
def test_who_fills_in_a_form_is_offered_names(kind: str, field: str) -> None:
    found = KNOWN(kind, field)
    if field in OF_A_PLACE:
        assert not found
        return
    assert found, "name its codes in services/registry/vocabulary.py"
    assert all(re.fullmatch(CODE_PATTERN, code) for code in found)
    assert len(set(found.values())) == len(found), "a name that is typed means one code"


def test_no_name_is_idle() -> None:
    wanted = {key for kind, field in FIELDS for key in (f"{kind}.{field}", field)}
    rows = {f"{kind.name}.{name}" for kind in KINDS for name in kind.columns}
    assert set(RegistryPolicy().vocabulary) - wanted - rows == set()


def test_a_region_says_its_own_words_and_the_lists_of_its_profile_name_themselves() -> None:
    policy = RegistryPolicy.model_validate(
        {
            "codes": {"inquiry.topic": {"filing": "社区备案", "pets": "宠物"}, "reason": {"rain": "下雨"}},
            "categories": [{"code": "moon", "name_zh": "登月"}],
            "direct_registration_categories": [],
        }
    )
    names = names_of(policy)
    topics = names("inquiry", "topic")
    assert (topics["registration"], topics["filing"], topics["pets"]) == ("登记", "社区备案", "宠物")
    assert "pets" not in names("base_case", "topic")
    assert (names("plan", "reason")["rain"], names("plan", "reason")["other"]) == ("下雨", "其他")
    assert names("guideline", "fields") == {"moon": "登月"}
    assert of_field(policy.vocabulary, "inquiry", "question") == {}


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
