"""What every capability of grants shares: when and how a fact came to be recorded, and what it may follow."""

from dataclasses import dataclass
from datetime import date

from shuniu_contracts import Basis as Basis

from chassis.model import Refusal, RefusalKind


class EffectiveInFuture(Refusal):
    """A fact is true from today or earlier."""

    code = "effective_in_future"
    kind = RefusalKind.INVALID
    zh = "生效日期 {day} 晚于今天 {today};只能登记已经发生的事实。"
    en = "The effective date {day} is after today, {today}; only what has happened can be recorded."


class EffectiveBeforePrevious(Refusal):
    """A step cannot be true before the step it follows."""

    code = "effective_before_previous"
    kind = RefusalKind.INVALID
    zh = "生效日期 {day} 早于上一步骤的日期 {previous};如需更正,请以“更正”方式登记。"
    en = "The effective date {day} is before the step it follows, {previous}; else use basis 'corrected'."


@dataclass(frozen=True)
class Occasion:
    """The day a fact is true of the world, and the basis it is recorded on."""

    effective_on: date
    basis: Basis = Basis.LIVE

    @property
    def is_live(self) -> bool:
        """Whether deadlines start and messages go out because of it."""
        return self.basis is Basis.LIVE

    @classmethod
    def of(
        cls, basis: Basis, effective_on: date | None, *, today: date, previous: date | None = None
    ) -> "Occasion":
        """`effective_on` (today where it is not given) checked against today and the step before.

        Raises `EffectiveInFuture`; `EffectiveBeforePrevious` unless the basis is `corrected`.
        """
        day = effective_on or today
        if day > today:
            raise EffectiveInFuture(day=day, today=today, at="/effective_on")
        if previous is not None and day < previous and basis is not Basis.CORRECTED:
            raise EffectiveBeforePrevious(day=day, previous=previous, at="/effective_on")
        return cls(day, basis)
