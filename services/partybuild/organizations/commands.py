"""Keeping the copy of the register, set-based, and finding the organisations a command names in it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from shuniu_contracts.registry import OrganizationMerged, OrganizationState
from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select

from chassis.columns import joined, number
from chassis.model import Refusal, refuse_all
from chassis.received import Received
from chassis.unit_of_work import UnitOfWork
from services.partybuild.organizations.standing import remember
from services.partybuild.organizations.tables import OrganizationCopy
from services.partybuild.policy import PartybuildPolicy

AREA_LENGTH = {"street": 9, "district": 6}


class OrganizationUnknown(Refusal):
    """The register's event has not arrived, or there is no such organisation."""

    code = "organization_unknown"
    zh = "党建库中没有社会组织“{organization}”；若刚刚登记，请稍后重试。"
    en = "Organisation '{organization}' is not known here; if just registered, try again in a moment."


class OrganizationEnded(Refusal):
    """Nobody can be covered who is gone."""

    code = "organization_ended"
    zh = "社会组织“{organization}”已注销、撤销或解散，不能再覆盖。"
    en = "Organisation '{organization}' has ended and cannot be covered."


_KEEP = """
with before as (
    select id, full_members, area, categories from organization
    where id = any(string_to_array($1, ',')::uuid[])
), kept as (
    insert into organization (id, sequence, name, division, area, legal_form, legal_status, full_members,
                              categories, obliged_on, basis, ended, merged_into)
    select id, sequence, name, division, left(division, $13), legal_form, legal_status, full_members,
           coalesce(string_to_array(nullif(categories, ''), ' '), '{}'), obliged_on, basis, ended, merged_into
    from unnest(string_to_array($1, ',')::uuid[], string_to_array($2, ',')::bigint[], $3::text[],
                string_to_array($4, ','), string_to_array($5, ','), string_to_array($6, ','),
                string_to_array($7, ',', '')::int[], $8::text[], string_to_array($9, ',')::date[],
                string_to_array($10, ','), string_to_array($11, ',')::bool[],
                string_to_array($12, ',', '')::uuid[])
         as fresh(id, sequence, name, division, legal_form, legal_status, full_members, categories,
                  obliged_on, basis, ended, merged_into)
    order by id
    on conflict (id) do update
    set sequence = excluded.sequence, name = excluded.name, division = excluded.division,
        area = excluded.area, legal_form = excluded.legal_form, legal_status = excluded.legal_status,
        full_members = excluded.full_members, categories = excluded.categories,
        obliged_on = excluded.obliged_on, basis = excluded.basis, ended = excluded.ended,
        merged_into = excluded.merged_into
    returning id, full_members, area, categories
)
select id from kept join before using (id)
where (kept.full_members, kept.area, kept.categories)
      is distinct from (before.full_members, before.area, before.categories)
"""

_FOLLOW_ALIAS = """
update organization alias
set merged_into = coalesce((select merged_into from organization where id = $2), $2)
where alias.id = $1 or alias.merged_into = $1
"""


def survivor_of(event: Received[Any]) -> UUID | None:
    """The record that this one was merged into, if it was."""
    if isinstance(event.data, OrganizationMerged):
        return UUID(event.data.into.id)
    state: OrganizationState = event.data.state
    return UUID(state.merged_into.id) if state.merged_into else None


def _obliged_on(state: OrganizationState) -> date:
    by_status = {"registered": state.registered_on, "suspended": state.registered_on, "filed": state.filed_on}
    return by_status.get(state.legal_status.value) or state.effective_on


async def keep(uow: UnitOfWork, events: Sequence[Received[Any]]) -> set[UUID]:
    """Bring the copy up to these events, which are in each subject's order and new here, as the inbox has it.

    The sequence would tell nothing: that of a register restored from a backup goes on from a lower one.
    Returns the organisations known before whose members, area or field are others now.
    """
    await uow.session.flush()
    await remember(uow, events)
    newest = {event.subject: event for event in events}
    states: list[OrganizationState] = [event.data.state for event in newest.values()]
    rows = await uow.connection.fetch(
        _KEEP,
        joined(list(newest)),
        joined([str(event.envelope.sequence) for event in newest.values()]),
        [state.name for state in states],
        joined([state.division for state in states]),
        joined([state.legal_form.value for state in states]),
        joined([state.legal_status.value for state in states]),
        joined([number(state.full_party_member_count) for state in states]),
        [" ".join(state.categories) for state in states],
        joined([_obliged_on(state).isoformat() for state in states]),
        joined([state.basis.value for state in states]),
        joined([str(state.ended) for state in states]),
        joined([str(survivor_of(event) or "") for event in newest.values()]),
        AREA_LENGTH[uow.policy(PartybuildPolicy).joint_area],
    )
    for subject, event in newest.items():
        if survivor := survivor_of(event):
            await uow.connection.execute(_FOLLOW_ALIAS, UUID(subject), survivor)
    return {row["id"] for row in rows}


async def survivors(uow: UnitOfWork, ids: Iterable[UUID]) -> list[UUID]:
    """The ids with those of merged records replaced by the record they went into; the order is kept."""
    wanted = list(ids)
    statement = select(OrganizationCopy.id, OrganizationCopy.merged_into).where(
        col(OrganizationCopy.id).in_(wanted), col(OrganizationCopy.merged_into).is_not(None)
    )
    aliases = dict((await uow.session.exec(statement)).all())
    return [aliases.get(id) or id for id in wanted]


async def living_survivor(uow: UnitOfWork, into: UUID) -> UUID | None:
    """The record that a merged one went into in the end; None where that has ended itself.

    Its end may have arrived before the merger: they are events of two subjects.
    """
    [survivor] = await survivors(uow, [into])
    ended = await uow.connection.fetchval("select ended from organization where id = $1", survivor)
    return None if ended else survivor


async def aliases(uow: UnitOfWork, ids: Iterable[UUID]) -> list[UUID]:
    """The records that went into any of these."""
    statement = select(OrganizationCopy.id).where(col(OrganizationCopy.merged_into).in_(list(ids)))
    return list((await uow.session.exec(statement)).all())


async def lock_copies(uow: UnitOfWork, ids: Iterable[UUID]) -> None:
    """Lock the copies of these organisations in the order of their ids, whatever state they are in."""
    await uow.connection.execute(
        "select from organization where id = any($1::uuid[]) order by id for update", list(ids)
    )


async def lock_organizations(uow: UnitOfWork, ids: Iterable[UUID], *, at: str) -> list[OrganizationCopy]:
    """The organisations that a command names, aliases followed, locked in the order of their ids.

    Raises `OrganizationUnknown`, `OrganizationEnded` and `NotPermitted` for each that cannot be covered.
    """
    named = list(ids)
    copy = col(OrganizationCopy.id)
    survivors_of_named = select(OrganizationCopy.merged_into).where(copy.in_(named))
    found = await _locked(uow, or_(copy.in_(named), copy.in_(survivors_of_named)))
    if merged_meanwhile := {row.merged_into for row in found.values() if row.merged_into} - found.keys():
        found |= await _locked(uow, copy.in_(merged_meanwhile))
    wanted = [(found[id].merged_into or id) if id in found else id for id in named]
    refuse_all(
        OrganizationUnknown(organization=id, at=f"{at}/{place}")
        if id not in found
        else OrganizationEnded(organization=id, at=f"{at}/{place}")
        for place, id in enumerate(wanted)
        if id not in found or found[id].ended
    )
    for id in wanted:
        uow.authorize(found[id].division)
    return [found[id] for id in wanted]


async def _locked(uow: UnitOfWork, which: ColumnElement[bool]) -> dict[UUID, OrganizationCopy]:
    statement = (
        select(OrganizationCopy)
        .where(which)
        .order_by(col(OrganizationCopy.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in (await uow.session.exec(statement)).all()}
