"""The use cases of contacts: due, reassigned, made, cancelled; missed when the period has passed."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_records as contract
from sqlmodel import select

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.fields import Code, Count, Record, Words
from services.registry.organizations.commands import keeps_contact
from services.registry.organizations.concerning import standing_still
from services.registry.records.assignments.tables import ContactAssignmentRow
from services.registry.records.contacts.model import TRANSITIONS, ContactPhase, headings
from services.registry.records.contacts.tables import ContactRecordRow
from services.registry.records.following import follow
from services.registry.tables import MatterStepRow

_COUNTS = ("staff_count", "member_count", "full_party_member_count")


async def _place(uow: UnitOfWork, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """With whom, where and by whom: as the assignment has it. Raises `NotFound`."""
    id = arguments["assignment_id"]
    found = await uow.session.exec(select(ContactAssignmentRow).where(ContactAssignmentRow.id == id))
    row = found.one_or_none()
    if row is None:
        raise NotFound.of(ContactAssignmentRow, id, at="/assignment_id")
    uow.authorize(row.division)
    still = await standing_still(uow, [row.organization_id])
    return {
        "paused_on": uow.today if row.organization_id in still else None,
        "division": row.division, "assignment_sequence": row.sequence, "officer": row.officer,
        "owner": row.officer, "organization_id": row.organization_id,
        "organization_sequence": row.organization_sequence,
    }  # fmt: skip


CONTACTS = Kind(
    ContactRecordRow, ContactPhase, TRANSITIONS, initial=ContactPhase.DUE,
    zh="联系记录", en="contact records", path="contact-records", unit="次", steps=MatterStepRow,
    states_zh={
        ContactPhase.DUE: "待联系",
        ContactPhase.MADE: "已联系",
        ContactPhase.MISSED: "逾期未联系",
        ContactPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock("period", {"due"}, contract.ContactRecordMissed, "missed", rule="contact_record.due_on"),
    ),
    place=_place, unique=("assignment_id", "period"),
    filters=("assignment_id", "organization_id", "officer", "period", "late", "channel"),
)  # fmt: skip


@CONTACTS.opens(contract.ContactRecordOpened, zh="安排联系", en="plan a contact", needs="write")
async def open_(
    uow: UnitOfWork, row: ContactRecordRow, *,
    assignment_id: Annotated[UUID, Record("contact_assignment"), Field(title="联系分工")],
    due_on: Annotated[Day | None, Field(title="期限")] = None,
    period: Annotated[Code | None, Field(title="周期")] = None,
) -> None:  # fmt: skip
    """A contact of the period, or one beside it, without a period."""


def _make_it(row: ContactRecordRow, _: str | None) -> None:
    """Somebody else makes this one; the assignment stays with whom it is."""
    row.officer = row.owner or row.officer


reassign = CONTACTS.reassigns(needs="write", zh="变更联系人", whose=keeps_contact, then=_make_it)


@CONTACTS.step(
    contract.ContactRecordMade, zh="记录联系", en="record the contact", needs="report", path="making",
    by_workbook=True, whose=keeps_contact,
)  # fmt: skip
async def make(
    uow: UnitOfWork, row: ContactRecordRow, *,
    channel: Annotated[Code, Field(title="联系方式")],
    staff: Annotated[Words | None, Field(title="人员构成")] = None,
    members: Annotated[Words | None, Field(title="会员分布")] = None,
    party: Annotated[Words | None, Field(title="党组织和党员情况")] = None,
    work: Annotated[Words | None, Field(title="工作开展")] = None,
    staff_count: Annotated[Count | None, Field(title="从业人数")] = None,
    member_count: Annotated[Count | None, Field(title="会员数")] = None,
    full_party_member_count: Annotated[Count | None, Field(title="正式党员数")] = None,
) -> None:  # fmt: skip
    """What was learned under the four headings (T07); the numbers go into the organisation's record, too."""
    row.headings = headings({"staff": staff, "members": members, "party": party, "work": work})
    row.made_on = row.effective_on
    row.late = row.due_on is not None and row.effective_on > row.due_on
    if row.organization_id is not None and row.basis == Basis.LIVE.value:
        await follow(uow, row.organization_id, {name: getattr(row, name) for name in _COUNTS})


@CONTACTS.step(
    contract.ContactRecordMissed, zh="认定未联系", en="record as missed", needs="write", path="absence"
)
async def miss(uow: UnitOfWork, row: ContactRecordRow) -> Mapping[str, Any]:
    """The period passed without it: as the clock does, for what is entered afterwards."""
    return {"due_on": row.due_on or row.effective_on, "rule": "contact_record.due_on"}


@CONTACTS.step(contract.ContactRecordCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(
    uow: UnitOfWork, row: ContactRecordRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """It is not needed."""
