"""The sample with a copy of its own funds and a timer a command: a process to be killed, `python -m` this.

Everything it does leaves a line that is not unique, so that an effect that happened twice is seen.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from shuniu_contracts import grants
from starlette.responses import Response

from chassis.http import Call, requires
from chassis.received import Received
from chassis.service import Consumer, DueTimer, reaction, timer
from chassis.serving import ALL_ROLES, Assignment, serve
from chassis.settings import Settings
from chassis.unit_of_work import UnitOfWork
from tests.chassis.sample.app import FundOut, increase, service
from tests.chassis.sample.tables import FundRow

TABLES = """
create table fund_copy (subject text primary key, sequence bigint not null, total bigint not null);
create table line (subject text not null, sequence bigint not null);
create table rung (payment text not null);
"""


@reaction(grants.FundOpened, grants.FundIncreased)
async def copy(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep the newest total, and one line an event."""
    for event in events:
        place = event.subject, event.envelope.sequence
        await uow.connection.execute("insert into line values ($1, $2)", *place)
        await uow.connection.execute(
            "insert into fund_copy values ($1, $2, $3) on conflict (subject) do update"
            " set sequence = excluded.sequence, total = excluded.total",
            *place,
            event.data.state.total_fen,
        )


@timer("fund.interest")
async def interest(uow: UnitOfWork, due: DueTimer) -> None:
    """One fen more, a moment after each payment."""
    row = await uow.load(FundRow, due.payload["fund"])
    if not await due.take():
        return
    row.total_fen += 1
    uow.record(row, grants.FundIncreased(state=row.public_state(), amount_fen=1))
    await uow.connection.execute("insert into rung values ($1)", due.subject)


class PayBody(BaseModel):
    """A payment with a name of its own."""

    payment: str


async def pay(uow: UnitOfWork, *, id: UUID, payment: str) -> FundRow:
    """A hundred fen, and the timer that adds interest."""
    row = await increase(uow, id=id, amount_fen=100)
    await uow.schedule(
        "fund.interest", payment, row.division, at=uow.now + timedelta(seconds=0.1), payload={"fund": str(id)}
    )
    return row


router = APIRouter(prefix="/v1/funds", tags=["funds"])


@router.post("/{id}/payment", response_model=FundOut)
async def pay_(id: UUID, body: PayBody, call: Annotated[Call, requires("funds:increase")]) -> Response:
    """Pay in."""
    return await call.execute(pay, id=id, payment=body.payment, answer=FundOut.of)


watched = replace(
    service,
    routers=lambda: (router, *service.routers()),
    consumers=(Consumer("grants-copy", (copy,)),),
    timers=(interest,),
)


def main(roles: frozenset[str] = frozenset()) -> None:
    """Serve these roles, all without any, as the environment says."""
    chosen = frozenset(role for role in ALL_ROLES if role in roles) or ALL_ROLES
    asyncio.run(serve([Assignment(watched, Settings())], chosen))


if __name__ == "__main__":
    main()
