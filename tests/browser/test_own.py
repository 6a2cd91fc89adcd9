"""An organisation with its own account: applies, is registered by the staff, answers in the service log."""

from datetime import timedelta

import pytest
from playwright.async_api import expect
from uuid_utils.compat import uuid7

from services.registry.identification.model import complete_credit_code
from services.registry.policy import CRITERIA
from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
STREET = "120116001"


async def post(stack: Stack, path: str, **body: object) -> dict[str, str]:
    """What the staff do meanwhile."""
    found: dict[str, str] = await stack.ask("POST", "registry", f"/v1/{path}", json=body)
    return found


async def incubated(stack: Stack, organization: str) -> str:
    """The organisation is in a base."""
    base = await post(stack, "bases", division=STREET, name="塘沽社会组织孵化基地", capacity=8)
    stay = (await post(stack, "stays", organization_id=organization, base_id=base["id"]))["id"]
    await post(stack, f"stays/{stay}/screening")
    await post(
        stack, f"stays/{stay}/agreement", services=["capacity_building"], service_standard="每月一次辅导",
        begins_on=TODAY.isoformat(), ends_on=(TODAY + timedelta(days=365)).isoformat(),
    )  # fmt: skip
    await post(stack, f"stays/{stay}/start")
    return stay


async def test_an_organisation_applies_is_registered_and_answers_in_the_service_log(
    visitor: Visitor, stack: Stack
) -> None:
    id, page = str(uuid7()), visitor.page
    await visitor.sign_in_for(f"registration_application:{id}")
    await page.wait_for_url("**/own")
    await expect(page.get_by_role("heading", name="网上登记")).to_be_visible()
    await visitor.picture("own-before")
    await page.get_by_role("button", name="提交登记申请").click()
    dialog = page.locator(".dialog")
    await dialog.get_by_label("名称 *").fill("海韵晚晴互助协会")
    for label, name in (("组织类型", "社会团体"), ("章程含", "是")):
        await dialog.get_by_label(label).click()
        await page.get_by_role("option", name=name, exact=True).click()
    await visitor.picture("own-form")
    await dialog.locator(".saves").click()
    await page.wait_for_url(f"**/own/applications/{id}")
    await expect(page.locator(".head .chip").first).to_have_text("已提交")
    where = f"registration-applications/{id}"
    await post(stack, f"{where}/return", items=["charter"], explanation="请补充章程第三条")
    await expect(page.locator('[data-card="own_asked"]')).to_contain_text("请补充章程第三条")
    await visitor.picture("own-application")
    await visitor.telephone()
    await visitor.picture("telephone-own-application")
    assert await visitor.fits()
    await page.get_by_role("button", name="提交", exact=True).click()
    await dialog.get_by_label("会员", exact=True).fill("61")
    await dialog.locator(".saves").click()
    await expect(page.locator(".head .chip").first).to_have_text("已提交")
    await expect(page.locator('[data-card="particulars"]')).to_contain_text("61")
    await visitor.desk()
    await post(stack, f"{where}/endorsement", criteria_met=[one.code for one in CRITERIA])
    code = complete_credit_code("51", "120116", "77770009")
    registered = await post(stack, f"{where}/registration", credit_code=code)
    await expect(page.locator(".head .chip").first).to_have_text("办结")

    organization = registered["organization_id"]
    stay = await incubated(stack, organization)
    await stack.ask(
        "POST", "registry", "/v1/rectifications",
        json={"organization_id": organization, "origin": "spot_check", "topics": ["finance"],
              "findings": "票据不全", "due_on": (TODAY + timedelta(days=20)).isoformat()},
    )  # fmt: skip
    for hours in (2, 3):
        await post(
            stack, "service-entries", stay_id=stay, service="capacity_building", written_by="base",
            hours=hours, content="财务制度辅导",
        )  # fmt: skip
    await page.get_by_role("link", name="本组织", exact=True).click()
    await expect(page.get_by_role("heading", name="海韵晚晴互助协会")).to_be_visible()
    await expect(page.locator('[data-card="own_record"]')).to_contain_text(code)
    await expect(page.locator('[data-card="own_due"]')).to_contain_text("票据不全")
    await visitor.picture("own")
    await visitor.telephone()
    await visitor.picture("telephone-own")
    assert await visitor.fits()
    await page.locator('[data-card="own_due"] a').first.click()
    lines = page.locator("article.due")
    await expect(lines).to_have_count(2)
    await visitor.picture("telephone-own-services")
    assert await visitor.fits()
    await visitor.desk()
    first = lines.filter(has_text="3 小时")
    await expect(first.locator(".chip").first).to_have_text("待本组织确认")
    await first.get_by_role("button", name="确认", exact=True).click()
    await first.locator(".buttons").get_by_role("button", name="确认").click()
    await expect(first.locator(".chip").first).to_have_text("双方已确认")
    second = lines.filter(has_text="2 小时")
    await second.get_by_role("button", name="提出异议").click()
    await second.get_by_label("原因").fill("other")
    await second.locator(".saves").click()
    await expect(second.locator(".chip").first).to_have_text("有异议")
    disputed = second.locator("[data-disputed]")
    await expect(disputed).to_contain_text("待登记方更正或撤销")
    where = f"/v1/service-entries?stay_id={stay}&state=disputed"
    [line] = (await stack.ask("GET", "registry", where))["items"]
    await post(stack, f"service-entries/{line['id']}/correction", hours=1)
    corrected = lines.filter(has_text="已更正")
    await expect(corrected.locator("[data-disputed]")).to_contain_text("时长（小时）：1")
    await page.get_by_role("button", name="登记所接受的服务").click()
    for label, name in (("入驻", "塘沽社会组织孵化基地"), ("服务项目", "能力建设")):
        await dialog.get_by_label(label).click()
        await page.get_by_role("option", name=name).click()
    await dialog.locator(".saves").click()
    await expect(lines).to_have_count(3)
    await expect(lines.first).to_contain_text("入驻组织登记")
    await visitor.picture("own-services")


async def invited(stack: Stack, organization: str) -> str:
    """The organisation is on the list of a training of the district; returns its place there."""
    made = await post(stack, "trainings", division="120116", body="womens_federation", course="policy")
    where = f"trainings/{made['id']}"
    await post(stack, f"{where}/survey", respondents=12, wanted=["policy"])
    await post(stack, f"{where}/schedule", scheduled_on=(TODAY + timedelta(days=9)).isoformat())
    place = await post(stack, "attendances", training_id=made["id"], organization_id=organization)
    return place["id"]


async def absent(stack: Stack, organization: str) -> str:
    """A meeting to which the organisation did not come; returns its place on the list."""
    made = await post(
        stack, "meetings", division="120116", body="womens_federation", gathering="joint_conference"
    )
    place = await post(stack, "attendances", meeting_id=made["id"], organization_id=organization)
    await post(stack, f"attendances/{place['id']}/presence", presence="absent")
    await post(stack, f"meetings/{made['id']}/holding")
    return place["id"]


async def test_an_organisation_is_told_why_something_was_returned_and_hands_it_in_itself(
    visitor: Visitor, stack: Stack
) -> None:
    id, page = (await stack.register("海韵青苗服务社"))["id"], visitor.page
    due_on, again_on = ((TODAY + timedelta(days=days)).isoformat() for days in (20, 30))
    year = TODAY.year - 1
    made = await post(stack, "inspections", organization_id=id, year=year, due_on=due_on)
    where = f"inspections/{made['id']}"
    await post(stack, f"{where}/submission")
    await post(stack, f"{where}/return", items=["audit"], explanation="审计报告未盖章", due_on=again_on)
    yearly = await post(stack, "returns", organization_id=id, interval="year", covers=f"{year}-06-01")
    place = await invited(stack, id)
    await visitor.sign_in_for(f"organization:{id}")
    told = page.locator("[data-returned]")
    await expect(told).to_contain_text(f"{TODAY} 退回")
    await expect(told).to_contain_text("补正事项：审计报告；说明：审计报告未盖章")
    await expect(told).to_contain_text(f"补正期限 {again_on}")
    await visitor.telephone()
    await visitor.picture("telephone-own-returned")
    assert await visitor.fits()
    inspection, served = (page.locator(f'[data-record="{one["id"]}"]') for one in (made, yearly))
    dialog = page.locator(".dialog")
    await inspection.get_by_role("button", name="报送材料").click()
    await dialog.get_by_label("材料编号").fill("2026-017")
    await dialog.locator(".saves").click()
    await expect(inspection.locator(".chip").first).to_have_text("已报送")
    await expect(inspection.get_by_role("button")).to_have_count(0)
    await served.get_by_role("button", name="报送").click()
    await dialog.get_by_label("服务人次").fill("1200")
    await visitor.picture("telephone-own-return")
    assert await visitor.fits()
    await dialog.locator(".saves").click()
    await expect(served.locator(".chip").first).to_have_text("已报送")
    await visitor.picture("telephone-own-handed-in")
    invitation = page.locator(f'[data-record="{place}"]')
    await invitation.get_by_role("button", name="请假").click()
    await dialog.get_by_label("请假事由").fill("公务冲突")
    await dialog.locator(".saves").click()
    await expect(invitation.locator(".chip").first).to_have_text("请假")
    assert (await stack.ask("GET", "registry", f"/v1/attendances/{place}"))["reason"] == "official"
    await invitation.get_by_role("button", name="确认参加").click()
    await dialog.locator(".saves").click()
    await expect(invitation.locator(".chip").first).to_have_text("确认参加")
    assert (await stack.ask("GET", "registry", f"/v1/attendances/{place}"))["state"] == "accepted"
    missed = await absent(stack, id)
    over = page.locator('[data-card="own_presences"]')
    await expect(over.locator(f'[data-record="{missed}"]')).to_contain_text("缺席")
    await visitor.picture("telephone-own-presences")
    assert await visitor.fits()
    found = await stack.ask("GET", "registry", f"/v1/returns/{yearly['id']}")
    assert found["served"] == 1200
    await visitor.desk()
    await visitor.sign_in()
    await visitor.go(f"/matters/{where}")
    await expect(page.locator('[data-card="particulars"]')).to_contain_text("组织自行报送")
    line = page.locator('[data-card="steps"]')
    await expect(line).to_contain_text("组织自行报送")
    await expect(line).to_contain_text("代报")
    await visitor.picture("own-on-behalf")


async def test_the_pages_of_the_staff_and_of_organisations_are_apart(visitor: Visitor) -> None:
    made = await visitor.stack.register("海韵邻里服务社")
    await visitor.sign_in_for(f"organization:{made['id']}")
    for path in ("/organizations", "/matters", "/today", "/messages", "/care"):
        await visitor.go(path)
        await visitor.page.wait_for_url("**/own")
    await expect(visitor.page.locator("nav a")).to_have_text(["本组织", "服务记录"])
    await expect(visitor.page.get_by_text("目前没有在办事项。")).to_be_visible()
    await visitor.sign_in("operator")
    await visitor.go("/own")
    await expect(visitor.page.locator("nav a").first).to_have_text("概览")
    assert not visitor.page.url.endswith("/own")
