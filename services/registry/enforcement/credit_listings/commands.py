"""The use cases of credit listing: grounds, notice, answer, decision, publication, removal; two clocks."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_enforcement as contract
from shuniu_contracts.registry import CreditListing
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from chassis.matters import Clock, Kind, draft, open_many, words
from chassis.model import in_words
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.addressed import address
from services.registry.enforcement.credit_listings.model import (
    LISTS_ZH,
    TRANSITIONS,
    GraverIsFinal,
    ListingPhase,
    NoGround,
    TimeToAnswer,
    UnknownGround,
    years_after,
)
from services.registry.enforcement.credit_listings.tables import CreditListingRow
from services.registry.enforcement.official_decisions import commands as decisions
from services.registry.fields import Code, Codes, DocumentNumber, OrganizationId, Words
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

TWO_YEARS = "listed_for_two_years"
"""The ground for the graver list that time makes."""


def _answer_days(policy: RegistryPolicy, row: CreditListingRow) -> int:
    return policy.enforcement.listing_answer_days


async def _open_graver(uow: UnitOfWork, row: CreditListingRow) -> None:
    """Two years on it are a ground for the graver list: the authority finds it opened, and decides."""
    graver, other = CreditListing.SERIOUSLY_UNTRUSTWORTHY, CreditListingRow
    running = select(other.id).where(
        other.organization_id == row.organization_id,
        other.listing == graver.value,
        col(other.ended).is_(False),
    )
    if (await uow.session.exec(running)).first() is None:
        await open_(
            uow, division=row.division, authority=row.authority, organization_id=row.organization_id,
            listing=graver, listing_grounds=[TWO_YEARS],
        )  # fmt: skip


CREDIT_LISTINGS = Kind(
    CreditListingRow, ListingPhase, TRANSITIONS, initial=ListingPhase.OPENED,
    zh="信用名录", en="credit listings", path="credit-listings", steps=MatterStepRow,
    states_zh={
        ListingPhase.OPENED: "发现情形",
        ListingPhase.NOTICED: "已告知",
        ListingPhase.ANSWERED: "已陈述申辩",
        ListingPhase.LISTED: "已决定列入",
        ListingPhase.PUBLICISED: "已公布",
        ListingPhase.REMOVED: "已移出",
        ListingPhase.DROPPED: "不予列入",
    },
    clocks=(
        Clock(
            "answer", {"noticed"}, contract.CreditListingFellDue, "fell_due",
            rule="registry.enforcement.listing_answer_days", days=_answer_days, runs_on=True,
            rescheduled=contract.CreditListingRescheduled,
        ),
        Clock(
            "term", {"listed", "publicised"}, contract.CreditListingFellDue, "fell_due",
            rule="registry.enforcement.listing_years", column="term_on", restarts={"repeated"}, runs_on=True,
            then=_open_graver,
        ),
    ),
    unique=("organization_id", "listing"), filters=("organization_id", "listing", "authority"),
)  # fmt: skip


@CREDIT_LISTINGS.opens(contract.CreditListingOpened, zh="立案", en="open a case", needs="write")
async def open_(
    uow: UnitOfWork, row: CreditListingRow, *,
    authority: Annotated[Code, Field(title="列入机关")],
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    listing: Annotated[CreditListing, Field(title="名录", json_schema_extra=words(LISTS_ZH))],
    listing_grounds: Annotated[Codes, Field(title="列入情形")],
    facts: Annotated[Words | None, Field(title="事实和依据")] = None,
) -> None:  # fmt: skip
    """The authority found grounds; it tells the organisation before it decides."""
    _check_grounds(uow.policy(RegistryPolicy), listing, listing_grounds)
    await address(uow, row, organization_id)


@CREDIT_LISTINGS.step(
    contract.CreditListingNoticed, zh="告知", en="give notice", needs="write", path="notice"
)
async def notice(
    uow: UnitOfWork,
    row: CreditListingRow,
    *,
    facts: Annotated[Words | None, Field(title="事实和依据")] = None,
) -> None:
    """The organisation is told facts, grounds and its right to answer within the profile's working days."""
    row.noticed_on = row.effective_on


@CREDIT_LISTINGS.step(
    contract.CreditListingAnswered, zh="陈述申辩", en="record the answer", needs="write", path="answer"
)
async def take_answer(
    uow: UnitOfWork, row: CreditListingRow, *, answer_given: Annotated[Words, Field(title="陈述申辩")]
) -> None:
    """What the organisation states; the authority looks at it before it decides."""


@CREDIT_LISTINGS.step(
    contract.CreditListingListed, zh="决定列入", en="decide to list", needs="decide", path="listing"
)
async def list_(
    uow: UnitOfWork, row: CreditListingRow, *,
    document_number: Annotated[DocumentNumber | None, Field(title="决定文号")] = None,
) -> None:  # fmt: skip
    """Decided, after the answer or when the time for it is over; the organisation's home applies it."""
    live, noticed = row.basis == Basis.LIVE.value, row.state == ListingPhase.NOTICED.value
    if live and noticed and not row.overdue and row.due_on is not None and row.effective_on <= row.due_on:
        raise TimeToAnswer(due_on=row.due_on)
    row.listed_on = row.effective_on
    _count_term(uow, row)
    decision = draft(
        decisions.record, id=uuid7(), division=row.division, effective_on=row.effective_on, basis=row.basis,
        opened_on=row.effective_on, authority=row.authority,
        organization_id=row.organization_id, organization_sequence=row.organization_sequence, kind="listing",
        listing=row.listing, grounds=list(row.listing_grounds), document_number=row.document_number,
        decided_on=row.effective_on, procedure_id=row.id,
    )  # fmt: skip
    row.decision_id, row.decision_sequence = decision.id, 1
    await open_many(uow, decisions.record, [decision])


@CREDIT_LISTINGS.step(contract.CreditListingPublicised, zh="公布", needs="write", path="publication")
async def publicise(uow: UnitOfWork, row: CreditListingRow) -> None:
    """The listing was published."""
    row.publicised_on = row.effective_on


@CREDIT_LISTINGS.step(
    contract.CreditListingRepeated,
    zh="再次出现情形",
    en="record a repetition",
    needs="write",
    path="repetition",
)
async def repeat(
    uow: UnitOfWork, row: CreditListingRow, *, listing_grounds: Annotated[Codes, Field(title="列入情形")]
) -> None:
    """A ground arose again while it is on the list: its time there starts anew."""
    listing = CreditListing(row.listing)
    if listing is not CreditListing.ABNORMAL:
        raise GraverIsFinal()
    _check_grounds(uow.policy(RegistryPolicy), listing, listing_grounds)
    row.repeats += 1
    _count_term(uow, row)


@CREDIT_LISTINGS.step(
    contract.CreditListingRemoved, zh="移出", en="take off the list", needs="decide", path="removal"
)
async def remove(
    uow: UnitOfWork, row: CreditListingRow, *,
    reason: Annotated[Code, Field(title="移出原因")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """The ground is gone, the credit repaired, or the listing was wrong: the decision is lifted."""
    if row.decision_id is not None:
        await decisions.end(uow, row.decision_id, {"reason": reason}, like=row)
    row.term_on = None


@CREDIT_LISTINGS.step(
    contract.CreditListingDropped, zh="不予列入", en="drop the case", needs="decide", path="dropping"
)
async def drop(
    uow: UnitOfWork, row: CreditListingRow, *,
    reason: Annotated[Code, Field(title="不予列入原因")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """Not listed: the answer was right, or the ground is gone."""


def _count_term(uow: UnitOfWork, row: CreditListingRow) -> None:
    """Count the years on the list of abnormal activities from this fact on; the graver has no term."""
    if row.listing == CreditListing.ABNORMAL.value:
        row.term_on = years_after(row.effective_on, uow.policy(RegistryPolicy).enforcement.listing_years)


def _check_grounds(policy: RegistryPolicy, listing: CreditListing, grounds: Sequence[str]) -> None:
    known = [one.code for one in policy.enforcement.listing_grounds if one.listing == listing.value]
    if not grounds:
        raise NoGround(at="/listing_grounds")
    for ground in grounds:
        if ground not in known:
            raise UnknownGround(
                at="/listing_grounds",
                ground=ground,
                listing_zh=LISTS_ZH[listing.value],
                listing_en=in_words(listing.value),
                known=known,
            )
