"""Recipients over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from chassis.http import AggregateOut, Call, Page, PageRequest, Reading, requires
from services.notify.recipients import commands
from services.notify.recipients.tables import RecipientRow

router = APIRouter(prefix="/v1/recipients", tags=["recipients"])
Opaque = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]


class RegisterBody(BaseModel):
    """A person, by opaque ids, in a role in a division."""

    model_config = ConfigDict(extra="forbid")

    person_id: Opaque
    actor_id: Opaque = Field(description="the account (`sub`) that reads the messages")
    role: Opaque
    division: str = Field(max_length=12)
    language: str = Field("zh", pattern="^(zh|en)$")


class DeputyBody(BaseModel):
    """The account that acts meanwhile; null ends it."""

    model_config = ConfigDict(extra="forbid")

    deputy_actor_id: Opaque | None


class RecipientOut(AggregateOut):
    """A recipient."""

    person_id: str
    actor_id: str
    role: str
    division: str
    language: str
    deputy_actor_id: str | None
    retired: bool

    @classmethod
    def of(cls, row: RecipientRow) -> "RecipientOut":
        """The view of a row."""
        return cls.model_validate(row, from_attributes=True)


@router.post("", status_code=201, response_model=RecipientOut)
async def register(body: RegisterBody, call: Annotated[Call, requires("recipients:write")]) -> Response:
    """Enter a recipient."""
    return await call.execute(commands.register, answer=RecipientOut.of, status=201, **body.model_dump())


@router.put("/{id}/deputy", response_model=RecipientOut)
async def deputise(
    id: UUID, body: DeputyBody, call: Annotated[Call, requires("recipients:write")]
) -> Response:
    """Set or end a deputy."""
    return await call.execute(
        commands.deputise, id=id, deputy_actor_id=body.deputy_actor_id, answer=RecipientOut.of
    )


@router.delete("/{id}", response_model=RecipientOut)
async def retire(id: UUID, call: Annotated[Call, requires("recipients:write")]) -> Response:
    """Retire a recipient."""
    return await call.execute(commands.retire, id=id, answer=RecipientOut.of)


async def listed(reading: Reading, *, page: PageRequest, division: str | None) -> Page[RecipientOut]:
    """Recipients of the caller's divisions, by division and person."""
    statement = select(RecipientRow).where(reading.within(col(RecipientRow.division), division))
    if (after := page.after(str)) is not None:
        statement = statement.where(col(RecipientRow.id) > UUID(after[0]))
    rows = (await reading.session.exec(statement.order_by(col(RecipientRow.id)).limit(page.fetch))).all()
    return Page.of(rows, page, item=RecipientOut.of, key=lambda row: (str(row.id),))


@router.get("", response_model=Page[RecipientOut])
async def recipients(
    call: Annotated[Call, requires("recipients:read")],
    page: Annotated[PageRequest, Depends()],
    division: str | None = None,
) -> Page[RecipientOut]:
    """List recipients."""
    return await call.read(listed, page=page, division=division)
