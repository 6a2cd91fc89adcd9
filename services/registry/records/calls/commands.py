"""The use cases of calls for data: open, stop, resume; at a period's end everybody in scope owes a return."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_records as contract
from uuid_utils.compat import uuid7

from chassis.matters import Kind, draft, open_many, words
from chassis.service import DueTimer, Timer
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Text
from services.registry.operations.periods import INTERVALS_ZH, Interval, Period, following, period_of
from services.registry.organizations.concerning import open_about
from services.registry.organizations.model import HubLink, LegalStatus
from services.registry.policy import RegistryPolicy
from services.registry.records.calls.model import TRANSITIONS, NobodyAsked, ReturnCallPhase
from services.registry.records.calls.tables import ReturnCallRow
from services.registry.records.returns import commands as returns
from services.registry.tables import MatterStepRow

PERIOD = "return-calls.period"
"""The timer of a period's end."""
AT_ONCE = 4_000
"""Returns of one transaction: about a second of this machine class."""
Asked = Literal[LegalStatus.DISCOVERED, LegalStatus.FILED, LegalStatus.REGISTERED]

CALLS = Kind(
    ReturnCallRow, ReturnCallPhase, TRANSITIONS, initial=ReturnCallPhase.RUNNING,
    zh="数据报送制度", en="calls for data returns", path="return-calls", unit="项", steps=MatterStepRow,
    states_zh={ReturnCallPhase.RUNNING: "执行中", ReturnCallPhase.STOPPED: "已停止"},
    filters=("interval",),
)  # fmt: skip

_OWING = """
select o.id, o.sequence, o.division
from organization o
where o.legal_status = any($1) and not o.ended and o.home = $2 and o.division like $3 || '%'
  and (cardinality($4::text[]) = 0 or o.hub_link = any($4)) and ($5::uuid is null or o.id > $5)
  and not exists (
      select from periodic_return r where r.organization_id = o.id and r.interval = $6 and r.period = $7
  )
order by o.id
limit $8
"""


@CALLS.opens(contract.ReturnCallOpened, zh="建立", needs="write")
async def open_(
    uow: UnitOfWork, row: ReturnCallRow, *,
    title: Annotated[Text, Field(title="名称")],
    interval: Annotated[Interval, Field(title="周期", json_schema_extra=words(INTERVALS_ZH))],
    legal_statuses: Annotated[list[Asked], Field(title="报送组织状态", max_length=3)],
    hub_links: Annotated[list[HubLink], Field(title="联系类别", max_length=5)] = [],  # noqa: B006, read only
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """From the present period on, everybody in scope hands in data when a period has ended (L05)."""
    if not legal_statuses:
        raise NobodyAsked(at="/legal_statuses")
    if row.basis == Basis.LIVE.value:
        await _wait(uow, row, period_of(uow.today, interval))


@CALLS.step(contract.ReturnCallStopped, zh="停止", needs="write", path="stop")
async def stop(uow: UnitOfWork, row: ReturnCallRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """No further period is opened; what is open stays due."""
    await uow.cancel(PERIOD, [row.subject])


@CALLS.step(contract.ReturnCallResumed, zh="恢复", needs="write", path="resumption")
async def resume(uow: UnitOfWork, row: ReturnCallRow) -> None:
    """It goes on with the present period; what was resumed in the past opens nothing."""
    if row.basis == Basis.LIVE.value:
        await _wait(uow, row, period_of(uow.today, Interval(row.interval)))


reassign = CALLS.reassigns(needs="write")


async def _wait(uow: UnitOfWork, row: ReturnCallRow, period: Period) -> None:
    payload = {"day": period.begins_on.isoformat(), "after": None}
    await uow.schedule(PERIOD, row.subject, row.division, on=period.ends_on, payload=payload)


async def _ended(uow: UnitOfWork, due: DueTimer) -> None:
    """A period ended: a portion of its returns at a time, then wait for the next."""
    row = await uow.load(ReturnCallRow, due.subject)
    if not await due.take():
        return
    interval = Interval(row.interval)
    period = period_of(date.fromisoformat(due.payload["day"]), interval)
    after = UUID(due.payload["after"]) if due.payload["after"] else None
    last = await _portion(uow, row, period, after)
    if last is None:
        await _wait(uow, row, following(period, interval))
    else:
        payload = {**due.payload, "after": str(last)}
        await uow.schedule(PERIOD, row.subject, row.division, at=uow.now, payload=payload)


async def _portion(uow: UnitOfWork, call: ReturnCallRow, period: Period, after: UUID | None) -> UUID | None:
    """Open the next returns of the period; the id to go on after, None where they are all there."""
    found = await uow.connection.fetch(
        _OWING, call.legal_statuses, uow.stack, call.division, call.hub_links, after, call.interval,
        period.code, AT_ONCE,
    )  # fmt: skip
    days = uow.policy(RegistryPolicy).records.return_days
    due_on, _ = uow.region.calendar.add_working_days(period.ends_on, days)
    rows = [
        draft(
            returns.open_,
            id=uuid7(), division=one["division"], effective_on=uow.today, basis=Basis.LIVE.value,
            opened_on=uow.today, due_on=due_on,
            organization_id=one["id"], organization_sequence=one["sequence"], call_id=call.id,
            call_sequence=call.sequence, interval=call.interval, period=period.code,
            year=period.begins_on.year, period_begins_on=period.begins_on, period_ends_on=period.ends_on,
        )
        for one in found
    ]  # fmt: skip
    await open_many(uow, returns.open_, await open_about(uow, rows))
    return found[-1]["id"] if len(found) == AT_ONCE else None


TIMERS = (Timer(PERIOD, _ended),)
