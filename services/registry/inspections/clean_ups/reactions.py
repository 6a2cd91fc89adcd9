"""A clean-up reaches the organisations of this stack in portions; one of a stack above likewise."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract
from uuid_utils.compat import uuid7

from chassis.matters import Draft, advance_many, draft, open_many
from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.registry import portions
from services.registry.inspections.clean_up_checks import commands as checks
from services.registry.inspections.clean_ups.tables import CleanUpRow
from services.registry.organizations.concerning import open_about
from services.registry.policy import RegistryPolicy
from services.registry.portions import Portions, carry

_CONCERNED = """
select o.id, o.sequence, o.division
from organization o
where o.home = $1 and o.division like $2 || '%' and not o.ended
  and o.legal_status in ('filed', 'registered', 'suspended')
  and (cardinality($3::text[]) = 0 or o.legal_form = any($3))
  and (cardinality($4::text[]) = 0 or o.categories && $4)
  and (not $5 or o.decoupling <> 'completed')
  and o.id > $6
  and not exists (select from clean_up_check c where c.organization_id = o.id and c.clean_up_id = $7)
order by o.id
limit $8
"""
_OPEN = """
select id from clean_up_check
where clean_up_id = $1 and home = $2 and state = any($3) and id > $4
order by id
limit $5
"""


@reaction(
    contract.CleanUpOpened, contract.CleanUpExtended, contract.CleanUpConcluded, contract.CleanUpCancelled
)
async def hear_from_above(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """A stack above opened, extended or ended a clean-up: carry it to the organisations here."""
    for received in events:
        work = _work(received.data)
        if received.envelope.stack == uow.stack or work is None:
            continue
        await carry(uow, CleanUpRow, received.subject, uow.stack, work, sequence=received.envelope.sequence)


def _work(event: Any) -> str | None:
    """What the event asks of the checks here; history asks nothing."""
    if event.state.basis is not Basis.LIVE:
        return None
    if isinstance(event, contract.CleanUpOpened):
        return "open"
    if isinstance(event, contract.CleanUpExtended):
        return "extend" if event.state.state is contract.CleanUpPhase.SELF_CHECK else None
    return "close"


async def _open(uow: UnitOfWork, row: CleanUpRow, after: UUID) -> UUID | None:
    if row.ended:
        return None
    kind = uow.policy(RegistryPolicy).inspections.clean_up_kind(row.clean_up_kind)
    coupled = kind is not None and "administrative_staff" in kind.asks
    found = await uow.connection.fetch(
        _CONCERNED, uow.stack, max(row.division, uow.stack, key=len), row.legal_forms, row.categories,
        coupled, after, row.id, portions.AT_ONCE,
    )  # fmt: skip
    opened = [
        draft(
            checks.open_,
            id=uuid7(), division=one["division"], effective_on=uow.today, basis=Basis.LIVE.value,
            opened_on=uow.today, due_on=row.due_on,
            organization_id=one["id"], organization_sequence=one["sequence"], clean_up_id=row.id,
            clean_up_sequence=row.sequence, clean_up_kind=row.clean_up_kind,
        )
        for one in found
    ]  # fmt: skip
    await open_many(uow, checks.open_, await open_about(uow, opened))
    return found[-1]["id"] if len(found) == portions.AT_ONCE else None


async def _extend(uow: UnitOfWork, row: CleanUpRow, after: UUID) -> UUID | None:
    ids = await _of(uow, row, ["due"], after)
    until = row.due_on

    def move(one: Draft) -> None:
        one.due_on = max(one.due_on or until, until) if until else one.due_on

    await advance_many(uow, checks.CLEAN_UP_CHECKS, ids, contract.CleanUpCheckExtended, change=move)
    return ids[-1] if len(ids) == portions.AT_ONCE else None


async def _close(uow: UnitOfWork, row: CleanUpRow, after: UUID) -> UUID | None:
    ids = await _of(uow, row, ["due", "self_checked", "reviewed", "handled"], after)
    await advance_many(
        uow, checks.CLEAN_UP_CHECKS, ids, contract.CleanUpCheckClosed, {"reason": f"clean_up_{row.state}"}
    )
    return ids[-1] if len(ids) == portions.AT_ONCE else None


async def _of(uow: UnitOfWork, row: CleanUpRow, states: list[str], after: UUID) -> list[UUID]:
    rows = await uow.connection.fetch(_OPEN, row.id, uow.stack, states, after, portions.AT_ONCE)
    return [one["id"] for one in rows]


PORTIONS = Portions(CleanUpRow, {"open": _open, "extend": _extend, "close": _close})
