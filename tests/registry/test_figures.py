"""Figures of a day and of a period, as history is entered in any order."""

from pathlib import Path
from typing import Any

import pytest

from chassis.region import load_region
from deploy.regions import profile_file
from deploy.scenarios.register import compose, write_workbook
from services.registry.identification.model import complete_credit_code
from services.registry.imports import commands, worker
from services.registry.policy import CRITERIA, RegistryPolicy
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration

STREET = "120116005"
ORGANIZATIONS = "/v1/organizations"


async def value(api: Api, figure: str, **when: Any) -> Any:
    return (await api.get("/v1/figures", **when))["figures"][figure]["value"]


async def registered(api: Api, name: str, day: str, **more: Any) -> dict[str, Any]:
    body = {
        "name": name, "division": STREET, "legal_form": "association", "route": "department",
        "basis": "historical", "effective_on": day,
    }  # fmt: skip
    return await api.post(f"{ORGANIZATIONS}/registrations", 201, **(body | more))


async def test_a_count_is_of_the_day_the_fact_was_true_not_of_the_day_it_was_entered(api: Api) -> None:
    made = await registered(api, "甲协会", "2013-05-01")
    await api.post(
        f"{ORGANIZATIONS}/{made['id']}/deregistration", basis="historical", effective_on="2015-02-01"
    )
    for day, number in (("2013-04-30", 0), ("2013-05-01", 1), ("2015-01-31", 1), ("2015-02-01", 0)):
        assert await value(api, "organizations.total", as_of=day) == number, day


async def test_candidates_and_discovered_ones_are_not_counted(api: Api) -> None:
    await api.post(ORGANIZATIONS, 201, name="甲队", division=STREET)
    await api.post(ORGANIZATIONS, 201, name="乙项目", division=STREET, status="candidate")
    figures = (await api.get("/v1/figures"))["figures"]
    assert figures["organizations.total"]["value"] == 0
    assert figures["organizations.discovered"]["value"] == 1
    assert figures["organizations.candidates"]["value"] == 1


async def test_forms_routes_and_the_residual_are_counted_apart(api: Api) -> None:
    await registered(api, "甲协会", "2013-05-01", route="direct")
    await registered(api, "乙中心", "2013-05-01", legal_form="private_non_enterprise")
    await registered(api, "丙", "2013-05-01", legal_form="unclassified")
    figures = (await api.get("/v1/figures", as_of="2014-12-31"))["figures"]
    counted = {key: figures[f"organizations.{key}"]["value"] for key in (
        "total", "registered", "registered.association", "registered.private_non_enterprise",
        "registered.foundation", "registered.unclassified", "filed", "direct_registrations",
    )}  # fmt: skip
    assert list(counted.values()) == [3, 3, 1, 1, 0, 1, 0, 1]
    assert figures["organizations.total"]["unit"] == "家"


async def test_founded_and_registered_are_counted_apart(api: Api) -> None:
    await registered(api, "甲协会", "2014-05-01", founded_on="2013-01-01")
    await api.post(ORGANIZATIONS, 201, name="乙队", division=STREET, founded_on="2013-06-01")
    figures = (await api.get("/v1/figures", as_of="2013-12-31"))["figures"]
    assert figures["organizations.founded"]["value"] == 2
    assert figures["organizations.registered"]["value"] == 0


async def test_tiers_and_origins_are_counted_apart(api: Api) -> None:
    await registered(api, "甲协会", "2013-05-01", division="120116", origin="volunteer_team")
    await registered(api, "乙协会", "2013-05-02", origin="womens_home")
    await registered(api, "丙协会", "2012-05-02", origin="womens_home")
    await api.post(ORGANIZATIONS, 201, name="丁队", division="120116005001", origin="womens_home")
    for tier, number in (("city", 0), ("district", 1), ("street", 2), ("community", 1)):
        assert await value(api, f"organizations.tier.{tier}") == number, tier
    year = {"from": "2013-01-01", "to": "2013-12-31"}
    new = "organizations.newly_registered"
    assert await value(api, f"{new}.below_districts", **year) == 1
    assert await value(api, f"{new}.origin.volunteer_team", **year) == 1
    assert await value(api, f"{new}.origin.womens_home", **year) == 1
    assert await value(api, f"{new}.origin.company", **year) == 0


async def test_divisions_below_are_split_and_what_lies_on_none_is_the_divisions_own(api: Api) -> None:
    await registered(api, "甲协会", "2013-05-01")
    await registered(api, "乙协会", "2013-05-01", division="120116006")
    await registered(api, "丙协会", "2013-05-01", division="120116")
    await registered(api, "丁协会", "2013-05-01", division="120116006003")

    async def split(**of: str) -> dict[str, int]:
        answer = await api.get("/v1/figures", by="division", **of)
        by = {place: values["organizations.total"] for place, values in answer["by"].items()}
        assert sum(by.values()) == answer["figures"]["organizations.total"]["value"]
        return by

    assert await split() == {"120116": 1, "120116005": 1, "120116006": 2}
    assert await split(division="120116006") == {"120116006": 1, "120116006003": 1}
    assert await split(division="120116006003") == {"120116006003": 1}
    assert (await api.get("/v1/figures", division="120116006"))["by"] is None


async def test_what_happened_in_a_period_is_counted_with_both_its_days(api: Api) -> None:
    await registered(api, "甲协会", "2013-01-01")
    await registered(api, "乙协会", "2013-12-31")
    await registered(api, "丙协会", "2014-01-01")
    period = {"from": "2013-01-01", "to": "2013-12-31"}
    answer = await api.get("/v1/figures", **period)
    assert answer["as_of"] == "2013-12-31"
    assert answer["figures"]["organizations.newly_registered"]["value"] == 2
    assert (answer["from"], answer["to"], answer["division"]) == (*period.values(), None)
    for times, code in (
        ({"from": "2014-01-01", "to": "2013-01-01"}, "period_reversed"),
        ({"from": "2014-01-01"}, "period_incomplete"),
        ({"as_of": "2014-01-01", **period}, "figures_time_ambiguous"),
        ({"division": "12"}, "request_invalid"),
    ):
        assert (await api.get("/v1/figures", 422, **times))["code"] == code
    street = api.as_("viewer", "120116006")
    assert (await street.get("/v1/figures", 403, division="120116"))["code"] == "not_permitted"


async def test_working_days_of_a_step_are_an_average_of_the_applications(api: Api) -> None:
    for name, day in (("甲协会", "2014-09-29"), ("乙协会", "2014-10-10")):
        made = await api.post(
            "/v1/registration-applications", 201, name=name, division=STREET, legal_form="association",
            charter_party_clause=True, basis="historical", effective_on="2014-09-26",
        )  # fmt: skip
        await api.post(
            f"/v1/registration-applications/{made['id']}/endorsement", basis="historical", effective_on=day,
            criteria_met=[criterion.code for criterion in CRITERIA],
        )  # fmt: skip
    figures = (await api.get("/v1/figures", **{"from": "2014-01-01", "to": "2014-12-31"}))["figures"]
    assert figures["applications.submitted"]["value"] == 2
    # 28 September was a working Sunday: 2 days, and with the 29th, 30th, 8th to 10th of October 6.
    assert figures["applications.working_days.pre_review"] == {
        "value": 4.0, "unit": "工作日", "qualifier": "exact", "name_zh": "平均用时：业务初审",
        "name_en": "average duration: pre-review",
    }  # fmt: skip


async def test_an_average_of_nothing_is_left_out(api: Api) -> None:
    await registered(api, "甲协会", "2013-01-01")
    empty = await api.get("/v1/figures", **{"from": "2013-01-01", "to": "2013-12-31", "by": "division"})
    assert empty["figures"]["applications.steps.decision"]["value"] == 0
    shown = [*empty["figures"], *(key for values in empty["by"].values() for key in values)]
    assert "organizations.total" in shown
    assert not [key for key in shown if key.startswith("applications.working_days.")]


async def test_merged_records_are_counted_once_on_every_day(api: Api) -> None:
    code = complete_credit_code("51", "120116", "MJ012345")
    loser = await registered(api, "甲协会", "2013-05-01", credit_code=code)
    survivor = await registered(api, "甲甲协会", "2012-05-01")
    await api.post(f"{ORGANIZATIONS}/{loser['id']}/merger", into=survivor["id"])
    assert await value(api, "organizations.total", as_of="2013-12-31") == 1
    assert await value(api, "organizations.total") == 1


async def test_binhais_published_figures_come_out_of_its_register(
    api: Api, register: Register, tmp_path: Path
) -> None:
    register.runtime.policies = register.runtime.region.policy("registry", RegistryPolicy)
    file = tmp_path / "register.xlsx"
    write_workbook(compose(load_region(profile_file("120116"))), file)
    made = await register.do(
        commands.receive, content=file.read_bytes(), file_name="名册.xlsx", division="120116", apply="all"
    )
    await worker.do(register.runtime, made.id)
    figures = (await api.get("/v1/figures", as_of="2014-12-31"))["figures"]
    published = {
        "organizations.total": 2355, "organizations.registered": 624,
        "organizations.registered.association": 326,
        "organizations.registered.private_non_enterprise": 297,
        "organizations.registered.unclassified": 1, "organizations.filed": 1731,
        "organizations.direct_registrations": 15, "organizations.discovered": 2,
    }  # fmt: skip
    assert {key: figures[key]["value"] for key in published} == published
    split = (await api.get("/v1/figures", as_of="2014-12-31", by="division"))["by"]
    assert sum(values["organizations.total"] for values in split.values()) == 2355
    assert len(split) > 20
