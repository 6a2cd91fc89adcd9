"""A registration application from the question to the registration, as hub and authority work on it."""

import pytest
from playwright.async_api import expect

from services.registry.identification.model import complete_credit_code
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


async def test_an_application_goes_from_the_hub_to_the_register(visitor: Visitor) -> None:
    await visitor.sign_in("hub_officer")
    await visitor.go("/organizations")
    await visitor.page.get_by_role("link", name="登记申请").click()
    await expect(visitor.page.get_by_text("这里没有登记申请。")).to_be_visible()
    await visitor.page.get_by_role("button", name="提交登记申请").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_label("名称 *").fill("海韵文化促进会")
    for label, name in (("行政区划", "塘沽街道"), ("组织类型", "社会团体"), ("章程含", "是")):
        await dialog.get_by_label(label).click()
        await visitor.page.get_by_role("option", name=name, exact=True).click()
    await visitor.picture("application-new")
    await dialog.locator(".saves").click()
    await visitor.page.wait_for_url("**/applications/0*")
    await expect(visitor.page.locator('[data-card="clock"]')).to_contain_text("业务初审")
    await visitor.picture("application")
    await visitor.page.get_by_role("button", name="初审不通过").click()
    await dialog.locator(".saves").click()
    await expect(dialog.get_by_role("alert").first).to_be_visible()
    await expect(dialog.locator('[data-field="criteria_met"]')).to_be_visible()
    await expect(dialog.locator('[data-field="criteria_met"] .q-chip')).to_have_count(0)
    await dialog.get_by_role("button", name="取消").click()
    await visitor.page.get_by_role("button", name="初审通过", exact=True).click()
    chips = dialog.locator(".q-chip")
    await expect(chips.last).to_contain_text("章程符合范本")
    below = dialog.locator('[data-field="criteria_failed"]')
    await visitor.drawn()
    last, next_ = await chips.last.bounding_box(), await below.bounding_box()
    assert last is not None
    assert next_ is not None
    assert last["y"] + last["height"] <= next_["y"], "what is chosen does not lie over the next field"
    await visitor.picture("application-endorse")
    await dialog.locator(".saves").click()
    await expect(visitor.page.locator(".head .chip").first).to_have_text("初审通过")
    await visitor.telephone()
    assert await visitor.fits()
    await visitor.picture("telephone-application")
    await visitor.go("/applications")
    await expect(visitor.page.get_by_role("link", name="海韵文化促进会")).to_be_visible()
    assert await visitor.fits()
    await visitor.picture("telephone-applications")
    await visitor.desk()
    await visitor.sign_in("registration_authority")
    await visitor.go("/applications")
    await visitor.picture("applications")
    await visitor.page.get_by_role("link", name="海韵文化促进会").click()
    await visitor.page.get_by_role("button", name="准予登记").click()
    await dialog.locator(".saves").click()
    await expect(dialog.get_by_role("alert").first).to_contain_text("统一社会信用代码")
    code = complete_credit_code("51", "120116", "77770001")
    await dialog.get_by_label("统一社会信用代码").fill(code)
    await dialog.locator(".saves").click()
    await expect(visitor.page.locator(".head .chip").first).to_have_text("办结")
    await visitor.page.get_by_role("link", name="查看组织").click()
    await expect(visitor.page.get_by_role("heading", name="海韵文化促进会")).to_be_visible()
