"""A person's records: finding them by the opaque id, and erasing the person."""

from uuid import UUID

from sqlmodel import col, or_, select

from chassis.model import division_code
from chassis.unit_of_work import UnitOfWork
from services.registry.care.looks.commands import look, purpose_of, request_of, rests
from services.registry.care.pairings import commands as pairings
from services.registry.care.pairings.tables import CarePairingRow
from services.registry.care.records import commands as records
from services.registry.care.records.tables import CareRecordRow


async def find(
    uow: UnitOfWork, *, division: str, person_id: str, purpose: str
) -> dict[str, list[UUID]]:  # fmt: skip
    """The records of a person in a division and below that the purpose opens to the caller; each that is
    found counts as looked into. Of others the answer does not tell that they are there.

    Raises `NoSuchPurpose`, `PurposeNotYours`, `PurposeWithoutGround`.
    """
    uow.authorize(division_code(division, at="/division"))
    wanted = purpose_of(uow, purpose)
    await request_of(uow, wanted, [uow.vault.keys.mark(person_id)])  # told whether or not anything is found
    found_records, found_pairings = await _of(uow, division, person_id)
    there = [
        *[await records.looked(uow, row) for row in found_records],
        *[pairings.looked(row) for row in found_pairings],
    ]
    found = [one for one in there if rests(uow, wanted, one)]
    for one in found:
        await look(uow, one, purpose=purpose)
    return {
        "care_records": [one.record_id for one in found if one.kind == records.KIND],
        "care_pairings": [one.record_id for one in found if one.kind == pairings.KIND],
    }


async def erase(uow: UnitOfWork, *, division: str, person_id: str, reason: str) -> dict[str, int]:
    """Erase a person from every record in a division and below, active ones too; how many there were.

    Where no record elsewhere in the stack needs it, the person's key is destroyed: no copy of the database
    that is made from now on says anything of the person.
    """
    uow.authorize(division_code(division, at="/division"))
    found_records, found_pairings = await _of(uow, division, person_id)
    for record in found_records:
        await records.erase(uow, await uow.load(CareRecordRow, record.id), reason)
    for pairing in found_pairings:
        await pairings.erase(uow, await uow.load(CarePairingRow, pairing.id))
    return {"care_records": len(found_records), "care_pairings": len(found_pairings)}


async def _of(
    uow: UnitOfWork, division: str, person_id: str
) -> tuple[list[CareRecordRow], list[CarePairingRow]]:
    mark = uow.vault.keys.mark(person_id)
    found_records = await uow.session.exec(
        select(CareRecordRow)
        .where(CareRecordRow.mark == mark, col(CareRecordRow.division).startswith(division))
        .order_by(col(CareRecordRow.id))
    )
    found_pairings = await uow.session.exec(
        select(CarePairingRow)
        .where(
            or_(CarePairingRow.child_mark == mark, CarePairingRow.giver_mark == mark),
            col(CarePairingRow.division).startswith(division),
        )
        .order_by(col(CarePairingRow.id))
    )
    return list(found_records.all()), list(found_pairings.all())
