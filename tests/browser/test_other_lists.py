"""Another office's list as a workbook: brought from the page, what differs settled line by line."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
STREET = "120116009"
LISTED_ON = (TODAY - timedelta(days=1)).isoformat()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ours(stack: Stack) -> list[dict[str, Any]]:
    """Two organisations of a street, as the register has them."""
    since = {"division": STREET, "effective_on": "2020-05-01", "basis": "historical", "staff_count": 5}
    return [await stack.register(name, **since) for name in ("蓝天助残社", "碧海环保社")]


def workbook(file: Path, ours: list[dict[str, Any]]) -> Path:
    """Their list: both have other staff, one another name; a third we do not have; one line is unreadable."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["名称", "统一社会信用代码", "从业人数"])
    sheet.append(["蓝天助残服务社", ours[0]["credit_code"], 8])
    sheet.append(["碧海环保社", ours[1]["credit_code"], 9])
    sheet.append(["远山读书会", "", 3])
    book.save(file)
    return file


async def test_their_list_is_brought_and_what_differs_is_settled_line_by_line(
    visitor: Visitor, stack: Stack, ours: list[dict[str, Any]], tmp_path: Path
) -> None:
    await visitor.sign_in("registration_authority", division=STREET)
    await visitor.go("/comparisons")
    await expect(visitor.page.get_by_text("还没有比对过名册。")).to_be_visible()
    await visitor.page.get_by_role("button", name="导入对方名册").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_role("button", name="比对", exact=True).click()
    await expect(dialog.locator(".banner")).to_contain_text("请先选择名册文件")
    await dialog.locator("input[type=file]").set_input_files(workbook(tmp_path / "list.xlsx", ours))
    await expect(dialog).to_contain_text("已选择 list.xlsx")
    await dialog.get_by_label("名册日期").fill(LISTED_ON)
    await visitor.picture("comparison-bringing")
    await dialog.get_by_role("button", name="比对", exact=True).click()
    lines = visitor.page.locator('[data-card="lines"] tbody tr')
    await expect(lines).to_have_count(3)
    await expect(visitor.page.locator('[data-card="lines"]')).to_contain_text("对方优先")
    await visitor.picture("comparison")
    await visitor.telephone()
    await expect(lines.first.get_by_role("button", name="采用")).to_be_visible()
    assert await visitor.fits()
    await visitor.picture("telephone-comparison-lines")
    await visitor.desk()
    staff = lines.filter(has_text="碧海环保社")
    await staff.get_by_role("button", name="采用").click()
    await expect(lines).to_have_count(2)
    found = await stack.ask("GET", "registry", f"/v1/organizations/{ours[1]['id']}")
    assert found["staff_count"] == 9
    renamed = lines.filter(has_text="蓝天助残服务社")
    await renamed.get_by_role("button", name="保留本册").click()
    await dialog.get_by_label("原因").fill("typing_error")
    await dialog.get_by_role("button", name="保留本册数据").click()
    await expect(lines).to_have_count(1)
    await expect(dialog).to_be_hidden()
    await expect(visitor.page.locator('[data-card="counts"]')).to_contain_text("待处理 1")
    await visitor.page.get_by_role("button", name="采用对方优先的全部差异").click()
    await expect(visitor.page.get_by_text("不一致的都已处理")).to_be_visible()
    found = await stack.ask("GET", "registry", f"/v1/organizations/{ours[0]['id']}")
    assert (found["name"], found["staff_count"]) == ("蓝天助残社", 8)
    await visitor.page.get_by_role("link", name="仅对方有 1").click()
    await expect(lines).to_contain_text("远山读书会")
    await lines.get_by_role("button", name="补录入册").click()
    await expect(lines).to_contain_text("已补录入册")
    [entered] = (await stack.ask("GET", "registry", "/v1/organizations", params={"q": "远山读书会"}))["items"]
    assert (entered["legal_status"], entered["source"]) == ("discovered", "civil_affairs")
    await visitor.telephone()
    assert await visitor.fits()
    await visitor.picture("telephone-comparison")


async def test_a_list_leads_to_its_lines(visitor: Visitor, ours: list[dict[str, Any]]) -> None:
    await visitor.sign_in("registration_authority", division=STREET)
    await visitor.go("/comparisons")
    await visitor.page.get_by_role("link", name="民政登记管理机关").click()
    await visitor.page.get_by_role("link", name="含已处理").click()
    lines = visitor.page.locator('[data-card="lines"] tbody tr')
    await expect(lines).to_have_count(3)
    await expect(lines.filter(has_text="已采用对方")).to_have_count(2)
    await expect(lines.filter(has_text="已保留本册")).to_have_count(1)


async def test_a_liaison_only_looks(visitor: Visitor, ours: list[dict[str, Any]]) -> None:
    await visitor.telephone()
    await visitor.sign_in("liaison", division=STREET)
    await visitor.go("/comparisons")
    await expect(visitor.page.locator('[data-card="comparisons"]')).to_contain_text("民政登记管理机关")
    await expect(visitor.page.get_by_role("button", name="导入对方名册")).to_have_count(0)
    assert await visitor.fits()
