"""The yearly report as a workbook: a sheet, a line a figure. Loaded when one is written."""

import tempfile
from pathlib import Path

from openpyxl import Workbook

from services.registry.operations.responsibilities.queries import YearlyReport
from services.registry.sheets.workbook import cell, header

TITLE = "三项责任年度报告"
_COLUMNS = {"责任": 24, "指标": 40, "数值": 14, "单位": 10}


def write(report: YearlyReport, place: str) -> Path:
    """A temporary .xlsx; whoever sends it removes it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(f"{report.year}年")
    sheet.freeze_panes = "A3"
    for letter, width in zip("ABCD", _COLUMNS.values(), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([cell(sheet, f"{place} {report.year}年{TITLE}（截至{report.as_of}）")])
    sheet.append([header(sheet, name) for name in _COLUMNS])
    for heading in report.headings:
        for line in heading.lines:
            shown = (heading.name_zh, line.name_zh or line.figure, line.value, line.unit)
            sheet.append([cell(sheet, value) for value in shown])
    file = tempfile.NamedTemporaryFile(prefix="shuniu-report-", suffix=".xlsx", delete=False)  # noqa: SIM115
    with file:
        book.save(file)
    return Path(file.name)
