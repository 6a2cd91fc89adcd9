"""A step's columns in a workbook, and what its cells mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.model import Refusal, RefusalKind, fen_of

Cell = str | int | float | bool | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ID, REVISION = "编号", "版本"
_SEPARATORS = str.maketrans("，,；;\n", "、、、、、")
_YES = {"是": True, "否": False, "有": True, "无": False, "true": True, "false": False}


class SheetWithoutColumn(Refusal):
    """A workbook that was not made from this list."""

    code = "sheet_column_missing"
    kind = RefusalKind.INVALID
    zh = "缺少“{column}”列，请使用从系统导出的清单填写。"
    en = "The column '{column}' is missing; fill in the list that was exported."


class NoSuchOrganization(Refusal):
    """A new row whose organisation is not on the register, or not told apart."""

    code = "sheet_organization_unknown"
    kind = RefusalKind.INVALID
    zh = "登记册中与“{said}”相符的组织有 {number} 家，请填写统一社会信用代码或完整名称。"
    en = "The register has {number} organisations '{said}'; give the credit code or the whole name."


class TooManyRows(Refusal):
    """More rows than one transaction should hold."""

    code = "sheet_too_long"
    kind = RefusalKind.TOO_LARGE
    zh = "共有 {rows} 行填写了内容，一次最多 {most} 行，请分批上传。"
    en = "{rows} rows are filled in; bring at most {most} at once."


class WorkbookTooLong(Refusal):
    """More rows are wanted than a workbook may have that is to be read again."""

    code = "workbook_too_long"
    kind = RefusalKind.INVALID
    zh = "符合条件的记录超过 {most} 条，一个工作簿放不下；请按辖区或其他条件缩小范围，分别导出。"
    en = "More than {most} records fit, too many for one workbook; narrow them, and export each part."


def heading(title: str, *, money: bool = False) -> str:
    """What a column is called: one of money says that its sums are in yuan."""
    return f"{title}（元）" if money else title


@dataclass(frozen=True)
class Column:
    """One parameter of a step as a column: how it is called, and the words for its codes."""

    name: str
    title: str
    choices: Mapping[str, str] = field(default_factory=dict)
    """code -> Chinese"""
    open: bool = False
    """whether a code that is not among them is taken too"""
    many: bool = False
    boolean: bool = False
    money: bool = False

    def value(self, cell: Cell) -> Any:
        """What the cell says, as the body of the step takes it; texts and codes as they stand.

        Raises `NotYuan` and `FinerThanFen` in a column of money.
        """
        if self.money:
            return fen_of(cell, at=f"/{self.name}")
        if self.many:
            return [self._one(part) for part in str(cell).translate(_SEPARATORS).split("、") if part.strip()]
        return self._one(cell)

    def _one(self, cell: Cell) -> Any:
        if not isinstance(cell, str):
            return cell
        text = cell.strip()
        if self.boolean:
            return _YES.get(text, text)
        return self._codes.get(text, text)

    @property
    def _codes(self) -> dict[str, str]:
        return {zh: code for code, zh in self.choices.items()}


@dataclass(frozen=True)
class Addition:
    """How a row without a record says what it opens."""

    own: tuple[Column, ...]
    """columns of the record itself"""
    references: Mapping[str, str]
    """parameter -> title of the column with the id of the record that it names"""
    about_organization: bool


def columns(form: Mapping[str, Any]) -> list[Column]:
    """The columns of a step by the JSON schema of its body."""
    definitions = form.get("$defs", {})
    return [_column(name, schema, definitions) for name, schema in form["properties"].items()]


def _column(name: str, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Column:
    bare = _bare(schema, definitions)
    many = bare.get("type") == "array"
    inner = _bare(bare["items"], definitions) if many else bare
    choices = dict(schema.get("x-zh", ())) or {code: code for code in inner.get("enum", ())}
    money = "x-money" in bare
    return Column(
        name, heading(schema.get("title", name), money=money), choices, schema.get("x-open", False), many,
        inner.get("type") == "boolean", money,
    )  # fmt: skip


def _bare(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema without what makes it optional, and the definition that it refers to."""
    options: Sequence[Mapping[str, Any]] = [
        one for one in schema.get("anyOf", ()) if one.get("type") != "null"
    ]
    if len(options) == 1:
        return _bare(options[0], definitions)
    if "$ref" in schema:
        found: Mapping[str, Any] = definitions[schema["$ref"].rpartition("/")[2]]
        return found
    return schema
