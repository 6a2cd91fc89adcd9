"""A base by intake as its people see it, at a desk and on a telephone; filters kept for organisations."""

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
STREET, APPLICANTS = "120116001", "120116006"


async def ask(stack: Stack, path: str, **body: Any) -> dict[str, Any]:
    """A command to the registry."""
    found: dict[str, Any] = await stack.ask("POST", "registry", f"/v1/{path}", json=body)
    return found


async def apply(stack: Stack, name: str, base: str, intake: str | None = None) -> str:
    """A new organisation's application."""
    about = await stack.register(name, division=APPLICANTS)
    made = await ask(stack, "stays", organization_id=about["id"], base_id=base, intake_id=intake)
    return str(made["id"])


async def move_in(stack: Stack, stay: str, until: str) -> None:
    """Selected, with an agreement, moved in."""
    await ask(stack, f"stays/{stay}/screening")
    await ask(
        stack, f"stays/{stay}/agreement", services=["capacity_building"], service_standard="每月一次",
        begins_on=TODAY.isoformat(), ends_on=until,
    )  # fmt: skip
    await ask(stack, f"stays/{stay}/start")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def park(stack: Stack) -> str:
    """A base with two intakes: four places, two organisations inside, one graduated, one waiting."""
    base = (await ask(stack, "bases", division="120116", name="滨海孵化园", capacity=4))["id"]
    intakes = [
        (await ask(stack, "intakes", base_id=base, number=number, places=3,
                   due_on=(TODAY + timedelta(days=20)).isoformat()))["id"]
        for number in (1, 2)
    ]  # fmt: skip
    near, far = (TODAY + timedelta(days=days) for days in (5, 300))
    for name, until in (("启明助老社", near), ("扬帆少年社", far), ("金秋互助社", far)):
        stay = await apply(stack, name, base, intakes[0])
        await move_in(stack, stay, until.isoformat())
    await ask(stack, f"stays/{stay}/graduation")
    await apply(stack, "晨露环保社", base, intakes[1])
    return str(base)


async def test_a_base_is_seen_by_intake_and_each_number_leads_to_its_list(
    visitor: Visitor, park: str
) -> None:
    await visitor.sign_in("hub_officer")
    await visitor.go("/incubation")
    await expect(visitor.page.get_by_role("heading", name="滨海孵化园")).to_be_visible()
    await expect(visitor.page.locator(".tools").first).to_contain_text("席位 2/4")
    intakes = visitor.page.locator('[data-card="intakes"]')
    first = intakes.locator("tbody tr").nth(1)
    await expect(first).to_contain_text("第1批")
    for column, number in (("applied", "3"), ("screened", "3"), ("inside", "2"), ("graduated", "1")):
        await expect(first.locator(f'[data-column="{column}"]')).to_have_text(number)
    await expect(intakes.locator("tbody tr").nth(2).locator('[data-column="waiting"]')).to_have_text("1")
    due = visitor.page.locator('[data-card="dues"] tbody tr').first
    await expect(due).to_contain_text("启明助老社")
    await expect(due).to_contain_text("还剩 5 天")
    assert await visitor.fits()
    await visitor.picture("incubation")
    await first.locator('[data-column="inside"]').click()
    await visitor.page.wait_for_url("**/matters/stays**")
    await expect(visitor.page.locator("table.list tbody tr")).to_have_count(2)


async def test_a_base_fits_a_telephone_and_follows_what_happens(
    visitor: Visitor, stack: Stack, park: str
) -> None:
    await visitor.telephone()
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/incubation?base={park}")
    rows = visitor.page.locator('[data-card="intakes"] tbody tr')
    await expect(rows.nth(2).locator('[data-column="applied"]')).to_have_text("1")
    await apply(stack, "新芽读书社", park)
    await expect(rows.nth(3)).to_contain_text("不属批次")
    await expect(rows.nth(0).locator('[data-column="applied"]')).to_have_text("5")
    assert await visitor.fits()
    await visitor.picture("incubation-telephone")


async def test_several_bases_stand_in_one_table_and_one_is_opened(
    visitor: Visitor, stack: Stack, park: str
) -> None:
    await ask(stack, "bases", division=STREET, name="塘沽孵化指导中心", capacity=0, focus=["community"])
    await visitor.sign_in("hub_officer")
    await visitor.go("/incubation")
    bases = visitor.page.locator('[data-card="bases"]')
    await expect(bases.locator("tbody tr")).to_have_count(3)
    await expect(bases).to_contain_text("街道（乡镇）级")
    await visitor.picture("incubation-bases")
    await bases.get_by_role("link", name="塘沽孵化指导中心").click()
    await expect(visitor.page.locator('[data-card="dues"]')).to_contain_text("没有待办的期限。")
    await visitor.page.get_by_role("link", name="全部基地").click()
    await expect(bases.locator("tbody tr")).to_have_count(3)
    await visitor.telephone()
    assert await visitor.fits()
    await visitor.picture("incubation-bases-telephone")


async def test_who_has_no_base_is_told_what_to_do(visitor: Visitor, park: str) -> None:
    await visitor.sign_in("hub_officer", division="120116009")
    await visitor.go("/incubation")
    await expect(visitor.page.get_by_text("您的辖区内还没有孵化基地。")).to_be_visible()


async def test_a_filter_for_organisations_is_kept_under_a_name(visitor: Visitor, stack: Stack) -> None:
    await stack.register("绿洲养老协会", division=APPLICANTS)
    await visitor.sign_in("hub_officer", "u-collector")
    await visitor.go("/organizations?text=绿洲养老")
    rows = visitor.page.locator(".q-table tbody tr")
    await expect(rows).to_have_count(1)
    await visitor.page.get_by_role("button", name="保存当前筛选").click()
    await visitor.page.get_by_label("筛选名称").fill("绿洲")
    await visitor.page.get_by_role("button", name="保存", exact=True).click()
    kept = visitor.page.get_by_role("link", name="绿洲", exact=True)
    await expect(kept).to_be_visible()
    await visitor.picture("organizations-filter")
    await visitor.go("/organizations")
    await expect(rows.nth(1)).to_be_visible()
    await kept.click()
    await expect(rows).to_have_count(1)
    await visitor.go("/matters/stays")
    await expect(visitor.page.get_by_role("button", name="保存当前筛选")).to_be_visible()
    await expect(kept).to_have_count(0)
    await visitor.go("/organizations")
    await visitor.page.get_by_role("button", name="删除筛选“绿洲”").click()
    await expect(kept).to_have_count(0)


async def test_only_the_people_of_the_base_are_offered_what_it_decides(
    visitor: Visitor, stack: Stack, park: str
) -> None:
    stay = await apply(stack, "拾光阅读社", park)
    due_on = (await stack.ask("GET", "registry", f"/v1/stays/{stay}"))["due_on"]
    month = f"/calendar?month={due_on[:7]}&day={due_on}"
    for division, offered in ((APPLICANTS, 0), ("120116", 1)):
        await visitor.sign_in("hub_officer", division=division)
        for path, row in (("/today", "article.due"), (month, "table.list tr")):
            await visitor.go(path)
            due = visitor.page.locator(row).filter(has_text="拾光阅读社")
            await expect(due).to_be_visible()
            await expect(due.get_by_role("button", name="入选")).to_have_count(offered)
        await visitor.go(f"/matters/stays/{stay}")
        steps = visitor.page.locator("main .head")
        await expect(steps.get_by_role("button", name="退出")).to_be_visible()
        await expect(steps.get_by_role("button", name="入选", exact=True)).to_have_count(offered)
    await visitor.go("/today")
    due = visitor.page.locator("article.due").filter(has_text="拾光阅读社")
    await visitor.picture("today-possible")
    await due.get_by_role("button", name="入选").click()
    await expect(due.get_by_role("button", name="入选")).to_have_count(0, timeout=30_000)
    assert (await stack.ask("GET", "registry", f"/v1/stays/{stay}"))["state"] == "screened"
