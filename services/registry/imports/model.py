"""An import's states, the columns of the register's workbook, and the faults a workbook can have."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal

from chassis.model import Refusal, RefusalKind, Transitions


class ImportState(StrEnum):
    """Where an import is."""

    RECEIVED = "received"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


TRANSITIONS: Transitions[ImportState] = {
    ImportState.RECEIVED: {"checked": ImportState.CHECKED, "failed": ImportState.FAILED},
    ImportState.CHECKED: {"remapped": ImportState.RECEIVED, "requested": ImportState.APPLYING},
    ImportState.APPLYING: {
        "applied": ImportState.APPLIED,
        "rejected": ImportState.CHECKED,
        "failed": ImportState.FAILED,
    },
    ImportState.APPLIED: {"undo_requested": ImportState.UNDOING},
    ImportState.UNDOING: {"undone": ImportState.UNDONE, "failed": ImportState.APPLIED},
    ImportState.FAILED: {"remapped": ImportState.RECEIVED},
    ImportState.UNDONE: {},
}
"""A workbook is checked, then applied whole or in part; `rejected`: all rows were asked for, some fail."""

WORKING = frozenset({ImportState.RECEIVED, ImportState.APPLYING, ImportState.UNDOING})
"""States in which the import's worker has something to do."""

Kind = Literal["text", "texts", "count", "sum", "date", "form", "status", "route", "link", "premises",
               "origin", "flag", "division", "code", "number", "categories", "named",
               "named_each", "id"]  # fmt: skip
"""What stands in a column; `named` is one code that the region names, `named_each` several, `sum` money."""


@dataclass(frozen=True)
class Column:
    """One column of the register's workbook."""

    field: str
    header: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    required: bool = False
    width: int = 14


COLUMNS: tuple[Column, ...] = (
    Column("name", "名称", "text", ("社会组织名称", "组织名称", "单位名称", "机构名称", "name"), True, 32),
    Column("credit_code", "统一社会信用代码", "code", ("信用代码", "统一代码", "credit_code"), width=22),
    Column("legacy_number", "登记证号", "number", ("登记证书号", "证号", "legacy_number"), width=24),
    Column("division", "行政区划代码", "division", ("区划代码", "所属街道", "街道", "区划"), width=16),
    Column("legal_form", "法律形式", "form", ("组织类型", "社会组织类型", "类型", "legal_form")),
    Column("legal_status", "法律状态", "status", ("登记状态", "状态", "legal_status")),
    Column("categories", "类别", "categories", ("业务类别", "行业类别", "分类", "categories"), width=20),
    Column("founded_on", "成立日期", "date", ("组建日期", "founded_on")),
    Column("registered_on", "登记日期", "date", ("注册日期", "成立登记日期", "registered_on")),
    Column("filed_on", "备案日期", "date", ("filed_on",)),
    Column("ended_on", "终止日期", "date", ("注销日期", "撤销日期", "解散日期", "ended_on")),
    Column("route", "登记方式", "route", ("route",)),
    Column("hub_link", "联系", "link", ("枢纽联系", "联系方式类别", "hub_link")),
    Column("supervisory_unit_name", "业务主管单位", "text", ("主管单位", "supervisory_unit"), width=24),
    Column("staff_count", "从业人数", "count", ("专职人数", "工作人员数", "staff_count")),
    Column("member_count", "会员数", "count", ("会员人数", "member_count")),
    Column("full_party_member_count", "正式党员数", "count", ("党员数", "党员人数")),
    Column("volunteer_count", "志愿者数", "count", ("志愿者人数", "volunteer_count")),
    Column("premises", "办公场所", "premises", ("场所", "premises")),
    Column("origin", "来源", "origin", ("origin",)),
    Column("brands", "品牌", "texts", ("品牌项目", "brands"), width=20),
    Column("charity", "慈善组织", "flag", ("是否慈善组织", "charity")),
    Column("nature", "性质", "named", ("组织性质", "nature")),
    Column("functions", "职能", "named_each", ("主要职能", "functions"), width=20),
    Column("service_directions", "服务方向", "named_each", ("service_directions",), width=20),
    Column("target_groups", "服务对象", "named_each", ("服务人群", "target_groups"), width=20),
    Column("department", "科室", "named", ("对接科室", "责任科室", "department")),
    Column("development_mode", "发展模式", "named", ("development_mode",)),
    Column("registration_authority", "登记管理机关", "named", ("登记机关", "registration_authority"),
           width=16),
    Column("registered_capital_fen", "注册资金（元）", "sum",
           ("注册资本", "开办资金", "registered_capital_fen"), width=16),
    Column("four_no_fees_declared", "“四无”收费承诺", "flag", ("四无", "四无承诺", "作出“四无”收费承诺",
           "four_no_fees_declared"), width=16),
)  # fmt: skip
RECORD: tuple[Column, ...] = (
    Column("id", "系统编号", "id", ("organization_id",), width=38),
    Column("revision", "系统版本", "count", ("revision",), width=10),
)
"""Which record a row is, and as of which version: of what was exported, so that it can be brought back."""
COLUMN_BY_FIELD: Mapping[str, Column] = {column.field: column for column in (*COLUMNS, *RECORD)}

FORMS: Mapping[str, str] = {
    "社会团体": "association", "社团": "association",
    "民办非企业单位": "private_non_enterprise", "民非": "private_non_enterprise",
    "社会服务机构": "private_non_enterprise",
    "基金会": "foundation",
    "社区社会组织": "community_organization", "社区组织": "community_organization",
    "草根组织": "none", "草根": "none", "微组织": "none", "无": "none",
    "未说明": "unclassified", "未分类": "unclassified", "不详": "unclassified",
}  # fmt: skip
STATUSES: Mapping[str, str] = {
    "培育项目": "candidate", "项目": "candidate",
    "摸底": "discovered", "草根": "discovered",
    "备案": "filed", "已备案": "filed",
    "登记": "registered", "已登记": "registered", "登记注册": "registered", "正常": "registered",
    "注册": "registered",
    "停止活动": "suspended", "责令停止活动": "suspended",
    "注销": "deregistered", "已注销": "deregistered",
    "撤销": "revoked", "已撤销": "revoked", "吊销": "revoked",
    "解散": "dissolved",
}  # fmt: skip
ROUTES: Mapping[str, str] = {
    "业务初审后登记": "hub_endorsed", "初审登记": "hub_endorsed", "业务初审": "hub_endorsed",
    "直接登记": "direct", "主管单位登记": "department", "部门审查后登记": "department", "不详": "unknown",
}  # fmt: skip
LINKS: Mapping[str, str] = {
    "无": "none", "未联系": "none", "联系": "linked", "备案制": "hub_filed", "枢纽备案": "hub_filed",
    "分管": "in_field", "直管": "direct", "直接主管": "direct",
}  # fmt: skip
PREMISES: Mapping[str, str] = {
    "自有": "own",
    "租赁": "own",
    "合署办公": "shared",
    "合署": "shared",
    "无": "none",
}
ORIGINS: Mapping[str, str] = {
    "项目转化": "in_house_project", "妇女之家": "womens_home", "志愿队伍": "volunteer_team",
    "志愿者队伍": "volunteer_team", "企业": "company", "合作社": "co_operative", "自发": "own_initiative",
    "其他": "other",
}  # fmt: skip
FLAGS: Mapping[str, str] = {
    "是": "true",
    "否": "false",
    "true": "true",
    "false": "false",
    "1": "true",
    "0": "false",
}

VOCABULARIES: Mapping[str, Mapping[str, str]] = {
    "form": FORMS, "status": STATUSES, "route": ROUTES, "link": LINKS, "premises": PREMISES,
    "origin": ORIGINS, "flag": FLAGS,
}  # fmt: skip
"""What may stand in a cell of a listed kind, and the code it means; the codes themselves are accepted too."""

SEPARATORS = re.compile(r"[、,，;；|/\n]+")
"""What stands between the parts of a cell that has several."""
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}")


@dataclass(frozen=True)
class Naming:
    """The names that the region has for one field's codes, as the cells of a workbook have them."""

    names: Mapping[str, str]
    """code -> Chinese, in the order in which they are offered"""
    open: bool = True
    """whether a code that is not among them is taken, too"""

    @cached_property
    def _codes(self) -> Mapping[str, str]:
        by_name = {zh: code for code, zh in reversed(list(self.names.items()))}
        return by_name | {code: code for code in self.names}

    def code(self, text: str) -> str | None:
        """The code that a cell, or a part of one, means; None where it means none."""
        return self._codes.get(text) or (text if self.open and _CODE.fullmatch(text) else None)

    def said(self, code: str) -> str:
        """What a cell says of a code, so that it is read as this code again: its name, if no other has it."""
        name = self.names.get(code, code)
        return name if self.code(name) == code else code

    def said_among(self, code: str) -> str:
        """The same in a cell of several: its name, if it is not read in parts."""
        name = self.said(code)
        return code if SEPARATORS.search(name) else name


_IGNORED_IN_HEADERS = re.compile(r"[\s\W_*]+")


def header_key(header: str) -> str:
    """The header in which width, spaces, marks of a required column and brackets do not count."""
    plain = re.sub(r"[（(].*?[)）]", "", unicodedata.normalize("NFKC", header))
    return _IGNORED_IN_HEADERS.sub("", plain).casefold()


_FIELD_BY_KEY = {
    header_key(name): column.field
    for column in COLUMN_BY_FIELD.values()
    for name in (column.header, *column.aliases, column.field)
}


def proposed_mapping(headers: Sequence[str]) -> dict[str, int]:
    """Field to the place of its column, by the headers' names; the first of two that fit is taken."""
    mapping: dict[str, int] = {}
    for place, header in enumerate(headers):
        field = _FIELD_BY_KEY.get(header_key(header)) if header else None
        if field is not None:
            mapping.setdefault(field, place)
    return mapping


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row looks like the header: it has a name's column and at least one more that is known."""
    mapping = proposed_mapping(cells)
    return "name" in mapping and len(mapping) >= 2


class Severity(StrEnum):
    """A fault keeps its row out, a warning is shown, a change is what the row makes of a record."""

    FAULT = "fault"
    WARNING = "warning"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a row: the row's number in the sheet, the column's header, what and why."""

    row: int
    column: str
    code: str
    zh: str
    en: str
    other: str | None = None
    severity: Severity = Severity.FAULT
    revision: int | None = None
    """of the record that a change is of, as it was seen"""


class TooManyChanges(Refusal):
    """More records would change than one transaction should hold."""

    code = "too_many_changes"
    kind = RefusalKind.TOO_LARGE
    zh = "共有 {rows} 行与在册内容不同，一次最多变更 {most} 家，请分成几个文件。"
    en = "{rows} rows differ from the record; at most {most} are changed at once, bring them in parts."


class WorkbookRefused(Refusal):
    """The file as a whole cannot be read as a register."""

    code = "workbook_refused"
    kind = RefusalKind.INVALID
    zh = "工作簿“{file}”无法导入：{fault_zh}。"
    en = "Workbook '{file}' cannot be imported: {fault_en}."


class ColumnsMissing(Refusal):
    """Without these columns no row can be understood."""

    code = "columns_missing"
    kind = RefusalKind.INVALID
    zh = "缺少必需的列：{missing}；表头为：{headers}。请补充列，或指定列对应关系。"
    en = "Columns are missing: {missing}; the header has: {headers}. Add them, or give a mapping."


class UnknownMapping(Refusal):
    """The mapping names a field or a header that does not exist."""

    code = "mapping_unknown"
    kind = RefusalKind.INVALID
    zh = "列对应关系中的“{value}”不存在；可用：{known}。"
    en = "The mapping names '{value}', which does not exist; there are: {known}."


class ImportHasFaults(Refusal):
    """All rows were asked for and some cannot be applied."""

    code = "import_has_faults"
    zh = "有 {count} 行存在错误，未导入任何数据；请修正后重试，或只导入有效行。"
    en = "{count} rows have faults and nothing was imported; mend them, or ask for the valid rows only."


class ImportNotFound(Refusal):
    """No such import."""

    code = "import_not_found"
    kind = RefusalKind.MISSING
    zh = "未找到导入“{id}”。"
    en = "There is no import '{id}'."


def mapping_by_header(given: Mapping[str, str], headers: Sequence[str]) -> dict[str, int]:
    """What is read where: the columns proposed by the headers' names, changed by `given`, field to header.

    An empty header leaves the field unread. Raises `UnknownMapping`.
    """
    places = {header_key(header): place for place, header in reversed(list(enumerate(headers))) if header}
    mapping = proposed_mapping(headers)
    for field, header in given.items():
        if field not in COLUMN_BY_FIELD:
            raise UnknownMapping(at="/mapping", value=field, known=tuple(COLUMN_BY_FIELD))
        if not header:
            mapping.pop(field, None)
        elif (place := places.get(header_key(header))) is None:
            raise UnknownMapping(at="/mapping", value=header, known=[*filter(None, headers)])
        else:
            mapping[field] = place
    return mapping


def check_mapping(mapping: Mapping[str, int], headers: Sequence[str]) -> None:
    """Raise `ColumnsMissing` unless each required field has a column."""
    missing = [column.header for column in COLUMNS if column.required and column.field not in mapping]
    if missing:
        raise ColumnsMissing(missing=missing, headers=[*filter(None, headers)])
