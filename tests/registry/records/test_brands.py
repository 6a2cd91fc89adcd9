"""Brands: cultivated, recognised, designated; and what is done in communities in their name."""

from datetime import date
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from services.registry.records.activities import commands as activities
from services.registry.records.activities.model import BrandOfAnother, HeldByNobody
from services.registry.records.brands import commands as brands
from services.registry.records.brands.model import NotYetBrand
from tests.registry.conftest import Api, Register
from tests.registry.records.references import COMMUNITY
from tests.registry.references import STREET, organization

pytestmark = pytest.mark.integration
ALL_THREE: dict[str, Any] = {"demonstration": True, "influence": True, "drawing": True}


async def figures(api: Api, **asked: str) -> dict[str, float]:
    answer = await api.get("/v1/figures", **asked)
    return {name: figure["value"] for name, figure in answer["figures"].items()}


async def test_a_brand_is_cultivated_recognised_and_designated(register: Register, api: Api) -> None:
    id = await organization(register)
    row = await register.do(
        brands.propose, division=STREET, title="千人相亲会", kind="activity", organization_id=id
    )
    for measure in ("project_guidance", "key_support"):
        await register.do(brands.cultivate, id=row.id, measure=measure)
    with pytest.raises(NotYetBrand) as refused:
        await register.do(brands.recognise, id=row.id, **{**ALL_THREE, "influence": False})
    assert "影响力大" in refused.value.message("zh")
    await register.do(brands.recognise, id=row.id, grounds="连续五年举办", **ALL_THREE)
    row = await register.do(brands.designate, id=row.id, designated_by="市委市政府", long_term=True)
    assert row.measures == ["key_support", "project_guidance"]
    [kept] = await register.rows("select brands from organization where id = $1", id)
    assert kept["brands"] == ["千人相亲会"]
    assert "五年" not in str(await register.events(row.id))
    listed = await api.get("/v1/brands", long_term=True)
    assert [one["designated_by"] for one in listed["items"]] == ["市委市政府"]
    found = await figures(api)
    assert (found["brands.standing"], found["brands.designated"]) == (1, 1)
    await register.do(brands.withdraw, id=row.id, reason="merged")
    [kept] = await register.rows("select brands from organization where id = $1", id)
    assert kept["brands"] == [], "it is a brand no more"


async def test_one_village_one_product(register: Register, api: Api) -> None:
    past: dict[str, Any] = {"effective_on": date(2020, 5, 1), "basis": "historical"}
    for village, title in ((COMMUNITY, "剪纸"), ("120116001001", "豆画"), ("120116001001", "柳编")):
        row = await register.do(brands.propose, division=village, title=title, kind="product", **past)
        await register.do(brands.cultivate, id=row.id, measure="packaging", **past)
        await register.do(brands.recognise, id=row.id, **ALL_THREE, **past)
    found = await figures(api, as_of="2021-04-21")
    assert (found["brands.standing"], found["brands.places"]) == (3, 2)
    await register.do(brands.withdraw, id=row.id, reason="merged")
    assert (await figures(api))["brands.standing"] == 2
    assert (await figures(api, as_of="2021-04-21"))["brands.standing"] == 3


async def test_an_activity_under_the_partys_flag(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    with pytest.raises(HeldByNobody):
        await register.do(activities.plan, division=COMMUNITY, title="义诊", kind="care")
    with pytest.raises(BrandOfAnother):
        await register.do(
            activities.plan, division=COMMUNITY, title="义诊", kind="care",
            organization_id=await organization(register), brand_id=uuid7(),
        )  # fmt: skip
    brand = await register.do(brands.propose, division=COMMUNITY, title="暖冬", kind="activity")
    party = uuid7()
    row = await register.do(
        activities.plan, division=COMMUNITY, title="暖冬行动", kind="care", party_organization=party,
        brand_id=brand.id, target_groups=["elderly"], due_on=date(2026, 12, 31),
    )  # fmt: skip
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    held = await api.as_("liaison", STREET).post(
        f"/v1/activities/{row.id}/holding", effective_on="2026-12-30", reached=200,
        reached_qualifier="over", party_flag=True, volunteers=12,
    )  # fmt: skip
    assert (held["held_on"], held["party_flag"]) == ("2026-12-30", True)
    event = (await register.events(row.id))[-1][1]["state"]
    assert (event["party_organization"], event["brand"]["id"]) == (str(party), str(brand.id))
    found = await figures(api, as_of="2026-12-31")
    assert found["activities.year.under_party_flag"] == 1
    assert (found["activities.year.reached"], found["activities.year.communities"]) == (200, 1)
    assert (await figures(api))["activities.year.held"] == 0
