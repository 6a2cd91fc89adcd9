"""The network of hubs: each tier with what it lacks, one hub with its sections, at a desk and outside."""

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import Stack, Visitor

pytestmark = pytest.mark.browser
DISTRICT, STREET = "120116", "120116001"
COMMUNITY, COMMUNITY_NAME = "120116011001", "光明里社区"
HAVES = ("responsibility", "department", "rules", "party_coverage", "service_system", "brands")


async def recognise(stack: Stack, name: str, division: str, form: str, **facts: Any) -> str:
    """A hub that a department recognised."""
    made = await stack.ask(
        "POST", "registry", "/v1/hubs",
        json={"division": division, "name": name, "body": "federation", "form": form,
              "recognition": "government", "recognised_by": "civil_affairs", "basis": "historical",
              "effective_on": "2025-01-06", **facts},
    )  # fmt: skip
    return str(made["id"])


async def check(stack: Stack, hub: str, *lacking: str) -> None:
    """The hub answers for the six."""
    haves = [
        {"have": have, "met": have not in lacking, "evidence": None if have in lacking else "有文件"}
        for have in HAVES
    ]
    await stack.ask("POST", "registry", f"/v1/hubs/{hub}/self-check", json={"haves": haves})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def network(stack: Stack) -> str:
    """A district's hub that lacks two of the six and a street's that was never checked; the former's id."""
    hub = await recognise(
        stack, "滨海新区社会组织联合会", DISTRICT, "federation",
        departments=[
            {"code": "service_centre", "duties": ["incubation", "shared_services"], "person": "p-07"},
            {"code": "information_centre", "duties": ["census", "party_and_league"]},
        ],
        lead_group=[{"role": "head", "post": "chair"}, {"role": "member", "post": "vice_chair"}],
    )  # fmt: skip
    await check(stack, hub, "rules", "brands")
    await recognise(stack, "塘沽街道社会组织联合会", STREET, "federation")
    return hub


async def test_each_tier_shows_its_hubs_and_what_they_lack(visitor: Visitor, network: str) -> None:
    await visitor.sign_in("hub_officer")
    await visitor.page.get_by_role("link", name="枢纽网络").click()
    tiers = visitor.page.locator('[data-card="tiers"]')
    district = tiers.locator('tr[data-tier="district"]')
    await expect(district.locator('[data-column="hub_lacking"]')).to_have_text("1")
    street = tiers.locator('tr[data-tier="street"]')
    await expect(street.locator('[data-column="hub_unchecked"]')).to_have_text("1")
    await expect(street.locator("summary")).to_be_visible()
    bodies = visitor.page.locator('[data-card="hubs"]')
    row = bodies.locator(f'tr[data-hub="{network}"]')
    await expect(row).to_contain_text("有工作制度、有业务和活动品牌项目")
    await visitor.picture("hubs")
    await visitor.page.locator(".h1").click()
    await visitor.page.keyboard.press("ArrowDown")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("heading", name="滨海新区社会组织联合会")).to_be_visible()


async def test_one_hub_shows_its_sections_what_waits_and_the_six(
    visitor: Visitor, stack: Stack, network: str
) -> None:
    await stack.ask(
        "POST", "registry", "/v1/tasks",
        json={"division": DISTRICT, "title": "培训新社团", "kind": "training", "lead": "information_centre",
              "implementing": [STREET]},
    )  # fmt: skip
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/hubs?hub={network}")
    departments = visitor.page.locator('[data-card="departments"]')
    await expect(departments.locator("tr", has_text="社会组织服务管理中心")).to_contain_text("p-07")
    waits = departments.locator("tr", has_text="社会组织信息中心").locator("td").last
    await expect(waits).to_have_text("1")
    haves = visitor.page.locator('[data-card="six_haves"]')
    await expect(haves.locator("tr", has_text="有工作制度")).to_contain_text("缺")
    await expect(haves.locator("tr", has_text="有职能部门")).to_contain_text("具备")
    await expect(departments).to_contain_text("社会组织信息中心摸底、党团建设")
    await expect(visitor.page.locator('[data-card="lead_group"]')).to_contain_text("组长主席")
    await visitor.picture("hub")
    await visitor.page.get_by_role("link", name="枢纽信息、办理").click()
    await expect(visitor.page.get_by_role("button", name="“六有”自查")).to_be_visible()


async def test_somebody_of_a_place_without_hubs_is_told_so(visitor: Visitor, network: str) -> None:
    await visitor.sign_in("liaison", division="120116005")
    await visitor.go("/hubs")
    await expect(visitor.page.get_by_text("您的辖区内还没有枢纽型社会组织。")).to_be_visible()


@pytest.mark.parametrize("path", ["/hubs", "/hubs?hub=ID"])
async def test_a_telephone_shows_hubs_without_scrolling_sideways(
    visitor: Visitor, network: str, path: str
) -> None:
    await visitor.telephone()
    await visitor.sign_in("hub_officer")
    await visitor.go(path.replace("ID", network))
    await expect(visitor.page.locator("main .card").last).to_be_visible()
    assert await visitor.fits()
    await visitor.picture(f"telephone-hubs{'-one' if 'hub=' in path else ''}")


async def test_a_districts_officer_appoints_a_communitys_liaison_by_names(
    visitor: Visitor, stack: Stack
) -> None:
    names = ("海棠苑合唱团", "海棠苑调解会")
    made = [await stack.register(name, division=COMMUNITY) for name in names]
    await visitor.sign_in("hub_officer")
    await visitor.go("/matters/liaisons")
    await visitor.page.get_by_role("button", name="确定联络员", exact=True).click()
    dialog = visitor.page.locator(".dialog")
    await dialog.locator('[data-field="division"] input').fill(COMMUNITY_NAME)
    await visitor.page.get_by_role("option", name=COMMUNITY_NAME).click()
    await dialog.locator('[data-field="kind"] .q-field').click()
    await visitor.page.get_by_role("option", name="村居联络员").click()
    await dialog.locator('[data-field="person"] input').fill("u-liaison")
    several = dialog.locator('[data-field="organization_ids"]')
    for name in names:
        await several.locator("input").fill(name)
        await several.get_by_role("button", name=name).click()
        await expect(several.locator("[data-chosen]")).to_contain_text(name)
    await visitor.picture("several-organizations")
    await dialog.locator(".saves").click()
    await expect(dialog).to_have_count(0)
    facts = visitor.page.locator('[data-card="particulars"]')
    await expect(facts.get_by_role("link", name=names[0])).to_be_visible()
    await expect(facts).not_to_contain_text(made[0]["id"])
    await visitor.page.get_by_role("button", name="调整", exact=True).click()
    several = visitor.page.locator('.dialog [data-field="organization_ids"]')
    await expect(several.locator("[data-chosen]")).to_contain_text(names[1])
    await several.get_by_role("button", name=f"去掉“{names[0]}”").click()
    await expect(several.locator("[data-chosen]")).not_to_contain_text(names[0])
    await visitor.page.locator(".dialog .saves").click()
    await expect(visitor.page.locator(".dialog")).to_have_count(0)
    await expect(facts.get_by_role("link", name=names[0])).to_have_count(0)
    [kept] = (await stack.ask("GET", "registry", "/v1/liaisons", params={"person": "u-liaison"}))["items"]
    assert (kept["division"], kept["organizations"]) == (COMMUNITY, [made[1]["id"]])
    await visitor.telephone()
    await visitor.sign_in("liaison", "u-liaison", division=COMMUNITY)
    await visitor.go("/today")
    mine = visitor.page.locator('[data-card="mine"]')
    await mine.locator("summary").click()
    await expect(mine.get_by_role("link", name=names[1])).to_be_visible()
    assert await visitor.fits()
