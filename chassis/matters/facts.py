"""On which days a step can have happened."""

from datetime import date

from chassis.model import FutureDay, Refusal, RefusalKind


class BeforeOpening(Refusal):
    """A step dated before its record began."""

    code = "step_before_opening"
    kind = RefusalKind.INVALID
    zh = "日期 {day} 早于该事项的开始日期 {opened_on}，请核对。"
    en = "{day} is before the record was opened, {opened_on}; check the day."


def check_day(day: date, today: date, opened_on: date) -> None:
    """Raise `FutureDay` or `BeforeOpening`."""
    if day > today:
        raise FutureDay(at="/effective_on", day=day, today=today)
    if day < opened_on:
        raise BeforeOpening(at="/effective_on", day=day, opened_on=opened_on)
