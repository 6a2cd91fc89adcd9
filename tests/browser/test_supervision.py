"""An organisation's standing with its reasons, what authorities decided, duplicates; what is watched over."""

import asyncio
import re
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
DISTRICT, STREET = "120116", "120116007"
LISTED_ON = f"{TODAY.year - 1}-03-02"
PAST = {"effective_on": LISTED_ON, "basis": "historical"}


async def ask(stack: Stack, path: str, **body: Any) -> dict[str, Any]:
    """A command to the registry."""
    found: dict[str, Any] = await stack.ask("POST", "registry", f"/v1/{path}", json=body)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watched(stack: Stack) -> str:
    """An organisation at grave risk that is on the list of abnormal activities and was fined; its id."""
    since = {"effective_on": "2020-05-01", "basis": "historical"}
    id = (await stack.register("安泰养老服务中心", division=STREET, **since))["id"]
    await ask(
        stack, "risks", organization_id=id, topic="finance", risk_level="grave", origin="visit",
        description="资金去向不明",
    )  # fmt: skip
    listing = await ask(
        stack, "credit-listings", division=DISTRICT, authority="civil_affairs", organization_id=id,
        listing="abnormal", listing_grounds=["no_annual_report"], **PAST,
    )  # fmt: skip
    for step in ("notice", "listing", "publication"):
        await ask(stack, f"credit-listings/{listing['id']}/{step}", **PAST)
    await ask(
        stack, "official-decisions", division=DISTRICT, authority="civil_affairs", organization_id=id,
        kind="penalty", result="warning", document_number="津滨社罚〔2025〕3号",
    )  # fmt: skip
    await ask(
        stack, "illegal-cases", division=DISTRICT, name="某书画院", origin="report",
        description="未经登记以社会团体名义收费",
    )  # fmt: skip
    return str(id)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ordered(stack: Stack) -> dict[str, str]:
    """An emergency order under which two organisations stand still; name -> id of the pause."""
    names = {
        (await stack.register(name, division=STREET))["id"]: name for name in ("乐学培训中心", "康护中心")
    }
    order = await ask(
        stack, "emergency-orders", division=DISTRICT, title="暂停线下活动", kind="epidemic",
        organizations=list(names),
    )  # fmt: skip
    for _ in range(100):
        found = await stack.ask("GET", "registry", "/v1/emergency-pauses", params={"order_id": order["id"]})
        if len(found["items"]) == len(names):
            return {names[one["organization_id"]]: one["id"] for one in found["items"]}
        await asyncio.sleep(0.1)
    raise AssertionError("nobody stands still")


async def test_an_organisation_tells_why_it_stands_as_it_does(visitor: Visitor, watched: str) -> None:
    await visitor.sign_in("registration_authority")
    await visitor.go(f"/organizations/{watched}")
    standing = visitor.page.locator('[data-card="standing"]')
    await expect(standing).to_contain_text("有风险")
    reasons = standing.locator("table")
    await expect(reasons).to_contain_text("重大风险")
    await expect(reasons).to_contain_text("使评价为“有风险”")
    await expect(standing.locator(".reasons")).to_contain_text("由“良好”改为“有风险”（风险隐患）")
    credit = visitor.page.locator('[data-card="credit"]')
    await expect(credit).to_contain_text(f"活动异常名录 {LISTED_ON} 列入")
    await expect(credit).to_contain_text("未按规定报送年度工作报告")
    await expect(credit).to_contain_text(f"至 {TODAY.year + 1}-03-02 在列满两年")
    await expect(credit).to_contain_text("民政部门 · 警告 · 津滨社罚〔2025〕3号")
    await visitor.picture("organization-standing")
    await reasons.get_by_role("link", name="风险隐患").click()
    await expect(visitor.page.locator('[data-card="particulars"]')).to_contain_text("重大风险")


async def test_every_code_of_an_organisation_is_said_in_words(visitor: Visitor, stack: Stack) -> None:
    made = await stack.register("清源环保协会", division=STREET, department="service_centre")
    path = f"/v1/organizations/{made['id']}"
    await stack.ask("POST", "registry", f"{path}/supervision", json={"supervisory_unit": "education"})
    await stack.ask(
        "POST", "registry", f"{path}/hub-standing", json={"standing": "at_risk", "ground": "finance"}
    )
    await visitor.sign_in("registration_authority")
    await visitor.go(f"/organizations/{made['id']}")
    await expect(visitor.page.locator('[data-card="standing"]')).to_contain_text("依据：财务管理")
    facts = visitor.page.locator('[data-card="facts"]')
    await expect(facts).to_contain_text("业务主管单位教育部门")
    await expect(facts).to_contain_text("对接科室社会组织服务管理中心")
    text = await visitor.page.locator("main.page").inner_text()
    assert re.findall(r"[a-z]{2,}(?:_[a-z]+)+|finance|education|system", text) == []


async def test_a_duplicate_leads_to_the_record_that_stays(visitor: Visitor, stack: Stack) -> None:
    kept = await stack.register("春晓艺术团", division=STREET)
    twin = await stack.register("春晓艺术团（筹）", division=STREET)
    await ask(stack, f"organizations/{twin['id']}/merger", into=kept["id"])
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{twin['id']}")
    await visitor.page.locator('[data-card="merged_into"]').get_by_role("link", name="春晓艺术团").click()
    await visitor.page.wait_for_url(f"**/organizations/{kept['id']}")
    await expect(visitor.page.locator('[data-card="absorbed"]')).to_contain_text("春晓艺术团（筹）")


async def test_supervision_shows_who_stands_still_and_what_is_open(
    visitor: Visitor, stack: Stack, watched: str, ordered: dict[str, str]
) -> None:
    await ask(
        stack, f"emergency-pauses/{ordered['康护中心']}/visit",
        passed=["health", "premises", "supplies", "work_plan", "rules"], lacking=["safety"],
    )  # fmt: skip
    await visitor.sign_in("registration_authority")
    await visitor.go("/enforcement")
    orders = visitor.page.locator('[data-card="orders"]')
    row = orders.locator("tr", has_text="暂停线下活动")
    await expect(row.locator('[data-column="still"]')).to_have_text("2")
    await expect(orders).to_contain_text("不合格：安全管理")
    await expect(visitor.page.locator('[data-card="risks"]')).to_contain_text("重大风险 1")
    await expect(visitor.page.locator('[data-card="illegal-cases"]')).to_contain_text("举报")
    await expect(visitor.page.locator('[data-card="credit-listings"]')).to_contain_text("活动异常名录")
    await expect(visitor.page.locator('[data-card="official-decisions"]')).to_contain_text("行政处罚")
    await visitor.picture("enforcement")
    await row.locator('[data-column="still"] a').click()
    await expect(visitor.page.locator("table.list tbody tr")).to_have_count(2)
    await visitor.go("/enforcement")
    await visitor.page.locator(".h1").click()
    await visitor.page.keyboard.press("ArrowDown")
    await expect(orders.locator("a.open").first).to_be_focused()
    await visitor.telephone()
    assert await visitor.fits()
    await visitor.picture("telephone-enforcement")


async def test_a_risk_is_entered_where_risks_are_watched(
    visitor: Visitor, stack: Stack, ordered: dict[str, str]
) -> None:
    await visitor.sign_in("hub_officer")
    await visitor.go("/enforcement")
    risks = visitor.page.locator('[data-card="risks"]')
    await risks.get_by_role("button", name="登记风险").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_label("社会组织").fill("lxpx")
    await dialog.get_by_role("button", name="乐学培训中心").click()
    await dialog.get_by_label("风险等级").click()
    await visitor.page.get_by_role("option", name="一般风险", exact=True).click()
    for label, text in (("风险类别", "安全"), ("发现途径", "走访"), ("风险情况", "消防通道堵塞")):
        await dialog.get_by_label(label).fill(text)
    await dialog.get_by_role("button", name="登记风险").click()
    await expect(risks).to_contain_text("一般风险 1")
    await expect(risks.locator("tr", has_text="乐学培训中心")).to_contain_text("一般风险 · 安全")
