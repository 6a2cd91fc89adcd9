"""Looking: the purpose is checked and the look is written before anything is opened."""

from uuid import UUID

from chassis.unit_of_work import UnitOfWork
from services.registry.care.looks.model import NoSuchPurpose, check_purpose
from services.registry.care.looks.tables import CareLookRow
from services.registry.policy import RegistryPolicy


async def look(
    uow: UnitOfWork, *, kind: str, record_id: UUID, division: str, purpose: str, worker: str
) -> None:
    """Write that the caller looks into a record; raises `NoSuchPurpose`, `PurposeNotYours`."""
    check(uow, purpose=purpose, worker=worker)
    uow.session.add(
        CareLookRow(
            kind=kind, record_id=record_id, division=division, purpose=purpose,
            actor_id=uow.principal.actor_id, looked_at=uow.now,
        )
    )  # fmt: skip


def check(uow: UnitOfWork, *, purpose: str, worker: str) -> None:
    """Raise `NoSuchPurpose`, `PurposeNotYours`."""
    known = {one.code: one for one in uow.policy(RegistryPolicy).care.purposes}
    if purpose not in known:
        raise NoSuchPurpose(at="/purpose", purpose=purpose, known=", ".join(known))
    wanted = known[purpose]
    check_purpose(purpose, wanted.roles, wanted.own, uow.principal.roles, uow.principal.actor_id, worker)
