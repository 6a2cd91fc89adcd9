"""The use cases of inquiries: open, transfer, extend, answer, reopen, close; the answer's clock."""

from typing import Annotated

from pydantic import Field
from shuniu_contracts import registry_operations as contract

from chassis.http.fields import Day, PersonId
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, OrganizationId, Words
from services.registry.operations.inquiries.model import (
    TRANSITIONS,
    ExtendedBackwards,
    InquiryPhase,
    TransferredToSelf,
)
from services.registry.operations.inquiries.tables import InquiryRow
from services.registry.organizations.concerning import refer
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


def _days(policy: RegistryPolicy, row: InquiryRow) -> int | None:
    return None if row.due_on is not None else policy.operations.inquiry_days


INQUIRIES = Kind(
    InquiryRow, InquiryPhase, TRANSITIONS, initial=InquiryPhase.OPENED,
    zh="首问事项", en="inquiries", path="inquiries", steps=MatterStepRow,
    states_zh={
        InquiryPhase.OPENED: "已受理",
        InquiryPhase.TRANSFERRED: "已转办",
        InquiryPhase.ANSWERED: "已答复",
        InquiryPhase.CLOSED: "办结",
    },
    clocks=(
        Clock(
            "answer", {"opened", "transferred"}, contract.InquiryBecameOverdue, "became_overdue",
            rule="registry.operations.inquiry_days", days=_days, restarts={"extended"},
            rescheduled=contract.InquiryRescheduled,
        ),
    ),
    filters=("first_person", "handler", "topic", "channel", "organization_id", "late"),
)  # fmt: skip


@INQUIRIES.opens(contract.InquiryOpened, zh="受理", en="take in an inquiry", needs="write")
async def open_(
    uow: UnitOfWork, row: InquiryRow, *,
    channel: Annotated[Code, Field(title="渠道")],
    topic: Annotated[Code, Field(title="事项类别")],
    first_person: Annotated[PersonId, Field(title="首问责任人")],
    question: Annotated[Words, Field(title="咨询内容")],
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
    asker: Annotated[PersonId | None, Field(title="咨询人")] = None,
) -> None:  # fmt: skip
    """Whoever is asked first takes it up and stays answerable, whoever deals with it (R16).

    Raises `NotFound` for an organisation that is not in the register.
    """
    if organization_id is not None:
        await refer(uow, row, organization_id)
    row.owner = row.handler = first_person
    row.asked_on = row.effective_on


@INQUIRIES.step(contract.InquiryTransferred, zh="转办", needs="write", path="transfer")
async def transfer(
    uow: UnitOfWork, row: InquiryRow, *,
    to: Annotated[PersonId, Field(title="承办人")],
    reason: Annotated[Code | None, Field(title="原因")] = None,
) -> None:  # fmt: skip
    """Somebody else deals with it; the first person stays answerable and the clock goes on."""
    if to == row.handler:
        raise TransferredToSelf(at="/to", handler=to)
    row.handler = to
    row.transferred_times += 1


@INQUIRIES.step(contract.InquiryExtended, zh="延长期限", needs="review", path="extension")
async def extend(
    uow: UnitOfWork, row: InquiryRow, *,
    until: Annotated[Day, Field(title="延长至")],
    reason: Annotated[Code, Field(title="原因")],
) -> None:  # fmt: skip
    """More time, with the reason."""
    if row.due_on is not None and until <= row.due_on:
        raise ExtendedBackwards(at="/until", new=until, old=row.due_on)
    row.due_on = until


@INQUIRIES.step(contract.InquiryAnswered, zh="答复", needs="write", path="answer")
async def answer(
    uow: UnitOfWork, row: InquiryRow, *, reply: Annotated[Words, Field(title="答复内容")]
) -> None:
    """Whoever deals with it answers; how many working days it took is kept."""
    row.late = row.late or row.overdue or (row.due_on is not None and row.effective_on > row.due_on)
    row.answered_on = row.effective_on
    row.working_days = uow.region.calendar.working_days_between(row.asked_on, row.effective_on)


@INQUIRIES.step(contract.InquiryReopened, zh="再次提出", needs="write", path="reopening")
async def reopen(
    uow: UnitOfWork, row: InquiryRow, *, question: Annotated[Words, Field(title="咨询内容")]
) -> None:
    """The answer did not suffice: back to who answers for it, with a new clock."""
    row.handler, row.asked_on, row.answered_on = row.owner or row.first_person, row.effective_on, None
    row.reopened_times += 1


@INQUIRIES.step(contract.InquiryClosed, zh="办结", needs="write", path="closing")
async def close(uow: UnitOfWork, row: InquiryRow) -> None:
    """Whoever asked is content, or asked no more."""


def _take_over(row: InquiryRow, previous: str | None) -> None:
    """What she dealt with herself goes along; what was transferred stays with whom it is."""
    if row.handler == previous and row.owner is not None:
        row.handler = row.owner


reassign = INQUIRIES.reassigns(needs="write", then=_take_over)
