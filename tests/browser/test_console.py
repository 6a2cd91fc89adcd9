"""The pages as people use them: in Chromium, before a whole stack, in the order of a first morning."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Stack, Visitor

pytestmark = pytest.mark.browser


async def test_an_empty_stack_says_what_to_do_first(visitor: Visitor) -> None:
    await visitor.sign_in()
    assert visitor.page.url == f"{visitor.stack.console}/"
    await expect(visitor.page.get_by_text("还没有数据。")).to_be_visible()
    assert await visitor.tile("total") == "0"
    await visitor.picture("empty")


async def test_without_a_sign_in_one_is_told_how_to_get_in(visitor: Visitor) -> None:
    await visitor.go("/organizations")
    await expect(visitor.page.get_by_role("heading")).to_have_text("登录枢纽")
    await visitor.page.get_by_label("访问令牌").fill(visitor.stack.token())
    await visitor.page.get_by_role("button", name="登录").click()
    await expect(visitor.page.locator("nav .here")).to_have_text("概览")


async def test_numbers_and_charts_move_while_one_looks(visitor: Visitor, stack: Stack) -> None:
    await visitor.sign_in()
    before = int(await visitor.tile("registered"))
    await stack.register("阳光妈妈服务社", full_party_member_count=1)
    await expect(visitor.page.locator('[data-tile="registered"] .value')).to_have_text(str(before + 1))
    await expect(visitor.page.locator(".feed").get_by_text("阳光妈妈服务社").first).to_be_visible()
    await expect(visitor.page.locator('[aria-label="各辖区社会组织"] canvas')).to_be_visible()
    await visitor.picture("overview")


async def test_published_figures_stand_beside_computed_ones(visitor: Visitor) -> None:
    await visitor.sign_in()
    row = visitor.page.locator('tr[data-figure="F01"]')
    await expect(row).to_contain_text("2355个")
    await expect(row).to_contain_text("相差 -2,355 家")
    await expect(visitor.page.locator('tr[data-figure="F18"]')).to_contain_text("暂不能计算")


async def test_an_organisation_is_found_by_its_initials_from_the_keyboard(
    visitor: Visitor, stack: Stack
) -> None:
    await stack.register("月季花园艺社")
    await visitor.sign_in()
    await visitor.page.keyboard.press("/")
    await visitor.page.wait_for_url("**/organizations**")
    await expect(visitor.page.locator(".search input")).to_be_focused()
    await visitor.page.keyboard.type("yjhy")
    rows = visitor.page.locator(".q-table tbody tr")
    await expect(rows).to_have_count(1)
    await expect(rows.first).to_contain_text("月季花园艺社")
    await visitor.page.wait_for_url("**text=yjhy")
    await visitor.picture("organizations")
    await visitor.page.keyboard.press("ArrowDown")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("heading", name="月季花园艺社")).to_be_visible()
    await visitor.page.locator("a.back").click()
    await visitor.page.wait_for_url("**text=yjhy")
    await rows.first.locator("td").nth(2).click()
    await expect(visitor.page.get_by_role("heading", name="月季花园艺社")).to_be_visible()
    await expect(visitor.page.locator('[data-card="timeline"]')).to_contain_text("登记管理机关准予组织登记")
    await expect(visitor.page.locator('[data-card="duties"]')).to_contain_text("待覆盖")
    await visitor.picture("organization")


async def test_linking_goes_through_the_registry_and_the_page_follows_the_event(
    visitor: Visitor, stack: Stack
) -> None:
    made = await stack.register("互助会")
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{made['id']}")
    await visitor.page.get_by_role("button", name="建立联系").click()
    await visitor.page.locator(".saves").click()
    await expect(visitor.page.locator('[data-card="timeline"]')).to_contain_text("建立联系")
    found = await stack.ask("GET", "registry", f"/v1/organizations/{made['id']}")
    assert (found["hub_link"], found["revision"]) == ("linked", 2)


async def test_a_change_made_meanwhile_is_shown_in_plain_words_and_nothing_is_lost(
    visitor: Visitor, stack: Stack
) -> None:
    made = await stack.register("棋友会", staff_count=3)
    path = f"/v1/organizations/{made['id']}"
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{made['id']}")
    await visitor.page.get_by_role("button", name="变更资料").click()
    await visitor.page.get_by_label("名称").fill("棋友联谊会")
    await stack.ask("PATCH", "registry", path, json={"staff_count": 5})
    await expect(visitor.page.locator('[data-card="timeline"]')).to_contain_text("专职人员")
    await visitor.page.locator(".saves").click()
    await expect(visitor.page.get_by_role("alert").first).to_contain_text("已被别人修改：专职人员")
    await expect(visitor.page.get_by_label("专职人员")).to_have_value("5")
    await visitor.picture("conflict")
    await visitor.page.locator(".saves").click()
    await expect(visitor.page.get_by_role("heading", name="棋友联谊会")).to_be_visible()
    found = await stack.ask("GET", "registry", path)
    assert (found["name"], found["staff_count"]) == ("棋友联谊会", 5)


async def test_one_sees_ones_own_divisions_only(visitor: Visitor, stack: Stack) -> None:
    elsewhere = await stack.register("外街道社", division="120116031")
    await visitor.sign_in("liaison", division="120116001")
    await visitor.go("/organizations?text=外街道社")
    await expect(visitor.page.get_by_text("没有符合条件的组织")).to_be_visible()
    await visitor.go(f"/organizations/{elsewhere['id']}")
    await expect(visitor.page.get_by_text("不在您的辖区内")).to_be_visible()


@pytest.mark.parametrize("path", ["organizations", "applications", "matters/tasks", "comparisons"])
async def test_an_address_that_names_no_record_is_answered_in_plain_words(
    visitor: Visitor, path: str
) -> None:
    await visitor.sign_in()
    await visitor.go(f"/{path}/no-id")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("不在您的辖区内")
    await visitor.page.locator("a.back").click()
    await visitor.page.wait_for_url(f"**/{path}")


async def test_the_register_is_narrowed_by_what_else_it_has_and_kept_so(
    visitor: Visitor, stack: Stack
) -> None:
    await stack.register("琴川联合会", nature="joint", premises="shared", functions=["service"])
    await stack.register("琴川书画院", nature="professional")
    await visitor.sign_in("hub_officer", "u-narrow")
    await visitor.go("/organizations?text=琴川")
    rows = visitor.page.locator(".q-table tbody tr")
    await expect(rows).to_have_count(2)
    await visitor.page.get_by_role("button", name="更多条件").click()
    for name, option in (("nature", "联合性"), ("premises", "合署办公"), ("function", "服务")):
        await visitor.page.locator(f".filter-{name}").click()
        await visitor.page.get_by_role("option", name=option).first.click()
        await visitor.page.wait_for_url(f"**{name}=*")
    await expect(rows).to_have_count(1)
    for kept in ("合署办公的联合性组织", "本街道的基金会"):
        await visitor.page.get_by_role("button", name="保存当前筛选").click()
        await visitor.page.get_by_label("筛选名称").fill(kept)
        await visitor.page.get_by_role("button", name="保存", exact=True).click()
        await expect(visitor.page.get_by_role("link", name=kept)).to_be_visible()
    await visitor.go("/organizations")
    await expect(rows.nth(1)).to_be_visible()
    await visitor.page.get_by_role("link", name="合署办公的联合性组织").click()
    await expect(rows).to_have_count(1)
    kept_now = visitor.page.locator('[data-card="set-filters"]')
    await expect(kept_now).to_contain_text("性质：联合性")
    await visitor.picture("organizations-saved")
    await visitor.telephone()
    await expect(visitor.page.locator(".filter-nature")).to_be_hidden()
    await expect(visitor.page.locator(".folds")).to_have_text(re.compile("筛选（3）$"))
    await visitor.page.locator(".folds").click()
    await visitor.page.get_by_role("button", name="清除条件").click()
    await expect(visitor.page.locator(".folds")).to_have_text(re.compile("筛选$"))
    assert await visitor.fits()
    await visitor.picture("telephone-organizations-saved")


async def test_the_library_is_narrowed_by_field_department_and_standing(
    visitor: Visitor, stack: Stack
) -> None:
    """Of twenty filters a few are at hand; those set in the others are seen, and taken off one by one."""
    made = await stack.register(
        "锦溪助学社", categories=["charity"], department="information_centre", charity=True
    )
    await stack.register("锦溪书画院", categories=["culture"])
    path = f"/v1/organizations/{made['id']}/hub-standing"
    await stack.ask("POST", "registry", path, json={"standing": "at_risk"})
    await visitor.sign_in("hub_officer", "u-library")
    await visitor.go("/organizations?text=锦溪")
    rows = visitor.page.locator(".q-table tbody tr")
    await expect(rows).to_have_count(2)
    await expect(visitor.page.locator(".filter-charity")).to_be_hidden()
    box = await visitor.page.locator("[data-list]").bounding_box()
    assert box is not None
    assert box["y"] < 768 / 2, "the list begins in the upper half of the window"
    await visitor.page.locator(".filter-category").click()
    await visitor.page.get_by_role("option", name="公益慈善类").click()
    await visitor.page.wait_for_url("**category=charity*")
    await expect(rows).to_have_count(1)
    more = visitor.page.locator('[data-card="more-filters"]')
    await more.click()
    await visitor.picture("organizations-groups")
    for name, option in (("department", "社会组织信息中心"), ("hub_standing", "有风险"), ("charity", "是")):
        await visitor.page.locator(f".filter-{name}").click()
        await visitor.page.get_by_role("option", name=option, exact=True).click()
        await visitor.page.wait_for_url(f"**{name}=*")
    await expect(rows).to_have_count(1)
    await expect(more).to_have_text(re.compile("更多条件（3）$"))
    await more.click()
    now = visitor.page.locator('[data-card="set-filters"]')
    await expect(now.locator(".chip")).to_have_count(3)
    await expect(now).to_contain_text("枢纽评判：有风险")
    await visitor.picture("organizations-set")
    await now.get_by_role("button", name="不按“枢纽评判”筛选").click()
    await expect(now.locator(".chip")).to_have_count(2)
    await visitor.page.wait_for_url(lambda url: "hub_standing" not in url)
    await visitor.telephone()
    await expect(now).to_contain_text("慈善组织：是")
    await visitor.page.locator(".folds").click()
    await more.click()
    await expect(visitor.page.locator(".filter-origin")).to_be_visible()
    assert await visitor.fits()
    await visitor.picture("telephone-organizations-groups")


async def test_a_message_arrives_is_read_and_acknowledged(visitor: Visitor, stack: Stack) -> None:
    recipient = {"person_id": "p-1", "actor_id": "u-reader", "role": "hub_officer", "division": "120116"}
    await stack.ask("POST", "notify", "/v1/recipients", json=recipient)
    await visitor.sign_in("hub_officer", "u-reader")
    await visitor.go("/messages")
    await expect(visitor.page.get_by_text("没有消息。")).to_be_visible()
    await stack.register("新风社")
    message = visitor.page.locator(".message").first
    await expect(message).to_contain_text("新风社")
    await expect(visitor.page.locator(".top .badge")).to_have_text("1")
    await visitor.picture("messages")
    await message.get_by_role("button", name="标为已读").click()
    await expect(message.get_by_text("已读", exact=True)).to_be_visible()
    await message.get_by_role("button", name="确认知悉").click()
    await expect(message).to_contain_text("已确认")
    await expect(visitor.page.locator(".top .badge")).to_be_hidden()


async def test_everything_is_there_in_english(visitor: Visitor) -> None:
    await visitor.sign_in()
    await visitor.page.get_by_role("link", name="English").click()
    await expect(visitor.page.locator("nav .here")).to_have_text("Overview")
    await expect(visitor.page.get_by_text("Published figures beside computed ones")).to_be_visible()
    await visitor.go("/organizations")
    await expect(visitor.page.get_by_text("Division").first).to_be_visible()


@pytest.mark.parametrize(
    ("path", "set_", "choice"),
    [("/organizations", 0, "legal_status"), ("/matters/inspections", 1, "division")],
)
async def test_filters_are_folded_behind_one_button_on_a_telephone(
    visitor: Visitor, path: str, set_: int, choice: str
) -> None:
    await visitor.sign_in()
    await visitor.go(path)
    button, one = visitor.page.locator(".folds"), visitor.page.locator(f".filter-{choice}")
    await expect(one).to_be_visible()
    await expect(button).to_be_hidden()
    await visitor.telephone()
    await expect(one).to_be_hidden()
    await expect(button).to_have_text(re.compile(f"筛选（{set_}）$" if set_ else "筛选$"))
    await visitor.drawn()
    box = await visitor.page.locator("[data-list], [data-card=list]").first.bounding_box()
    assert box is not None
    assert box["y"] < 844 / 2, "the list begins in the upper half of the window"
    await visitor.picture(f"telephone-folded-{choice}")
    await button.click()
    await expect(button).to_have_attribute("aria-expanded", "true")
    await one.click()
    await visitor.page.locator(".q-menu .q-item").nth(1).click()
    await expect(button).to_have_text(re.compile(f"筛选（{set_ + 1}）$"))
    assert await visitor.fits()
    await visitor.picture(f"telephone-filters-{choice}")
    await button.click()
    await expect(one).to_be_hidden()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/organizations",
        "/messages",
        "/today",
        "/inspections",
        "/calendar",
        "/inquiries",
        "/matters",
        "/matters/tasks",
    ],
)
async def test_a_telephone_shows_it_without_scrolling_sideways(visitor: Visitor, path: str) -> None:
    await visitor.telephone()
    await visitor.sign_in()
    await visitor.go(path)
    await expect(visitor.page.locator(".freshness")).to_be_visible()
    assert await visitor.fits()
