"""A record that a form names is found by typing, however many newer ones there are."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Stack, Visitor

pytestmark = pytest.mark.browser
STREET, COMMUNITY = "120116053", "120116053001"
NEWER = 205
_AT_ONCE = 8


async def assign(stack: Stack, **said: str) -> dict[str, Any]:
    """A contact assignment."""
    found: dict[str, Any] = await stack.ask("POST", "registry", "/v1/contact-assignments", json=said)
    return found


async def form(visitor: Visitor, query: str = "") -> tuple[Locator, Locator, Locator]:
    """The form of a contact, its field for the assignment, and the field's input."""
    await visitor.go(f"/matters/contact-records{query}")
    await visitor.page.get_by_role("button", name="安排联系", exact=True).click()
    dialog = visitor.page.locator(".dialog")
    field = dialog.locator('[data-field="assignment_id"]')
    return dialog, field, field.locator("input")


async def test_one_of_those_before_the_newest_two_hundred_is_found_and_chosen(
    visitor: Visitor, stack: Stack
) -> None:
    about = await stack.register("银杏树下读书会", division=STREET)
    oldest = await assign(stack, organization_id=about["id"], officer="u-oldest")
    one_of_eight = asyncio.Semaphore(_AT_ONCE)

    async def newer(number: int) -> None:
        async with one_of_eight:
            await assign(stack, community=COMMUNITY, role=f"duty-{number}", officer="u-newer")

    await asyncio.gather(*(newer(number) for number in range(NEWER)))
    await visitor.sign_in("hub_officer", division="120116")
    dialog, field, typed = await form(visitor)
    found = field.locator(".found .open")
    await typed.click()
    await expect(found).to_have_count(8)
    await expect(field).to_contain_text("还有更多，请再输入几个字。")
    await expect(field).not_to_contain_text("银杏树下")
    await typed.fill("没有这样的名字")
    await expect(field).to_contain_text("没有找到。请少输几个字")
    await dialog.locator(".saves").click()
    await expect(field).to_contain_text("“没有这样的名字”没有点选")
    await typed.fill("银杏 读书")
    await expect(found).to_have_count(1)
    await expect(found).to_contain_text("执行中 · 古林街道")
    await expect(found).to_contain_text("u-oldest")
    await visitor.picture("choosing")
    await typed.press("ArrowDown")
    await visitor.page.keyboard.press("Enter")
    await expect(typed).to_have_value("银杏树下读书会")
    await expect(found).to_have_count(0)
    await dialog.locator(".saves").click()
    await expect(visitor.page.get_by_role("heading", name="银杏树下读书会")).to_be_visible()
    kept = await stack.ask("GET", "registry", f"/v1/contact-records/{visitor.page.url.rpartition('/')[2]}")
    assert kept["assignment_id"] == oldest["id"]

    _, field, typed = await form(visitor, f"?assignment_id={oldest['id']}")
    await expect(typed).to_have_value("银杏树下读书会")

    await visitor.go("/matters/contact-assignments?q=银杏")
    await expect(visitor.page.locator("table.list tbody tr")).to_have_count(1)
