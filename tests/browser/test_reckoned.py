"""What the registry reckons, where it belongs: targets beside their figures, who is excused, what holds."""

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
DISTRICT, STREET = "120116", "120116012"
YEAR = TODAY.year


async def opened(stack: Stack, path: str, **body: Any) -> str:
    return str((await stack.ask("POST", "registry", f"/v1/{path}", json=body))["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def aimed(stack: Stack) -> list[dict[str, Any]]:
    """A target that is half reached, one not to be exceeded, and one that another service reckons."""
    for title in ("走访困难组织", "报送工作方案"):
        await opened(
            stack, "tasks", division=STREET, title=title, kind="routine", lead="office", implementing=[STREET]
        )
    period = {"period_begins_on": f"{YEAR}-01-01", "period_ends_on": f"{YEAR}-12-31"}
    for figure, aim, more in (
        ("registry.tasks.facts.issued", 4, {"weight": 30}),
        ("registry.tasks.facts.cancelled", 3, {"at_most": True, "weight": 10}),
        ("partybuild.coverage.work_rate", 90, {}),
    ):
        await opened(
            stack, "targets", division=STREET, figure=figure, body="womens_federation", aim=aim, **period,
            **more,
        )  # fmt: skip
    found: list[dict[str, Any]] = (
        await stack.ask("GET", "registry", "/v1/target-progress", params={"division": STREET})
    )["targets"]
    return found


async def test_a_leader_sees_each_target_beside_what_is_reached(
    visitor: Visitor, aimed: list[dict[str, Any]]
) -> None:
    await visitor.sign_in("hub_officer", division=DISTRICT)
    await visitor.go(f"/matters/targets?division={STREET}")
    card = visitor.page.locator('[data-card="targets_stand"]')
    held = card.locator("tr").filter(has_text="2，目标 4")
    elapsed = next(one["elapsed"] for one in aimed if one["figure"].endswith("issued"))
    await expect(held).to_contain_text(f"完成 50%，时间已过 {elapsed:g}%")
    await expect(held).to_contain_text("妇联")
    await expect(held.locator("td").first).to_have_text("任务：期内下达")
    await expect(held).to_contain_text("新港街道")
    part = await held.locator(".reach i").evaluate(
        "one => one.getBoundingClientRect().width / one.parentElement.getBoundingClientRect().width"
    )
    assert part == pytest.approx(0.5, abs=0.02), "the bar is as long as what is reached"
    await expect(held.locator(".reach")).to_have_class("reach warn" if elapsed > 50 else "reach ")
    bound = card.locator("tr").filter(has_text="目标不超过 3")
    await expect(bound.locator(".reach")).to_have_class("reach good")
    await expect(card.locator("tr").filter(has_text="目标 90")).to_contain_text("由其他系统统计")
    await expect(card.locator("h3")).to_have_text(["目标", "按单位"])
    await visitor.picture("targets")
    await visitor.telephone()
    await expect(held.locator(".reach")).to_be_in_viewport(ratio=0.9)
    assert await visitor.fits()
    await visitor.picture("telephone-targets")
    await visitor.page.goto(f"{visitor.stack.console}/language/en")
    await visitor.go(f"/matters/targets?division={STREET}")
    await expect(card.locator("tr").filter(has_text="aim at most 3")).to_be_visible()
    await visitor.desk()
    await held.or_(card.locator("tr").filter(has_text="2, aim 4")).first.get_by_role("link").click()
    await expect(visitor.page.locator('[data-card="particulars"]')).to_contain_text("4")


async def test_from_a_campaign_one_reads_who_is_excused(visitor: Visitor, stack: Stack) -> None:
    for name, day in (("新苗助学会", f"{YEAR - 1}-09-01"), ("老树书画会", f"{YEAR - 2}-03-01")):
        await stack.register(name, division=STREET, effective_on=day, basis="historical")
    campaign = await opened(
        stack, "inspection-campaigns", division=STREET, title="新苗街道年检", year=YEAR - 1,
        legal_forms=["association"], due_on=(TODAY + timedelta(days=30)).isoformat(),
    )  # fmt: skip
    await visitor.sign_in("hub_officer", division=STREET)
    await visitor.go(f"/matters/inspection-campaigns/{campaign}")
    await visitor.page.get_by_role("link", name="免检名单").click()
    card = visitor.page.locator('[data-card="excused"]')
    await expect(card.locator("tbody tr")).to_have_count(1)
    await expect(card).to_contain_text("新苗助学会")
    await expect(visitor.page.locator("main.page")).to_contain_text(f"登记晚于 {YEAR - 1}-06-30")
    await visitor.picture("excused")
    await visitor.telephone()
    assert await visitor.fits()
    await visitor.picture("telephone-excused")
    await visitor.page.goto(f"{visitor.stack.console}/language/en")
    await visitor.go(f"/matters/inspection-campaigns/{campaign}/excused")
    await expect(visitor.page.locator("main.page")).to_contain_text("Registered after")
    await card.get_by_role("link", name="新苗助学会").click()
    await expect(visitor.page.locator('[data-card="facts"]')).to_be_visible()
    await visitor.go("/matters/inspection-campaigns/00000000-0000-0000-0000-000000000000/excused")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("no such record")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def answered(stack: Stack) -> str:
    """Something in every other answer; the id of a check of a body."""
    await opened(
        stack, "coordination-cases", division=STREET, kind="joint_order", title="联合检查",
        lead="womens_federation", parts=[{"body": "civil_affairs", "duty": "check"}],
    )  # fmt: skip
    await opened(stack, "talents", division=STREET, person="p-designer", skills=["project_design"])
    body = await stack.register("受检协会", division=STREET, effective_on="2019-05-01", basis="historical")
    return await opened(stack, "body-checks", organization_id=body["id"], topics=["finance"])


async def test_the_other_answers_stand_above_their_lists(visitor: Visitor, answered: str) -> None:
    await visitor.sign_in("operator", division=STREET)
    for path, card, said in (
        ("coordination-cases", "open_parts", "民政部门"),
        ("talents", "available_talents", "p-designer"),
        ("admission-criteria", "criteria_in_force", "准入条件"),
        (f"body-checks/{answered}", "checklist", "检查清单"),
    ):
        await visitor.go(f"/matters/{path}")
        shown = visitor.page.locator(f'[data-card="{card}"]')
        await expect(shown).to_contain_text(said)
        await visitor.picture(f"reckoned-{card}")


async def test_a_campaign_leads_to_who_has_answered_for_it(visitor: Visitor, stack: Stack) -> None:
    campaign = await opened(
        stack, "inspection-campaigns", division=DISTRICT, title="基金会年检", year=YEAR - 2,
        legal_forms=["foundation"], due_on=f"{YEAR + 2}-06-30",
    )  # fmt: skip
    await visitor.sign_in("hub_officer", division=DISTRICT)
    await visitor.go(f"/matters/inspection-campaigns/{campaign}")
    await visitor.page.get_by_role("link", name="签收和反馈").click()
    rows = visitor.page.locator('[data-card="list"] tbody tr')
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("年检部署")
    await rows.get_by_role("link", name="基金会年检").click()
    street = visitor.page.locator(f'[data-card="receipts"] tr[data-division="{STREET}"]')
    await expect(street).to_contain_text("待签收")
    await visitor.picture("campaign-answers")
