"""What is done with many records in one request, from their list: asked twice, said in numbers."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
STREET = "120116011"
YEAR = TODAY.year


async def open_form(visitor: Visitor, path: str, button: str) -> Locator:
    """The form behind a button of the list."""
    await visitor.go(f"/matters/{path}")
    await visitor.page.get_by_role("button", name=button, exact=True).click()
    return visitor.page.locator(".dialog")


async def confirm(visitor: Visitor, dialog: Locator, count: int) -> None:
    """Press the button, which asks, and press it again."""
    saves = dialog.locator(".saves")
    await saves.click()
    await expect(dialog.get_by_role("alert").first).to_contain_text("办理后不能整批撤回")
    await expect(saves).to_contain_text("确认：")
    await saves.click()
    await expect(dialog).to_have_count(0)
    await expect(visitor.page.get_by_text(f"已办理 {count} 条。")).to_be_visible()


async def of(stack: Stack, path: str, **query: str) -> list[dict[str, Any]]:
    """The records of a list."""
    found = await stack.ask("GET", "registry", f"/v1/{path}", params=query)
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_all_that_an_officer_has_goes_to_a_successor_after_a_second_question(
    visitor: Visitor, stack: Stack
) -> None:
    for name in ("春晖助学社", "秋实养老社"):
        made = await stack.register(name, division=STREET)
        body = {"organization_id": made["id"], "officer": "u-leaving"}
        await stack.ask("POST", "registry", "/v1/contact-assignments", json=body)
    study = {
        "division": STREET,
        "title": "枢纽建设研究",
        "topic": "network",
        "body": "hub",
        "owner": "u-leaving",
    }
    await stack.ask("POST", "registry", "/v1/studies", json=study)
    for person in ("u-leaving", "u-successor"):
        body = {"division": STREET, "kind": "information", "person": person}
        await stack.ask("POST", "registry", "/v1/liaisons", json=body)
    await visitor.telephone()
    await visitor.sign_in("hub_officer", division=STREET)
    await visitor.go("/matters/contact-assignments")
    await visitor.page.get_by_role("link", name="离任整体交接").click()
    form = visitor.page.locator(".unfolded")
    saves = form.locator(".saves")
    await saves.click()
    await expect(form.locator('[data-field="person"]')).to_contain_text("请填写此项。")
    await form.get_by_label("移交人").fill("u-same")
    await form.get_by_label("接任人员").fill("u-same")
    await saves.click()
    await expect(saves).to_contain_text("确认：离任整体交接")
    await saves.click()
    await expect(form.locator('[data-field="to"]')).to_contain_text("u-same")
    await form.get_by_label("移交人").fill("u-leaving")
    await form.get_by_label("接任人员").fill("u-successor")
    await saves.click()
    await expect(form.get_by_role("alert").first).to_contain_text("办理后不能整批撤回")
    assert await of(stack, "contact-assignments", officer="u-successor") == [], "nothing yet"
    assert await visitor.fits()
    await visitor.drawn()
    await visitor.picture("telephone-hand-over")
    await saves.click()
    taken = visitor.page.locator('[data-card="handed_over"]')
    await expect(taken).to_contain_text("已移交 3 项")
    await expect(taken).to_contain_text("专题研究")
    left = visitor.page.locator('[data-card="not_handed_over"]')
    await expect(left).to_contain_text("已是“120116011”的同类联络员")
    assert await visitor.fits()
    await visitor.picture("telephone-handed-over")
    assert len(await of(stack, "contact-assignments", officer="u-successor")) == 2
    [found] = await of(stack, "studies", owner="u-successor")
    await visitor.go(f"/matters/studies/{found['id']}")
    await expect(visitor.page.locator('[data-card="steps"]')).to_contain_text("变更负责人")
    await visitor.page.get_by_role("button", name="变更负责人").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_label("接任负责人").fill("u-third")
    await dialog.locator(".saves").click()
    await expect(dialog).to_have_count(0)
    await expect(visitor.page.locator('[data-card="particulars"]')).to_contain_text("u-third")


async def test_the_posts_of_a_batch_are_set_up_together(visitor: Visitor, stack: Stack) -> None:
    await visitor.sign_in("hub_officer", division=STREET)
    dialog = await open_form(visitor, "social-worker-posts", "设立一批岗位")
    await dialog.get_by_label("招聘批次").fill("first")
    await dialog.get_by_label("岗位数").fill("201")
    await dialog.get_by_label("用人单位").fill("centre")
    await dialog.locator(".saves").click()
    await expect(dialog.locator('[data-field="posts"]')).to_contain_text("不得大于 200")
    await dialog.get_by_label("岗位数").fill("3")
    await confirm(visitor, dialog, 3)
    assert len(await of(stack, "social-worker-posts", batch="first", division=STREET)) == 3


async def test_a_years_assessments_are_opened_and_nobody_twice(visitor: Visitor, stack: Stack) -> None:
    made = await stack.register("直管协会", division=STREET)
    for link in ("linked", "direct"):
        path = f"/v1/organizations/{made['id']}/hub-link"
        await stack.ask("POST", "registry", path, json={"link": link})
    await visitor.sign_in("hub_officer", division=STREET)
    dialog = await open_form(visitor, "assessments", "列入全部直管组织")
    await dialog.get_by_label("考核年度").fill(str(YEAR))
    await confirm(visitor, dialog, 1)
    await expect(visitor.page.get_by_role("link", name="直管协会")).to_be_visible()
    dialog = await open_form(visitor, "assessments", "列入全部直管组织")
    await dialog.get_by_label("考核年度").fill(str(YEAR))
    for _ in range(2):
        await dialog.locator(".saves").click()
    await expect(visitor.page.get_by_text("没有符合的记录，未作任何改动。")).to_be_visible()


async def test_a_body_gets_every_cadence_of_the_profile(visitor: Visitor, stack: Stack) -> None:
    await visitor.sign_in("hub_officer", division=STREET)
    dialog = await open_form(visitor, "cadences", "按目录建立全部")
    await dialog.get_by_label("单位").fill("centre")
    await dialog.locator(".saves").click()
    await dialog.locator(".saves").click()
    await expect(dialog).to_have_count(0)
    await expect(visitor.page.locator("table.list tbody tr").first).to_be_visible()
    assert await of(stack, "cadences", body="centre", division=STREET)


async def test_who_may_not_is_not_offered_it(visitor: Visitor) -> None:
    await visitor.sign_in("party_officer", division=STREET)
    await visitor.go("/matters/social-worker-posts")
    await expect(visitor.page.locator('[data-card="list"]')).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="设立一批岗位")).to_have_count(0)
    await visitor.go("/matters/liaisons")
    await expect(visitor.page.locator('[data-card="list"]')).to_be_visible()
    await expect(visitor.page.get_by_role("link", name="离任整体交接")).to_have_count(0)
    await visitor.go("/hand-over")
    await expect(visitor.page.get_by_role("heading", name="离任整体交接")).to_have_count(0)
