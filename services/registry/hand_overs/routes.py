"""Handing over everything, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from chassis.http import Call, Reading, requires
from chassis.http.fields import Body, Code, Division, PersonId
from chassis.matters import Kind
from services.registry.areas import KINDS
from services.registry.hand_overs import commands
from services.registry.offering import Form, Offering

PERMISSION = "hand_overs:write"
_NAMED = 20
"""How many records of one reason are named one by one."""
_BY_NAME = {kind.name: kind for kind in KINDS}

router = APIRouter(prefix="/v1/hand-overs", tags=["hand-overs"])


class Wanted(Body):
    """Who leaves, and who takes over."""

    division: Division
    person: PersonId
    to: PersonId
    reason: Code | None = None


class Taken(BaseModel):
    """How many records of a kind went over."""

    kind: str
    path: str
    zh: str
    en: str
    count: int


class Left(Taken):
    """How many records of a kind stay, and why."""

    code: str
    message_zh: str
    message_en: str
    records: list[UUID] = Field(description=f"the first {_NAMED} of them")


class HandedOver(BaseModel):
    """What went over, what did not, and why."""

    taken: list[Taken]
    left: list[Left]
    more: bool = Field(description=f"a request moves {commands.MOST} records at most: send it again")


_FORM = Form("hand_over", "离任整体交接", "", PERMISSION, Wanted, en="hand over everything")
_OFFERED = Offering(
    name="hand_over", path="hand-overs", zh="离任整体交接", en="handing over everything", public=None,
    states={}, listed={},
    titles={"division": "行政区划", "person": "移交人", "to": "接任人员", "reason": "原因"},
)  # fmt: skip


@router.get("/forms")
async def forms(call: Annotated[Call, requires("organizations:read")]) -> dict[str, Any]:
    """整体交接表单 / The form of the hand-over, in words, for who may send it."""

    return await call.read(_offered)


@router.post("", response_model=HandedOver)
async def hand_over(body: Wanted, call: Annotated[Call, requires(PERMISSION)]) -> Response:
    """离任整体交接 / All that somebody has goes to a successor.

    Contact duties, a liaison's duties and every open record that she answers for; what stays is told with its
    reason. Sent again, it takes what is left.
    """
    return await call.execute(
        commands.hand_over, division=body.division, person=body.person, to=body.to, reason=body.reason,
        answer=_shown,
    )  # fmt: skip


async def _offered(reading: Reading) -> dict[str, Any]:
    return _OFFERED.openings(reading, [_FORM])


def _shown(done: commands.HandOver) -> HandedOver:
    return HandedOver(
        taken=[Taken(**_counted(_BY_NAME[name], count)) for name, count in done.taken.items()],
        left=[
            Left(
                **_counted(one.kind, len(one.records)), code=one.why.code, message_zh=one.why.message("zh"),
                message_en=one.why.message("en"), records=one.records[:_NAMED],
            )
            for one in done.left
        ],
        more=done.more,
    )  # fmt: skip


def _counted(kind: Kind[Any], count: int) -> dict[str, Any]:
    return {"kind": kind.name, "path": kind.path, "zh": kind.zh, "en": kind.en, "count": count}
