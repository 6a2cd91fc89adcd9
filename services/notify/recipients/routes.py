"""Recipients over HTTP."""

from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Body, Code, Division, PersonId
from chassis.http.language import preferred
from services.notify.recipients import commands, queries
from services.notify.recipients.queries import RecipientOut
from services.notify.recipients.tables import RecipientRow

router = APIRouter(prefix="/v1/recipients", tags=["recipients"])


class RegisterBody(Body):
    """A person, by opaque ids, in a role in a division."""

    person_id: PersonId
    actor_id: Code = Field(description="the account (`sub`) that reads the messages")
    role: Code
    division: Division
    language: Literal["zh", "en"] = "zh"


class DeputyBody(Body):
    """The account that acts meanwhile; null ends it."""

    deputy_actor_id: Code | None


def _answer(call: Call) -> Callable[[RecipientRow], RecipientOut]:
    return lambda row: queries.shown(call.runtime.region, row, preferred(call.request.headers))


@router.post("", status_code=201, response_model=RecipientOut)
async def register(body: RegisterBody, call: Annotated[Call, requires("recipients:write")]) -> Response:
    """登记接收人 / Enter a recipient."""
    return await call.execute(commands.register, answer=_answer(call), status=201, **body.model_dump())


@router.put("/{id}/deputy", response_model=RecipientOut)
async def deputise(
    id: UUID, body: DeputyBody, call: Annotated[Call, requires("recipients:write")]
) -> Response:
    """设置代理人 / Set or end a deputy."""
    return await call.execute(
        commands.deputise, id=id, deputy_actor_id=body.deputy_actor_id, answer=_answer(call)
    )


@router.delete("/{id}", response_model=RecipientOut)
async def retire(id: UUID, call: Annotated[Call, requires("recipients:write")]) -> Response:
    """停用接收人 / Retire a recipient."""
    return await call.execute(commands.retire, id=id, answer=_answer(call))


@router.get("", response_model=Page[RecipientOut])
async def recipients(
    call: Annotated[Call, requires("recipients:read")],
    page: Annotated[PageRequest, Depends()],
    division: Division | None = None,
    retired: Annotated[bool, Query(description="with those who were retired")] = False,
) -> Page[RecipientOut]:
    """接收人名单 / List recipients."""
    language = preferred(call.request.headers)
    return await call.read(queries.listed, page=page, division=division, retired=retired, language=language)
