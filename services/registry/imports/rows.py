"""Rows of a workbook as organisations: every cell converted, every rule of the register applied, all faults
told by row and column. Column by column and with tables of what was seen before, since a workbook may have
100,000 rows."""

import contextlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from chassis.model import Refusal, division_code, fen_of, is_within, listed, within
from chassis.principal import Principal
from chassis.region import Region
from services.registry.identification.model import (
    credit_code,
    legacy_number,
    normalized_name,
    organization_name,
)
from services.registry.imports.model import (
    COLUMN_BY_FIELD,
    SEPARATORS,
    VOCABULARIES,
    Fault,
    Naming,
)
from services.registry.imports.reader import Cell, Cells, Head, Portion
from services.registry.organizations.commands import STEP_OF_ENTRY, STEP_OF_LINK, refuse_other_staff
from services.registry.organizations.model import (
    FINAL,
    Basis,
    LegalForm,
    LegalStatus,
    NotOwnerOfStep,
    check_code,
    check_days,
    entered,
)
from services.registry.policy import RegistryPolicy, names_of

FIELDS = tuple(COLUMN_BY_FIELD)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_PACKED_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_COUNT_UNIT = re.compile(r"[人名个家位\s]+$")
_MOST = 2_000_000_000
_MOST_CODES = 50
_TEN_THOUSANDS = re.compile(r"(.*?)\s*万\s*元?")
_MERGED = (
    "单元格被合并，无法判断属于哪一行，请取消合并并逐行填写",
    "merged cells cannot be told apart by row; unmerge them and fill each row",
)
_REGISTERED = {
    LegalStatus.REGISTERED, LegalStatus.SUSPENDED, LegalStatus.DEREGISTERED, LegalStatus.REVOKED,
}  # fmt: skip


class CellFault(Exception):
    """What is wrong with one cell."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


@dataclass(frozen=True)
class Context:
    """What the rows are judged by."""

    region: Region
    policy: RegistryPolicy
    principal: Principal
    """Whose steps the rows are (L11)."""
    division: str
    """The office's division: no row may lie outside."""
    stack: str
    lower_stacks: tuple[str, ...]
    basis: Basis
    effective_on: date | None
    today: date


@dataclass(slots=True)
class Draft:
    """A row that became an organisation."""

    row: int
    values: dict[str, Any]
    normalized_name: str
    status: LegalStatus
    form: LegalForm
    effective_on: date
    fingerprint: bytes
    placed: bool = True
    """whether the row says its division"""
    id: UUID | None = None
    """of the record that it was exported from"""
    revision: int | None = None
    of_other_staff: Fault | None = None
    """what keeps it from being entered as new by whoever brings it"""


@dataclass
class Sheet:
    """What is wrong with the rows so far."""

    faults: list[Fault] = field(default_factory=list)
    faulty_rows: set[int] = field(default_factory=set)

    def fault(self, row: int, column: str, code: str, zh: str, en: str, other: str | None = None) -> None:
        """Note a fault; the row stays out."""
        self.faults.append(Fault(row, column, code, zh, en, other))
        self.faulty_rows.add(row)


def _text(value: Cell) -> str:
    text = str(value)
    if len(text) > 200:
        raise CellFault("text_too_long", f"超过 200 字（{len(text)} 字）", f"longer than 200 ({len(text)})")
    return " ".join(text.split())


def _texts(value: Cell) -> list[str]:
    return [part.strip() for part in SEPARATORS.split(_text(value)) if part.strip()]


def _count(value: Cell) -> int:
    text = _COUNT_UNIT.sub("", str(value)) if isinstance(value, str) else value
    try:
        number = -1 if text is None or isinstance(text, bool | float) else int(text)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= _MOST:
        raise CellFault(
            "count_malformed", f"“{value}”应为不小于 0 的整数", f"'{value}' must be a whole number"
        )
    return number


def _date(value: Cell) -> date:
    text = str(value)
    match = _DATE.fullmatch(text) or _PACKED_DATE.fullmatch(text)
    try:
        if match is not None:
            day = date(int(match[1]), int(match[2]), int(match[3]))
            if day.year >= 1900:
                return day
    except ValueError:
        pass
    raise CellFault(
        "date_malformed", f"“{value}”不是日期，请写成 2014-12-31", f"'{value}' is no date; write 2014-12-31"
    )


def _id(value: Cell) -> UUID:
    try:
        return UUID(str(value).strip())
    except ValueError:
        raise CellFault(
            "id_malformed",
            f"“{value}”不是系统编号，请勿改动这一列",
            f"'{value}' is no id; leave it as it was",
        ) from None


def _listed(kind: str) -> Callable[[Cell], str]:
    names = VOCABULARIES[kind]
    codes = set(names.values())

    def convert(value: Cell) -> str:
        text = str(value).strip() if not isinstance(value, bool) else str(value).lower()
        code = names.get(text) or (text if text in codes else None)
        if code is None:
            raise CellFault(
                "value_unknown", f"“{value}”不在可选值中：{listed(names, 'zh')}",
                f"'{value}' is none of: {listed(names, 'en')}",
            )  # fmt: skip
        return code

    return convert


def _as_text(function: Callable[[str], str]) -> Callable[[Cell], str]:
    def convert(value: Cell) -> str:
        try:
            return function(str(value))
        except Refusal as refusal:
            raise CellFault(refusal.code, refusal.message("zh"), refusal.message("en")) from None

    return convert


def _categories(policy: RegistryPolicy) -> Callable[[Cell], list[str]]:
    def convert(value: Cell) -> list[str]:
        codes: dict[str, None] = {}
        for name in SEPARATORS.split(str(value)):
            code = policy.category_names.get(name.strip())
            if code is None:
                known = [category.name_zh for category in policy.categories]
                raise CellFault(
                    "category_unknown",
                    f"类别“{name}”不在目录中：{listed(known, 'zh')}",
                    f"category '{name}' is none of: {listed(known, 'en')}",
                )
            codes[code] = None
        return list(codes)

    return convert


def naming(policy: RegistryPolicy, field: str) -> Naming:
    """The region's names for the codes of an organisation's field."""
    offered = names_of(policy)("organization", field)
    return Naming(offered.names, offered.open)


def _named(of: Naming) -> Callable[[Cell], str]:
    def convert(value: Cell) -> str:
        text = str(value).strip()
        code = of.code(text)
        if code is None:
            known = of.names.values()
            raise CellFault(
                "value_unknown", f"“{text}”不在可选值中：{listed(known, 'zh')}",
                f"'{text}' is none of: {listed(known, 'en')}",
            )  # fmt: skip
        return code

    return convert


def _named_each(of: Naming) -> Callable[[Cell], list[str]]:
    one = _named(of)

    def convert(value: Cell) -> list[str]:
        parts = [part for part in SEPARATORS.split(str(value)) if part.strip()]
        if len(parts) > _MOST_CODES:
            raise CellFault(
                "too_many_values", f"一格最多 {_MOST_CODES} 项（{len(parts)} 项）",
                f"more than {_MOST_CODES} in one cell ({len(parts)})",
            )  # fmt: skip
        return list(dict.fromkeys(map(one, parts)))

    return convert


def _sum(header: str) -> Callable[[Cell], int]:
    """Money of a column as fen: in yuan, or in units of ten thousand where its header or the cell says 万."""
    unit = 10_000 if "万" in header else 1

    def convert(value: Cell) -> int:
        text = unicodedata.normalize("NFKC", f"{value:.15g}" if isinstance(value, float) else str(value))
        own = _TEN_THOUSANDS.fullmatch(text.strip())
        factor = 10_000 if own else 1 if text.rstrip().endswith("元") else unit
        said: Cell = own[1] if own else value
        try:
            if factor > 1:
                said = _times(said, factor)
            return within(fen_of(said))
        except Refusal as refusal:
            raise CellFault(refusal.code, refusal.message("zh"), refusal.message("en")) from None

    return convert


def _times(said: Cell, factor: int) -> Cell:
    """A number of a larger unit in the smaller one; what is no number stays as it is, to be refused."""
    text = f"{said:.15g}" if isinstance(said, float) else str(said).replace(",", "")
    try:
        return said if isinstance(said, bool) else format(Decimal(text) * factor, "f")
    except InvalidOperation:
        return said


def _divisions(context: Context) -> Callable[[Cell], str]:
    names: dict[str, list[str]] = {}
    for place in context.region.divisions:
        names.setdefault(place.name, []).append(place.code)

    def convert(value: Cell) -> str:
        text = str(value).strip()
        if text in names:
            if len(names[text]) > 1:
                raise CellFault(
                    "division_ambiguous",
                    f"“{text}”有多个代码：{listed(names[text], 'zh')}",
                    f"'{text}' has several codes: {listed(names[text], 'en')}",
                )
            text = names[text][0]
        _check_division(text, context)
        return text

    return convert


def _check_division(code: str, context: Context) -> None:
    """Raise `CellFault` unless `code` is a place of this region, within the office's, at home here."""
    try:
        division_code(code)
    except Refusal as refusal:
        raise CellFault(
            refusal.code, f"“{code}”既不是本地区的地名，也不是 4、6、9 或 12 位区划代码",
            f"'{code}' is neither a place of this region nor a code of 4, 6, 9 or 12 digits",
        ) from None  # fmt: skip
    if not is_within(code, context.division):
        raise CellFault(
            "division_outside", f"“{code}”不在您导入的辖区“{context.division}”内",
            f"'{code}' lies outside of '{context.division}', for which this import is",
        )  # fmt: skip
    try:
        context.region.refuse_unknown(code)
    except Refusal as refusal:
        raise CellFault(refusal.code, refusal.message("zh"), refusal.message("en")) from None
    lower = [home for home in context.lower_stacks if is_within(code, home)]
    if lower:
        raise CellFault(
            "not_home",
            f"“{code}”的记录由平台“{lower[0]}”管理",
            f"records of '{code}' are kept by '{lower[0]}'",
        )


def _converters(context: Context, headers: Mapping[str, str]) -> dict[str, Callable[[Cell], Any]]:
    """What reads the cells of each field; `headers` are what the columns of the workbook are called."""
    kinds: dict[str, Callable[[Cell], Any]] = {
        "text": _text,
        "texts": _texts,
        "count": _count,
        "date": _date,
        "categories": _categories(context.policy),
        "division": _divisions(context),
        "code": _as_text(credit_code),
        "number": _as_text(legacy_number),
        "id": _id,
        **{kind: _listed(kind) for kind in VOCABULARIES},
    }
    of_columns: dict[str, Callable[[str], Callable[[Cell], Any]]] = {
        "sum": lambda field: _sum(headers.get(field, "")),
        "named": lambda field: _named(naming(context.policy, field)),
        "named_each": lambda field: _named_each(naming(context.policy, field)),
    }
    converters = {
        column.field: kinds[column.kind] if column.kind in kinds else of_columns[column.kind](column.field)
        for column in COLUMN_BY_FIELD.values()
    }
    return converters | {"name": _as_text(organization_name)}


_EACH_ITS_OWN = frozenset({"name", "credit_code", "legacy_number", "id"})
"""Values that hardly repeat are not worth remembering."""
_REMEMBERED = frozenset({type(None), str, int})
"""Types of cells that are equal only where they mean the same: 1, 1.0 and true are equal to each other."""
_NEW = object()


class RowReader:
    """Reads the rows of one sheet: what their cells say, judged by no rule yet.

    Rows with a cell that cannot be read become faults of `sheet`.
    """

    def __init__(self, head: Head, mapping: Mapping[str, int], context: Context) -> None:
        self.sheet = Sheet()
        self._mapping = mapping
        self._convert = _converters(context, {name: head.headers[place] for name, place in mapping.items()})
        self._seen: dict[str, dict[Cell, Any]] = {name: {None: None} for name in FIELDS}
        headers = {place: COLUMN_BY_FIELD[name].header for name, place in mapping.items()}
        self._merged = _merged_rows(head.merged, headers)
        self._broken: dict[int, list[tuple[str, str]]] = {}
        for row, place, shown in head.broken:
            if place in headers:
                self._broken.setdefault(row, []).append((headers[place], shown))

    def read(self, portion: Portion) -> list[tuple[int, dict[str, Any]]]:
        """(number, values by field) of the rows, without cells that say nothing and rows at fault."""
        numbers, faulty = portion.numbers, self.sheet.faulty_rows
        self._note_cells(numbers)
        nothing = Cells([None] * len(numbers))
        given = {
            name: self._column(
                name, portion.columns[place] if place < len(portion.columns) else nothing, numbers
            )
            for name, place in self._mapping.items()
        }
        return [
            (number, {
                name: value for name, value in zip(given, values, strict=True) if value is not None
            })
            for number, values in zip(numbers, zip(*given.values(), strict=True), strict=True)
            if number not in faulty
        ]  # fmt: skip

    def _column(self, name: str, cells: Cells, numbers: Sequence[int]) -> list[Any]:
        """One column's cells as values; a value met before is not converted again."""
        if cells.places is not None:
            with contextlib.suppress(CellFault):  # then each row is told it
                different = self._converted(name, cells.values, None)
                return list(map(different.__getitem__, memoryview(cells.places).cast("H")))
        return self._converted(name, cells.each, numbers)

    def _converted(self, name: str, cells: Sequence[Cell], numbers: Sequence[int] | None) -> list[Any]:
        """The cells as values; one that cannot be read is its row's fault, without rows a `CellFault`."""
        convert, seen = self._convert[name], self._seen[name]
        keep = name not in _EACH_ITS_OWN
        values = []
        for index, cell in enumerate(cells):
            rememberable = type(cell) in _REMEMBERED
            value = seen.get(cell, _NEW) if rememberable else _NEW
            if value is _NEW:
                try:
                    value = convert(cell)
                except CellFault as fault:
                    if numbers is None:
                        raise
                    column = COLUMN_BY_FIELD[name].header
                    self.sheet.fault(numbers[index], column, fault.code, fault.zh, fault.en)
                    value = None
                else:
                    if keep and rememberable:
                        seen[cell] = value
            values.append(value)
        return values

    def _note_cells(self, numbers: Sequence[int]) -> None:
        """Faults of cells that hold no plain value: merged ones and formulas without a result."""
        sheet, last = self.sheet, numbers[-1]
        while self._merged and self._merged[-1][0] <= last:
            first, until, column = self._merged[-1]
            for row in numbers[bisect_left(numbers, first) : bisect_right(numbers, until)]:
                sheet.fault(row, column, "cell_merged", *_MERGED)
            if until > last:
                break
            self._merged.pop()
        for row in numbers if self._broken else ():
            for column, shown in self._broken.get(row, ()):
                sheet.fault(
                    row,
                    column,
                    "formula_broken",
                    f"公式没有结果（{shown or '未计算'}），请改为数值",
                    f"the formula gives no value ({shown or 'not computed'}); enter one",
                )


def _merged_rows(
    merged: Iterable[tuple[int, int, int, int]], headers: Mapping[int, str]
) -> list[tuple[int, int, str]]:
    """(first row, last row, column) of merged cells in columns that are read, the last ones first; each row
    is in one only, however many ranges a file piles up."""
    found = []
    done = 0
    for first_row, first, last_row, last in sorted(merged):
        column = next((header for place, header in headers.items() if first <= place <= last), None)
        if column is not None and last_row > done:
            found.append((max(done + 1, first_row), last_row, column))
            done = last_row
    return found[::-1]


class RowCheck:
    """Checks the rows of one sheet by everything but the register: a row without a fault is a draft."""

    def __init__(self, head: Head, mapping: Mapping[str, int], context: Context) -> None:
        self._reader = RowReader(head, mapping, context)
        self._context = context
        self._codes: dict[str, int] = {}
        self._names: dict[tuple[str, str], int] = {}

    @property
    def faults(self) -> list[Fault]:
        """Of the rows so far."""
        return self._reader.sheet.faults

    def drafts(self, portion: Portion) -> Iterator[Draft | None]:
        """The organisations of some more rows, one after another; None for a row at fault."""
        sheet = self._reader.sheet
        for number, values in self._reader.read(portion):
            draft = _draft(number, values, self._context, sheet)
            alone = draft is not None and _alone_in_file(draft, self._codes, self._names, sheet)
            yield draft if alone else None


def _draft(row: int, values: dict[str, Any], context: Context, sheet: Sheet) -> Draft | None:
    """The row's organisation by the rules of the register; None where a fault was noted."""
    name = values.get("name")
    if name is None:
        sheet.fault(row, "名称", "name_empty", "名称为空", "the name is empty")
        return None
    id, revision = values.pop("id", None), values.pop("revision", None)
    placed = "division" in values
    division = values.setdefault("division", context.division)
    status = _status(values)
    given = values.get("legal_form")
    form = _FORMS[given] if given else _FORM_WHERE_BLANK.get(status, LegalForm.UNCLASSIFIED)
    effective_on = _effective_on(status, values, context)
    try:
        form = _form_entered(status, form, context.basis)
        if effective_on is None:
            column = _DAY_OF[status]
            sheet.fault(
                row, column, "day_missing", f"{column}为空，且导入时未指定日期", f"'{column}' is empty"
            )
            return None
        if status in _REGISTERED:
            registered_on = values.get("registered_on") or effective_on
            check_code(values.get("credit_code"), form, registered_on, context.policy.credit_code_since)
    except Refusal as refusal:
        column = _COLUMN_OF_RULE.get(refusal.code, "法律形式")
        sheet.fault(row, column, refusal.code, refusal.message("zh"), refusal.message("en"))
        return None
    faults = _faults_of_days(values, effective_on, context.today)
    for fault in faults:
        known = COLUMN_BY_FIELD.get((fault.at or "")[1:])
        header = known.header if known else _DAY_OF[status]
        sheet.fault(row, header, fault.code, fault.message("zh"), fault.message("en"))
    if faults:
        return None
    normalized = normalized_name(name)
    seen = _encode([division, status, effective_on, sorted(values.items())])
    fingerprint = blake2b(seen, digest_size=16).digest()
    return Draft(
        row, values, normalized, status, form, effective_on, fingerprint, placed, id, revision,
        _of_other_staff(row, status, values, context),
    )  # fmt: skip


def _of_other_staff(
    row: int, status: LegalStatus, values: Mapping[str, Any], context: Context
) -> Fault | None:
    """Which column takes a step, were the organisation new, that is not of the staff of whoever brings it."""
    if not context.policy.steps:
        return None
    department = values.get("department") or context.policy.department_for(values.get("categories", []))
    link = values.get("hub_link", "none")
    steps = {"legal_status": STEP_OF_ENTRY.get(status), "hub_link": STEP_OF_LINK.get(link)}
    for column, step in steps.items():
        if step is not None:
            try:
                refuse_other_staff(context.principal, context.policy, step, department)
            except NotOwnerOfStep as refusal:
                header = COLUMN_BY_FIELD[column].header
                return Fault(row, header, refusal.code, refusal.message("zh"), refusal.message("en"))
    return None


_DAYS = ("founded_on", "filed_on", "registered_on", "ended_on")


def _faults_of_days(values: Mapping[str, Any], effective_on: date, today: date) -> list[Refusal]:
    days = {name: values[name] for name in _DAYS if name in values}
    if "ended_on" not in days and (not days or max(days.values()) <= today):
        return []  # nearly every row
    return check_days(today, effective_on=effective_on, **days)


@cache
def _form_entered(status: LegalStatus, form: LegalForm, basis: Basis) -> LegalForm:
    """The form that `entered` has it be; raises what it raises."""
    return entered(status, form, basis).legal_form


_encode = msgspec.msgpack.Encoder().encode
# A look into a table costs a tenth of calling the enum.
_FORMS = {form.value: form for form in LegalForm}
_STATUSES = {status.value: status for status in LegalStatus}
_FORM_WHERE_BLANK = {
    LegalStatus.CANDIDATE: LegalForm.NONE,
    LegalStatus.DISCOVERED: LegalForm.NONE,
    LegalStatus.FILED: LegalForm.COMMUNITY_ORGANIZATION,
    LegalStatus.DISSOLVED: LegalForm.COMMUNITY_ORGANIZATION,
}
_DAY_OF = {
    LegalStatus.CANDIDATE: "成立日期",
    LegalStatus.DISCOVERED: "成立日期",
    LegalStatus.FILED: "备案日期",
    LegalStatus.REGISTERED: "登记日期",
    LegalStatus.SUSPENDED: "登记日期",
    LegalStatus.DEREGISTERED: "终止日期",
    LegalStatus.REVOKED: "终止日期",
    LegalStatus.DISSOLVED: "终止日期",
}
_COLUMN_OF_RULE = {"credit_code_missing": "统一社会信用代码", "credit_code_of_other_form": "统一社会信用代码"}


def _status(values: Mapping[str, Any]) -> LegalStatus:
    """What the row says, or what its days say."""
    if "legal_status" in values:
        return _STATUSES[values["legal_status"]]
    if "registered_on" in values:
        return LegalStatus.REGISTERED
    return LegalStatus.FILED if "filed_on" in values else LegalStatus.DISCOVERED


def _effective_on(status: LegalStatus, values: Mapping[str, Any], context: Context) -> date | None:
    """The day from which the row's status is true."""
    if status in FINAL:
        return values.get("ended_on") or context.effective_on
    if status is LegalStatus.FILED:
        return values.get("filed_on") or context.effective_on
    if status in _REGISTERED:
        return values.get("registered_on") or context.effective_on
    return context.effective_on or values.get("founded_on") or context.today


def _alone_in_file(
    draft: Draft, codes: dict[str, int], names: dict[tuple[str, str], int], sheet: Sheet
) -> bool:
    """Whether no earlier row has its code, nor its name in its division; a later one is the fault."""
    if draft.status in FINAL:
        return True
    code = draft.values.get("credit_code")
    first = codes.setdefault(code, draft.row) if code is not None else draft.row
    column = "统一社会信用代码"
    if first == draft.row:
        first = names.setdefault((draft.values["division"], draft.normalized_name), draft.row)
        column = "名称"
    if first == draft.row:
        return True
    sheet.fault(
        draft.row, column, "duplicate_in_file", f"与第 {first} 行{column}相同", f"the same as in row {first}"
    )
    return False
