"""What every step says of its fact: the day it is true from, and how it came to be known."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import Basis

from chassis.http.fields import Day
from chassis.model import Refusal, RefusalKind


class FutureDay(Refusal):
    """A fact that is not true yet."""

    code = "day_in_future"
    kind = RefusalKind.INVALID
    zh = "日期 {day} 晚于今天 {today}，请填写已经发生的日期。"
    en = "{day} is after today, {today}; give the day on which it happened."


class BeforeOpening(Refusal):
    """A step dated before its record began."""

    code = "step_before_opening"
    kind = RefusalKind.INVALID
    zh = "日期 {day} 早于该事项的开始日期 {opened_on}，请核对。"
    en = "{day} is before the record was opened, {opened_on}; check the day."


def words(zh: Mapping[str, str]) -> dict[str, Any]:
    """What a field's schema says of its codes for pages and workbooks, in the order given:
    `Field(title="结论", json_schema_extra=words({"qualified": "合格", ...}))`.
    """
    return {"x-zh": [[code, name] for code, name in zh.items()]}


BASES_ZH = {"live": "即时", "historical": "补录", "imported": "导入", "corrected": "更正"}


class Fact(BaseModel):
    """The part of a command's body that every step has."""

    model_config = ConfigDict(extra="forbid")

    effective_on: Day | None = Field(
        None, title="日期", description="the day the fact is true from; today if left out"
    )
    basis: Basis = Field(
        Basis.LIVE,
        title="录入方式",
        description="only live facts start deadlines and send messages",
        json_schema_extra=words(BASES_ZH),
    )

    def arguments(self) -> dict[str, Any]:
        """The fields as a command takes them."""
        return {name: getattr(self, name) for name in type(self).model_fields}


def check_day(day: date, today: date, opened_on: date) -> None:
    """Raise `FutureDay` or `BeforeOpening`."""
    if day > today:
        raise FutureDay(at="/effective_on", day=day, today=today)
    if day < opened_on:
        raise BeforeOpening(at="/effective_on", day=day, opened_on=opened_on)
