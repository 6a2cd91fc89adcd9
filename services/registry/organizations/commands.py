"""The use cases of organisations: come onto the record, move along an axis, change details, merge, end."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Event, Ref, registry
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from uuid_utils.compat import uuid7

from chassis.acting import Acting
from chassis.model import Refusal, division_code, refuse_all
from chassis.principal import Principal
from chassis.received import Received
from chassis.unit_of_work import UnitOfWork, When
from services.registry.hub.hubs.routing import department_of
from services.registry.identification.model import credit_code, legacy_number, organization_name
from services.registry.organizations.hooks import CAME_ON_RECORD, IDENTIFIED, MERGED, MERGING, TAKEN_DIRECT
from services.registry.organizations.merging import move
from services.registry.organizations.model import (
    AlreadyEnded,
    Axes,
    Basis,
    Decoupling,
    Duplicate,
    HubLink,
    HubStanding,
    LegalForm,
    LegalStatus,
    MergedWithItself,
    NotDirectlyRegistrable,
    NotOwnerOfStep,
    RegistrationRoute,
    UnknownCategory,
    check_code,
    check_days,
    entered,
)
from services.registry.organizations.standing import Reason, weighing, worst
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import STEPS_ZH, RegistryPolicy, Step

DETAILS: Final = (
    "name", "credit_code", "legacy_number", "categories", "department", "nature", "functions",
    "service_directions", "target_groups", "origin", "development_mode", "premises", "staff_count",
    "member_count", "full_party_member_count", "volunteer_count", "registration_authority", "founded_on",
    "brands", "four_no_fees_declared", "registered_capital_fen", "charity",
)  # fmt: skip
"""What `change_details` changes; axes, supervision and the days of facts have their own commands."""

_IDENTIFYING: Final = frozenset({"name", "credit_code"})
"""What no two organisations on the record share."""
_ABSORBED: Final = tuple(
    name for name in (*DETAILS, "supervisory_unit", "supervisory_unit_name", "filed_on") if name != "name"
)
Details = Mapping[str, Any]

_HISTORY = """
with closed as (
    update organization_status set until = $6
    where organization_id = $1 and effective_on <= $6 and (until is null or until > $6)
)
insert into organization_status (organization_id, division, legal_form, legal_status, hub_link, effective_on,
                                 registration_route, recorded_at, until)
select $1, $2, $3, $4, $5, $6::date, $7, $8,
       (select min(effective_on) from organization_status where organization_id = $1 and effective_on > $6)
"""

_DUPLICATE = """
select id, name, coalesce(credit_code = $2, false) as by_code
from organization
where not ended and not replica and id <> $1
  and (credit_code = $2 or (division = $3 and normalized_name = $4))
limit 1
"""

_DEPARTMENTS = "select distinct department from organization where id = any($1)"

_TAKE = """
select pg_advisory_xact_lock(hashtextextended('organization ' || place, 0)) from unnest($1::text[]) as place
"""


def refuse_other_staff(
    principal: Principal, policy: RegistryPolicy, step: Step, department: str | None = None
) -> None:
    """Raise `NotOwnerOfStep` where the step belongs to bodies whose staff `principal` is not (L11);
    `department` deals with the organisation."""
    owner = policy.steps.get(step)
    if owner is None or principal.roles & {"operator", "system"}:
        return
    if principal.bodies.isdisjoint(bodies := owner.of(department)):
        own = policy.body_names(sorted(principal.bodies)) or "-"
        body = policy.body_names(bodies)
        raise NotOwnerOfStep(step=step, step_zh=STEPS_ZH[step], body=body, own=own)


def own_step(acting: Acting, step: Step, department: str | None = None) -> None:
    """`refuse_other_staff` for whoever acts."""
    refuse_other_staff(acting.principal, acting.policy(RegistryPolicy), step, department)


async def own_contact(uow: UnitOfWork, organizations: Collection[UUID | None]) -> None:
    """Raise `NotOwnerOfStep` where contact with one of the organisations is other staff's; with a community,
    which is None, it is that of all who own the step."""
    owner = uow.policy(RegistryPolicy).steps.get("contact")
    departments: set[str | None] = {None}
    if owner is not None and owner.by_department and (ids := [id for id in organizations if id is not None]):
        found = await uow.connection.fetch(_DEPARTMENTS, ids)
        departments = {entry["department"] for entry in found}
    for department in departments:
        own_step(uow, "contact", department)


async def remember_status(uow: UnitOfWork, row: OrganizationRow) -> None:
    """Write how `row` stands from its `effective_on` on, in one statement."""
    await uow.connection.execute(
        _HISTORY, row.id, row.division, row.legal_form, row.legal_status, row.hub_link, row.effective_on,
        row.registration_route, uow.now,
    )  # fmt: skip


async def _refuse_duplicate(uow: UnitOfWork, row: OrganizationRow) -> None:
    found = await uow.connection.fetchrow(
        _DUPLICATE, row.id, row.credit_code, row.division, row.normalized_name
    )
    if found is not None:
        zh, en = (
            ("统一社会信用代码", "credit code") if found["by_code"] else ("名称", "name in this division")
        )
        raise Duplicate(name=found["name"], reason_zh=zh, reason_en=en, other=found["id"])


async def _save_unique(uow: UnitOfWork, row: OrganizationRow, *, new: bool) -> None:
    """Take the row's code and name where they are free: who takes the same at once waits, and is refused."""
    uow.authorize(row.division)
    places = [f"{row.division} {row.normalized_name}", *filter(None, (row.credit_code,))]
    await uow.connection.execute(_TAKE, sorted(places))
    await _refuse_duplicate(uow, row)
    if not new:
        return
    try:
        async with uow.session.begin_nested():
            uow.admit(row)
            await uow.session.flush()
    except IntegrityError:  # an import, which takes no places, was faster
        await _refuse_duplicate(uow, row)
        raise


async def _apply(uow: UnitOfWork, row: OrganizationRow, details: Details) -> list[str]:
    """Put `details` into the row; returns the fields that changed, raises every fault at once."""
    policy, faults = uow.policy(RegistryPolicy), list[Refusal]()
    before = {name: getattr(row, name, None) for name in (*DETAILS, "department")}
    for name, value in details.items():
        try:
            _set(row, name, value, policy)
        except Refusal as fault:
            faults.append(fault)
    refuse_all(faults)
    if "categories" in details and details.get("department") is None:
        row.department = await department_of(uow, row.division, row.categories)
    return [name for name in before if getattr(row, name) != before[name]]


def _set(row: OrganizationRow, name: str, value: Any, policy: RegistryPolicy) -> None:
    at = f"/{name}"
    if name == "name":
        row.rename(organization_name(value, at=at))
    elif name == "credit_code":
        row.credit_code = credit_code(value, at=at) if value else None
    elif name == "legacy_number":
        row.legacy_number = legacy_number(value, at=at) if value else None
    elif name == "categories":
        row.categories = known_categories(value, policy)
    else:
        setattr(row, name, list(value) if isinstance(value, tuple) else value)


def known_categories(values: Sequence[str], policy: RegistryPolicy, at: str = "/categories") -> list[str]:
    """The codes of categories given by code or Chinese name, once each; raises `UnknownCategory`."""
    codes: dict[str, None] = {}
    for value in values:
        if (code := policy.category_names.get(value)) is None:
            known = ", ".join(category.name_zh for category in policy.categories)
            raise UnknownCategory(at=at, value=value, known=known)
        codes[code] = None
    return list(codes)


def _check_registration(row: OrganizationRow, policy: RegistryPolicy, basis: Basis) -> None:
    """The rules of a registration that look at more than the axes."""
    check_code(
        row.credit_code, LegalForm(row.legal_form), row.registered_on or row.effective_on,
        policy.credit_code_since,
    )  # fmt: skip
    if basis is Basis.LIVE and row.registration_route == RegistrationRoute.DIRECT.value:
        check_direct(row.categories, policy)


def check_direct(categories: list[str], policy: RegistryPolicy) -> None:
    """Raise `NotDirectlyRegistrable` unless one of the categories is registered directly here (B02)."""
    if not set(categories) & set(policy.direct_registration_categories):
        raise NotDirectlyRegistrable(
            at="/route",
            categories=", ".join(categories) or "-",
            allowed=", ".join(policy.direct_registration_categories),
        )


_ENTERED: Final[dict[LegalStatus, type[Event]]] = {
    LegalStatus.CANDIDATE: registry.OrganizationNominated,
    LegalStatus.DISCOVERED: registry.OrganizationDiscovered,
    LegalStatus.FILED: registry.OrganizationFiled,
}
STEP_OF_ENTRY: Final[Mapping[LegalStatus, Step]] = {
    LegalStatus.DISCOVERED: "census",
    LegalStatus.FILED: "filing",
}
"""Whose step it is to put an organisation on the record so."""
STEP_OF_LINK: Final[Mapping[str, Step]] = {
    HubLink.LINKED.value: "contact",
    HubLink.HUB_FILED.value: "filing",
    HubLink.IN_FIELD.value: "contact",
    HubLink.DIRECT.value: "contact",
}
"""Whose step it is to give it this link to the hub."""


async def enter(
    uow: UnitOfWork, *, status_on_record: LegalStatus, division: str, legal_form: LegalForm,
    details: Details, id: UUID | None = None, effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """Put a new candidate, discovered or filed organisation on the record.

    Raises `Duplicate` with the id of the other, the faults of the details, `NotOwnerOfStep`.
    """
    if owned := STEP_OF_ENTRY.get(status_on_record):
        own_step(uow, owned)
    row = await _new(
        uow, entered(status_on_record, legal_form, basis), division, details, effective_on, basis, id
    )
    if status_on_record is LegalStatus.FILED:
        row.filed_on = row.effective_on
    await _save_unique(uow, row, new=True)
    uow.record(row, _ENTERED[status_on_record](state=row.public_state()))
    await remember_status(uow, row)
    if status_on_record is LegalStatus.FILED:
        await CAME_ON_RECORD(uow, [row.id])
    return row


async def register_new(
    uow: UnitOfWork, *, division: str, legal_form: LegalForm, details: Details, route: RegistrationRoute,
    id: UUID | None = None, effective_on: date | None = None, basis: Basis = Basis.LIVE,
    application: Ref | None = None,
) -> OrganizationRow:  # fmt: skip
    """Put an organisation on the record that the authority registered on `effective_on`.

    Raises what `enter` raises, `CreditCodeMissing`, `CreditCodeOfOtherForm`, `NotDirectlyRegistrable`.
    """
    axes = entered(LegalStatus.REGISTERED, legal_form, basis)
    row = await _new(uow, axes, division, details, effective_on, basis, id)
    row.registered_on = row.effective_on
    row.registration_route = route.value
    _check_registration(row, uow.policy(RegistryPolicy), basis)
    await _save_unique(uow, row, new=True)
    uow.record(
        row,
        registry.OrganizationRegistered(
            state=row.public_state(), route=registry.RegistrationRoute(route), application=application
        ),
    )
    await remember_status(uow, row)
    await CAME_ON_RECORD(uow, [row.id])
    return row


async def _new(
    uow: UnitOfWork, axes: Axes, division: str, details: Details, effective_on: date | None, basis: Basis,
    id: UUID | None,
) -> OrganizationRow:  # fmt: skip
    row = OrganizationRow(
        id=id or uuid7(),
        division=division_code(division, at="/division"),
        effective_on=effective_on or uow.today,
        basis=basis.value,
        recorded_at=uow.now,
        name="",
        normalized_name="",
        pinyin="",
        legal_form=axes.legal_form.value,
        legal_status=axes.legal_status.value,
    )
    row.axes = axes
    await _apply(uow, row, {"categories": (), **details})
    refuse_all(check_days(uow.today, founded_on=row.founded_on, effective_on=row.effective_on))
    return row


async def _load(uow: UnitOfWork, id: UUID | str) -> OrganizationRow:
    """The locked row; raises `AlreadyEnded` where nothing more may happen to it."""
    row = await uow.load(OrganizationRow, id)
    if row.ended:
        raise AlreadyEnded(status=row.legal_status, into=row.merged_into or "-")
    return row


def _date(uow: UnitOfWork, row: OrganizationRow, effective_on: date | None, basis: Basis) -> None:
    row.effective_on = effective_on or uow.today
    row.basis = basis.value
    row.recorded_at = uow.now
    refuse_all(check_days(uow.today, effective_on=row.effective_on))


async def file(
    uow: UnitOfWork, *, id: UUID, legal_form: LegalForm = LegalForm.COMMUNITY_ORGANIZATION,
    effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """File a candidate or discovered organisation with its community (备案)."""
    own_step(uow, "filing")
    row = await _load(uow, id)
    row.axes = row.axes.filed(legal_form)
    _date(uow, row, effective_on, basis)
    row.filed_on = row.effective_on
    uow.record(row, registry.OrganizationFiled(state=row.public_state()))
    await remember_status(uow, row)
    await CAME_ON_RECORD(uow, [row.id])
    return row


async def register(
    uow: UnitOfWork, *, id: UUID, legal_form: LegalForm, route: RegistrationRoute, details: Details,
    effective_on: date | None = None, basis: Basis = Basis.LIVE, application: Ref | None = None,
) -> OrganizationRow:  # fmt: skip
    """The authority registered an organisation that is on the record already (登记)."""
    row = await _load(uow, id)
    row.axes = row.axes.registered(legal_form, basis)
    await _apply(uow, row, details)
    _date(uow, row, effective_on, basis)
    row.registered_on = row.effective_on
    row.registration_route = route.value
    _check_registration(row, uow.policy(RegistryPolicy), basis)
    await _save_unique(uow, row, new=False)
    uow.record(
        row,
        registry.OrganizationRegistered(
            state=row.public_state(), route=registry.RegistrationRoute(route), application=application
        ),
    )
    await remember_status(uow, row)
    await CAME_ON_RECORD(uow, [row.id])
    return row


async def change_details(
    uow: UnitOfWork, *, id: UUID, details: Details, legal_form: LegalForm | None = None,
    effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """Change attributes; `legal_form` only to correct what the record says wrongly or not at all (F02).

    The event names the fields that changed; where none did, nothing is recorded.
    """
    row = await _load(uow, id)
    before = row.legal_form
    if legal_form is not None:
        row.legal_form = entered(LegalStatus(row.legal_status), legal_form, basis).legal_form.value
    fields = await _apply(uow, row, details)
    if row.legal_form != before:
        fields.append("legal_form")
    if not fields:
        return row
    _date(uow, row, effective_on, basis)
    refuse_all(check_days(uow.today, founded_on=row.founded_on))
    if row.registered_on is not None:
        check_code(
            row.credit_code, LegalForm(row.legal_form), row.registered_on,
            uow.policy(RegistryPolicy).credit_code_since,
        )  # fmt: skip
    if not _IDENTIFYING.isdisjoint(fields):
        await _save_unique(uow, row, new=False)
    uow.record(row, registry.OrganizationDetailsChanged(state=row.public_state(), fields=tuple(fields)))
    if "credit_code" in fields:
        await IDENTIFIED(uow, [row.id])
    if "legal_form" in fields:
        await remember_status(uow, row)
    return row


async def link(
    uow: UnitOfWork, *, id: UUID, link: HubLink, effective_on: date | None = None,
    basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """Link to the hub (联系), file with it (备案制), take in the field (分管) or directly (直管).

    Raises `NotOwnerOfStep`: to file is the step of who files, the others are of who keeps contact.
    """
    row = await _load(uow, id)
    own_step(uow, STEP_OF_LINK[link.value], row.department)
    previous = registry.HubLink(row.hub_link)
    row.axes = row.axes.linked_as(link)
    _date(uow, row, effective_on, basis)
    row.linked_on = row.linked_on or row.effective_on
    if link is HubLink.HUB_FILED:
        row.hub_filed_on = row.effective_on
        uow.record(row, registry.OrganizationHubFiled(state=row.public_state()))
    else:
        uow.record(row, registry.OrganizationLinked(state=row.public_state(), previous=previous))
    await remember_status(uow, row)
    if link is HubLink.DIRECT:
        await TAKEN_DIRECT(uow, [row.id])
    return row


async def decouple(
    uow: UnitOfWork, *, id: UUID, step: Literal["self_checked", "pressed", "completed"],
    administrative_leaders: int = 0, effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """One step of decoupling from the administrative department: 自查, 督办, 完成 (R13, R24)."""
    row = await _load(uow, id)
    row.axes = row.axes.decoupling_moved(step, administrative_leaders)
    _date(uow, row, effective_on, basis)
    if row.decoupling == Decoupling.COMPLETED.value:
        row.decoupled_on = row.effective_on
        uow.record(row, registry.OrganizationDecoupled(state=row.public_state()))
        await remember_status(uow, row)
        if row.hub_link == HubLink.DIRECT.value:
            await TAKEN_DIRECT(uow, [row.id])
    else:
        uow.record(row, registry.OrganizationDetailsChanged(state=row.public_state(), fields=("decoupling",)))
    return row


async def change_supervision(
    uow: UnitOfWork, *, id: UUID, supervisory_unit: str | None = None,
    supervisory_unit_name: str | None = None, effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """Another body is the professional supervisory unit (业务主管单位); none where both are left out."""
    row = await _load(uow, id)
    previous = row.supervisory_unit
    row.supervisory_unit = supervisory_unit
    row.supervisory_unit_name = supervisory_unit_name
    _date(uow, row, effective_on, basis)
    uow.record(row, registry.OrganizationSupervisionChanged(state=row.public_state(), previous=previous))
    return row


async def judge(
    uow: UnitOfWork, *, id: UUID, standing: HubStanding, ground: str | None = None,
    evidence: str | None = None, effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """The hub changes its own judgement, with the ground as a code and the number of the papers that show it;
    the same standing again is no fact.

    A judgement makes nobody better than what is open about it allows.
    """
    row = await _load(uow, id)
    row.judged_standing = standing.value
    reasons = (await weighing(uow, [row.id])).get(row.id, ())
    change_standing(
        uow, row, reasons, effective_on=effective_on, basis=basis, ground=ground, evidence=evidence
    )
    return row


def change_standing(
    uow: UnitOfWork, row: OrganizationRow, reasons: Sequence[Reason], *, effective_on: date | None,
    basis: Basis, ground: str | None = None, evidence: str | None = None,
    because: Received[Any] | None = None,
) -> None:  # fmt: skip
    """Give the locked organisation the standing that judgement and `reasons` make; the same is no fact."""
    previous = registry.HubStanding(row.hub_standing)
    standing = worst(HubStanding(row.judged_standing), reasons)
    if previous == standing.value:
        return
    row.axes = row.axes.judged(standing)
    _date(uow, row, effective_on, basis)
    changed = registry.OrganizationHubStandingChanged(
        state=row.public_state(), previous=previous, ground=ground,
        reasons=tuple(reason.public for reason in reasons), evidence=evidence,
    )  # fmt: skip
    uow.record(row, changed, because=because)


async def show_listing(
    uow: UnitOfWork, *, id: UUID, listing: registry.CreditListing, listed_on: date | None,
    decision: Ref | None, grounds: tuple[str, ...], effective_on: date, basis: Basis,
    because: Received[Any] | None = None,
) -> OrganizationRow:  # fmt: skip
    """Show the organisation on the authority's list, or on none; the same list by the same day is no fact."""
    row = await _load(uow, id)
    previous = registry.CreditListing(row.credit_listing)
    if (previous, row.credit_listed_on) == (listing, listed_on):
        return row
    row.credit_listing, row.credit_listed_on = listing.value, listed_on
    _date(uow, row, effective_on, basis)
    changed = registry.OrganizationCreditListingChanged(
        state=row.public_state(), previous=previous, decision=decision, grounds=grounds
    )
    uow.record(row, changed, because=because)
    return row


async def suspend(
    uow: UnitOfWork, *, id: UUID, until: date | None = None, effective_on: date | None = None,
    basis: Basis = Basis.LIVE, because: Received[Any] | None = None,
) -> OrganizationRow:  # fmt: skip
    """The authority ordered it to stop its activities."""
    row = await _load(uow, id)
    row.axes = row.axes.suspended()
    _date(uow, row, effective_on, basis)
    uow.record(row, registry.OrganizationSuspended(state=row.public_state(), until=until), because=because)
    await remember_status(uow, row)
    return row


async def resume(
    uow: UnitOfWork, *, id: UUID, effective_on: date | None = None, basis: Basis = Basis.LIVE,
    because: Received[Any] | None = None,
) -> OrganizationRow:  # fmt: skip
    """The suspension is over."""
    row = await _load(uow, id)
    row.axes = row.axes.resumed()
    _date(uow, row, effective_on, basis)
    uow.record(row, registry.OrganizationResumed(state=row.public_state()), because=because)
    await remember_status(uow, row)
    return row


_ENDS: Final[dict[str, type[Event]]] = {
    "deregistered": registry.OrganizationDeregistered,
    "revoked": registry.OrganizationRevoked,
    "dissolved": registry.OrganizationDissolved,
}


async def end(
    uow: UnitOfWork, *, id: UUID, fact: Literal["deregistered", "revoked", "dissolved"],
    effective_on: date | None = None, basis: Basis = Basis.LIVE, because: Received[Any] | None = None,
) -> OrganizationRow:  # fmt: skip
    """It was deregistered (注销), revoked (撤销) or, never registered, dissolved; its last event."""
    row = await _load(uow, id)
    row.axes = row.axes.ended_as(fact)
    _date(uow, row, effective_on, basis)
    row.ended_on = row.effective_on
    refuse_all(
        check_days(
            uow.today, founded_on=row.founded_on, filed_on=row.filed_on, registered_on=row.registered_on,
            ended_on=row.ended_on,
        )
    )  # fmt: skip
    uow.record(row, _ENDS[fact](state=row.public_state()), because=because)
    await remember_status(uow, row)
    return row


async def merge(
    uow: UnitOfWork, *, id: UUID, into: UUID, effective_on: date | None = None, basis: Basis = Basis.LIVE
) -> OrganizationRow:
    """Two records are one organisation: `id` ends with `merged`, `into` takes over what it lacks.

    The record that ends is counted on no day any more, as if it had never been entered; what was about it is
    about the survivor. Answers the record that ended, whose revision the caller gave. Both are locked in the
    order of their ids.
    """
    if id == into:
        raise MergedWithItself(at="/into", id=id)
    both = select(OrganizationRow.id).where(sa.column("id").in_([id, into])).order_by("id").with_for_update()
    await uow.session.exec(both)
    loser = await _load(uow, id)
    uow.expected_revision = None  # it was the loser's
    survivor = await _load(uow, into)
    uow.permission = None  # what follows is the rule's, also in divisions where the caller may not act
    for row in (loser, survivor):
        _date(uow, row, effective_on, basis)
    with uow.following(When(loser.effective_on, basis)):
        await MERGING(uow, loser, survivor)
    loser.merged_into, loser.merged_into_sequence = survivor.id, survivor.sequence
    loser.ended, loser.ended_on = True, loser.effective_on
    await uow.session.flush()  # frees the loser's code before the survivor takes it
    _absorb(survivor, loser)
    uow.record(loser, registry.OrganizationMerged(state=loser.public_state(), into=survivor.reference()))
    uow.record(
        survivor, registry.OrganizationAbsorbed(state=survivor.public_state(), absorbed=loser.reference())
    )
    await uow.connection.execute("delete from organization_status where organization_id = $1", loser.id)
    await move(uow, loser.id, survivor.id, survivor.sequence)
    await MERGED(uow, loser, survivor)
    reasons = (await weighing(uow, [survivor.id])).get(survivor.id, ())
    change_standing(uow, survivor, reasons, effective_on=effective_on, basis=basis)
    return loser


def _absorb(survivor: OrganizationRow, loser: OrganizationRow) -> None:
    for name in _ABSORBED:
        if getattr(survivor, name) in (None, []):
            setattr(survivor, name, getattr(loser, name))
