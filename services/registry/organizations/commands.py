"""The use cases of organisations: come onto the record, move along an axis, change details, merge, end."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
import sqlalchemy as sa
from shuniu_contracts import Event, Ref, registry
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from uuid_utils.compat import uuid7

from chassis.acting import Acting
from chassis.model import Refusal, division_code, in_words, refuse_all
from chassis.principal import Principal
from chassis.received import Received
from chassis.unit_of_work import NotHome, UnitOfWork, When
from services.registry.hub.hubs.routing import department_of
from services.registry.identification.model import credit_code, legacy_number, organization_name
from services.registry.organizations.courses import (
    Course,
    axes_on,
    course_of,
    keep,
    said_by,
    standing_of,
    then,
)
from services.registry.organizations.hooks import (
    CAME_ON_RECORD,
    ENDED,
    IDENTIFIED,
    MERGED,
    MERGING,
    RELOCATED,
    TAKEN_DIRECT,
)
from services.registry.organizations.judgements import Axis, Days, judgements, now, on, said, told
from services.registry.organizations.judgements import keep as keep_judgement
from services.registry.organizations.merging import move
from services.registry.organizations.model import (
    CALLED,
    WAS_REGISTERED,
    AlreadyEnded,
    Axes,
    Basis,
    CorrectedToTheSame,
    DaysOutOfOrder,
    Decoupling,
    Duplicate,
    EndorsementMissing,
    Entry,
    HubLink,
    HubStanding,
    LegalForm,
    LegalStatus,
    MergedWithItself,
    MovedNowhere,
    NotDirectlyRegistrable,
    NothingToCorrect,
    NotOwnerOfStep,
    NotYetRegistered,
    RegistrationRoute,
    UnknownCategory,
    check_code,
    check_days,
    entered,
)
from services.registry.organizations.pending import check_nothing_pends
from services.registry.organizations.standing import Reason, course, weighing
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
        own = sorted(principal.bodies)
        raise NotOwnerOfStep(
            step_zh=STEPS_ZH[step], step_en=in_words(step), body_zh=policy.body_names(bodies),
            body_en=bodies, own_zh=policy.body_names(own), own_en=own,
        )  # fmt: skip


def own_step(acting: Acting, step: Step, department: str | None = None) -> None:
    """`refuse_other_staff` for whoever acts."""
    refuse_other_staff(acting.principal, acting.policy(RegistryPolicy), step, department)


async def own_contact(acting: Acting, organizations: Collection[UUID | None]) -> None:
    """Raise `NotOwnerOfStep` where contact with one of the organisations is other staff's; with a community,
    which is None, it is that of all who own the step."""
    owner = acting.policy(RegistryPolicy).steps.get("contact")
    departments: set[str | None] = {None}
    if owner is not None and owner.by_department and (ids := [id for id in organizations if id is not None]):
        found = await acting.connection.fetch(_DEPARTMENTS, ids)
        departments = {entry["department"] for entry in found}
    for department in departments:
        own_step(acting, "contact", department)


async def keeps_contact(acting: Acting, row: Any) -> None:
    """`own_contact` with what a record is about."""
    await own_contact(acting, [row.organization_id])


async def _begin(uow: UnitOfWork, row: OrganizationRow) -> None:
    """Write how a new organisation stands from its day on, in one statement."""
    course = Course(row.id)
    course.say(row.effective_on, said_by(standing_of(row)), at=uow.now)
    await keep(uow, [course])


async def _say(
    uow: UnitOfWork, row: OrganizationRow, course: Course, **said: str | None
) -> registry.OrganizationStanding | None:
    """It stands so from its fact's day on, until something is said of the same axes for a later one.

    Returns how it stood then, for the fact to tell, where its state has it otherwise.
    """
    course.say(row.effective_on, said, at=uow.now)
    row.stands(course.now)
    await keep(uow, [course])
    return then(course, row.effective_on, said)


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
            names = {category.code: category.name_zh for category in policy.categories}
            raise UnknownCategory(at=at, value=value, known_zh=names.values(), known_en=names.keys())
        codes[code] = None
    return list(codes)


def _check_endorsement(
    policy: RegistryPolicy, route: RegistrationRoute, basis: Basis, application: Ref | None,
    endorsement: str | None,
) -> None:  # fmt: skip
    """Raise `EndorsementMissing` where the hub's pre-review of a live registration is neither an application
    that it endorsed nor, where the profile lets that be, a paper that is named (R11)."""
    paper = policy.endorsed_on_paper
    if route is not RegistrationRoute.HUB_ENDORSED or basis is not Basis.LIVE or application is not None:
        return
    if not (paper and endorsement):
        paper_zh = "，或填写纸质初审意见的文号" if paper else ""
        paper_en = ", or give the number of its opinion on paper" if paper else ""
        raise EndorsementMissing(at="/endorsement", paper_zh=paper_zh, paper_en=paper_en)


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
            categories=categories,
            allowed=policy.direct_registration_categories,
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
    source: str | None = None,
) -> OrganizationRow:  # fmt: skip
    """Put a new candidate, discovered or filed organisation on the record, taken from `source`'s list if so.

    Raises `Duplicate` with the id of the other, the faults of the details, `NotOwnerOfStep`.
    """
    if owned := STEP_OF_ENTRY.get(status_on_record):
        own_step(uow, owned)
    row = await _new(
        uow, entered(status_on_record, legal_form, basis), division, details, effective_on, basis, id, source
    )
    if status_on_record is LegalStatus.FILED:
        row.filed_on = row.effective_on
    await _save_unique(uow, row, new=True)
    uow.record(row, _ENTERED[status_on_record](state=row.public_state()))
    await _begin(uow, row)
    if status_on_record is LegalStatus.FILED:
        await CAME_ON_RECORD(uow, [row.id])
    return row


async def register_new(
    uow: UnitOfWork, *, division: str, legal_form: LegalForm, details: Details, route: RegistrationRoute,
    id: UUID | None = None, effective_on: date | None = None, basis: Basis = Basis.LIVE,
    application: Ref | None = None, endorsement: str | None = None, source: str | None = None,
) -> OrganizationRow:  # fmt: skip
    """Put an organisation on the record that the authority registered on `effective_on`; `endorsement` is the
    number of the hub's opinion where its pre-review was on paper.

    Raises what `enter` raises, `CreditCodeMissing`, `CreditCodeOfOtherForm`, `NotDirectlyRegistrable`,
    `EndorsementMissing`.
    """
    _check_endorsement(uow.policy(RegistryPolicy), route, basis, application, endorsement)
    axes = entered(LegalStatus.REGISTERED, legal_form, basis)
    row = await _new(uow, axes, division, details, effective_on, basis, id, source)
    row.registered_on = row.effective_on
    row.registration_route = route.value
    _check_registration(row, uow.policy(RegistryPolicy), basis)
    await _save_unique(uow, row, new=True)
    uow.record(
        row,
        registry.OrganizationRegistered(
            state=row.public_state(),
            route=registry.RegistrationRoute(route),
            application=application,
            endorsement=endorsement,
        ),
    )
    await _begin(uow, row)
    await CAME_ON_RECORD(uow, [row.id])
    return row


async def _new(
    uow: UnitOfWork, axes: Axes, division: str, details: Details, effective_on: date | None, basis: Basis,
    id: UUID | None, source: str | None,
) -> OrganizationRow:  # fmt: skip
    row = OrganizationRow(
        id=id or uuid7(),
        division=division_code(division, at="/division"),
        effective_on=effective_on or uow.today,
        basis=basis.value,
        source=source,
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


def _date(
    uow: UnitOfWork, row: OrganizationRow, effective_on: date | None, basis: Basis, source: str | None = None
) -> None:
    """Whenceforth the next fact is true, and whose list says so, where one does."""
    row.effective_on = effective_on or uow.today
    row.basis = basis.value
    row.source = source
    row.recorded_at = uow.now
    refuse_all(check_days(uow.today, effective_on=row.effective_on))


async def file(
    uow: UnitOfWork, *, id: UUID, legal_form: LegalForm = LegalForm.COMMUNITY_ORGANIZATION,
    effective_on: date | None = None, basis: Basis = Basis.LIVE, source: str | None = None,
) -> OrganizationRow:  # fmt: skip
    """File a candidate or discovered organisation with its community (备案)."""
    own_step(uow, "filing")
    row = await _load(uow, id)
    filed = row.axes.filed(legal_form)
    _date(uow, row, effective_on, basis, source)
    row.filed_on = row.effective_on
    stood = await _say(
        uow, row, await course_of(uow, row.id), legal_status=filed.legal_status.value,
        legal_form=filed.legal_form.value,
    )  # fmt: skip
    uow.record(row, registry.OrganizationFiled(state=row.public_state(), then=stood))
    await CAME_ON_RECORD(uow, [row.id])
    return row


async def register(
    uow: UnitOfWork, *, id: UUID, legal_form: LegalForm, route: RegistrationRoute, details: Details,
    effective_on: date | None = None, basis: Basis = Basis.LIVE, application: Ref | None = None,
    endorsement: str | None = None, source: str | None = None,
) -> OrganizationRow:  # fmt: skip
    """The authority registered an organisation that is on the record already (登记).

    Raises `EndorsementMissing` and what a registration of a new one raises of its code.
    """
    row = await _load(uow, id)
    _check_endorsement(uow.policy(RegistryPolicy), route, basis, application, endorsement)
    row.axes = row.axes.registered(legal_form, basis)
    await _apply(uow, row, details)
    _date(uow, row, effective_on, basis, source)
    row.registered_on = row.effective_on
    row.registration_route = route.value
    _check_registration(row, uow.policy(RegistryPolicy), basis)
    await _save_unique(uow, row, new=False)
    stood = await _say(
        uow, row, await course_of(uow, row.id), legal_status=row.legal_status, legal_form=row.legal_form,
        registration_route=row.registration_route,
    )  # fmt: skip
    uow.record(
        row,
        registry.OrganizationRegistered(
            state=row.public_state(), route=registry.RegistrationRoute(route), application=application,
            endorsement=endorsement, then=stood,
        ),
    )  # fmt: skip
    await CAME_ON_RECORD(uow, [row.id])
    return row


async def change_details(
    uow: UnitOfWork, *, id: UUID, details: Details, legal_form: LegalForm | None = None,
    effective_on: date | None = None, basis: Basis = Basis.LIVE, source: str | None = None,
    because: Received[Any] | None = None,
) -> OrganizationRow:  # fmt: skip
    """Change attributes; `legal_form` only to correct what the record says wrongly or not at all (F02), from
    the day on until another form is on record.

    The event names the fields that changed; where none did, nothing is recorded.
    """
    row = await _load(uow, id)
    fields = await _apply(uow, row, details)
    course = await course_of(uow, id) if legal_form is not None else None
    form = None
    if course is not None and legal_form is not None:
        before = axes_on(row, course, effective_on or uow.today)
        form = entered(before.legal_status, legal_form, basis).legal_form
        if form is not before.legal_form:
            fields.append("legal_form")
    if not fields:
        return row
    _date(uow, row, effective_on, basis, source)
    stood = None
    if course is not None and form is not None and "legal_form" in fields:
        stood = await _say(uow, row, course, legal_form=form.value)
    refuse_all(check_days(uow.today, founded_on=row.founded_on))
    if row.registered_on is not None:
        check_code(
            row.credit_code, LegalForm(row.legal_form), row.registered_on,
            uow.policy(RegistryPolicy).credit_code_since,
        )  # fmt: skip
    if not _IDENTIFYING.isdisjoint(fields):
        await _save_unique(uow, row, new=False)
    changed = registry.OrganizationDetailsChanged(state=row.public_state(), fields=tuple(fields), then=stood)
    uow.record(row, changed, because=because)
    if "credit_code" in fields:
        await IDENTIFIED(uow, [row.id])
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
    _date(uow, row, effective_on, basis)
    course = await course_of(uow, id)
    before = axes_on(row, course, row.effective_on)
    linked = before.linked_as(link)
    row.linked_on = min(row.linked_on or row.effective_on, row.effective_on)
    stood = await _say(uow, row, course, hub_link=linked.hub_link.value)
    if link is HubLink.HUB_FILED:
        row.hub_filed_on = max(row.hub_filed_on or row.effective_on, row.effective_on)
        uow.record(row, registry.OrganizationHubFiled(state=row.public_state(), then=stood))
    else:
        previous = registry.HubLink(before.hub_link)
        uow.record(row, registry.OrganizationLinked(state=row.public_state(), previous=previous, then=stood))
    if link is HubLink.DIRECT and row.hub_link == HubLink.DIRECT.value:
        await TAKEN_DIRECT(uow, [row.id])
    return row


async def decouple(
    uow: UnitOfWork, *, id: UUID, step: Literal["self_checked", "pressed", "completed"],
    administrative_staff: int, effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """One step of decoupling from the administrative department: 自查, 督办, 完成 (R13), with how many of its
    staff lead the organisation still, which nobody may once it is complete (R24), unless the profile says."""
    row = await _load(uow, id)
    _date(uow, row, effective_on, basis)
    course = await course_of(uow, id)
    hub = uow.policy(RegistryPolicy).hub
    moved = axes_on(row, course, row.effective_on).decoupling_moved(
        step, administrative_staff, linked_first=hub.linked_before_decoupled,
        most_leading=hub.leading_after_decoupled,
    )  # fmt: skip
    stood = await _say(uow, row, course, decoupling=moved.decoupling.value)
    if moved.decoupling is Decoupling.COMPLETED:
        row.decoupled_on, row.administrative_staff = row.effective_on, administrative_staff
        uow.record(row, registry.OrganizationDecoupled(state=row.public_state(), then=stood))
        if row.hub_link == HubLink.DIRECT.value:
            await TAKEN_DIRECT(uow, [row.id])
        return row
    fields = ["decoupling"]
    if stood is None and row.administrative_staff != administrative_staff:
        row.administrative_staff = administrative_staff
        fields.append("administrative_staff")
    changed = registry.OrganizationDetailsChanged(state=row.public_state(), fields=tuple(fields), then=stood)
    uow.record(row, changed)
    return row


async def relocate(
    uow: UnitOfWork, *, id: UUID, division: str, effective_on: date | None = None,
    basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """It moved to another division of this stack (迁址); figures of days before count it where it was.

    What is open about it goes on where it was opened; contact duties end where they do not reach.

    Raises `MovedNowhere`, `Duplicate`, `NotHome` where the division is another stack's, `NotPermitted` where
    it is not the caller's.
    """
    row = await _load(uow, id)
    _place(uow, division)
    _date(uow, row, effective_on, basis)
    course = await course_of(uow, id)
    previous = (course.on(row.effective_on) or course.now)["division"]
    if previous is None or previous == division:
        raise MovedNowhere(at="/division", division=division, day=row.effective_on)
    stood = await _say(uow, row, course, division=division)
    await _settle(uow, row, course.now["division"] or division, "moved")
    moved = registry.OrganizationRelocated(state=row.public_state(), previous=previous, then=stood)
    uow.record(row, moved)
    return row


async def correct(
    uow: UnitOfWork, *, id: UUID, reason: str, division: str | None = None, filed_on: date | None = None,
    registered_on: date | None = None, route: RegistrationRoute | None = None, ended_on: date | None = None,
    not_ended: bool = False, source: str | None = None,
) -> OrganizationRow:  # fmt: skip
    """What the organisation was entered with was never so; figures of past days are mended with it.

    What is named is put right, `reason` is a code. One that has ended stays so, unless it never did
    (`not_ended`): then it goes on as it stood, and needs its name and code for itself again. What its end
    closed stays closed. One that was merged is corrected where it goes on.

    Raises `NothingToCorrect` for what never happened to it, `CorrectedToTheSame`, `DaysOutOfOrder`,
    `CreditCodeMissing`, what `relocate` raises of a division, `Duplicate`, `AlreadyEnded`.
    """
    row = await uow.load(OrganizationRow, id)
    course = await course_of(uow, id)
    if row.merged_into is not None or not course.known:
        raise AlreadyEnded(status=row.legal_status, into=row.merged_into or "-")
    was = _entry(row)
    now = Entry(
        division or was.division, filed_on or was.filed_on, registered_on or was.registered_on,
        route.value if route is not None else was.registration_route, was.legal_status,
        None if not_ended else ended_on or was.ended_on,
    )  # fmt: skip
    named = was.changed(now)
    if not_ended and not row.ended:
        named += ("ended_on",)
    if not named:
        raise CorrectedToTheSame()
    if "filed_on" in named:
        own_step(uow, "filing")
    _date(uow, row, None, Basis.CORRECTED, source)
    _check_correction(uow, row, course, now, named)
    if "ended_on" in named and uow.permission is not None:
        uow.principal.authorize(_MAY_END[LegalStatus(row.legal_status)], row.division)
    course.correct(was, now, form=row.legal_form, at=uow.now)
    if course.now["legal_status"] is None:
        raise _nothing("ended_on")
    row.stands(course.now)
    row.filed_on, row.registered_on, row.ended_on = now.filed_on, now.registered_on, now.ended_on
    row.registration_route = now.registration_route
    if "division" in named:
        _place(uow, now.division)
        await _settle(uow, row, now.division, "mistake")
    if row.registered_on is not None:
        _check_registration(row, uow.policy(RegistryPolicy), Basis.CORRECTED)
    if not_ended:
        await _save_unique(uow, row, new=False)
    await keep(uow, [course])
    corrected = registry.OrganizationCorrected(
        state=row.public_state(), fields=was.changed(_entry(row)), reason=reason,
        previous=msgspec.convert(asdict(was), registry.OrganizationEntry),
    )  # fmt: skip
    uow.record(row, corrected)
    if not_ended:
        await CAME_ON_RECORD(uow, [row.id])
    return row


_MAY_END: Final[Mapping[LegalStatus, str]] = {
    LegalStatus.DEREGISTERED: "organizations:sanction",
    LegalStatus.REVOKED: "organizations:sanction",
    LegalStatus.DISSOLVED: "organizations:file",
}
"""Who may say so of an end may correct it."""


def _entry(row: OrganizationRow) -> Entry:
    return Entry(
        row.division, row.filed_on, row.registered_on, row.registration_route, row.legal_status, row.ended_on
    )


def _place(uow: UnitOfWork, division: str) -> None:
    """Raise unless this stack is home to the division, and the caller may act there."""
    uow.authorize(division_code(division, at="/division"))
    if (home := uow.home_of(division)) != uow.stack:
        raise NotHome(division=division, home=home, at="/division")


async def _settle(uow: UnitOfWork, row: OrganizationRow, division: str, why: str) -> None:
    """Let it be in the division, where its name must be free unless it has ended."""
    if row.division != division:
        row.division = division
        if not row.ended:
            await _save_unique(uow, row, new=False)
        with uow.following(When(row.effective_on, Basis(row.basis))):
            await RELOCATED(uow, row, why)


def _check_correction(
    uow: UnitOfWork, row: OrganizationRow, course: Course, now: Entry, fields: Sequence[str]
) -> None:
    """Raise what a correction of these fields must not say."""
    registered = LegalStatus(row.legal_status) in WAS_REGISTERED
    happened = {
        "division": True, "filed_on": registered or row.filed_on is not None,
        "registered_on": registered, "registration_route": registered, "ended_on": row.ended,
    }  # fmt: skip
    faults: list[Refusal] = [_nothing(name) for name in fields if not happened[name]]
    faults += check_days(
        uow.today, filed_on=now.filed_on, registered_on=now.registered_on, ended_on=now.ended_on
    )
    suspended_on, day = course.first({LegalStatus.SUSPENDED.value}), now.registered_on
    if day and suspended_on and row.registered_on != suspended_on < day:
        faults.append(DaysOutOfOrder.of("suspended", suspended_on, "registered_on", day, at="/registered_on"))
    refuse_all(faults)


def _nothing(name: str) -> NothingToCorrect:
    return NothingToCorrect(at=f"/{name}", field_zh=CALLED[name], field_en=in_words(name))


async def change_supervision(
    uow: UnitOfWork, *, id: UUID, supervisory_unit: str | None = None,
    supervisory_unit_name: str | None = None, effective_on: date | None = None, basis: Basis = Basis.LIVE,
    source: str | None = None, because: Received[Any] | None = None,
) -> OrganizationRow:  # fmt: skip
    """Another body is the professional supervisory unit (业务主管单位); none where both are left out."""
    row = await _load(uow, id)
    previous = row.supervisory_unit
    row.supervisory_unit = supervisory_unit
    row.supervisory_unit_name = supervisory_unit_name
    _date(uow, row, effective_on, basis, source)
    changed = registry.OrganizationSupervisionChanged(state=row.public_state(), previous=previous)
    uow.record(row, changed, because=because)
    return row


async def judge(
    uow: UnitOfWork, *, id: UUID, standing: HubStanding, ground: str | None = None,
    evidence: str | None = None, effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> OrganizationRow:  # fmt: skip
    """The hub changes its own judgement, with the ground as a code and the number of the papers that show it;
    the same standing again is no fact.

    A judgement makes nobody better than what is open about it allows.
    """
    row, day = await _load(uow, id), effective_on or uow.today
    refuse_all(check_days(uow.today, effective_on=day))
    known = (await judgements(uow, [id]))[id]
    judged = said(known[Axis.JUDGED], day, standing.value)
    row.judged_standing = now(judged, Axis.JUDGED)
    await keep_judgement(uow, id, Axis.JUDGED, judged)
    known[Axis.JUDGED] = judged
    reasons = (await weighing(uow, [id])).get(id, ())
    await change_standing(uow, row, known, reasons, day=day, basis=basis, ground=ground, evidence=evidence)
    return row


async def change_standing(
    uow: UnitOfWork, row: OrganizationRow, known: Mapping[Axis, Days], reasons: Sequence[Reason], *,
    day: date, basis: Basis,
    ground: str | None = None, evidence: str | None = None, because: Received[Any] | None = None,
) -> None:  # fmt: skip
    """Give the locked organisation, of which this is known, the standing that judgement and `reasons` made
    from day to day, by a fact of `day`; where it stands on every day as before there is none."""
    before, after = known[Axis.STANDING], course(known[Axis.JUDGED], reasons)
    if list(before) == list(after):
        return
    row.axes = row.axes.judged(HubStanding(now(after, Axis.STANDING)))
    await keep_judgement(uow, row.id, Axis.STANDING, after)
    _date(uow, row, day, basis)
    previous = registry.HubStanding(on(before, day, Axis.STANDING))
    changed = registry.OrganizationHubStandingChanged(
        state=row.public_state(), previous=previous, ground=ground,
        reasons=tuple(reason.public for reason in reasons if reason.holds(day)), evidence=evidence,
        course=tuple(
            registry.StandingDay(since, registry.HubStanding(value))
            for since, value in told(Axis.STANDING, before, after, day)
        ),
    )  # fmt: skip
    uow.record(row, changed, because=because)


async def show_listing(
    uow: UnitOfWork, *, id: UUID, listing: registry.CreditListing, listed_on: date | None,
    listings: Days, decision: Ref | None, grounds: tuple[str, ...], effective_on: date, basis: Basis,
    because: Received[Any] | None = None,
) -> OrganizationRow:  # fmt: skip
    """Show the organisation on the authority's list, or on none, and on those it was on from day to day; the
    same list by the same day, then and now, is no fact."""
    row = await _load(uow, id)
    before = (await judgements(uow, [id]))[id][Axis.LISTING]
    shown = (row.credit_listing, row.credit_listed_on, list(before))
    if shown == (listing.value, listed_on, list(listings)):
        return row
    previous = registry.CreditListing(on(before, effective_on, Axis.LISTING))
    await keep_judgement(uow, id, Axis.LISTING, listings)
    row.credit_listing, row.credit_listed_on = listing.value, listed_on
    _date(uow, row, effective_on, basis)
    changed = registry.OrganizationCreditListingChanged(
        state=row.public_state(), previous=previous, decision=decision, grounds=grounds,
        course=tuple(
            registry.ListingDay(since, registry.CreditListing(value))
            for since, value in told(Axis.LISTING, before, listings, effective_on)
        ),
    )  # fmt: skip
    uow.record(row, changed, because=because)
    return row


async def suspend(
    uow: UnitOfWork, *, id: UUID, until: date | None = None, effective_on: date | None = None,
    basis: Basis = Basis.LIVE, because: Received[Any] | None = None, source: str | None = None,
) -> OrganizationRow:  # fmt: skip
    """The authority ordered it to stop its activities. Raises `NotYetRegistered`."""
    row = await _load(uow, id)
    _date(uow, row, effective_on, basis, source)
    course = await course_of(uow, id)
    suspended = _when_registered(row, course).suspended()
    stood = await _say(uow, row, course, legal_status=suspended.legal_status.value)
    event = registry.OrganizationSuspended(state=row.public_state(), until=until, then=stood)
    uow.record(row, event, because=because)
    return row


async def resume(
    uow: UnitOfWork, *, id: UUID, effective_on: date | None = None, basis: Basis = Basis.LIVE,
    because: Received[Any] | None = None, source: str | None = None,
) -> OrganizationRow:  # fmt: skip
    """The suspension is over. Raises `NotYetRegistered`."""
    row = await _load(uow, id)
    _date(uow, row, effective_on, basis, source)
    course = await course_of(uow, id)
    resumed = _when_registered(row, course).resumed()
    stood = await _say(uow, row, course, legal_status=resumed.legal_status.value)
    uow.record(row, registry.OrganizationResumed(state=row.public_state(), then=stood), because=because)
    return row


def _when_registered(row: OrganizationRow, course: Course) -> Axes:
    """Its axes on its fact's day, which must not lie before its registration."""
    if row.registered_on is not None and row.effective_on < row.registered_on:
        raise NotYetRegistered(at="/effective_on", day=row.effective_on)
    return axes_on(row, course, row.effective_on)


_ENDS: Final[dict[str, type[Event]]] = {
    "deregistered": registry.OrganizationDeregistered,
    "revoked": registry.OrganizationRevoked,
    "dissolved": registry.OrganizationDissolved,
}


async def end(
    uow: UnitOfWork, *, id: UUID, fact: Literal["deregistered", "revoked", "dissolved"],
    effective_on: date | None = None, basis: Basis = Basis.LIVE, because: Received[Any] | None = None,
    source: str | None = None,
) -> OrganizationRow:  # fmt: skip
    """It was deregistered (注销), revoked (撤销) or, never registered, dissolved; only a correction follows.

    What is open about it ends with it or goes on, by its kind, also where the caller may not act. Raises
    `DeregistrationWaits`.
    """
    row = await _load(uow, id)
    if fact == "deregistered" and basis is Basis.LIVE:
        await check_nothing_pends(uow, id)
    ended = row.axes.ended_as(fact)
    _date(uow, row, effective_on, basis, source)
    row.ended_on = row.effective_on
    refuse_all(
        check_days(
            uow.today, founded_on=row.founded_on, filed_on=row.filed_on, registered_on=row.registered_on,
            ended_on=row.ended_on,
        )
    )  # fmt: skip
    await _say(uow, row, await course_of(uow, id), legal_status=ended.legal_status.value)
    uow.record(row, _ENDS[fact](state=row.public_state()), because=because)
    uow.expected_revision = None  # it was this record's
    uow.permission = None  # what follows is the rule's
    with uow.following(When(row.effective_on, basis)):
        await ENDED(uow, [row.id])
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
    known = (await judgements(uow, [survivor.id]))[survivor.id]
    await change_standing(uow, survivor, known, reasons, day=survivor.effective_on, basis=basis)
    return loser


def _absorb(survivor: OrganizationRow, loser: OrganizationRow) -> None:
    for name in _ABSORBED:
        if getattr(survivor, name) in (None, []):
            setattr(survivor, name, getattr(loser, name))
