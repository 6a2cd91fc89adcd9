"""Every heading of every workbook fits into its column, Chinese ones too, and stays in sight."""

import unicodedata
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from chassis.matters import Step
from services.registry.areas import KINDS
from services.registry.exports import workbook as register
from services.registry.policy import RegistryPolicy, names_of
from services.registry.sheets import queries, workbook
from services.registry.sheets.model import Column

AS_A_RULE = 8.43
"""What a column has in Excel where nobody says otherwise, in digits' widths."""
LISTS = [step for kind in KINDS for step in kind.steps.values() if step.by_workbook]


def too_narrow(file: Path) -> list[str]:
    """The headings that do not fit; the file is removed."""
    try:
        sheet = openpyxl.load_workbook(file).worksheets[0]
    finally:
        file.unlink()
    assert sheet.freeze_panes is not None, "the headings stay in sight"
    titles = [str(cell.value) for cell in sheet[1]]
    return [
        title for place, title in enumerate(titles, 1) if room(sheet, place) < sum(map(digits, title)) + 1
    ]


def room(sheet: Any, place: int) -> float:
    """How wide a column is."""
    kept = sheet.column_dimensions.get(get_column_letter(place))
    return float(kept.width) if kept is not None and kept.customWidth else AS_A_RULE


def digits(character: str) -> int:
    """How many digits' widths it takes."""
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@pytest.mark.parametrize("homes", [False, True])
def test_the_register_shows_its_headings_whole(homes: bool) -> None:
    assert too_narrow(register.begun(RegistryPolicy(), homes=homes).save("")) == []


@pytest.mark.parametrize("step", LISTS, ids=lambda step: step.__name__)
def test_a_list_to_fill_in_shows_its_headings_whole(step: Step[Any]) -> None:
    kind, names = step.kind, names_of(RegistryPolicy())
    form: list[Column] = queries.to_fill(step, names)
    assert too_narrow(workbook.begun(step.workbook, queries.known_columns(kind), form).save("")) == []
