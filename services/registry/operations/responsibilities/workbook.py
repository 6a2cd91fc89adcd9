"""The yearly report as a workbook: a sheet, a line a figure. Loaded when one is written."""

from pathlib import Path

from services.registry.operations.responsibilities.queries import YearlyReport
from services.registry.sheets.workbook import Book

TITLE = "三项责任年度报告"
_COLUMNS = {"责任": 24, "指标": 40, "数值": 14, "单位": 10}


def write(report: YearlyReport, place: str) -> Path:
    """A temporary .xlsx; whoever sends it removes it."""
    book = Book(f"{report.year}年", freeze="A3", widths=list(_COLUMNS.values()))
    book.append([[f"{place} {report.year}年{TITLE}（截至{report.as_of}）"]])
    book.head(_COLUMNS)
    for heading in report.headings:
        book.append(
            (heading.name_zh, line.name_zh or line.figure, line.value, line.unit) for line in heading.lines
        )
    return book.save("shuniu-report-")
