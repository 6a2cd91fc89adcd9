"""The registry's section of a region profile: complete by default, and checked as a whole."""

import pytest
from pydantic import ValidationError

from chassis.region import load_region
from deploy.regions import profile_file
from services.registry.policy import Category, RegistryPolicy


def test_the_defaults_are_the_documents_lists() -> None:
    policy = RegistryPolicy()
    assert len(policy.categories) == 12 + 4
    assert len(policy.direct_registration_categories) == 4
    assert (
        policy.category_names["行业协会商会"]
        == policy.category_names["行业协会商会类"]
        == "industry_association"
    )


def test_the_first_category_with_a_department_routes() -> None:
    policy = load_region(profile_file("440303-luohu")).policy("registry", RegistryPolicy)
    assert policy.department_for(["charity", "family_education", "skills"]) == "childrens_work"
    assert policy.department_for([]) == "office"


def test_the_defaults_have_no_offices_sections_and_route_nothing() -> None:
    policy = RegistryPolicy()
    assert [one.name_zh for one in policy.departments] == ["办公室", "社会组织工作部门"]
    assert policy.department_for([one.code for one in policy.categories]) is None


@pytest.mark.parametrize(
    "section",
    [
        {"direct_registration_categories": ["moon"]},
        {"categories": [{"code": "charity", "name_zh": "慈善"}]},
        {"default_department": "moon"},
        {"categories": [{"code": "a b", "name_zh": "甲"}]},
        {"threshold": 1},
        {"working_days": {"pre_review": 0}},
    ],
)
def test_lists_that_contradict_each_other_are_refused(section: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RegistryPolicy.model_validate(section)


def test_a_category_is_listed_once() -> None:
    twice = Category(code="charity", name_zh="公益")
    with pytest.raises(ValidationError, match="twice"):
        RegistryPolicy(categories=(twice, twice), direct_registration_categories=())


def test_binhais_section_is_valid() -> None:
    policy = load_region(profile_file("120116-binhai")).policy("registry", RegistryPolicy)
    assert "体育类" in policy.category_names


def test_jiangmen_has_the_fields_that_its_document_names_beside_the_defaults() -> None:
    policy = load_region(profile_file("4407-jiangmen")).policy("registry", RegistryPolicy)
    named = {category.code for category in policy.categories}
    assert named == {category.code for category in RegistryPolicy().categories} | {
        "domestic_service", "matchmaking"
    }  # fmt: skip
