"""The use cases of returns: open, extend, hand in, send back, accept, note as missed; their day."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import Basis, Qualifier
from shuniu_contracts import registry_records as contract

from chassis.http.fields import Day, Sum
from chassis.matters import Clock, Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import QUALIFIERS_ZH, Code, Codes, Count, OrganizationId, Record, Words
from services.registry.operations.periods import INTERVALS_ZH, Interval, period_of
from services.registry.organizations.concerning import of_organization
from services.registry.own.holder import check_about_own, filed_by
from services.registry.policy import RegistryPolicy
from services.registry.records.following import follow
from services.registry.records.model import check_listed
from services.registry.records.returns.model import (
    TRANSITIONS,
    NothingSaid,
    ReturnPhase,
    check_hours,
    check_in_kind,
    check_once,
)
from services.registry.records.returns.tables import PeriodicReturnRow
from services.registry.tables import MatterStepRow

Fen = Annotated[int, Sum(most=10**12)]
_OWN_COUNTS = ("staff_count", "member_count", "volunteer_count")
"""What the register keeps of an organisation, too: asked for once."""


class HoursInField(BaseModel):
    """Volunteers' hours in one field of service."""

    model_config = ConfigDict(extra="forbid")

    field: Code = Field(title="服务领域")
    hours: Count = Field(title="时数")


class IncomeFrom(BaseModel):
    """Income from one source."""

    model_config = ConfigDict(extra="forbid")

    source: Code = Field(title="收入来源")
    fen: Fen = Field(title="金额")


def _qualifier(title: str) -> Any:
    return Field(title=title, json_schema_extra=words(QUALIFIERS_ZH))


RETURNS = Kind(
    PeriodicReturnRow, ReturnPhase, TRANSITIONS, initial=ReturnPhase.DUE,
    zh="数据报送", en="periodic returns", path="returns", steps=MatterStepRow,
    states_zh={
        ReturnPhase.DUE: "应报未报",
        ReturnPhase.SUBMITTED: "已报送",
        ReturnPhase.RETURNED: "退回更正",
        ReturnPhase.ACCEPTED: "已审核",
        ReturnPhase.MISSED: "未报送",
        ReturnPhase.RELEASED: "免予报送",
    },
    settled={ReturnPhase.RELEASED},
    clocks=(
        Clock(
            "day", {"due", "returned"}, contract.PeriodicReturnBecameOverdue, "became_overdue",
            rule="registry.records.return_days", restarts={"extended"},
        ),
    ),
    place=of_organization, unique=("organization_id", "interval", "period"),
    filters=("organization_id", "call_id", "interval", "period", "year", "late"),
    holder=check_about_own,
)  # fmt: skip


@RETURNS.opens(contract.PeriodicReturnOpened, zh="列入报送", needs="write")
async def open_(
    uow: UnitOfWork, row: PeriodicReturnRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    interval: Annotated[Interval, Field(title="周期", json_schema_extra=words(INTERVALS_ZH))],
    covers: Annotated[Day, Field(title="所属期内任一日")],
    due_on: Annotated[Day | None, Field(title="截止日期")] = None,
    call_id: Annotated[UUID | None, Record("return_call"), Field(title="数据报送制度")] = None,
) -> None:  # fmt: skip
    """The return of the period that the day lies in; it is due as the profile has it, or on its own day."""
    period = period_of(covers, interval)
    row.period, row.year = period.code, period.begins_on.year
    row.period_begins_on, row.period_ends_on = period.begins_on, period.ends_on
    if due_on is None and row.basis == Basis.LIVE.value:
        days = uow.policy(RegistryPolicy).records.return_days
        after = max(period.ends_on, row.effective_on)
        row.due_on, _ = uow.region.calendar.add_working_days(after, days)


@RETURNS.step(contract.PeriodicReturnExtended, zh="延期", needs="review", path="extension")
async def extend(
    uow: UnitOfWork, row: PeriodicReturnRow, *, due_on: Annotated[Day, Field(title="延长至")]
) -> None:  # fmt: skip
    """More time; one that was released is asked for again."""


@RETURNS.step(
    contract.PeriodicReturnSubmitted, late=contract.PeriodicReturnSubmittedLate, zh="报送", en="hand in",
    needs="submit", path="submission", by_workbook=True,
)  # fmt: skip
async def submit(
    uow: UnitOfWork, row: PeriodicReturnRow, *,
    staff_count: Annotated[Count | None, Field(title="从业人数")] = None,
    member_count: Annotated[Count | None, Field(title="会员数")] = None,
    volunteer_count: Annotated[Count | None, Field(title="志愿者数")] = None,
    served: Annotated[Count | None, Field(title="服务人次")] = None,
    served_qualifier: Annotated[Qualifier | None, _qualifier("人次约数")] = None,
    service_hours: Annotated[Count | None, Field(title="志愿服务时数")] = None,
    service_hours_qualifier: Annotated[Qualifier | None, _qualifier("时数约数")] = None,
    field_hours: Annotated[list[HoursInField] | None, Field(title="分领域时数", max_length=50)] = None,
    donated_fen: Annotated[Fen | None, Field(title="捐赠款物")] = None,
    donated_fen_qualifier: Annotated[Qualifier | None, _qualifier("捐赠约数")] = None,
    in_kind_fen: Annotated[Fen | None, Field(title="其中物资折价")] = None,
    in_kind_fen_qualifier: Annotated[Qualifier | None, _qualifier("物资约数")] = None,
    learners: Annotated[Count | None, Field(title="学员数")] = None,
    learners_qualifier: Annotated[Qualifier | None, _qualifier("学员约数")] = None,
    classes: Annotated[Count | None, Field(title="教学班数")] = None,
    classes_qualifier: Annotated[Qualifier | None, _qualifier("教学班约数")] = None,
    income: Annotated[list[IncomeFrom] | None, Field(title="收入构成", max_length=50)] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """Numbers of the period, each as exactly as it is known; what is left out stays as it was said before."""
    if field_hours is not None:
        check_once([one.field for one in field_hours], "/field_hours")
        row.hours = [one.model_dump() for one in field_hours]
        row.service_hours = row.service_hours or sum(one.hours for one in field_hours)
    check_hours(
        row.service_hours, exact=_exact(row.service_hours_qualifier),
        parts=[one["hours"] for one in row.hours],
    )  # fmt: skip
    check_in_kind(row.donated_fen, row.in_kind_fen, exact=_exact(row.donated_fen_qualifier))
    if income is not None:
        _earned(uow, row, income)
    if _is_empty(row):
        raise NothingSaid()
    row.late = row.late or row.overdue or (row.due_on is not None and row.effective_on > row.due_on)
    row.submitted_on = row.submitted_on or row.effective_on
    row.filed_by = filed_by(uow, row.basis)
    return {"filed_by": row.filed_by}


def _exact(qualifier: str | None) -> bool:
    return qualifier in (None, Qualifier.EXACT.value)


def _earned(uow: UnitOfWork, row: PeriodicReturnRow, income: list[IncomeFrom]) -> None:
    """The income mix, and how much of it the organisation earned itself (J30)."""
    check_once([one.source for one in income], "/income")
    sources = {one.code: one for one in uow.policy(RegistryPolicy).records.income_sources}
    for one in income:
        check_listed(one.source, sources, "/income")
    row.income = [one.model_dump() for one in income]
    row.income_fen = sum(one.fen for one in income)
    row.own_income_fen = sum(one.fen for one in income if sources[one.source].own)


def _is_empty(row: PeriodicReturnRow) -> bool:
    said = (
        row.service_hours, row.donated_fen, row.in_kind_fen, row.learners, row.classes, row.served,
        row.income_fen, *(getattr(row, name) for name in _OWN_COUNTS),
    )  # fmt: skip
    return all(value is None for value in said)


@RETURNS.step(contract.PeriodicReturnReturned, zh="退回更正", needs="review", path="return")
async def return_(
    uow: UnitOfWork, row: PeriodicReturnRow, *,
    items: Annotated[Codes, Field(title="更正事项", min_length=1)],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
    due_on: Annotated[Day | None, Field(title="更正期限")] = None,
) -> None:  # fmt: skip
    """Back with what is to be corrected; without a day, within the profile's working days."""
    row.returned_times += 1
    if due_on is None and row.basis == Basis.LIVE.value:
        days = uow.policy(RegistryPolicy).records.return_days
        row.due_on, _ = uow.region.calendar.add_working_days(row.effective_on, days)


@RETURNS.step(contract.PeriodicReturnAccepted, zh="审核通过", needs="review", path="acceptance")
async def accept(uow: UnitOfWork, row: PeriodicReturnRow) -> None:
    """Accepted; what the register keeps of the organisation follows, so that no number is asked for twice."""
    if row.basis == Basis.LIVE.value:
        await follow(uow, row.organization_id, {name: getattr(row, name) for name in _OWN_COUNTS})


@RETURNS.step(
    contract.PeriodicReturnMissed, zh="认定未报", en="record as missed", needs="review", path="absence"
)
async def miss(uow: UnitOfWork, row: PeriodicReturnRow) -> None:
    """Nothing was handed in."""


@RETURNS.step(
    contract.PeriodicReturnReleased, zh="免予报送", en="excuse from it", needs="review", path="release"
)
async def release(
    uow: UnitOfWork, row: PeriodicReturnRow, *, ground: Annotated[Code, Field(title="原因")]
) -> None:
    """It is not asked for any more: the organisation ended, or is excused."""
