"""Work that is done in Excel begins and ends on the pages: the register, campaigns, meetings, materials."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.async_api import expect

from services.registry.identification.model import complete_credit_code
from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
TOO_LARGE = 20 * 1024 * 1024 + 1
STREET = "120116008"
YEAR = TODAY.year - 1


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


async def test_an_offices_own_headings_are_told_once_and_the_import_is_taken_back(
    visitor: Visitor, stack: Stack, tmp_path: Path
) -> None:
    code = complete_credit_code("51", "120116", "58888888")
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["单位全称", "代码证", "街镇", "属性", "情况", "批准日"])
    sheet.append(["望海读书社", code, STREET, "社会团体", "登记", "2019-05-01"])
    file = tmp_path / "own.xlsx"
    book.save(file)
    await visitor.sign_in("hub_officer", division="120116")
    await visitor.go("/organizations?text=望海读书社")
    await visitor.page.get_by_role("button", name="导入登记册").click()
    dialog = visitor.page.locator(".dialog")
    await visitor.page.locator("input[type=file]").set_input_files(file)
    await expect(dialog.get_by_role("alert").first).to_contain_text("缺少必需的列：名称")
    mapping = dialog.locator('[data-card="mapping"]')
    for field, heading in (
        ("名称 *", "单位全称"), ("统一社会信用代码", "代码证"), ("行政区划代码", "街镇"),
        ("法律形式", "属性"), ("法律状态", "情况"), ("登记日期", "批准日"),
    ):  # fmt: skip
        await mapping.get_by_label(field, exact=True).click()
        await visitor.page.get_by_role("option", name=heading, exact=True).click()
        await expect(visitor.page.locator(".q-menu")).to_have_count(0)
    await visitor.picture("register-mapping")
    await mapping.get_by_role("button", name="按此重新核对").click()
    report = dialog.locator('[data-card="report"]')
    await expect(report).to_contain_text("核对 1 行：1 行无误，0 行有误")
    await report.get_by_role("button", name="办理 1 行").click()
    await expect(report).to_contain_text("已导入 1 家")
    row = visitor.page.locator(".q-table tbody tr").filter(has_text="望海读书社")
    await expect(row).to_have_count(1)
    await visitor.telephone()
    await visitor.go("/organizations?text=望海读书社")
    await visitor.page.get_by_role("button", name="导入登记册").click()
    await dialog.get_by_text("最近的导入").click()
    before = dialog.locator('[data-card="imports"] .import').first
    await expect(before).to_contain_text("已导入 1 家")
    await visitor.picture("telephone-imports")
    await before.get_by_role("button", name="查看").click()
    await report.get_by_role("button", name="撤回这次导入").click()
    await expect(report).to_contain_text("撤回后不能恢复")
    await expect(report.get_by_role("button", name="确认：撤回这次导入")).to_be_focused()
    assert await visitor.fits()
    await visitor.picture("telephone-import-undo")
    await report.get_by_role("button", name="取消").click()
    await expect(report.get_by_role("button", name="撤回这次导入", exact=True)).to_be_focused()
    await visitor.page.keyboard.press("Enter")
    await expect(report.get_by_role("button", name="确认：撤回这次导入")).to_be_focused()
    await visitor.page.keyboard.press("Enter")
    await expect(report).to_contain_text("已撤回 1 家；0 家后来有过办理，保留在册。")
    await expect(row).to_have_count(0)
    [found] = (await stack.ask("GET", "registry", "/v1/imports", params={"limit": "1"}))["items"]
    assert (found["state"], found["rows_undone"]) == ("undone", 1)


async def test_a_register_that_was_edited_is_brought_back(
    visitor: Visitor, stack: Stack, tmp_path: Path
) -> None:
    """Exported, passed round and edited: the page shows what would change, and changes it when told to."""
    made = await stack.register("听雨书社", division=STREET, staff_count=3)
    await stack.register("观潮书社", division=STREET, staff_count=5)
    await visitor.sign_in("hub_officer", division="120116")
    await visitor.go("/organizations?text=书社&division=" + STREET)
    file = tmp_path / "register.xlsx"
    book = await download(visitor, "导出", file)
    sheet = book.worksheets[0]
    names = [row[column(sheet, "名称") - 1].value for row in sheet.iter_rows()]
    sheet.cell(names.index("听雨书社") + 1, column(sheet, "从业人数"), 9)
    book.save(file)
    await visitor.page.get_by_role("button", name="导入登记册").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_role("checkbox", name="按本表变更").click()
    await visitor.page.locator("input[type=file]").set_input_files(file)
    report = dialog.locator('[data-card="report"]')
    await expect(report).to_contain_text("其中变更 1 家；另有")
    await expect(report).to_contain_text("“3”改为“9”")
    await visitor.picture("register-changes")
    await visitor.telephone()
    assert await visitor.fits()
    await visitor.picture("telephone-register-changes")
    await visitor.desk()
    await report.get_by_role("button", name="办理 1 行").click()
    await expect(report).to_contain_text("变更 1 家。")
    found = await stack.ask("GET", "registry", f"/v1/organizations/{made['id']}")
    assert (found["staff_count"], found["revision"]) == (9, 2)


async def test_what_is_said_of_all_rows_is_said_on_the_page(
    visitor: Visitor, stack: Stack, tmp_path: Path
) -> None:
    """Rows of filings without a day: the report says so, a day is given there, and the rows go in with it."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["名称", "法律形式", "法律状态", "备案日期"])
    sheet.append(["向阳书画队", "社区社会组织", "备案", None])
    file = tmp_path / "filed.xlsx"
    book.save(file)
    await visitor.sign_in("hub_officer", division="120116")
    await visitor.go("/organizations?text=向阳书画队")
    await visitor.page.get_by_role("button", name="导入登记册").click()
    dialog = visitor.page.locator(".dialog")
    of_all = dialog.locator('[data-card="of-all"]')
    again = dialog.get_by_role("button", name="按此重新核对").first
    await expect(again).to_be_hidden()
    await of_all.get_by_label("导入的辖区").click()
    await visitor.page.get_by_role("option", name="新北街道").click()
    await visitor.page.locator("input[type=file]").set_input_files(file)
    report = dialog.locator('[data-card="report"]')
    await expect(report).to_contain_text("备案日期为空")
    await of_all.get_by_label("未填日期的行").fill("2014-05-01")
    await visitor.picture("register-of-all")
    await visitor.telephone()
    assert await visitor.fits()
    await visitor.picture("telephone-register-of-all")
    await visitor.desk()
    await again.click()
    await expect(report).to_contain_text("核对 1 行：1 行无误，0 行有误")
    await report.get_by_role("button", name="办理 1 行").click()
    await expect(report).to_contain_text("已导入 1 家")
    await expect(again).to_be_hidden()
    parameters = {"q": "向阳书画队"}
    [made] = (await stack.ask("GET", "registry", "/v1/organizations", params=parameters))["items"]
    assert (made["division"], made["filed_on"], made["basis"]) == (STREET, "2014-05-01", "historical")


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
    [
        ("meetings", "召开清单", "实到人数（有签到表可留空）"),
        ("evaluations", "材料齐全清单", "本次收到的材料"),
    ],
)
async def test_attendance_and_materials_are_entered_by_workbook(
    visitor: Visitor, stack: Stack, tmp_path: Path, path: str, button: str, heading: str
) -> None:
    await visitor.sign_in("operator")
    await visitor.go(f"/matters/{path}")
    await visitor.page.get_by_role("button", name=button).click()
    book = await download(visitor, "下载清单", tmp_path / f"{path}.xlsx")
    assert column(book.worksheets[0], heading)
