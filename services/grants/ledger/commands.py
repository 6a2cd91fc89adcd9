"""Writing to the books. Called by the use cases of funds, with the fund's row locked."""

from uuid import UUID

from chassis.unit_of_work import UnitOfWork
from services.grants.ledger.model import Entry
from services.grants.ledger.tables import EntryRow, PostingRow
from services.grants.model import Occasion


def post(
    uow: UnitOfWork, fund_id: UUID, entry: Entry, occasion: Occasion, *,
    subject: str | None = None, reverses: UUID | None = None,
) -> UUID:  # fmt: skip
    """Write the entry with its lines; returns its id."""
    row = EntryRow(
        fund_id=fund_id,
        kind=entry.kind,
        subject=subject,
        reverses=reverses,
        effective_on=occasion.effective_on,
        basis=occasion.basis,
        actor=uow.principal.actor_id,
        recorded_at=uow.now,
    )
    uow.session.add(row)
    uow.session.add_all(
        PostingRow(entry_id=row.id, line=line, account=posting.account, fen=posting.fen)
        for line, posting in enumerate(entry.postings, 1)
    )
    return row.id
