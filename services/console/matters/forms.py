"""The fields of a form by the JSON schema of its body, and what was entered as the body that is sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.model import LARGEST_FEN, Refusal, fen_of, within

SAID_OF_EVERY_FACT = ("effective_on", "basis")
"""What may be said of any fact: its day, and how it came to be known."""
_DIVISION = "^[0-9]{4}([0-9]{2}"
_CODE = re.compile(r"[0-9A-Za-z_.:-]{1,64}")
_LONG_TEXT = 500
ORGANIZATION = ("organization",)
"""The kinds of a field that names organisations of the register."""
_SEPARATORS = str.maketrans("，,；;、", "\n\n\n\n\n")


class Widget(StrEnum):
    """How a field is entered."""

    DAY = "day"
    TEXT = "text"
    WORDS = "words"
    NUMBER = "number"
    MONEY = "money"
    """entered in yuan, sent in fen"""
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    LIST = "list"
    NUMBERS = "numbers"
    DIVISION = "division"
    DIVISIONS = "divisions"
    ORGANIZATION = "organization"
    ORGANIZATIONS = "organizations"
    RECORD = "record"
    ROWS = "rows"
    PAIRS = "pairs"
    GROUP = "group"
    UNKNOWN = "unknown"


class Name(str):
    """The Chinese name of a code, and what readers of English are shown."""

    __slots__ = ("en",)

    def __new__(cls, zh: str, en: str) -> "Name":
        made = super().__new__(cls, zh)
        made.en = en
        return made

    en: str

    def called(self, language: str) -> str:
        """The name for people."""
        return str(self) if language == "zh" else self.en


def named(names: Mapping[str, str], english: Mapping[str, str]) -> dict[str, Name]:
    """Code -> name, by the Chinese names; a code that `english` does not have is shown in words."""
    return {code: Name(zh, english.get(code, code.replace("_", " "))) for code, zh in names.items()}


@dataclass(frozen=True)
class Field:
    """One field of a form."""

    name: str
    title: str
    widget: Widget
    required: bool = False
    default: Any = None
    choices: Mapping[str, Name] = field(default_factory=dict)
    open: bool = False
    """whether a code that is not among the choices is taken too"""
    seldom: bool = False
    """whether it is folded away until somebody wants to say it"""
    whole: bool = True
    minimum: float | None = None
    maximum: float | None = None
    longest: int | None = None
    pattern: str = ""
    records: tuple[str, ...] = ()
    """the kinds of the record that it names, or of each of those"""
    parts: tuple["Field", ...] = ()
    """the fields of a group, or of each of its rows"""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field: a key of the pages' words, and what they speak of."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


def fields(form: Mapping[str, Any]) -> list[Field]:
    """The fields of a form in their order, those of every fact last."""
    found = _fields(form, form.get("$defs", {}))
    return sorted(found, key=lambda one: one.name in SAID_OF_EVERY_FACT)


def _fields(form: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[Field]:
    required = form.get("required", ())
    return [
        field_of(name, schema, definitions, required=name in required)
        for name, schema in form.get("properties", {}).items()
    ]


def field_of(
    name: str, schema: Mapping[str, Any], definitions: Mapping[str, Any], *, required: bool = False
) -> Field:
    """One property of a schema as a field."""
    bare = _bare(schema, definitions)
    inner = _bare(bare["items"], definitions) if bare.get("type") == "array" and "items" in bare else bare
    names = dict(schema.get("x-zh", ())) or {str(c): str(c) for c in _codes(inner)}
    choices = named(names, schema.get("x-en", {}))
    records = tuple(schema.get("x-record", inner.get("x-record", ())))
    widget = _widget(bare, inner, choices, records)
    grouped = inner if widget in (Widget.ROWS, Widget.GROUP) else {}
    return Field(
        name, schema.get("title", name), widget, required, schema.get("default"), choices,
        schema.get("x-open", False), schema.get("x-seldom", False), inner.get("type") != "number",
        bare.get("minimum", bare.get("exclusiveMinimum")), bare.get("maximum"), bare.get("maxLength"),
        str(inner.get("pattern", "")), records, tuple(_fields(grouped, definitions)),
    )  # fmt: skip


def _codes(schema: Mapping[str, Any]) -> Sequence[Any]:
    """The values that a schema allows, where it lists them."""
    listed: Sequence[Any] = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return listed


def _bare(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema without what makes it optional, and the definition that it refers to."""
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(options) == 1:
        return _bare(options[0], definitions)
    if len(schema.get("allOf", ())) == 1:
        return _bare(schema["allOf"][0], definitions)
    if "$ref" in schema:
        return _bare(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return schema


def _widget(
    bare: Mapping[str, Any], inner: Mapping[str, Any], choices: Mapping[str, str], records: tuple[str, ...]
) -> Widget:
    if bare.get("type") == "array":
        return _several(inner, choices, records)
    if choices:
        return Widget.CHOICE
    if bare.get("type") == "object":
        return Widget.GROUP if bare.get("properties") else Widget.PAIRS
    return _one(bare, records)


def _several(inner: Mapping[str, Any], choices: Mapping[str, str], records: tuple[str, ...]) -> Widget:
    if choices:
        return Widget.CHOICES
    if records == ORGANIZATION:
        return Widget.ORGANIZATIONS
    if inner.get("type") == "object":
        return Widget.ROWS
    if str(inner.get("pattern", "")).startswith(_DIVISION):
        return Widget.DIVISIONS
    return Widget.NUMBERS if inner.get("type") in ("integer", "number") else Widget.LIST


def _one(bare: Mapping[str, Any], records: tuple[str, ...]) -> Widget:
    kind, form = bare.get("type"), bare.get("format")
    if "x-money" in bare:
        return Widget.MONEY
    if kind == "boolean":
        return Widget.FLAG
    if kind in ("integer", "number"):
        return Widget.NUMBER
    if form == "date":
        return Widget.DAY
    if form == "uuid":
        return Widget.ORGANIZATION if records == ORGANIZATION else Widget.RECORD
    if str(bare.get("pattern", "")).startswith(_DIVISION):
        return Widget.DIVISION
    if kind == "string":
        return Widget.WORDS if (bare.get("maxLength") or 0) >= _LONG_TEXT else Widget.TEXT
    return Widget.UNKNOWN


def english(name: str) -> str:
    """What a field is called in English; the unit of money is said beside it."""
    bare = name.removesuffix("_id").removesuffix("_fen").replace("_", " ")
    return "sum" if bare == "fen" else bare


def read(form: Sequence[Field], entered: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Fault]]:
    """The body that is sent, and what is wrong by field; a field left empty is left out."""
    body: dict[str, Any] = {}
    faults: dict[str, Fault] = {}
    for one in form:
        value = _value(one, entered.get(one.name))
        if isinstance(value, Fault):
            faults[one.name] = value
        elif value is not None:
            body[one.name] = value
        elif one.required:
            faults[one.name] = Fault("fault_required")
    return body, faults


def _value(one: Field, entered: Any) -> Any:
    """What was entered as JSON; None where it is empty, a `Fault` where it cannot be."""
    if isinstance(entered, str):
        entered = entered.strip()
    if one.widget is Widget.ORGANIZATIONS:
        return _unchosen(entered or ()) or entered  # None: as they were; none at all is said as such
    if one.widget is Widget.FLAG and not one.required and entered in (None, ""):
        return False if one.default is not None else None
    if entered is None or entered == "" or entered == [] or entered == {}:
        return None
    match one.widget:
        case Widget.ORGANIZATION | Widget.RECORD:
            return _unchosen([entered]) or entered
        case Widget.NUMBER:
            return _number(one, entered)
        case Widget.MONEY:
            return _money(one, entered)
        case Widget.DAY:
            return _day(entered)
        case Widget.LIST:
            parts = listed(entered)
            return next(filter(None, (_misspelt(one, part) for part in parts)), parts or None)
        case Widget.CHOICES:
            chosen = listed(entered) if isinstance(entered, str) else entered
            codes = list(dict.fromkeys(_code(one, each) for each in chosen))
            return next(filter(None, (_misspelt(one, str(code)) for code in codes)), codes or None)
        case Widget.CHOICE:
            code = _code(one, entered)
            return _misspelt(one, str(code)) or code
        case Widget.NUMBERS:
            numbers = [_number(one, part) for part in listed(entered)]
            return next((n for n in numbers if isinstance(n, Fault)), numbers)
        case Widget.PAIRS:
            return _pairs(entered)
        case Widget.ROWS:
            return _rows(one, entered)
        case Widget.GROUP:
            body, faults = read(one.parts, entered)
            return next(iter(faults.values()), body or None)
    if isinstance(entered, str) and one.longest is not None and len(entered) > one.longest:
        return Fault("fault_too_long", {"longest": one.longest, "found": len(entered)})
    return (isinstance(entered, str) and _misspelt(one, entered)) or entered


def _code(one: Field, chosen: Any) -> Any:
    """The code of a name that was typed, in either language; another text is a code itself."""
    if not one.open:
        return chosen
    found = (code for code, name in one.choices.items() if chosen in (name, name.en))
    return next(found, chosen)


def _unchosen(entered: Sequence[str]) -> Fault | None:
    """What was typed and is no record's id: nothing was chosen for it."""
    for one in entered:
        try:
            UUID(str(one))
        except ValueError:
            return Fault("fault_unchosen", {"found": one})
    return None


def _misspelt(one: Field, text: str) -> Fault | None:
    """What is wrong with a code or an opaque id; a pattern says it to nobody."""
    if not one.pattern or re.search(one.pattern, text):
        return None
    return Fault("fault_code" if _CODE.fullmatch(text) is None else "fault_pattern", {"found": text})


def _number(one: Field, entered: Any) -> float | int | Fault:
    try:
        number = float(entered)
    except (TypeError, ValueError):
        return Fault("fault_number", {"found": entered})
    if one.whole and number != int(number):
        return Fault("fault_whole", {"found": entered})
    if one.minimum is not None and number < one.minimum:
        return Fault("fault_minimum", {"minimum": f"{one.minimum:g}", "found": entered})
    if one.maximum is not None and number > one.maximum:
        return Fault("fault_maximum", {"maximum": f"{one.maximum:g}", "found": entered})
    return int(number) if one.whole else number


def _money(one: Field, entered: Any) -> int | Fault:
    try:
        return within(fen_of(entered), int(one.minimum or 0), int(one.maximum or LARGEST_FEN))
    except Refusal as refusal:
        return Fault("fault_refused", {"zh": refusal.message("zh"), "en": refusal.message("en")})


def _day(entered: str) -> str | Fault:
    try:
        return date.fromisoformat(str(entered)).isoformat()
    except ValueError:
        return Fault("fault_day", {"found": entered})


def listed(entered: Any) -> list[str]:
    """What was entered as a list, in lines or with commas of either kind between."""
    lines = str(entered).translate(_SEPARATORS).splitlines()
    return [line.strip() for line in lines if line.strip()]


def _pairs(entered: str) -> dict[str, Any] | Fault:
    found: dict[str, Any] = {}
    for line in str(entered).splitlines():
        name, separator, value = line.replace("：", ":").partition(":")
        if not separator:
            return Fault("fault_pair", {"found": line.strip()})
        text = value.strip()
        found[name.strip()] = int(text) if text.lstrip("-").isdigit() else text
    return found


def _rows(one: Field, entered: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | Fault | None:
    found = []
    for number, row in enumerate(entered, 1):
        body, faults = read(one.parts, row)
        if not body:
            continue
        if faults:
            part = next(part for part in one.parts if part.name in faults)
            return Fault("fault_row", {"row": number, "title": part.title})
        found.append(body)
    return found or None
