"""The pages for matters as people use them: a year's inspection, a task, a liaison's morning outside."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.console.pages.taking import SECONDS
from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
STREET, OTHER_STREET = "120116001", "120116005"
YEAR = TODAY.year - 1
DUE = TODAY + timedelta(days=3)


async def everybody(stack: Stack, path: str, **query: str) -> list[dict[str, Any]]:
    """The records of a list, by the names of their organisations."""
    found = await stack.ask("GET", "registry", f"/v1/{path}", params={"limit": "500", **query})
    items: list[dict[str, Any]] = found["items"]
    return items


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def inspected(stack: Stack) -> dict[str, str]:
    """Four organisations of two streets whose inspection has been opened; name -> id of the inspection."""
    own = {}
    for name, division in (
        ("晨曦养老服务社", STREET), ("青苗助学协会", STREET), ("海河调解社", STREET),
        ("港城邻里社", OTHER_STREET),
    ):  # fmt: skip
        made = await stack.register(name, division=division, effective_on="2020-05-01", basis="historical")
        own[made["id"]] = name
    await stack.ask(
        "POST", "registry", "/v1/inspection-campaigns",
        json={"division": "120116", "title": f"{YEAR}年度年检", "year": YEAR, "legal_forms": ["association"],
              "due_on": DUE.isoformat(), "excused_after": TODAY.isoformat(), "acknowledged": False},
    )  # fmt: skip
    for _ in range(100):
        found = {
            own[one["organization_id"]]: one["id"]
            for one in await everybody(stack, "inspections", year=str(YEAR))
            if one["organization_id"] in own
        }
        if len(found) == len(own):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"inspections of {set(own.values()) - set(found)} were not opened")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def issued(stack: Stack) -> None:
    """A task of today that one street has to answer."""
    await stack.ask(
        "POST", "registry", "/v1/tasks",
        json={"division": "120116", "title": "走访困难组织", "kind": "visit", "lead": "hub",
              "implementing": [STREET], "due_on": TODAY.isoformat()},
    )  # fmt: skip


async def test_the_kinds_lead_to_their_lists_from_the_keyboard(
    visitor: Visitor, inspected: dict[str, str]
) -> None:
    await visitor.sign_in("hub_officer")
    await visitor.go("/matters")
    await expect(visitor.page.get_by_role("link", name="年检部署")).to_be_visible()
    await visitor.picture("matters")
    await visitor.go(f"/matters/inspections?year={YEAR}&ended=false")
    await expect(visitor.page.get_by_role("link", name="晨曦养老服务社")).to_be_visible()
    await visitor.page.locator(".h1").click()
    await visitor.page.keyboard.press("ArrowDown")
    await visitor.page.keyboard.press("ArrowDown")
    await visitor.page.keyboard.press("ArrowUp")
    first = visitor.page.locator("table.list a.open").first
    await expect(first).to_be_focused()
    name = await first.text_content()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("heading", name=name or "?")).to_be_visible()


async def test_a_filter_stays_in_the_address_and_is_kept_under_a_name(
    visitor: Visitor, inspected: dict[str, str]
) -> None:
    await visitor.sign_in("hub_officer", "u-keeper")
    await visitor.go(f"/matters/inspections?year={YEAR}")
    await visitor.page.keyboard.press("/")
    await visitor.page.keyboard.type("qmzx")
    await visitor.page.get_by_role("button", name="青苗助学协会").click()
    rows = visitor.page.locator("table.list tbody tr")
    await expect(rows).to_have_count(1)
    await visitor.page.wait_for_url("**organization_id=**")
    await visitor.page.reload()
    await expect(rows).to_have_count(1)
    await visitor.page.locator("table.list a.open").click()
    await visitor.page.locator("a.back").click()
    await visitor.page.wait_for_url("**organization_id=**")
    await expect(rows).to_have_count(1)
    await visitor.page.get_by_role("button", name="保存当前筛选").click()
    await visitor.page.get_by_role("button", name="保存", exact=True).click()
    await expect(visitor.page.get_by_role("alert")).to_contain_text("请给筛选起个名字")
    await visitor.page.get_by_label("筛选名称").fill("青苗的年检")
    await visitor.page.get_by_role("button", name="保存", exact=True).click()
    await expect(visitor.page.get_by_role("link", name="青苗的年检")).to_be_visible()
    await visitor.go("/matters/inspections?ended=")
    await expect(rows.nth(1)).to_be_visible()
    await expect(visitor.page.locator(".filter-ended")).to_contain_text("全部")
    await visitor.page.get_by_role("link", name="青苗的年检").click()
    await expect(rows).to_have_count(1)
    await visitor.picture("matter-list")
    await visitor.page.get_by_role("button", name="删除筛选").click()
    await expect(visitor.page.get_by_role("link", name="青苗的年检")).to_have_count(0)


async def test_two_states_chosen_on_a_slow_line_are_both_kept(
    visitor: Visitor, inspected: dict[str, str]
) -> None:
    line = await visitor.line()
    await visitor.sign_in("hub_officer")
    await visitor.go("/matters/inspections")
    await visitor.page.locator(".filter-state").click()
    with line.silent():
        for state in ("应检未报", "已报送"):
            await visitor.page.get_by_role("option", name=state, exact=True).click()
    await visitor.page.wait_for_url("**state=**state=**")
    await expect(visitor.page.locator(".filter-state")).to_contain_text("已报送")


async def test_nothing_found_says_what_to_do(visitor: Visitor, inspected: dict[str, str]) -> None:
    await visitor.sign_in("hub_officer")
    await visitor.go("/matters/inspections?year=1991")
    await expect(visitor.page.get_by_text("没有符合条件的记录。")).to_be_visible()
    await visitor.go("/matters/nothing-such")
    await expect(visitor.page.get_by_text("没有这类事项")).to_be_visible()
    await visitor.go("/matters/inspections/00000000-0000-0000-0000-000000000000")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("没有这条记录")


async def test_a_step_is_taken_and_every_fault_is_said_at_its_field(
    visitor: Visitor, stack: Stack, inspected: dict[str, str]
) -> None:
    id = inspected["晨曦养老服务社"]
    await stack.ask("POST", "registry", f"/v1/inspections/{id}/submission", json={})
    await visitor.sign_in("registration_authority")
    await visitor.go(f"/matters/inspections/{id}")
    await expect(visitor.page.get_by_role("button", name="报送材料")).to_have_count(0)
    await visitor.page.get_by_role("button", name="退回补正").click()
    dialog = visitor.page.locator(".dialog")
    await expect(dialog.get_by_label("补正事项")).to_be_focused()
    await dialog.get_by_role("button", name="退回补正").click()
    await expect(dialog.locator(".banner")).to_contain_text("请改正标出的各项")
    await expect(dialog.locator('[data-field="items"]')).to_contain_text("请填写此项。")
    await dialog.get_by_label("补正事项").fill("章程 修正")
    await dialog.get_by_role("button", name="退回补正").click()
    await expect(dialog.locator('[data-field="items"]')).to_contain_text("“章程 修正”不是代码")
    await visitor.picture("form-fault")
    await dialog.get_by_label("补正事项").fill("")
    for name in ("章程", "审计报告", "财务报表", "审计报告"):
        await dialog.get_by_role("button", name=name, exact=True).click()
    await expect(dialog.get_by_label("补正事项")).to_have_value("章程、财务报表")
    await dialog.get_by_label("说明").fill("章程未按范本修改")
    await visitor.page.keyboard.press("Control+Enter")
    await expect(visitor.page.locator('[data-card="steps"]')).to_contain_text("章程未按范本修改")
    await expect(visitor.page.locator(".head")).to_contain_text("退回补正")
    await expect(dialog).to_have_count(0)
    await visitor.picture("matter")
    found = await stack.ask("GET", "registry", f"/v1/inspections/{id}")
    assert (found["state"], found["returned_times"]) == ("returned", 1)
    [step] = [one for one in await stack.ask("GET", "registry", f"/v1/inspections/{id}/steps")
              if one["fact"] == "returned"]  # fmt: skip
    assert step["arguments"]["items"] == ["charter", "accounts"]


async def test_what_somebody_else_changed_meanwhile_is_shown_and_nothing_is_lost(
    visitor: Visitor, stack: Stack, inspected: dict[str, str]
) -> None:
    id = inspected["海河调解社"]
    await visitor.sign_in("registration_authority")
    await visitor.go(f"/matters/inspections/{id}")
    await visitor.page.get_by_role("button", name="给予指导").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_label("指导方式").fill("training")
    # What arrives while one writes leaves the dialog open, with what one has written.
    later = (DUE + timedelta(days=10)).isoformat()
    await stack.ask("POST", "registry", f"/v1/inspections/{id}/extension", json={"due_on": later})
    await expect(visitor.page.locator(".head .day")).to_have_text(later)
    await dialog.get_by_role("button", name="给予指导").click()
    await expect(dialog.locator(".banner")).to_contain_text(f"截止日期 {DUE} → {later}")
    await expect(dialog.get_by_label("指导方式")).to_have_value("training")
    await visitor.picture("matter-conflict")
    await dialog.get_by_role("button", name="给予指导").click()
    await expect(visitor.page.locator('[data-card="steps"]')).to_contain_text("给予指导")


async def test_a_choice_is_in_chinese_and_a_viewer_only_looks(
    visitor: Visitor, stack: Stack, inspected: dict[str, str]
) -> None:
    id = inspected["港城邻里社"]
    await stack.ask("POST", "registry", f"/v1/inspections/{id}/submission", json={})
    await visitor.sign_in("grants_officer")
    await visitor.go(f"/matters/inspections/{id}")
    await expect(visitor.page.get_by_text("目前没有您可以办理的步骤。")).to_be_visible()
    await visitor.sign_in("registration_authority")
    await visitor.go(f"/matters/inspections/{id}")
    await visitor.page.get_by_role("button", name="作出结论").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_label("结论").click()
    await visitor.page.get_by_role("option", name="合格", exact=True).click()
    await dialog.get_by_role("button", name="作出结论").click()
    await expect(visitor.page.get_by_role("button", name="更正结论")).to_be_visible()
    await expect(visitor.page.locator('[data-card="particulars"]')).to_contain_text("合格")


async def test_a_list_is_filled_in_offline_and_reported_by_row(
    visitor: Visitor, stack: Stack, inspected: dict[str, str], tmp_path: Path
) -> None:
    await visitor.sign_in("registration_authority")
    await visitor.go(f"/matters/inspections?year={YEAR}&state=due")
    await visitor.page.get_by_role("button", name="报送材料清单").click()
    async with visitor.page.expect_download() as waiting:
        await visitor.page.get_by_role("button", name="下载清单").click()
    file = tmp_path / "list.xlsx"
    await (await waiting.value).save_as(file)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    documents, names = headings.index("材料编号") + 1, headings.index("社会组织") + 1
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, names).value == "青苗助学协会":
            sheet.cell(row, documents, "report-1")
        elif sheet.cell(row, names).value == "海河调解社":
            sheet.cell(row, documents, "not a code")
    book.save(file)
    await visitor.page.locator("input[type=file]").set_input_files(file)
    report = visitor.page.locator('[data-card="report"]')
    await expect(report).to_contain_text("核对 2 行：1 行无误，1 行有误；尚未改动任何记录。")
    await expect(report.locator("td").nth(1)).to_have_text("材料编号")
    await expect(report.locator("td").nth(2)).to_contain_text("格式不符")
    await visitor.picture("sheet-report")
    await report.get_by_role("button", name="只办理无误的 1 行").click()
    await expect(report).to_contain_text("已办理 1 行，1 行未办理。")
    found = await stack.ask("GET", "registry", f"/v1/inspections/{inspected['青苗助学协会']}")
    assert found["state"] == "submitted"


async def test_the_board_counts_by_division_and_leads_to_who_has_not_answered(
    visitor: Visitor, inspected: dict[str, str]
) -> None:
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/inspections?year={YEAR}")
    board = visitor.page.locator('[data-card="board"]')
    street = board.locator(f'tr[data-division="{OTHER_STREET}"]')
    await expect(street.locator('[data-column="concluded"]')).to_have_text("1")
    await expect(street).to_contain_text("100.0%")
    await expect(visitor.page.locator('[data-card="chase"]')).to_contain_text("海河调解社")
    await visitor.picture("board")
    waiting = board.locator(f'tr[data-division="{STREET}"] [data-column="waiting"]')
    number = int(await waiting.text_content() or 0)
    await waiting.click()
    await visitor.page.wait_for_url("**/matters/inspections**")
    await expect(visitor.page.locator("table.list tbody tr")).to_have_count(number)


async def test_an_organisation_is_seen_whole(
    visitor: Visitor, stack: Stack, inspected: dict[str, str]
) -> None:
    record = await stack.ask("GET", "registry", f"/v1/inspections/{inspected['晨曦养老服务社']}")
    organization = record["organization_id"]
    await stack.ask(
        "POST", "registry", f"/v1/organizations/{organization}/hub-standing",
        json={"standing": "at_risk", "ground": "finance"},
    )  # fmt: skip
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/organizations/{organization}")
    await expect(visitor.page.locator('[data-card="open_matters"]')).to_contain_text("年检")
    await expect(visitor.page.locator('[data-card="inspections"]')).to_contain_text(f"{YEAR} 年检")
    standing = visitor.page.locator('[data-card="standing"]')
    await expect(standing).to_contain_text("由“良好”改为“有风险”（依据：财务管理）")
    await expect(visitor.page.locator('[data-card="timeline"]')).to_contain_text("退回")
    await visitor.picture("organization-whole")


async def test_a_task_shows_the_tree_of_its_receipts(visitor: Visitor, stack: Stack) -> None:
    line = await visitor.line()
    await visitor.sign_in("hub_officer")
    await visitor.go("/matters/tasks")
    await visitor.page.get_by_role("button", name="下达").click()
    dialog = visitor.page.locator(".dialog")
    await dialog.get_by_label("任务 *").fill("摸底排查社区社会组织")
    await dialog.get_by_label("类别").fill("专项工作")
    await dialog.get_by_label("牵头部门").fill("民政部门")
    await dialog.get_by_label("行政区划").click()
    await visitor.page.get_by_role("option", name="滨海新区", exact=True).click()
    await dialog.get_by_label("落实单位区划").click()
    with line.silent():
        for place in ("塘沽街道", "杭州道街道"):
            await visitor.page.get_by_role("option", name=place, exact=True).click()
    await visitor.page.keyboard.press("Escape")
    await dialog.get_by_label("反馈期限").fill(TODAY.isoformat())
    await visitor.picture("task-form")
    await dialog.get_by_role("button", name="下达").click()
    tree = visitor.page.locator('[data-card="receipts"]')
    await expect(tree.locator("tbody tr")).to_have_count(3)  # the district with the sum, and the two
    await tree.locator("a.open").first.click()
    await visitor.page.get_by_role("button", name="签收").click()
    await visitor.page.locator(".dialog").get_by_role("button", name="签收").click()
    await expect(visitor.page.locator(".head")).to_contain_text("已签收")
    await visitor.page.go_back()
    await expect(tree).to_contain_text("已签收")
    await visitor.picture("task")


async def test_the_tree_of_a_task_goes_down_the_tiers_and_adds_up(visitor: Visitor, stack: Stack) -> None:
    communities = ["120116001016", "120116001017"]
    task = await stack.ask(
        "POST", "registry", "/v1/tasks",
        json={"division": "120116", "title": "社区社会组织摸底", "kind": "special", "lead": "service_centre",
              "implementing": [STREET, *communities, OTHER_STREET], "due_on": DUE.isoformat()},
    )  # fmt: skip
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/matters/tasks/{task['id']}")
    tree = visitor.page.locator('[data-card="receipts"]')
    await expect(tree.locator("tbody tr")).to_have_count(5)
    owed = await everybody(stack, "task-receipts", task_id=task["id"])
    below = next(one["id"] for one in owed if one["division"] == communities[0])
    answer = {"report": "已摸底，无遗漏。", "done": 12}
    await stack.ask("POST", "registry", f"/v1/task-receipts/{below}/report", json=answer)
    numbers = tree.locator(f'tr[data-division="{STREET}"] td.number')
    await expect(numbers.first).to_have_text("3")
    await expect(numbers.last).to_have_text("12")
    await expect(tree.locator('tr[data-division="120116"] td.number').first).to_have_text("4")
    await expect(tree.locator(f'tr[data-division="{OTHER_STREET}"] td.number').last).to_have_text("0")
    indented = tree.locator(f'tr[data-division="{communities[0]}"] td').first
    await expect(indented).to_have_css("padding-left", "36px")
    await visitor.picture("task-tree")
    await visitor.page.locator('[data-card="lists"]').get_by_role("link", name="任务签收清单").click()
    await expect(visitor.page.locator("table.list tbody tr")).to_have_count(4)


async def test_an_inquiry_stands_in_the_queue_with_its_clock_until_it_is_answered(
    visitor: Visitor, stack: Stack
) -> None:
    facts = {
        "division": STREET, "channel": "telephone", "topic": "registration", "question": "怎样办理变更登记？"
    }  # fmt: skip
    for person, on in (("p-first", None), ("p-late", "2026-03-02")):
        made = await stack.ask(
            "POST", "registry", "/v1/inquiries",
            json={**facts, "first_person": person, **({"effective_on": on} if on else {})},
        )  # fmt: skip
    await visitor.sign_in("hub_officer", "p-late")
    await visitor.go("/inquiries")
    await expect(visitor.page.locator('[data-card="overdue"]')).to_contain_text("p-late")
    await expect(visitor.page.locator('[data-card="later"]')).to_contain_text("个工作日")
    await visitor.picture("inquiries")
    await visitor.page.get_by_role("link", name="我承办的").click()
    await expect(visitor.page.locator("table.list tbody tr")).to_have_count(1)
    await stack.ask("POST", "registry", f"/v1/inquiries/{made['id']}/answer", json={"reply": "请到窗口。"})
    await expect(visitor.page.get_by_text("没有待答复的事项。")).to_be_visible()


async def test_the_calendar_has_each_day_and_the_week(
    visitor: Visitor, stack: Stack, inspected: dict[str, str], issued: None
) -> None:
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/calendar?month={TODAY:%Y-%m}")
    await expect(visitor.page.locator('[data-card="week"]')).to_contain_text("走访困难组织")
    day = visitor.page.locator(f'[data-day="{TODAY}"]')
    await expect(day).to_contain_text("任务签收")
    await visitor.picture("calendar")
    await day.click()
    await expect(visitor.page.locator('[data-card="week"] h2')).to_have_text(f"{TODAY} 到期")


async def test_a_liaison_reports_with_one_tap_on_a_telephone(
    visitor: Visitor, stack: Stack, inspected: dict[str, str], issued: None
) -> None:
    await visitor.telephone()
    await visitor.sign_in("liaison", "u-street", division=STREET)
    await visitor.go("/today")
    cards = visitor.page.locator("article.due")
    await expect(cards.first).to_contain_text("今天到期")  # the task of today before what comes later
    mine = cards.filter(has_text="海河调解社")
    assert await cards.filter(has_text="港城邻里社").count() == 0, "another street's"
    await visitor.picture("today")
    assert await visitor.fits()
    await mine.get_by_role("button", name="报送材料").click()
    await mine.get_by_role("button", name="撤回").click()
    await expect(mine.get_by_role("status")).to_have_count(0)
    await asyncio.sleep(SECONDS + 1)
    record = f"/v1/inspections/{inspected['海河调解社']}"
    assert (await stack.ask("GET", "registry", record))["state"] == "due", "it was taken back"
    await mine.get_by_role("button", name="报送材料").click()
    await expect(mine.get_by_role("status")).to_contain_text("秒后提交")
    await visitor.picture("today-tapped")
    await expect(mine).to_have_count(0)
    assert (await stack.ask("GET", "registry", record))["state"] == "submitted"


async def test_what_a_step_asks_is_asked_where_it_was_tapped(visitor: Visitor, stack: Stack) -> None:
    await visitor.telephone()
    made = await stack.ask(
        "POST", "registry", "/v1/inquiries",
        json={"division": STREET, "channel": "telephone", "topic": "registration", "question": "怎样年检？",
              "first_person": "u-answers"},
    )  # fmt: skip
    await visitor.sign_in("hub_officer", "u-answers", division=STREET)
    await visitor.go("/today?whose=mine")
    card = visitor.page.locator("article.due")
    await expect(card).to_have_count(1)
    await card.get_by_role("button").first.click()
    form = card.locator(".unfolded")
    await expect(form.get_by_role("button").last).to_be_visible()
    await form.locator("input, textarea").first.fill("u-second")
    await visitor.picture("today-form")
    assert await visitor.fits()
    another = {"division": STREET, "channel": "telephone", "topic": "registration", "question": "又问？",
               "first_person": "u-answers"}  # fmt: skip
    await stack.ask("POST", "registry", "/v1/inquiries", json=another)
    await asyncio.sleep(2)
    await expect(form.locator("input, textarea").first).to_have_value("u-second")
    await form.get_by_role("button", name="取消").click()
    await expect(card).to_have_count(2)
    assert (await stack.ask("GET", "registry", f"/v1/inquiries/{made['id']}"))["state"] == "opened"


async def test_what_is_due_is_done_from_the_calendar_and_a_record_leads_back_to_the_day(
    visitor: Visitor, stack: Stack
) -> None:
    """The day's list is worked through in place; a look at a record ends where it began."""
    day = (TODAY + timedelta(days=40)).isoformat()
    for title, owner in (("核对通讯录", "u-owner"), ("更新通讯录", "u-other")):
        await stack.ask(
            "POST", "registry", "/v1/tasks",
            json={"division": "120116", "title": title, "kind": "survey", "lead": "hub", "owner": owner,
                  "implementing": [OTHER_STREET], "due_on": day},
        )  # fmt: skip
    await visitor.sign_in("hub_officer", "u-owner")
    here = f"/calendar?month={day[:7]}&day={day}"
    await visitor.go(here)
    week = visitor.page.locator('[data-card="week"]')
    await week.get_by_role("link", name="更新通讯录").first.click()
    await expect(visitor.page.locator("a.back")).to_have_text("← 日历")
    await visitor.page.locator("a.back").click()
    await visitor.page.wait_for_url(f"**{here}")
    await visitor.page.get_by_role("link", name="我负责的").click()
    await visitor.page.wait_for_url("**whose=mine")
    own = week.locator("tbody tr")
    await expect(own).to_have_count(1)
    await expect(own).to_contain_text("核对通讯录")
    await visitor.picture("calendar-mine")
    await visitor.telephone()
    assert await visitor.fits()
    await visitor.picture("telephone-calendar-mine")
    await own.get_by_role("button").click()
    await expect(own.locator(".asked")).to_contain_text("不能撤回")
    await visitor.picture("telephone-calendar-tapped")
    await own.locator(".unfolded").get_by_role("button").last.click()
    await expect(week).to_contain_text("没有到期事项。")


@pytest.mark.parametrize(
    "path", ["/matters/inspections?ended=", "/matters/inspections/ID", "/inspections", "/calendar"]
)
async def test_a_telephone_shows_what_there_is_without_scrolling_sideways(
    visitor: Visitor, inspected: dict[str, str], path: str
) -> None:
    await visitor.telephone()
    await visitor.sign_in("hub_officer")
    await visitor.go(path.replace("ID", inspected["港城邻里社"]))
    await expect(visitor.page.locator(".h1").first).to_be_visible()
    await expect(visitor.page.locator("main .card").last).to_be_visible()
    assert await visitor.fits()
    await visitor.picture(f"telephone{path.partition('?')[0].replace('/', '-')}")


async def test_the_board_fits_a_telephone(visitor: Visitor, inspected: dict[str, str]) -> None:
    await visitor.telephone()
    await visitor.sign_in("hub_officer")
    await visitor.go(f"/inspections?year={YEAR}")
    board = visitor.page.locator('[data-card="board"]')
    await expect(board.get_by_text("逾期未报")).to_be_visible()
    await expect(board.get_by_text("退回补正")).to_be_hidden()
    assert await board.evaluate("one => one.scrollWidth <= one.clientWidth")
    await visitor.picture("telephone-board")


async def test_the_pages_speak_english(visitor: Visitor, inspected: dict[str, str]) -> None:
    await visitor.sign_in("hub_officer")
    await visitor.page.get_by_role("link", name="English").click()
    await visitor.go(f"/inspections?year={YEAR}")
    await expect(visitor.page.get_by_text("Chase list")).to_be_visible()
    await visitor.go(f"/matters/inspections/{inspected['港城邻里社']}")
    await expect(visitor.page.get_by_text("This record has ended.")).to_be_visible()
    await visitor.go("/today")
    await expect(visitor.page.locator('[data-card="summary"]')).to_contain_text("due within 30 days")


async def test_money_is_entered_and_shown_in_yuan(visitor: Visitor, stack: Stack) -> None:
    helped = await stack.register("暖阳助老社", division=STREET)
    given = await stack.ask(
        "POST", "registry", "/v1/supports",
        json={"organization_id": helped["id"], "support_kind": "activities", "provider": "civil_affairs",
              "amount_fen": 123_456_700},
    )  # fmt: skip
    await visitor.sign_in("operator")
    await visitor.go(f"/matters/supports/{given['id']}")
    particulars = visitor.page.locator('[data-card="particulars"]')
    await expect(particulars).to_contain_text("1,234,567 元")
    await visitor.page.get_by_role("button", name="更正", exact=True).click()
    amount = visitor.page.get_by_label("金额（元）")
    await amount.fill("12.345")
    await visitor.page.get_by_role("button", name="更正").last.click()
    await expect(visitor.page.locator('[data-field="amount_fen"]')).to_contain_text("最多精确到分")
    await visitor.picture("money")
    await amount.fill("￥1,200.5")
    await visitor.page.get_by_role("button", name="更正").last.click()
    await expect(particulars).to_contain_text("1,200.50 元")
    await expect(visitor.page.locator('[data-card="steps"]')).to_contain_text("金额：1,200.50 元")
    await visitor.picture("money-shown")
    found = await stack.ask("GET", "registry", f"/v1/supports/{given['id']}")
    assert found["amount_fen"] == 120_050
