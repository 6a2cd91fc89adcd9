"""What of an organisation has to be over before it is deregistered."""

from typing import Final
from uuid import UUID

from chassis.model import Refusal, RefusalKind
from chassis.unit_of_work import UnitOfWork

PENDING_ZH: Final = {"liquidation": "清算", "investigation": "立案调查"}
"""Kinds of decisions that hold until what they began is over."""
_PENDING: Final = """
select kind from official_decision where organization_id = $1 and not ended and kind = any($2)
union
select kind from applied_decision where organization_id = $1 and lifted_on is null and kind = any($2)
order by 1
"""
"""An authority knows its decisions at once, the organisation's home those of all."""


class DeregistrationWaits(Refusal):
    """A deregistration while the organisation is wound up or investigated."""

    code = "deregistration_waits"
    kind = RefusalKind.CONFLICT
    zh = "该组织的{pending_zh}尚未结束，结束（解除该决定）后方可注销。"
    en = "The organisation's {pending_en} is not over; let it be lifted before the deregistration."


async def check_nothing_pends(uow: UnitOfWork, id: UUID) -> None:
    """Raise `DeregistrationWaits`."""
    await uow.flush()
    found = [row["kind"] for row in await uow.connection.fetch(_PENDING, id, list(PENDING_ZH))]
    if found:
        raise DeregistrationWaits(pending_zh=[PENDING_ZH[kind] for kind in found], pending_en=found)
