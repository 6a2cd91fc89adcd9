"""Care records in the browser: worked on by two roles alone, opened for a purpose, kept nowhere else."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from playwright.async_api import expect

from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
STREET = "120116001"
PERSON, SITUATION, WORDS = "p-care-0815", "与母亲同住且无固定收入", "已送临时救助金"


async def in_care(stack: Stack, worker: str, **changes: Any) -> dict[str, Any]:
    """Somebody was taken into care."""
    found: dict[str, Any] = await stack.ask(
        "POST", "registry", "/v1/care-records", "care_officer",
        json={"division": STREET, "person_id": PERSON, "need": "disabled", "worker": worker,
              "consented_on": TODAY.isoformat(), "consent_by": "self", "situation": SITUATION, **changes},
    )  # fmt: skip
    return found


async def kept(stack: Stack) -> str:
    """All that the console's database holds, as text."""
    connection = await asyncpg.connect(stack.connection.databases["console"])
    try:
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        rows = [await connection.fetch(f'select t::text as line from "{one[0]}" t') for one in tables]
    finally:
        await connection.close()
    return "\n".join(row["line"] for some in rows for row in some)


async def test_a_worker_opens_a_record_for_a_purpose_and_works_on_it(visitor: Visitor, stack: Stack) -> None:
    soon = (TODAY + timedelta(days=5)).isoformat()
    record = await in_care(stack, "u-carer", review_due_on=soon)
    await visitor.telephone()
    await visitor.sign_in("care_officer", "u-carer", division=STREET)
    await visitor.page.wait_for_url("**/today")
    await expect(visitor.page.locator("nav a")).to_have_text(["今日", "帮扶", "消息"])
    await expect(visitor.page.locator("article.due")).to_contain_text("帮扶评估")
    await visitor.picture("telephone-care-today")
    await visitor.go("/organizations")
    await visitor.page.wait_for_url("**/today")
    await visitor.go("/care")
    answered = await visitor.page.request.get(visitor.page.url)
    assert answered.headers["cache-control"] == "no-store"
    row = visitor.page.locator("table.list tbody tr")
    await expect(row).to_contain_text("残疾人")
    assert await visitor.fits()
    await visitor.picture("telephone-care")
    await row.get_by_role("link").click()
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("帮扶档案")
    assert SITUATION not in await visitor.page.content()
    await visitor.page.get_by_role("button", name="查看个人信息").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_label("查看目的").click()
    await visitor.page.get_by_role("option", name="帮扶服务").click()
    await dialog.locator(".saves").click()
    opened = visitor.page.locator('[data-card="opened"]')
    await expect(opened).to_contain_text(SITUATION)
    await expect(opened).to_contain_text(PERSON)
    assert await visitor.fits()
    await visitor.picture("telephone-care-opened")
    await opened.get_by_role("button", name="收起").click()
    await expect(opened).to_be_hidden()
    assert SITUATION not in await visitor.page.content()
    await visitor.page.get_by_role("button", name="登记帮扶服务").click()
    await dialog.get_by_label("帮扶方式").fill("物资救助")
    await dialog.get_by_label("说明").fill(WORDS)
    await dialog.locator(".saves").click()
    await expect(dialog).to_have_count(0)
    looks = await stack.ask("GET", "registry", f"/v1/care-looks?record_id={record['id']}", "care_supervisor")
    assert [(one["actor_id"], one["purpose"]) for one in looks["items"]] == [("u-carer", "care")]
    found = await kept(stack)
    log = (stack.directory / "up.log").read_text()
    for secret in (PERSON, SITUATION, WORDS, record["id"]):
        assert secret not in found
    for secret in (PERSON, SITUATION, WORDS):
        assert secret not in log


async def test_nobody_else_finds_the_pages_and_a_supervisor_sees_by_supervision(
    visitor: Visitor, stack: Stack
) -> None:
    record = await in_care(stack, "u-other", person_id="p-care-0816")
    await visitor.sign_in("hub_officer")
    await expect(visitor.page.locator("nav").get_by_role("link", name="帮扶")).to_have_count(0)
    await visitor.go(f"/care/{record['id']}")
    await visitor.page.wait_for_url(f"{stack.console}/")
    await visitor.page.context.clear_cookies()
    await visitor.sign_in("care_supervisor", "u-oversees")
    await visitor.go("/care?whose=all")
    await expect(visitor.page.locator("table.list")).to_contain_text("u-other")
    await visitor.picture("care")
    await visitor.go(f"/care/{record['id']}")
    await visitor.page.get_by_role("button", name="查看个人信息").click()
    await visitor.page.locator(".dialog").get_by_label("查看目的").click()
    await expect(visitor.page.get_by_role("option")).to_have_text(["督导检查", "本人查询"])
    await visitor.picture("care-purpose")


async def test_taking_back_consent_is_asked_twice(visitor: Visitor, stack: Stack) -> None:
    record = await in_care(stack, "u-carer", person_id="p-care-0817")
    await visitor.sign_in("care_officer", "u-carer", division=STREET)
    await visitor.go(f"/care/{record['id']}")
    await visitor.page.get_by_role("button", name="撤回同意并删除").click()
    save = visitor.page.locator(".dialog .saves")
    await save.click()
    await expect(visitor.page.get_by_role("alert")).to_contain_text("不能恢复")
    await asyncio.sleep(0.5)
    where = f"/v1/care-records/{record['id']}"
    assert (await stack.ask("GET", "registry", where, "care_officer"))["state"] == "active"
    await save.click()
    await expect(visitor.page.locator(".head")).to_contain_text("已删除")
    assert (await stack.ask("GET", "registry", where, "care_officer"))["state"] == "erased"


CHILD, GIVER = "p-child-0815", "p-giver-0815"


async def test_two_are_paired_looked_up_for_a_purpose_and_parted_on_a_day(
    visitor: Visitor, stack: Stack
) -> None:
    page = visitor.page
    await visitor.sign_in("care_officer", "u-carer", division=STREET)
    await visitor.go("/care")
    await page.get_by_role("link", name="爱心牵手", exact=True).click()
    await page.wait_for_url("**/care/pairings")
    await expect(page.get_by_text("没有符合条件的结对。")).to_be_visible()
    await page.get_by_role("button", name="登记结对").click()
    dialog = page.locator(".dialog")
    await dialog.get_by_label("行政区划").fill(STREET)
    await dialog.get_by_label("困境儿童（人员编号）").fill(CHILD)
    await dialog.get_by_label("爱心人士（人员编号）").fill(GIVER)
    await dialog.get_by_label("监护人同意日期").fill(TODAY.isoformat())
    await visitor.picture("pairing-form")
    await dialog.locator(".saves").click()
    row = page.locator("table.list tbody tr")
    await expect(row).to_contain_text("结对中")
    assert not {CHILD, GIVER} & {*(await row.inner_text()).split()}
    await visitor.picture("pairings")
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("爱心牵手")
    id = page.url.rpartition("/")[2]
    answered = await page.request.get(page.url)
    assert answered.headers["cache-control"] == "no-store"
    assert CHILD not in await page.content()
    await page.get_by_role("button", name="查看结对双方").click()
    await dialog.get_by_label("查看目的").click()
    await expect(page.get_by_role("option")).to_have_text(["帮扶服务", "本人查询"])
    await page.get_by_role("option", name="帮扶服务").click()
    await dialog.locator(".saves").click()
    opened = page.locator('[data-card="opened"]')
    await expect(opened).to_contain_text(CHILD)
    await expect(opened).to_contain_text(GIVER)
    await visitor.picture("pairing-opened")
    await visitor.telephone()
    assert await visitor.fits()
    await visitor.picture("telephone-pairing-opened")
    await visitor.desk()
    await opened.get_by_role("button", name="收起").click()
    await expect(opened).to_be_hidden()
    assert CHILD not in await page.content()
    looks = await stack.ask("GET", "registry", f"/v1/care-looks?record_id={id}", "care_supervisor")
    assert [(one["actor_id"], one["purpose"]) for one in looks["items"]] == [("u-carer", "care")]
    await page.get_by_role("button", name="结束结对").click()
    await dialog.get_by_label("结束原因").fill("年满十八周岁")
    await dialog.locator(".saves").click()
    await expect(page.locator(".head")).to_contain_text("已结束")
    await expect(page.locator('[data-card="facts"]')).to_contain_text("年满十八周岁")
    await expect(page.get_by_role("button", name="结束结对")).to_have_count(0)
    ended = await stack.ask("GET", "registry", f"/v1/care-pairings/{id}", "care_officer")
    assert (ended["state"], ended["ended_on"]) == ("ended", TODAY.isoformat())
    found, log = await kept(stack), (stack.directory / "up.log").read_text()
    for secret in (CHILD, GIVER):
        assert secret not in found
        assert secret not in log
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/care/pairings/{id}")
    await page.wait_for_url(f"{stack.console}/")


async def test_a_person_asks_is_found_for_that_and_answered_and_the_log_tells_who_looked(
    visitor: Visitor, stack: Stack
) -> None:
    person, paper = "p-care-0818", "PQ-2026-18"
    record = await in_care(stack, "u-other", person_id=person)
    other = await in_care(stack, "u-other", person_id="p-care-0819")
    await stack.ask(
        "POST", "registry", f"/v1/care-records/{other['id']}/looks", "care_supervisor",
        json={"purpose": "supervision"},
    )  # fmt: skip
    page, dialog = visitor.page, visitor.page.locator(".dialog")
    await visitor.sign_in("care_officer", "u-carer", division=STREET)
    await visitor.go("/care")
    await expect(page.get_by_role("link", name="查看日志")).to_have_count(0)
    await page.get_by_role("link", name="本人查询申请").click()
    await page.wait_for_url("**/care/requests")
    await page.get_by_role("button", name="登记查询申请").click()
    await dialog.get_by_label("申请人（人员编号）").fill(person)
    await dialog.get_by_label("申请方式").click()
    await page.get_by_role("option", name="本人", exact=True).click()
    await dialog.get_by_label("申请书编号").fill(paper)
    await dialog.locator(".saves").click()
    rows = page.locator("table.list tbody tr")
    row = rows.filter(has_text=paper)
    await expect(row).to_contain_text("待答复")
    assert person not in await page.content()
    await visitor.picture("care-requests")
    await page.get_by_role("link", name="按人员编号查找").click()
    await page.wait_for_url("**/care/persons")
    await page.get_by_role("button", name="按人员编号查找").click()
    await dialog.get_by_label("人员编号").fill(person)
    await dialog.get_by_label("查看目的").click()
    await page.get_by_role("option", name="本人查询").click()
    await visitor.picture("care-finding")
    await dialog.locator(".saves").click()
    found = page.locator('[data-card="found"]')
    await expect(found).to_contain_text("查到 1 份")
    await expect(found.get_by_role("link")).to_have_attribute("href", f"/care/{record['id']}")
    assert person not in await page.content()
    await visitor.picture("care-found")
    await visitor.go("/care/requests")
    await row.get_by_role("link").click()
    await page.get_by_role("button", name="已答复本人").click()
    await dialog.locator(".saves").click()
    await expect(page.locator(".head")).to_contain_text("已答复")
    request = page.url.rpartition("/")[2]
    await visitor.go("/care/looks")
    await page.wait_for_url(f"{stack.console}/today")

    await visitor.sign_in("care_supervisor", "u-oversees")
    await visitor.go(f"/care/{record['id']}")
    await page.get_by_role("link", name="本档案的查看日志").click()
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("u-carer")
    await expect(rows).to_contain_text("本人查询")
    await expect(rows.get_by_role("link").last).to_have_attribute("href", f"/care/requests/{request}")
    await visitor.picture("care-looks")
    await page.get_by_role("link", name="显示全部").click()
    await expect(rows.nth(1)).to_be_visible()
    await visitor.go("/care/persons")
    await page.get_by_role("button", name="删除个人信息").click()
    await dialog.get_by_label("行政区划").click()
    await page.get_by_role("option", name="塘沽街道", exact=True).click()
    await dialog.get_by_label("人员编号").fill(person)
    await dialog.get_by_label("删除原因").fill("本人要求")
    await dialog.locator(".saves").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("不能恢复")
    await dialog.locator(".saves").click()
    await expect(page.get_by_text("已从 1 份帮扶档案、0 份结对记录中删除。")).to_be_visible()
    where = f"/v1/care-records/{record['id']}"
    assert (await stack.ask("GET", "registry", where, "care_officer"))["state"] == "erased"
    assert person not in await kept(stack)
