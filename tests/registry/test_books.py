"""The register as a book: what is written out is taken in again, with lists to choose from in its columns."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest
import pytest_asyncio

from chassis.runtime import Runtime
from services.registry.exports.workbook import TITLE
from services.registry.identification.model import complete_credit_code
from services.registry.imports.model import COLUMNS, Naming
from services.registry.imports.worker import work
from services.registry.policy import Department, RegistryPolicy
from tests.registry.conftest import POLICY, Api
from tests.registry.test_http import ORGANIZATIONS, STREET, bring, finished, register
from tests.registry.workbooks import HEADERS, row, workbook

pytestmark = pytest.mark.integration

MORE = {
    "nature": "joint", "functions": ["service", "night_school"], "service_directions": ["women", "elderly"],
    "target_groups": ["single_poor_mothers"], "department": "centre", "development_mode": "market",
    "registration_authority": "civil_affairs", "registered_capital_fen": 3_000_050,
    "four_no_fees_declared": False,
}  # fmt: skip
"""What the library of organisations is arranged by (L08), and what else a filing has."""


@pytest_asyncio.fixture(loop_scope="session")
async def working(runtime: Runtime) -> AsyncIterator[None]:
    """The import worker, as the api role runs it."""
    task = asyncio.create_task(work(runtime))
    yield
    task.cancel()


async def book(api: Api, path: str = "export.xlsx") -> Any:
    """The workbook behind a path."""
    answer = await api.client.get(f"{ORGANIZATIONS}/{path}")
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.content))


async def faults(api: Api, done: dict[str, Any]) -> list[tuple[int, str, str]]:
    """(row, column, code) of a report."""
    found = (await api.get(f"/v1/imports/{done['id']}/faults"))["items"]
    return [(fault["row"], fault["column"], fault["code"]) for fault in found]


async def test_what_the_library_is_arranged_by_goes_out_and_comes_in_again(api: Api, working: None) -> None:
    made = await api.post(f"{ORGANIZATIONS}/filings", 201, name="新港合唱队", division=STREET, **MORE)
    assert {name: made[name] for name in MORE} == MORE
    content = (await api.client.get(f"{ORGANIZATIONS}/export.xlsx")).content
    headers, *rows = openpyxl.load_workbook(io.BytesIO(content))[TITLE].values
    [written] = [dict(zip(headers, cells, strict=True)) for cells in rows]
    assert {name: written[name] for name in ("性质", "职能", "服务对象", "科室", "登记管理机关")} == {
        "性质": "联合性", "职能": "提供服务、night_school", "服务对象": "单亲贫困母亲", "科室": "妇儿中心",
        "登记管理机关": "民政部门",
    }  # fmt: skip
    assert (written["注册资金（元）"], written["“四无”收费承诺"]) == (30_000.5, "否")
    await api.post(f"{ORGANIZATIONS}/{made['id']}/dissolution")
    done = await finished(api, await bring(api, content, apply="all"))
    assert (done["state"], done["rows_applied"]) == ("applied", 1), str(done)
    [again] = (await api.get(ORGANIZATIONS))["items"]
    assert {name: again[name] for name in MORE} == MORE


async def test_a_department_that_is_not_said_follows_from_the_categories(api: Api, working: None) -> None:
    said = [
        [*row("滨海书画协会", 类别="普法维权"), "妇儿中心"],
        [*row("滨海合唱协会", 类别="普法维权"), None],
    ]
    await finished(api, await bring(api, workbook(said, [*HEADERS, "科室"]), apply="all"))
    found = {one["name"]: one["department"] for one in (await api.get(ORGANIZATIONS))["items"]}
    assert found == {"滨海书画协会": "centre", "滨海合唱协会": "womens_work"}


async def test_a_word_that_names_no_code_is_told_with_those_that_do(api: Api, working: None) -> None:
    said = [[*row("滨海书画协会"), "公益"], [*row("滨海合唱协会"), "公益性"], [*row("滨海棋社"), "hobby"]]
    done = await finished(api, await bring(api, workbook(said, [*HEADERS, "性质"])))
    assert await faults(api, done) == [(2, "性质", "value_unknown")]
    [fault] = (await api.get(f"/v1/imports/{done['id']}/faults"))["items"]
    assert "公益性" in fault["zh"], "which there are"


async def test_a_column_that_means_something_else_is_left_unread(api: Api, working: None) -> None:
    content = workbook([[*row("滨海书画协会"), "滨海新区民政局"]], [*HEADERS, "登记管理机关"])
    done = await finished(api, await bring(api, content))
    assert await faults(api, done) == [(2, "登记管理机关", "value_unknown")]
    await api.post(f"/v1/imports/{done['id']}/mapping", 202, mapping={"registration_authority": ""})
    again = await finished(api, done)
    assert (again["rows_valid"], "registration_authority" in again["mapping"]) == (1, False)
    next_year = workbook([[*row("滨海合唱协会"), "滨海新区民政局"]], [*HEADERS, "登记管理机关"])
    assert (await finished(api, await bring(api, next_year)))["rows_valid"] == 1, "remembered for this header"


@pytest.mark.parametrize(
    ("header", "cell", "yuan"),
    [
        ("注册资金", 30_000, "30000"),
        ("注册资金（元）", "30,000.50元", "30000.50"),
        ("注册资金（万元）", 3, "30000"),
        ("开办资金(万元)", 3.5, "35000"),
        ("注册资金（万元）", "30000元", "30000"),
        ("注册资金", "3.12345万元", "31234.50"),
        ("注册资金", "３万", "30000"),
    ],
)
async def test_money_is_read_in_the_unit_that_is_said(
    api: Api, working: None, header: str, cell: Any, yuan: str
) -> None:
    content = workbook([[*row("滨海书画协会"), cell]], [*HEADERS, header])
    await finished(api, await bring(api, content, apply="all"))
    [found] = (await api.get(ORGANIZATIONS))["items"]
    assert found["registered_capital_fen"] == round(float(yuan) * 100)


async def test_what_is_no_sum_is_told_by_row(api: Api, working: None) -> None:
    said = ["三万", -5, "1.234", "10000000000001", "万"]
    rows = [[*row(f"滨海第{n}协会"), cell] for n, cell in enumerate(said)]
    done = await finished(api, await bring(api, workbook(rows, [*HEADERS, "注册资金"])))
    found = [code for _, column, code in await faults(api, done) if column == "注册资金（元）"]
    assert found == [
        "sum_unreadable", "sum_out_of_range", "sum_finer_than_fen", "sum_out_of_range", "sum_unreadable",
    ]  # fmt: skip


async def test_columns_with_a_list_of_the_profile_offer_it(api: Api) -> None:
    found = await book(api, "template.xlsx")
    sheet = found[TITLE]
    rules = {str(rule.sqref).partition("2:")[0]: rule for rule in sheet.data_validations.dataValidation}
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    for column in COLUMNS:
        listed = column.kind in {
            "form", "status", "route", "link", "premises", "origin", "flag", "named", "named_each",
            "categories",
        }  # fmt: skip
        assert (letters[column.header] in rules) == listed, column.header
    assert rules[letters["性质"]].formula1.startswith('"学术性,行业性')
    assert not rules[letters["性质"]].showErrorMessage, "another code may be entered"
    assert rules[letters["法律形式"]].showErrorMessage
    assert found.sheetnames == [TITLE], "no list here is too long for its column's rule"


async def test_a_list_that_excel_keeps_in_no_rule_stands_on_a_sheet_of_its_own(
    api: Api, runtime: Runtime, working: None
) -> None:
    many = tuple(Department(code=f"d{n}", name_zh=f"社会组织服务管理第{n}科,分设") for n in range(40))
    runtime.policies = RegistryPolicy(departments=(*RegistryPolicy().departments, *many))
    found = await book(api, "template.xlsx")
    sheet = found[TITLE]
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == "科室")
    [rule] = [one for one in sheet.data_validations.dataValidation if letter in str(one.sqref)]
    lists = found["选项"]
    assert lists.sheet_state == "hidden"
    cells = [cell.value for cell in lists["A"]]
    assert rule.formula1 == f"选项!$A$1:$A${len(cells)}"
    assert cells[:2] == ["办公室", "社会组织工作部门"]
    assert len(cells) == 42
    sheet.append(row("滨海书画协会"))
    content = io.BytesIO()
    found.save(content)
    done = await finished(api, await bring(api, content.getvalue()))
    assert done["sheet"] == TITLE, "the lists are no register"


def test_a_name_is_written_only_where_it_is_read_as_its_code_again() -> None:
    of = Naming({"a": "甲", "b": "乙、丙", "c": "丁", "d": "丁", "e": "a"})
    assert [of.said(code) for code in ("a", "b", "c", "d", "e", "f")] == ["甲", "乙、丙", "丁", "d", "e", "f"]
    assert [of.said_among(code) for code in ("a", "b", "c")] == ["甲", "b", "丁"]
    assert [of.code(text) for text in ("甲", "丁", "a", "e", "f", "无")] == ["a", "c", "a", "e", "f", None]
    assert Naming({"a": "甲"}, open=False).code("f") is None


async def exported(api: Api) -> Any:
    """The register as its workbook."""
    return await book(api)


def edit(found: Any, name: str, **cells: Any) -> None:
    """Fill in cells of the row of an organisation, by their headings."""
    sheet = found[TITLE]
    places = {cell.value: cell.column for cell in sheet[1]}
    [number] = [cells[0].row for cells in sheet.iter_rows(2) if cells[0].value == name]
    for heading, value in cells.items():
        sheet.cell(number, places[heading], value)


def packed(found: Any) -> bytes:
    """The workbook's file."""
    content = io.BytesIO()
    found.save(content)
    return content.getvalue()


async def update(api: Api, found: Any, apply: str | None = None) -> dict[str, Any]:
    """The register brought back changed, and checked; applied at once where `apply` says so."""
    content = packed(found)
    if apply is None:
        return await finished(api, await bring(api, content, update="true"))
    return await finished(api, await bring(api, content, update="true", apply=apply))


async def listed(api: Api, done: dict[str, Any], severity: str) -> list[tuple[int, str, str]]:
    """(row, column, words) of one sort of entries of a report."""
    path = f"/v1/imports/{done['id']}/faults"
    found = (await api.get(path, severity=severity))["items"]
    return [(one["row"], one["column"], one["zh"]) for one in found]


async def two(api: Api) -> tuple[dict[str, Any], dict[str, Any]]:
    """A registered and a filed organisation."""
    return (
        await register(api, staff_count=3, categories=["legal_rights"]),
        await api.post(f"{ORGANIZATIONS}/filings", 201, name="新港合唱队", division=STREET, **MORE),
    )


async def test_a_register_brought_back_as_it_was_changes_nothing(api: Api, working: None) -> None:
    await two(api)
    done = await update(api, await exported(api))
    assert (done["state"], done["rows_unchanged"], done["rows_valid"], done["faults"]) == ("checked", 2, 0, 0)
    plain = await finished(api, await bring(api, packed(await exported(api))))
    assert (plain["rows_unchanged"], plain["rows_faulty"]) == (2, 0), "nor is that a fault without changes"


async def test_what_differs_is_shown_before_and_after_and_changed_when_confirmed(
    api: Api, working: None
) -> None:
    ours, theirs = await two(api)
    found = await exported(api)
    edit(found, ours["name"], 从业人数=7, 类别="普法维权、志愿服务", 业务主管单位="滨海新区民政局")
    money = {"注册资金（元）": 1234.5}
    edit(found, theirs["name"], 名称="新港巾帼合唱队", 慈善组织="是", 品牌="甲、乙", **money)
    done = await update(api, found)
    assert (done["rows_changed"], done["rows_valid"], done["rows_faulty"]) == (2, 2, 0)
    assert await listed(api, done, "change") == [
        (2, "类别", "“普法维权”改为“普法维权、志愿服务”"),
        (2, "业务主管单位", "“空”改为“滨海新区民政局”"), (2, "从业人数", "“3”改为“7”"),
        (3, "名称", "“新港合唱队”改为“新港巾帼合唱队”"), (3, "品牌", "“空”改为“甲、乙”"),
        (3, "慈善组织", "“空”改为“是”"), (3, "注册资金（元）", "“30000.50”改为“1234.50”"),
    ]  # fmt: skip
    assert (await api.get(f"{ORGANIZATIONS}/{ours['id']}"))["staff_count"] == 3, "only checked"
    await api.post(f"/v1/imports/{done['id']}/application", 202, rows="all")
    applied = await finished(api, done)
    assert (applied["state"], applied["rows_changed"], applied["rows_applied"]) == ("applied", 2, 0)
    ours, theirs = [await api.get(f"{ORGANIZATIONS}/{one['id']}") for one in (ours, theirs)]
    assert (ours["staff_count"], ours["supervisory_unit_name"]) == (7, "滨海新区民政局")
    assert (ours["categories"], ours["department"]) == (["legal_rights", "volunteering"], "womens_work")
    assert (theirs["name"], theirs["registered_capital_fen"], theirs["charity"]) == (
        "新港巾帼合唱队", 123_450, True,
    )  # fmt: skip
    history = await api.get(f"{ORGANIZATIONS}/{ours['id']}/history")
    assert [one["fact"] for one in history] == ["registered", "details_changed", "supervision_changed"]


async def test_a_record_that_somebody_changed_meanwhile_is_told_by_row(api: Api, working: None) -> None:
    ours, theirs = await two(api)
    found = await exported(api)
    edit(found, ours["name"], 从业人数=7)
    edit(found, theirs["name"], 从业人数=8)
    await api.client.patch(f"{ORGANIZATIONS}/{ours['id']}", json={"staff_count": 5})
    done = await update(api, found, apply="all")
    assert (done["state"], done["problem"]["code"]) == ("checked", "import_has_faults")
    assert await faults(api, done) == [
        (2, "从业人数", "changed"), (2, "系统版本", "stale_revision"), (3, "从业人数", "changed"),
    ]  # fmt: skip
    assert (await api.get(f"{ORGANIZATIONS}/{theirs['id']}"))["staff_count"] is None, "all or none"
    await api.post(f"/v1/imports/{done['id']}/application", 202, rows="valid")
    assert (await finished(api, done))["rows_changed"] == 1
    assert (await api.get(f"{ORGANIZATIONS}/{ours['id']}"))["staff_count"] == 5
    assert (await api.get(f"{ORGANIZATIONS}/{theirs['id']}"))["staff_count"] == 8


async def test_what_was_changed_between_the_check_and_the_yes_is_told_too(api: Api, working: None) -> None:
    """An office's own workbook has no version: what was shown is what the yes is for."""
    ours = await register(api, staff_count=3)
    content = workbook([[ours["name"], ours["credit_code"], 7]], ["名称", "统一社会信用代码", "从业人数"])
    done = await finished(api, await bring(api, content, update="true"))
    assert (done["rows_changed"], done["rows_faulty"]) == (1, 0)
    await api.client.patch(f"{ORGANIZATIONS}/{ours['id']}", json={"staff_count": 5})
    await api.post(f"/v1/imports/{done['id']}/application", 202, rows="all")
    again = await finished(api, done)
    assert (again["state"], again["problem"]["code"]) == ("checked", "import_has_faults")
    assert await faults(api, again) == [(2, "从业人数", "changed"), (2, "系统版本", "stale_revision")]
    assert await listed(api, again, "change") == [(2, "从业人数", "“5”改为“7”")]
    await api.post(f"/v1/imports/{done['id']}/application", 202, rows="all")
    assert (await finished(api, done))["state"] == "applied", "a yes to what is there now"


async def test_a_row_that_changed_nothing_when_checked_changes_nothing_unseen(
    api: Api, working: None
) -> None:
    """The record said the same then; what somebody entered since is not overwritten by a yes to nothing."""
    ours, theirs = await two(api)
    content = workbook(
        [[ours["name"], ours["division"], 3], [theirs["name"], theirs["division"], 8]],
        ["名称", "行政区划代码", "从业人数"],
    )
    done = await finished(api, await bring(api, content, update="true"))
    assert (done["rows_changed"], done["rows_unchanged"]) == (1, 1)
    await api.client.patch(f"{ORGANIZATIONS}/{ours['id']}", json={"staff_count": 5})
    await api.post(f"/v1/imports/{done['id']}/application", 202, rows="valid")
    again = await finished(api, done)
    assert (again["state"], again["rows_changed"]) == ("applied", 1)
    assert (2, "名称", "change_not_shown") in await faults(api, again)
    assert (await api.get(f"{ORGANIZATIONS}/{ours['id']}"))["staff_count"] == 5
    assert (await api.get(f"{ORGANIZATIONS}/{theirs['id']}"))["staff_count"] == 8


async def test_what_ended_comes_back_unchanged_and_changes_no_more(api: Api, working: None) -> None:
    ours, theirs = await two(api)
    for one, fact in ((ours, "deregistration"), (theirs, "dissolution")):
        await api.post(f"{ORGANIZATIONS}/{one['id']}/{fact}", 200)
    found = await book(api, "export.xlsx?ended=true")
    done = await update(api, found)
    assert (done["rows_unchanged"], done["rows_valid"], done["faults"]) == (2, 0, 0)
    edit(found, ours["name"], 从业人数=9)
    done = await update(api, found)
    assert {(row, code) for row, _, code in await faults(api, done) if code != "changed"} == {
        (2, "already_ended")
    }
    assert (done["rows_unchanged"], done["rows_changed"]) == (1, 0)


async def test_what_changes_by_a_step_is_left_to_its_page(api: Api, working: None) -> None:
    ours, theirs = await two(api)
    found = await exported(api)
    edit(found, ours["name"], 法律状态="注销", 终止日期=ours["registered_on"])
    edit(found, theirs["name"], 联系="联系", 从业人数=8)
    done = await update(api, found, apply="valid")
    told = await faults(api, done)
    assert {code for _, _, code in told} == {"changed_by_a_step"}
    assert [(row, column) for row, column, _ in told] == [(2, "法律状态"), (2, "终止日期"), (3, "联系")]
    assert len((await api.get(ORGANIZATIONS))["items"]) == 2
    assert (await api.get(f"{ORGANIZATIONS}/{theirs['id']}"))["staff_count"] is None


async def test_a_change_that_the_command_refuses_is_a_fault_of_its_row(api: Api, working: None) -> None:
    ours, theirs = await two(api)
    other = await api.post(f"{ORGANIZATIONS}/filings", 201, name="新港棋社", division=STREET)
    found = await exported(api)
    edit(found, other["name"], 成立日期="2019-01-01")
    edit(found, theirs["name"], 名称="新港棋社")
    edit(found, ours["name"], 从业人数=9)
    done = await update(api, found)
    assert (done["rows_changed"], done["rows_faulty"]) == (1, 2)
    assert {(row, code) for row, _, code in await faults(api, done) if code != "changed"} == {
        (3, "duplicate"), (4, "duplicate_in_file"),
    }  # fmt: skip
    await api.post(f"/v1/imports/{done['id']}/application", 202, rows="all")
    assert (await finished(api, done))["state"] == "checked"
    assert (await api.get(f"{ORGANIZATIONS}/{ours['id']}"))["staff_count"] == 3


async def test_a_row_that_was_copied_changes_no_record(api: Api, working: None) -> None:
    """Whoever adds an organisation copies a row and writes over it: it must not rename the other."""
    ours = await register(api, staff_count=3)
    found = await exported(api)
    sheet = found[TITLE]
    for cell in sheet[2]:
        sheet.cell(3, cell.column, cell.value)
    sheet.cell(3, 1, "滨海合唱协会")
    sheet.cell(3, 2, complete_credit_code("51", "120116", "59999999"))
    done = await update(api, found)
    assert await faults(api, done) == [(2, "系统编号", "record_twice"), (3, "系统编号", "record_twice")]
    assert done["rows_changed"] == 0
    assert (await api.get(f"{ORGANIZATIONS}/{ours['id']}"))["name"] == "滨海新区书画协会"


async def test_new_rows_come_in_beside_changed_ones(api: Api, working: None) -> None:
    ours = await register(api, staff_count=3)
    found = await exported(api)
    edit(found, ours["name"], 从业人数=4)
    sheet = found[TITLE]
    places = {cell.value: cell.column for cell in sheet[1]}
    for heading, value in {"名称": "滨海合唱队", "法律状态": "摸底"}.items():
        sheet.cell(3, places[heading], value)
    done = await update(api, found, apply="all")
    assert (done["state"], done["rows_changed"], done["rows_applied"]) == ("applied", 1, 1)
    assert {one["name"] for one in (await api.get(ORGANIZATIONS))["items"]} == {ours["name"], "滨海合唱队"}


async def test_more_changes_than_one_transaction_holds_are_refused(
    api: Api, runtime: Runtime, working: None
) -> None:
    ours, theirs = await two(api)
    runtime.policies = POLICY.model_copy(update={"sheet_max_rows": 1})
    found = await exported(api)
    edit(found, ours["name"], 从业人数=4)
    edit(found, theirs["name"], 从业人数=4)
    done = await update(api, found)
    assert (done["state"], done["problem"]["code"]) == ("failed", "too_many_changes")
