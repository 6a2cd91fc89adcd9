"""Work that is done in Excel begins and ends on the pages: the register, campaigns, meetings, materials."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.async_api import expect

from services.registry.identification.model import complete_credit_code
from tests.browser.conftest import Stack, Visitor

pytestmark = pytest.mark.browser
TOO_LARGE = 20 * 1024 * 1024 + 1
STREET = "120116008"
YEAR = datetime.now(ZoneInfo("Asia/Shanghai")).year - 1


async def download(visitor: Visitor, button: str, file: Path) -> Workbook:
    """The workbook behind a button."""
    async with visitor.page.expect_download() as waiting:
        await visitor.page.get_by_role("button", name=button).click()
    await (await waiting.value).save_as(file)
    return openpyxl.load_workbook(file)


def column(sheet: Worksheet, heading: str) -> int:
    """The place of a heading."""
    return next(cell.column for row in sheet.iter_rows(max_row=3) for cell in row if cell.value == heading)


async def test_the_register_is_exported_as_filtered_and_what_is_added_to_it_imported(
    visitor: Visitor, stack: Stack, tmp_path: Path
) -> None:
    made = await stack.register("晨读书社", division=STREET, staff_count=3)
    await stack.register("暮读书社", division="120116013")
    await visitor.sign_in("hub_officer", division="120116")
    await visitor.go(f"/organizations?division={STREET}")
    await expect(visitor.page.locator(".q-table tbody tr")).to_have_count(1)
    file = tmp_path / "register.xlsx"
    book = await download(visitor, "导出", file)
    sheet = book.worksheets[0]
    names = [row[column(sheet, "名称") - 1].value for row in sheet.iter_rows()]
    assert "晨读书社" in names
    assert "暮读书社" not in names
    row = names.index("晨读书社") + 1
    added = {"名称": "午读书社", "统一社会信用代码": complete_credit_code("51", "120116", "59999999")}
    for place in range(1, sheet.max_column + 1):
        value: Any = added.get(str(sheet.cell(1, place).value), sheet.cell(row, place).value)
        sheet.cell(row + 1, place, value)
    sheet.cell(row, column(sheet, "从业人数"), 7)
    book.save(file)
    bring = visitor.page.get_by_role("button", name="导入登记册")
    beside = visitor.page.get_by_role("button", name="导出")
    await visitor.drawn()
    boxes = [await one.bounding_box() for one in (beside, bring)]
    assert len({box["y"] for box in boxes if box}) == 1, "in one line"
    await bring.click()
    huge = tmp_path / "huge.xlsx"
    huge.write_bytes(bytes(TOO_LARGE))
    await visitor.page.locator("input[type=file]").set_input_files(huge)
    await expect(visitor.page.locator(".dialog .banner.bad")).to_contain_text("不超过 20 MB")
    await visitor.page.locator("input[type=file]").set_input_files(file)
    report = visitor.page.locator('[data-card="report"]')
    await expect(report).to_contain_text("核对 2 行：1 行无误，1 行有误；尚未改动任何记录。")
    link = report.get_by_role("link", name=made["id"])
    async with visitor.page.context.expect_page() as opened:
        await link.click()
    beside_it = await opened.value
    await expect(beside_it.get_by_role("heading", name="晨读书社")).to_be_visible()
    await beside_it.close()
    await visitor.picture("register-import")
    await visitor.telephone()
    await expect(report.get_by_role("button", name="只办理无误的 1 行")).to_be_visible()
    assert await visitor.fits()
    await visitor.picture("telephone-register-import")
    await visitor.desk()
    await report.get_by_role("button", name="只办理无误的 1 行").click()
    await expect(report).to_contain_text("已导入 1 家，0 家没有变化，1 行有误未导入。")
    await visitor.page.get_by_role("button", name="关闭").click()
    await expect(visitor.page.locator(".q-table tbody tr")).to_have_count(2)


async def test_a_campaign_leads_to_its_list_and_the_workbook(
    visitor: Visitor, stack: Stack, tmp_path: Path
) -> None:
    made = await stack.ask(
        "POST", "registry", "/v1/inspection-campaigns",
        json={"division": STREET, "title": "街道年检", "year": YEAR - 1, "legal_forms": ["association"],
              "due_on": f"{YEAR + 2}-06-30"},
    )  # fmt: skip
    await visitor.sign_in("registration_authority")
    await visitor.go(f"/matters/inspection-campaigns/{made['id']}")
    await visitor.page.locator('[data-card="lists"]').get_by_role("link", name="年检清单").click()
    await visitor.page.wait_for_url(f"**/matters/inspections?campaign_id={made['id']}")
    await visitor.page.get_by_role("button", name="报送材料清单").click()
    book = await download(visitor, "下载清单", tmp_path / "campaign.xlsx")
    assert column(book.worksheets[0], "材料编号")


@pytest.mark.parametrize(
    ("path", "button", "heading"),
    [("meetings", "召开清单", "实到人数（有签到表可留空）"), ("evaluations", "材料齐全清单", "评估材料")],
)
async def test_attendance_and_materials_are_entered_by_workbook(
    visitor: Visitor, stack: Stack, tmp_path: Path, path: str, button: str, heading: str
) -> None:
    await visitor.sign_in("operator")
    await visitor.go(f"/matters/{path}")
    await visitor.page.get_by_role("button", name=button).click()
    book = await download(visitor, "下载清单", tmp_path / f"{path}.xlsx")
    assert column(book.worksheets[0], heading)
