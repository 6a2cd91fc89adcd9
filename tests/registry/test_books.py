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
from services.registry.imports.model import COLUMNS, Naming
from services.registry.imports.worker import work
from services.registry.policy import Department, RegistryPolicy
from tests.registry.conftest import Api
from tests.registry.test_http import ORGANIZATIONS, STREET, bring, finished
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
    assert cells[:2] == ["办公室", "妇女工作科"]
    assert len(cells) == 45
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
