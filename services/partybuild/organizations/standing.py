"""What the register says of an organisation's legal status and its division, each from its own day on, in
whichever order it was recorded; figures of a day read it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from shuniu_contracts import Basis, Event, registry

from chassis.columns import joined
from chassis.received import Received
from chassis.unit_of_work import UnitOfWork

_SAYS: Final[Mapping[type[Event], str]] = {
    registry.OrganizationFiled: "legal_status",
    registry.OrganizationRegistered: "legal_status",
    registry.OrganizationSuspended: "legal_status",
    registry.OrganizationResumed: "legal_status",
    registry.OrganizationDeregistered: "legal_status",
    registry.OrganizationRevoked: "legal_status",
    registry.OrganizationDissolved: "legal_status",
    registry.OrganizationRelocated: "division",
}
"""What a fact says; one about changed details what it names."""

_SAY = """
with told as (
    select *
    from unnest(string_to_array($1, ',')::uuid[], string_to_array($2, ',')::date[],
                string_to_array($3, ',')::bigint[], string_to_array($4, ',', ''),
                string_to_array($5, ',', ''), string_to_array($6, ',', '')::bool[])
         as one(organization_id, effective_on, sequence, legal_status, division, whole)
), first as (
    select organization_id, min(sequence) as sequence from told group by 1
), lost as (
    delete from organization_standing s using first
    where s.organization_id = first.organization_id and s.sequence >= first.sequence
), known as (
    select first.organization_id from first
    where exists (select from organization_standing s
                  where s.organization_id = first.organization_id and s.sequence < first.sequence)
), said as (
    insert into organization_standing (organization_id, effective_on, sequence, legal_status, division)
    select organization_id, effective_on, sequence, legal_status, division
    from told left join known using (organization_id)
    where coalesce(whole = (known is null), true) and coalesce(legal_status, division) is not null
    order by sequence, effective_on
)
select organization_id::text from known
"""
"""Gives those heard of before; the first that is heard of one says all.

What a register has lost that was restored from a backup is forgotten: its sequences go on from a lower one.
"""

_FORGET = "delete from organization_standing where organization_id = any($1::uuid[])"

_PLACED = """
update organization_standing set division = $3
where number = coalesce(
    (select number from organization_standing where organization_id = $1 and division = $2
     order by effective_on desc, number desc limit 1),
    (select number from organization_standing where organization_id = $1
     order by effective_on, number limit 1)
)
"""

_REDATED = """
with entry as (
    select number, sequence, division from organization_standing
    where organization_id = $1 and legal_status = $2 and effective_on = $3 order by number limit 1
), behind as (
    insert into organization_standing (organization_id, effective_on, sequence, division)
    select $1, $3, sequence, division from entry
    where division is not null and exists (
        select from organization_standing
        where organization_id = $1 and division is not null and effective_on > $3 and effective_on <= $4
    )
    returning number
)
update organization_standing s
set effective_on = $4, division = case when exists (select from behind) then null else s.division end
from entry where s.number = entry.number
returning s.number
"""
"""Where it was stays on the old day, if it is said to have moved before the new one."""

_ENDED = """
update organization_standing
set effective_on = coalesce($3, effective_on),
    legal_status = case when $3::date is not null then legal_status end
where organization_id = $1 and legal_status = any($2)
"""
"""Its end was on another day; on none, nothing is said of one."""
_FINAL: Final = ("deregistered", "revoked", "dissolved")

_ADDED = """
insert into organization_standing (organization_id, legal_status, effective_on, sequence)
values ($1, $2, $3, $4)
"""


class _Said(NamedTuple):
    """What is said of an organisation from a day on; None of what nothing is said of."""

    effective_on: date
    legal_status: str | None
    division: str | None
    whole: bool | None = None
    """True of what is said only if it was not heard of before, False of what is said if it was"""


async def remember(uow: UnitOfWork, events: Sequence[Received[Any]]) -> None:
    """Keep what these say, which are in each subject's order, each of its day; what never was, of none."""
    heard: set[str] = set()
    told: list[tuple[Received[Any], _Said]] = []
    for event in events:
        part = _part(event.data)
        if event.subject in heard:
            told.append((event, part))
            continue
        heard.add(event.subject)
        told += ((event, one) for one in _whole(event.data.state))
        told.append((event, part._replace(whole=False)))
    rows = await uow.connection.fetch(
        _SAY,
        joined([event.subject for event, _ in told]),
        joined([said.effective_on.isoformat() for _, said in told]),
        joined([str(event.envelope.sequence) for event, _ in told]),
        joined([said.legal_status or "" for _, said in told]),
        joined([said.division or "" for _, said in told]),
        joined(["" if said.whole is None else str(said.whole) for _, said in told]),
    )
    known = {row["organization_id"] for row in rows}
    for event in events:
        if isinstance(event.data, registry.OrganizationCorrected) and event.subject in known:
            await _correct(uow, event)
        known.add(event.subject)
    if gone := [UUID(event.subject) for event in events if _never_was(event.data)]:
        await uow.connection.execute(_FORGET, gone)


def _part(event: Any) -> _Said:
    """What a fact says from its day on."""
    state: registry.OrganizationState = event.state
    axes = (
        event.fields if isinstance(event, registry.OrganizationDetailsChanged) else (_SAYS.get(type(event)),)
    )
    stood = getattr(event, "then", None) or state
    return _Said(
        state.effective_on,
        stood.legal_status.value if "legal_status" in axes and stood.legal_status else None,
        stood.division if "division" in axes else None,
    )


def _whole(state: registry.OrganizationState) -> Iterator[_Said]:
    """How one that comes onto the record stood from the days on that it brings with it."""
    last, division = state.effective_on, state.division
    registered_on = state.registered_on if (state.registered_on or last) < last else None
    filed_on = state.filed_on
    if filed_on is not None and filed_on < (registered_on or last):
        yield _Said(filed_on, registry.LegalStatus.FILED.value, division, True)
    if registered_on is not None:
        yield _Said(registered_on, registry.LegalStatus.REGISTERED.value, division, True)
    yield _Said(last, state.legal_status.value, division, True)


async def _correct(uow: UnitOfWork, correction: Received[registry.OrganizationCorrected]) -> None:
    """The entries that said the wrong thing say the right one; one that was lacking is added."""
    was, state = correction.data.previous, correction.data.state
    id = UUID(correction.subject)
    if "ended_on" in correction.data.fields:
        await uow.connection.execute(_ENDED, id, list(_FINAL), state.ended_on)
    if was.division != state.division:
        await uow.connection.execute(_PLACED, id, was.division, state.division)
    for status, wrong, right in (
        (registry.LegalStatus.REGISTERED, was.registered_on, state.registered_on),
        (registry.LegalStatus.FILED, was.filed_on, state.filed_on),
    ):
        if right is None or wrong == right:
            continue
        if await uow.connection.fetchval(_REDATED, id, status.value, wrong, right) is None:
            await uow.connection.execute(_ADDED, id, status.value, right, correction.envelope.sequence)


def _never_was(event: Any) -> bool:
    """Merged into another, or taken back as an import that was a mistake."""
    state: registry.OrganizationState = event.state
    undone = isinstance(event, registry.OrganizationDissolved) and state.basis is Basis.CORRECTED
    return state.merged_into is not None or undone
