"""What is done with one organisation on its page, by those who may, as the registry offers it."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser


async def more(visitor: Visitor, name: str) -> Locator:
    """The dialog of what stands in the menu."""
    await visitor.page.get_by_role("button", name="更多办理").click()
    await visitor.page.locator(".q-menu").get_by_text(name, exact=True).click()
    return visitor.page.locator(".dialog")


async def choose(visitor: Visitor, dialog: Locator, label: str, name: str) -> None:
    """One of a list that is closed."""
    await dialog.get_by_label(label).click()
    await visitor.page.get_by_role("option", name=name, exact=True).click()


async def record(stack: Stack, made: dict[str, Any]) -> dict[str, Any]:
    """The organisation as the registry has it."""
    found: dict[str, Any] = await stack.ask("GET", "registry", f"/v1/organizations/{made['id']}")
    return found


async def test_the_hub_judges_with_a_ground_and_papers_and_takes_it_back(
    visitor: Visitor, stack: Stack
) -> None:
    """Today and live, though what is on the record of it is of long ago."""
    made = await stack.register("和风调解社", effective_on="2020-05-01", basis="historical")
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{made['id']}")
    judge = visitor.page.get_by_role("button", name="枢纽评判")
    await judge.click()
    dialog = visitor.page.locator(".dialog")
    await expect(dialog).to_contain_text("和风调解社 · 已登记")
    await dialog.locator(".saves").click()
    await expect(dialog.get_by_role("alert").first).to_be_visible()
    await choose(visitor, dialog, "枢纽评判", "有风险")
    await dialog.get_by_label("理由").fill("投诉")
    await dialog.get_by_label("佐证材料编号").fill("BH-2026-17")
    await visitor.picture("organization-judge")
    await dialog.locator(".saves").click()
    standing = visitor.page.locator('[data-card="standing"]')
    await expect(standing).to_contain_text("由“良好”改为“有风险”（依据：投诉、佐证材料：BH-2026-17）")
    await visitor.telephone()
    assert await visitor.fits()
    await expect(dialog).to_have_count(0)  # its button has the name of the one that opens it
    await judge.click()
    await choose(visitor, dialog, "枢纽评判", "良好")
    await dialog.get_by_label("理由").fill("整改到位")
    await visitor.drawn()
    await visitor.picture("telephone-organization-judge")
    await dialog.locator(".saves").click()
    await expect(standing).to_contain_text("由“有风险”改为“良好”（依据：整改到位）")
    found = await record(stack, made)
    today = TODAY.isoformat()
    assert (found["hub_standing"], found["effective_on"], found["basis"]) == ("good", today, "live")
    await visitor.picture("telephone-organization")


async def test_another_supervisory_unit_and_what_changed_meanwhile(visitor: Visitor, stack: Stack) -> None:
    made = await stack.register("启明助学社")
    path = f"/v1/organizations/{made['id']}/supervision"
    await stack.ask("POST", "registry", path, json={"supervisory_unit": "education"})
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{made['id']}")
    dialog = await more(visitor, "变更业务主管单位")
    unit = dialog.get_by_label("业务主管单位（部门）")
    await expect(unit).to_have_value("教育部门")
    await unit.fill("民政部门")
    await stack.ask("POST", "registry", path, json={"supervisory_unit": "health"})
    await dialog.locator(".saves").click()
    await expect(dialog.get_by_role("alert").first).to_contain_text(
        "业务主管单位（部门） 教育部门 → 卫生健康部门"
    )
    await expect(unit).to_have_value("民政部门")
    await visitor.picture("organization-conflict")
    await dialog.locator(".saves").click()
    await expect(visitor.page.locator('[data-card="facts"]')).to_contain_text("业务主管单位民政部门")
    assert (await record(stack, made))["supervisory_unit"] == "civil_affairs"


async def test_facts_are_changed_and_emptied(visitor: Visitor, stack: Stack) -> None:
    made = await stack.register("知春书画会", charity=True, volunteer_count=7, nature="joint")
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{made['id']}")
    await visitor.page.get_by_role("button", name="变更资料").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.locator(".saves").click()
    await expect(dialog.get_by_role("alert").first).to_contain_text("没有改动")
    await choose(visitor, dialog, "类别", "教育类")
    await visitor.page.keyboard.press("Escape")
    await choose(visitor, dialog, "慈善组织", "否")
    await dialog.get_by_label("志愿者").fill("")
    await visitor.picture("organization-change")
    await dialog.locator(".saves").click()
    facts = visitor.page.locator('[data-card="facts"]')
    await expect(facts).to_contain_text("教育类")
    await expect(facts).to_contain_text("性质联合性")
    await expect(facts).to_contain_text("慈善组织否")
    found = await record(stack, made)
    assert (found["categories"], found["charity"], found["volunteer_count"], found["nature"]) == (
        ["education"], False, None, "joint"
    )  # fmt: skip


async def test_a_group_is_put_on_the_record_and_filed(visitor: Visitor, stack: Stack) -> None:
    await visitor.sign_in("liaison", division="120116001")
    await visitor.go("/organizations")
    await visitor.page.get_by_role("button", name="新增组织").click()
    await visitor.page.locator(".q-menu").get_by_text("录入组织", exact=True).click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_label("名称 *").fill("晚霞合唱队")
    await visitor.picture("organization-new")
    await dialog.locator(".saves").click()
    await visitor.page.wait_for_url("**/organizations/0*")
    await expect(visitor.page.get_by_role("heading", name="晚霞合唱队")).to_be_visible()
    dialog = await more(visitor, "备案")
    await dialog.locator(".saves").click()
    await expect(visitor.page.locator('[data-card="timeline"]')).to_contain_text("备案")
    await expect(visitor.page.locator(".head").get_by_text("已备案")).to_be_visible()
    await visitor.telephone()
    assert await visitor.fits()


async def test_nobody_is_offered_what_they_may_not_do(visitor: Visitor, stack: Stack) -> None:
    made = await stack.register("听涛诗社")
    await visitor.sign_in("registration_authority")
    await visitor.go(f"/organizations/{made['id']}")
    await expect(visitor.page.get_by_role("button", name="变更资料")).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="枢纽评判")).to_have_count(0)
    await visitor.sign_in("viewer")
    await visitor.go(f"/organizations/{made['id']}")
    await expect(visitor.page.get_by_role("heading", name="听涛诗社")).to_be_visible()
    await expect(visitor.page.locator(".head").get_by_role("button")).to_have_count(0)
    await visitor.go("/organizations")
    await expect(visitor.page.get_by_role("status").first).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="新增组织")).to_have_count(0)


async def test_who_keeps_in_touch_and_where_it_is_incubated_stands_on_its_page(
    visitor: Visitor, stack: Stack
) -> None:
    made = await stack.register("初心助残社")
    until = (TODAY + timedelta(days=300)).isoformat()

    async def ask(path: str, **body: Any) -> dict[str, Any]:
        found: dict[str, Any] = await stack.ask("POST", "registry", f"/v1/{path}", json=body)
        return found

    base = await ask("bases", division="120116", name="向阳孵化基地", capacity=2)
    stay = await ask("stays", organization_id=made["id"], base_id=base["id"])
    await ask(f"stays/{stay['id']}/screening")
    await ask(
        f"stays/{stay['id']}/agreement", services=["capacity_building"], service_standard="每月一次",
        begins_on=TODAY.isoformat(), ends_on=until,
    )  # fmt: skip
    await ask("contact-assignments", organization_id=made["id"], officer="u-officer-3")
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{made['id']}")
    stays = visitor.page.locator('[data-card="stays"]')
    await expect(stays.get_by_role("link")).to_have_text("向阳孵化基地")
    await expect(stays).to_contain_text(f"{TODAY} – {until}")
    contact = visitor.page.locator('[data-card="contact"]')
    await expect(contact).to_contain_text("日常联系 u-officer-3")
    await expect(contact).to_contain_text("尚未联系")
    await expect(contact.locator(".day")).to_be_visible()
    await expect(visitor.page.locator('[data-card="open_matters"]')).to_contain_text("联系记录")
    await visitor.picture("organization-whole")


async def test_the_contact_card_says_when_the_last_contact_was(visitor: Visitor, stack: Stack) -> None:
    made = await stack.register("长青联谊社")
    await stack.ask(
        "POST", "registry", "/v1/contact-assignments",
        json={"organization_id": made["id"], "officer": "u-officer-4"},
    )  # fmt: skip
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{made['id']}")
    contact = visitor.page.locator('[data-card="contact"]')
    await expect(contact).to_contain_text("尚未联系")
    await visitor.page.locator('[data-card="open_matters"]').get_by_role("link", name="联系记录").click()
    await visitor.page.get_by_role("button", name="记录联系").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_label("联系方式").fill("走访")
    await dialog.get_by_label("工作开展").fill("每月一次茶话会")
    await dialog.locator(".saves").click()
    await expect(visitor.page.get_by_text("本记录已结束。")).to_be_visible()
    await visitor.go(f"/organizations/{made['id']}")
    await expect(contact).to_contain_text(f"最近联系 {TODAY}")
    await expect(contact.locator(".day")).to_have_count(0)
    await visitor.picture("organization-contact")


async def test_all_of_the_past_is_one_click_away(visitor: Visitor, stack: Stack) -> None:
    made = await stack.register("常青助老社")
    since = {"effective_on": "2025-01-06", "basis": "historical"}
    for _ in range(14):
        given = await stack.ask(
            "POST", "registry", "/v1/supports",
            json={"organization_id": made["id"], "support_kind": "funding", "provider": "centre", **since},
        )  # fmt: skip
        await stack.ask("POST", "registry", f"/v1/supports/{given['id']}/follow-up",
                        json={"effect": "good", **since})  # fmt: skip
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{made['id']}")
    past = visitor.page.locator('[data-card="past_matters"]')
    await expect(past.locator("tr")).to_have_count(12)
    await past.get_by_role("link", name="扶持记录 14").click()
    await expect(visitor.page.locator("table.list tbody tr")).to_have_count(14)
