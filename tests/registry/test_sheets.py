"""Lists filled in offline and brought back: a report by row, nothing half-done, others' changes noticed."""

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from services.registry.incubation.supports import commands as supports
from services.registry.inspections.annual import commands as annual
from services.registry.operations.periods import Interval
from services.registry.organizations import commands as organizations
from services.registry.records.returns import commands as returns
from services.registry.sheets import queries
from tests.registry.conftest import POLICY, Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration
SUBMISSION = "/v1/inspections/submission/sheet"
CONCLUSION = "/v1/inspections/conclusion/sheet"


async def due(register: Register, number: int) -> list[Any]:
    """Inspections that are due."""
    await register.begin(date(2026, 3, 2))
    return [
        await register.do(
            annual.open_, organization_id=await organization(register), year=2025, due_on=date(2026, 5, 31)
        )
        for _ in range(number)
    ]


async def supervised(register: Register) -> list[Any]:
    """Inspections of two organisations that have a supervisory unit."""
    await register.begin(date(2026, 3, 2))
    rows = []
    for about in (await organization(register), await organization(register)):
        await register.do(organizations.change_supervision, id=about, supervisory_unit="education")
        rows.append(await register.do(annual.open_, organization_id=about, year=2025))
    return rows


async def downloaded(api: Api, path: str) -> Any:
    response = await api.client.get(f"{path}.xlsx")
    assert response.status_code == 200, response.text
    return openpyxl.load_workbook(io.BytesIO(response.content)).active


async def brought(api: Api, path: str, sheet: Any, apply: str) -> dict[str, Any]:
    content = io.BytesIO()
    sheet.parent.save(content)
    files = {"file": ("清单.xlsx", content.getvalue())}
    response = await api.client.post(path, files=files, data={"apply": apply})
    assert response.status_code == 200, response.text
    report: dict[str, Any] = response.json()
    return report


def fill(sheet: Any, row: int, **cells: Any) -> None:
    places = {cell.value: cell.column for cell in sheet[1]}
    for title, value in cells.items():
        sheet.cell(row, places[title], value)


async def test_a_list_is_exported_filled_in_and_brought_back(register: Register, api: Api) -> None:
    rows = await due(register, 3)
    sheet = await downloaded(api, SUBMISSION)
    assert sheet.freeze_panes == "D2"
    titles = [cell.value for cell in sheet[1]]
    assert titles[:5] == ["编号", "版本", "社会组织", "统一社会信用代码", "行政区划"]
    assert {row[2].value for row in sheet.iter_rows(2)} <= {f"生成的协会{n}号" for n in range(10_000)}
    fill(sheet, 2, 日期="2026-03-01", 材料编号="A-1、A-2")
    fill(sheet, 3, 日期="2026-03-02")
    tried = await brought(api, SUBMISSION, sheet, "none")
    assert (tried["rows"], tried["applied"]) == (2, 0)
    assert [fault["row"] for fault in tried["faults"]] == [2], "before it was opened"
    assert {(await register.facts(row.id))[-1] for row in rows} == {"opened"}
    whole = await brought(api, SUBMISSION, sheet, "all")
    assert whole["applied"] == 0
    part = await brought(api, SUBMISSION, sheet, "valid")
    assert part["applied"] == 1
    newest = [(await register.facts(row.id))[-1] for row in rows]
    assert sorted(newest) == ["opened", "opened", "submitted"]


async def test_choices_are_offered_in_chinese_and_taken_in_chinese(register: Register, api: Api) -> None:
    [row] = await due(register, 1)
    await register.do(annual.submit, id=row.id)
    sheet = await downloaded(api, CONCLUSION)
    offered = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert '"合格,基本合格,不合格"' in offered
    fill(sheet, 2, 结论="合格")
    report = await brought(api, CONCLUSION, sheet, "all")
    assert (report["applied"], report["faults"]) == (1, [])
    assert (await register.events(row.id))[-1][1]["state"]["result"] == "qualified"


async def test_an_inspection_goes_its_whole_way_by_lists(register: Register, api: Api) -> None:
    rows = await supervised(register)
    for step, cells in (
        ("submission", {}), ("review", {"初审意见": "同意"}), ("conclusion", {"结论": "合格"}),
    ):  # fmt: skip
        sheet = await downloaded(api, f"/v1/inspections/{step}/sheet")
        for row in (2, 3):
            fill(sheet, row, 日期="2026-03-02", **cells)
        report = await brought(api, f"/v1/inspections/{step}/sheet", sheet, "all")
        assert (report["applied"], report["faults"]) == (2, [])
    expected = ["opened", "submitted", "hub_reviewed", "concluded"]
    assert [await register.facts(row.id) for row in rows] == [expected, expected]


async def test_names_of_codes_are_offered_and_other_codes_taken(register: Register, api: Api) -> None:
    rows = await supervised(register)
    for row in rows:
        await register.do(annual.submit, id=row.id)
    path = "/v1/inspections/review/sheet"
    sheet = await downloaded(api, path)
    [rule] = [one for one in sheet.data_validations.dataValidation if "同意" in one.formula1]
    assert not rule.showErrorMessage, "another code may be entered"
    fill(sheet, 2, 初审意见="同意")
    fill(sheet, 3, 初审意见="agreed_in_part")
    report = await brought(api, path, sheet, "all")
    assert (report["applied"], report["faults"]) == (2, [])
    said = {(await register.events(row.id))[-1][1]["opinion"] for row in rows}
    assert said == {"agreed", "agreed_in_part"}


async def test_what_a_list_shows_is_in_words(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    row = await register.do(
        supports.give, organization_id=await organization(register), support_kind="activities",
        provider="civil_affairs", hours=3,
    )  # fmt: skip
    sheet = await downloaded(api, "/v1/supports/follow-up/sheet")
    cells = {title.value: cell.value for title, cell in zip(sheet[1], sheet[2], strict=True)}
    assert cells["编号"] == str(row.id)
    assert (cells["扶持类别"], cells["扶持单位"], cells["时长（小时）"]) == ("开展活动", "民政部门", 3)


async def test_a_row_that_somebody_changed_meanwhile_is_a_fault_of_that_row(
    register: Register, api: Api
) -> None:
    [row] = await due(register, 1)
    sheet = await downloaded(api, SUBMISSION)
    fill(sheet, 2, 日期="2026-03-02")
    await register.do(annual.guide, id=row.id, kind="training")
    report = await brought(api, SUBMISSION, sheet, "valid")
    assert [(fault["row"], fault["code"]) for fault in report["faults"]] == [(2, "stale_revision")]


async def test_words_that_are_no_choice_and_other_workbooks_are_told(register: Register, api: Api) -> None:
    [row] = await due(register, 1)
    await register.do(annual.submit, id=row.id)
    sheet = await downloaded(api, CONCLUSION)
    fill(sheet, 2, 结论="很好")
    report = await brought(api, CONCLUSION, sheet, "valid")
    assert [(fault["row"], fault["column"]) for fault in report["faults"]] == [(2, "结论")]
    other: Any = openpyxl.Workbook().active
    other.append(["社会组织", "结论"])
    other.append(["协会", "合格"])
    content = io.BytesIO()
    other.parent.save(content)
    response = await api.client.post(CONCLUSION, files={"file": ("x.xlsx", content.getvalue())})
    assert (response.status_code, response.json()["code"]) == (422, "sheet_column_missing")
    viewer = api.as_("viewer")
    refused = await viewer.client.post(CONCLUSION, files={"file": ("x.xlsx", content.getvalue())})
    assert refused.status_code == 403


async def test_faults_of_cells_are_told_in_the_language_of_the_office(register: Register, api: Api) -> None:
    await due(register, 1)
    sheet = await downloaded(api, SUBMISSION)
    fill(sheet, 2, 日期="2026年3月2日", 材料编号="不是 代码")
    told = {f["column"]: f for f in (await brought(api, SUBMISSION, sheet, "none"))["faults"]}
    assert told["日期"]["message_zh"] == "“日期”：应为日期（年-月-日）。"
    assert told["材料编号"]["message_zh"].startswith("“材料编号”：格式不符")
    assert told["日期"]["message_en"] == "Must be a date (YYYY-MM-DD)."


RETURNED = "/v1/returns/submission/sheet"


async def returning(register: Register) -> Any:
    """A yearly return that was handed in with its money once, and came back."""
    await register.begin(date(2026, 3, 2))
    row = await register.do(
        returns.open_, organization_id=await organization(register), interval=Interval.YEAR,
        covers=date(2025, 6, 1),
    )  # fmt: skip
    income = [returns.IncomeFrom(source="services", fen=120_050)]
    await register.do(returns.submit, id=row.id, donated_fen=1234, income=income)
    return await register.do(returns.return_, id=row.id, items=["income"])


async def test_money_goes_out_in_yuan_and_comes_back_in_fen(register: Register, api: Api) -> None:
    row = await returning(register)
    sheet = await downloaded(api, RETURNED)
    titles = [cell.value for cell in sheet[1]]
    assert titles.count("捐赠款物（元）") == 2, "what is known, and what is to be filled in"
    assert not [title for title in titles if "分）" in title]
    known = dict(zip(titles[::-1], sheet[2][::-1], strict=True))
    assert (known["收入合计（元）"].value, known["收入合计（元）"].number_format) == (1200.5, "#,##0.00")
    assert known["捐赠款物（元）"].value == 12.34
    assert known["收入构成"].value == "services：1,200.50 元"
    fill(sheet, 2, **{"捐赠款物（元）": "￥1,200.5", "其中物资折价（元）": 0.1 + 0.2})
    report = await brought(api, RETURNED, sheet, "all")
    assert (report["applied"], report["faults"]) == (1, [])
    state = (await register.events(row.id))[-1][1]["state"]
    assert (state["donated_fen"], state["in_kind_fen"]) == ({"value": 120_050}, {"value": 30})


async def test_a_cell_that_is_no_money_is_a_fault_of_its_row(register: Register, api: Api) -> None:
    await returning(register)
    sheet = await downloaded(api, RETURNED)
    fill(sheet, 2, **{"捐赠款物（元）": 12.345, "其中物资折价（元）": "一千元"})
    report = await brought(api, RETURNED, sheet, "valid")
    assert report["applied"] == 0
    told = {fault["column"]: fault for fault in report["faults"]}
    assert {column: (fault["row"], fault["code"]) for column, fault in told.items()} == {
        "捐赠款物（元）": (2, "sum_finer_than_fen"), "其中物资折价（元）": (2, "sum_unreadable"),
    }  # fmt: skip
    assert "最多精确到分" in told["捐赠款物（元）"]["message_zh"]
    assert "“一千元”不是金额，请以元为单位填写" in told["其中物资折价（元）"]["message_zh"]
    fill(sheet, 2, **{"捐赠款物（元）": 20_000_000_000, "其中物资折价（元）": 0})
    [fault] = (await brought(api, RETURNED, sheet, "valid"))["faults"]
    assert (fault["column"], fault["code"]) == ("捐赠款物（元）", "sum_out_of_range")
    assert "应为 0 元至 10,000,000,000 元" in fault["message_zh"]


async def test_a_list_has_all_that_was_asked_for_however_much_comes_back_at_once(
    register: Register, api: Api
) -> None:
    """What one upload may bring is no reason to leave records out of what one looks at."""
    register.runtime.policies = POLICY.model_copy(update={"sheet_max_rows": 2})
    rows = await due(register, 3)
    sheet = await downloaded(api, SUBMISSION)
    assert {row[0].value for row in sheet.iter_rows(2)} == {str(row.id) for row in rows}
    for row in (2, 3, 4):
        fill(sheet, row, 日期="2026-03-02")
    content = io.BytesIO()
    sheet.parent.save(content)
    files = {"file": ("清单.xlsx", content.getvalue())}
    refused = await api.client.post(SUBMISSION, files=files)
    assert (refused.status_code, refused.json()["code"]) == (413, "sheet_too_long")


async def test_a_list_longer_than_a_portion_is_whole_and_in_order(
    register: Register, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PORTION", 2)
    rows = await due(register, 5)
    sheet = await downloaded(api, SUBMISSION)
    found = [(row[4].value, row[0].value) for row in sheet.iter_rows(2)]
    assert found == sorted(found)
    assert {id for _, id in found} == {str(row.id) for row in rows}


@pytest.mark.parametrize("path", [f"{SUBMISSION}.xlsx", "/v1/organizations/export.xlsx"])
async def test_what_no_workbook_could_bring_back_is_refused_and_not_cut(
    register: Register, api: Api, path: str
) -> None:
    register.runtime.policies = POLICY.model_copy(update={"import_max_rows": 2})
    await due(register, 2)
    whole = await api.client.get(path)
    assert whole.status_code == 200
    await due(register, 1)
    refused = await api.client.get(path, headers={"accept-language": "zh"})
    assert (refused.status_code, refused.json()["code"]) == (422, "workbook_too_long")
    assert "超过 2 条" in refused.json()["detail"]
