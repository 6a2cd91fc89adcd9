"""A whole list at once: inviting a part of the register, and what becomes of a list that is closed."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_meetings as contract
from uuid_utils.compat import uuid7

from chassis.http.fields import Division
from chassis.matters import advance_many, draft, open_many
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code
from services.registry.operations.attendances.commands import ATTENDANCES, invite
from services.registry.operations.attendances.gatherings import Gathering, kept
from services.registry.operations.attendances.model import NobodyToInvite, TooManyInvited
from services.registry.operations.attendances.survivors import SURVIVORS
from services.registry.organizations.model import COUNTED, HubLink, LegalForm
from services.registry.policy import RegistryPolicy

Among = Annotated[Division | None, Field(title="邀请范围（区划，缺省为本区划）")]
Links = Annotated[list[HubLink], Field(title="联系类别", max_length=5)]
Forms = Annotated[list[LegalForm], Field(title="组织类型", max_length=6)]
Post = Annotated[Code | None, Field(title="应到职务")]

_POOL = (
    "with recursive place as (select organization_id from attendance where {name}_id = $5), "
    + SURVIVORS.format(about="select organization_id from place")
    + """
select o.id, o.sequence
from organization o
where o.legal_status = any($1) and not o.ended and o.division like $2 || '%'
  and (cardinality($3::text[]) = 0 or o.hub_link = any($3))
  and (cardinality($4::text[]) = 0 or o.legal_form = any($4))
  and not exists (select from place where organization_id = o.id)
  and not exists (select from survivor where now = o.id)
order by o.id
limit $6
"""
)
_INVITED = "select count(*) from attendance where {name}_id = $1 and state <> 'withdrawn'"
_WAITING = "select id from attendance where {name}_id = $1 and state in ('invited', 'accepted') order by id"


async def invite_many(
    uow: UnitOfWork, row: Gathering, *, among: str | None, links: list[HubLink], forms: list[LegalForm],
    post: str | None,
) -> None:  # fmt: skip
    """Put one place of each organisation that fits and has none yet on the list.

    Raises `NotPermitted`, `NobodyToInvite`, `TooManyInvited`.
    """
    of, most = kept(row), uow.policy(RegistryPolicy).operations.most_invited
    uow.authorize(among or row.division)
    found = await uow.connection.fetch(
        _POOL.format(name=of.name), [status.value for status in COUNTED], among or row.division,
        [link.value for link in links], [form.value for form in forms], row.id, most + 1,
    )  # fmt: skip
    if not found:
        raise NobodyToInvite()
    if len(found) > most:
        raise TooManyInvited(most=most)
    places = [
        draft(
            invite, id=uuid7(), effective_on=row.effective_on, basis=row.basis, opened_on=row.effective_on,
            organization_id=one["id"], organization_sequence=one["sequence"], post=post, **of.columns(row),
        )
        for one in found
    ]  # fmt: skip
    await open_many(uow, invite, places)
    row.invited = await uow.connection.fetchval(_INVITED.format(name=of.name), row.id)


async def close_list(uow: UnitOfWork, row: Gathering) -> None:
    """Minutes approved, training concluded: who has no answer gets none any more."""
    await advance_many(
        uow, ATTENDANCES, await _waiting(uow, row), contract.AttendanceClosed,
        on=row.effective_on, basis=Basis(row.basis),
    )  # fmt: skip


async def call_off(uow: UnitOfWork, row: Gathering) -> None:
    """It is not held: nobody is asked to come any more."""
    ground = {"ground": "not_held"}
    await advance_many(
        uow, ATTENDANCES, await _waiting(uow, row), contract.AttendanceWithdrawn, ground,
        on=row.effective_on, basis=Basis(row.basis),
    )  # fmt: skip


async def _waiting(uow: UnitOfWork, row: Gathering) -> list[UUID]:
    found = await uow.connection.fetch(_WAITING.format(name=kept(row).name), row.id)
    return [one["id"] for one in found]
