"""The two times of a fact, as every command of this service takes them."""

from dataclasses import dataclass
from datetime import date

from shuniu_contracts import Basis

from chassis.model import Refusal, RefusalKind
from chassis.unit_of_work import UnitOfWork


class InTheFuture(Refusal):
    """A fact is recorded when it is true, not before."""

    code = "effective_on_in_the_future"
    kind = RefusalKind.INVALID
    zh = "生效日期 {given} 晚于今天（{today}），请在事实发生后登记。"
    en = "The date {given} is after today ({today}); record the fact once it has happened."


class BeforeItsBeginning(Refusal):
    """A change dated before the record itself began."""

    code = "effective_on_before_beginning"
    kind = RefusalKind.INVALID
    zh = "日期 {given} 早于该记录的开始日期 {beginning}。"
    en = "The date {given} is before the record began ({beginning})."


@dataclass(frozen=True)
class Dated:
    """The day a fact is true of the world, and how it came to be recorded."""

    on: date
    basis: Basis

    @property
    def live(self) -> bool:
        """Whether deadlines start and thresholds are enforced."""
        return self.basis is Basis.LIVE


def dated(uow: UnitOfWork, effective_on: date | None, basis: str, *, not_before: date | None = None) -> Dated:
    """The day given, or today; raises `InTheFuture` and `BeforeItsBeginning`."""
    on = effective_on or uow.today
    if on > uow.today:
        raise InTheFuture(given=on, today=uow.today, at="/effective_on")
    if not_before is not None and on < not_before:
        raise BeforeItsBeginning(given=on, beginning=not_before, at="/effective_on")
    return Dated(on, Basis(basis))
