"""Looking: purpose and ground are checked and the look is written before anything is opened."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from chassis.unit_of_work import UnitOfWork
from services.registry.care.looks.model import (
    NoSuchPurpose,
    PurposeNotYours,
    PurposeWithoutGround,
    check_role,
)
from services.registry.care.looks.tables import CareLookRow
from services.registry.care.policy import Ground, Purpose
from services.registry.care.requests.commands import open_request
from services.registry.care.requests.tables import CareRequestRow
from services.registry.policy import RegistryPolicy


@dataclass(frozen=True)
class Looked:
    """What is looked into, as far as a ground asks for it."""

    kind: str
    record_id: UUID
    division: str
    worker: str
    handed_over: bool
    marks: Collection[bytes]
    """those whom it is about"""


async def look(uow: UnitOfWork, into: Looked, *, purpose: str) -> CareRequestRow | None:
    """Write that the caller looks into a record; the person's request, where that is the ground.

    Raises `NoSuchPurpose`, `PurposeNotYours`, `PurposeWithoutGround`.
    """
    wanted = purpose_of(uow, purpose)
    request = await request_of(uow, wanted, into.marks)
    if not rests(uow, wanted, into):
        if wanted.ground is Ground.WORKER:
            raise PurposeNotYours(
                purpose=purpose, allowed=[f"{role} (worker)" for role in sorted(wanted.roles)]
            )
        raise PurposeWithoutGround(purpose=purpose)
    uow.session.add(
        CareLookRow(
            kind=into.kind, record_id=into.record_id, division=into.division, purpose=purpose,
            actor_id=uow.principal.actor_id, looked_at=uow.now, request_id=request.id if request else None,
        )
    )  # fmt: skip
    return request


def purpose_of(uow: UnitOfWork, purpose: str) -> Purpose:
    """The purpose, if it is open to the caller's role; raises `NoSuchPurpose`, `PurposeNotYours`."""
    known = {one.code: one for one in uow.policy(RegistryPolicy).care.purposes}
    if purpose not in known:
        raise NoSuchPurpose(at="/purpose", purpose=purpose, known=tuple(known))
    check_role(purpose, known[purpose].roles, uow.principal.roles)
    return known[purpose]


async def request_of(uow: UnitOfWork, wanted: Purpose, marks: Collection[bytes]) -> CareRequestRow | None:
    """The open request on which a look for this purpose rests, in the caller's divisions; None where the
    purpose asks for none. Raises `PurposeWithoutGround`."""
    if wanted.ground is not Ground.REQUEST:
        return None
    request = await open_request(uow, marks, uow.principal.divisions)
    if request is None:
        raise PurposeWithoutGround(purpose=wanted.code)
    return request


def rests(uow: UnitOfWork, wanted: Purpose, into: Looked) -> bool:
    """Whether the record itself bears the purpose out, for the caller."""
    its_worker = uow.principal.actor_id == into.worker
    return {
        Ground.WORKER: its_worker,
        Ground.HAND_OVER: its_worker and into.handed_over,
        Ground.REQUEST: True,
        Ground.DUTY: True,
    }[wanted.ground]
