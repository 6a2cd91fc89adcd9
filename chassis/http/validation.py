"""What is wrong with a request's fields, in Chinese or English, every field at once."""

from collections.abc import Sequence
from typing import Any

from chassis.http.language import Language
from chassis.http.problems import Fault
from chassis.model import Refusal

# By pydantic's kind of error: Chinese and English; both may use the error's context.
_MESSAGES: dict[str, tuple[str, str]] = {
    "missing": ("必填项未填写。", "This field is required."),
    "extra_forbidden": ("不认识的字段，请删除。", "There is no such field; remove it."),
    "json_invalid": ("请求正文不是有效的 JSON：{error}。", "The body is not valid JSON: {error}."),
    "model_attributes_type": ("应为一个对象。", "Must be an object."),
    "model_type": ("应为一个对象。", "Must be an object."),
    "none_required": ("应为空。", "Must be null."),
    "bytes_type": ("应为文件。", "Must be a file."),
    "set_type": ("应为一个列表。", "Must be a list."),
    "tuple_type": ("应为一个列表。", "Must be a list."),
    "frozen_set_type": ("应为一个列表。", "Must be a list."),
    "dict_type": ("应为一个对象。", "Must be an object."),
    "list_type": ("应为一个列表。", "Must be a list."),
    "string_type": ("应为文字。", "Must be text."),
    "string_unicode": ("含有无法保存的字符。", "Contains characters that are not valid text."),
    "string_too_short": ("至少 {min_length} 个字符。", "At least {min_length} characters."),
    "string_too_long": ("至多 {max_length} 个字符。", "At most {max_length} characters."),
    "string_pattern_mismatch": ("格式不符（{pattern}）。", "Does not match the pattern {pattern}."),
    "too_short": ("至少 {min_length} 项，现有 {actual_length} 项。", "At least {min_length} items."),
    "too_long": ("至多 {max_length} 项。", "At most {max_length} items."),
    "int_type": ("应为整数。", "Must be a whole number."),
    "int_parsing": ("应为整数。", "Must be a whole number."),
    "int_from_float": ("应为整数，不能有小数。", "Must be a whole number without a fraction."),
    "int_parsing_size": ("整数位数过多。", "The whole number has too many digits."),
    "finite_number": ("应为有限的数。", "Must be a finite number."),
    "multiple_of": ("应为 {multiple_of} 的倍数。", "Must be a multiple of {multiple_of}."),
    "float_type": ("应为数字。", "Must be a number."),
    "float_parsing": ("应为数字。", "Must be a number."),
    "decimal_type": ("应为数字。", "Must be a number."),
    "decimal_max_digits": ("至多 {max_digits} 位数字。", "At most {max_digits} digits."),
    "decimal_max_places": ("至多 {decimal_places} 位小数。", "At most {decimal_places} decimal places."),
    "decimal_parsing": ("应为数字。", "Must be a number."),
    "bool_type": ("应为 true 或 false。", "Must be true or false."),
    "bool_parsing": ("应为 true 或 false。", "Must be true or false."),
    "greater_than": ("应大于 {gt}。", "Must be greater than {gt}."),
    "greater_than_equal": ("不得小于 {ge}。", "Must be at least {ge}."),
    "less_than": ("应小于 {lt}。", "Must be less than {lt}."),
    "less_than_equal": ("不得大于 {le}。", "Must be at most {le}."),
    "enum": ("只能是：{expected}。", "Must be one of: {expected}."),
    "literal_error": ("只能是：{expected}。", "Must be one of: {expected}."),
    "date_type": ("应为日期（年-月-日）。", "Must be a date (YYYY-MM-DD)."),
    "date_parsing": ("应为日期（年-月-日）。", "Must be a date (YYYY-MM-DD)."),
    "date_from_datetime_parsing": ("应为日期（年-月-日）。", "Must be a date (YYYY-MM-DD)."),
    "date_from_datetime_inexact": ("应为日期（年-月-日），不带时刻。", "Must be a date without a time."),
    "date_past": ("应为过去的日期。", "Must be a date in the past."),
    "date_future": ("应为将来的日期。", "Must be a date in the future."),
    "datetime_from_date_parsing": ("应为时间。", "Must be a date and time."),
    "timezone_aware": ("时间应带时区。", "Must be a time with its offset."),
    "datetime_type": ("应为时间。", "Must be a date and time."),
    "datetime_parsing": ("应为时间。", "Must be a date and time."),
    "uuid_type": ("应为编号（UUID）。", "Must be an identifier (UUID)."),
    "uuid_parsing": ("应为编号（UUID）。", "Must be an identifier (UUID)."),
}  # fmt: skip
_PARTS = {"query", "path", "header", "cookie"}


def faults(errors: Sequence[Any], language: Language) -> list[Fault]:
    """pydantic's errors as faults with JSON pointers."""
    return [_fault(error, language) for error in errors]


def _fault(error: Any, language: Language) -> Fault:
    first, *rest = error["loc"] or ("body",)
    location = first if first in _PARTS else "body"
    # A JSON syntax error is located by its offset, which is no pointer.
    path: Sequence[str | int] = rest if first in _PARTS | {"body"} and error["type"] != "json_invalid" else []
    context = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, Refusal):
        return Fault(
            pointer=_pointer(path), location=location, code=cause.code, detail=cause.message(language)
        )
    return Fault(
        pointer=_pointer(path),
        location=location,
        code=error["type"],
        detail=_detail(error, context, language),
    )


def _pointer(path: Sequence[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _detail(error: Any, context: dict[str, Any], language: Language) -> str:
    known = _MESSAGES.get(error["type"])
    if known is None:
        return f"值无效（{error['type']}）。" if language == "zh" else str(error["msg"])
    return known[language == "en"].format(**context)
