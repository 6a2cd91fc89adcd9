"""The use cases of applications: consult, submit, return, endorse or refuse, decide, withdraw."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from uuid_utils.compat import uuid7

from chassis.model import division_code, refuse_all
from chassis.received import Received
from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from services.registry.applications.clockwork import STEP_DUE, begin_step, move, running_step
from services.registry.applications.model import (
    ApplicationStep,
    FiledBy,
    check_charter_template,
    check_criteria,
    clock,
)
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.hub.criteria.queries import applicable
from services.registry.hub.hubs.routing import department_of
from services.registry.identification.model import normalized_name, organization_name
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import (
    LEGAL_PERSONS,
    Basis,
    Duplicate,
    FormNotRegistrable,
    LegalForm,
    RegistrationRoute,
    check_days,
)
from services.registry.organizations.tables import OrganizationRow
from services.registry.own.holder import check_application
from services.registry.policy import RegistryPolicy

_CARRIED = (
    "supervisory_unit",
    "supervisory_unit_name",
    "full_party_member_count",
    "member_count",
    "staff_count",
)


async def consult(
    uow: UnitOfWork, *, division: str, name: str, legal_form: LegalForm, route: RegistrationRoute,
    categories: Sequence[str] = (), organization_id: UUID | None = None, id: UUID | None = None,
    effective_on: date | None = None, basis: Basis = Basis.LIVE, **details: Any,
) -> RegistrationApplicationRow:  # fmt: skip
    """Somebody asks how to register (在线咨询, B03); the application begins here or with `submit_new`."""
    row = await _open(
        uow, division, name, legal_form, route, categories, organization_id, effective_on, basis, details, id
    )
    uow.record(row, registry.RegistrationApplicationConsulted(state=row.public_state()))
    return row


async def submit_new(
    uow: UnitOfWork, *, division: str, name: str, legal_form: LegalForm, route: RegistrationRoute,
    categories: Sequence[str] = (), organization_id: UUID | None = None, id: UUID | None = None,
    effective_on: date | None = None, basis: Basis = Basis.LIVE, **details: Any,
) -> RegistrationApplicationRow:  # fmt: skip
    """Submit without having asked before (网上登记, B03)."""
    row = await _open(
        uow, division, name, legal_form, route, categories, organization_id, effective_on, basis, details, id
    )
    uow.record(row, registry.RegistrationApplicationConsulted(state=row.public_state()))
    await _submit(uow, row, {})
    return row


async def submit(
    uow: UnitOfWork, *, id: UUID, effective_on: date | None = None, basis: Basis = Basis.LIVE, **details: Any
) -> RegistrationApplicationRow:
    """Submit what was consulted, or submit again what was returned; `details` replaces what it names."""
    row = await uow.load(RegistrationApplicationRow, id)
    row.filed_by = (await _filed_by(uow, row)).value
    _date(uow, row, effective_on, basis)
    await _submit(uow, row, details)
    return row


async def _filed_by(uow: UnitOfWork, row: RegistrationApplicationRow) -> FiledBy:
    """Who speaks for the applicant; raises `NotOwn` where an organisation's account means another's."""
    if uow.principal.stands_for is None:
        return FiledBy.ON_BEHALF
    await check_application(uow, row)
    return FiledBy.ORGANIZATION


async def _submit(uow: UnitOfWork, row: RegistrationApplicationRow, details: Mapping[str, Any]) -> None:
    policy = uow.policy(RegistryPolicy)
    await _fill(uow, row, details)
    progress = row.progress.submitted(row.charter_party_clause, policy.charter_party_clause_required)
    _check_charter_template(row, policy)
    if row.basis == Basis.LIVE.value and row.route == RegistrationRoute.DIRECT.value:
        organizations.check_direct(row.categories, policy)
    await move(uow, row, progress)
    row.submitted_on = row.submitted_on or row.effective_on
    row.items = []
    uow.record(row, registry.RegistrationApplicationSubmitted(state=row.public_state()))


def _check_charter_template(row: RegistrationApplicationRow, policy: RegistryPolicy) -> None:
    """The charter follows the version of the template in force on the day of submission (R17, B25); of what
    is entered afterwards the version may be unknown."""
    in_force = policy.records.template_on(row.effective_on)
    if row.charter_template is None and row.basis != Basis.LIVE.value:
        return
    check_charter_template(
        row.charter_template, [one.code for one in policy.records.charter_templates], in_force
    )


async def return_(
    uow: UnitOfWork, *, id: UUID, items: Sequence[str], explanation: str | None = None,
    effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> RegistrationApplicationRow:  # fmt: skip
    """Give it back to be completed; `items` are the codes of what is missing."""
    row = await uow.load(RegistrationApplicationRow, id)
    progress = row.progress.returned(items)
    _date(uow, row, effective_on, basis)
    await move(uow, row, progress)
    row.items, row.explanation, row.returned_times = list(items), explanation, row.returned_times + 1
    uow.record(row, registry.RegistrationApplicationReturned(state=row.public_state(), items=tuple(items)))
    return row


async def endorse(
    uow: UnitOfWork, *, id: UUID, criteria_met: Sequence[str], criteria_failed: Sequence[str] = (),
    effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> RegistrationApplicationRow:  # fmt: skip
    """The hub's pre-review is positive: each criterion of the version in force is answered (T03)."""
    row = await uow.load(RegistrationApplicationRow, id)
    _date(uow, row, effective_on, basis)
    known = await _criteria(uow, row, criteria_met, criteria_failed)
    progress = row.progress.endorsed(criteria_met, criteria_failed, known)
    await move(uow, row, progress)
    uow.record(row, registry.RegistrationApplicationEndorsed(state=row.public_state()))
    return row


async def refuse_endorsement(
    uow: UnitOfWork, *, id: UUID, criteria_failed: Sequence[str], reasons: Sequence[str],
    coordination_note: str, criteria_met: Sequence[str] = (), explanation: str | None = None,
    effective_on: date | None = None, basis: Basis = Basis.LIVE,
) -> RegistrationApplicationRow:  # fmt: skip
    """The hub does not endorse; criteria failed, reasons and the coordination note are mandatory (R11)."""
    row = await uow.load(RegistrationApplicationRow, id)
    _date(uow, row, effective_on, basis)
    await _criteria(uow, row, criteria_met, criteria_failed)
    progress = row.progress.endorsement_refused(criteria_failed, reasons, coordination_note)
    await move(uow, row, progress)
    row.reasons, row.coordination_note, row.explanation = list(reasons), coordination_note, explanation
    uow.record(
        row,
        registry.RegistrationApplicationEndorsementRefused(
            state=row.public_state(), criteria_failed=tuple(criteria_failed), reasons=tuple(reasons)
        ),
    )
    return row


async def register(
    uow: UnitOfWork, *, id: UUID, credit_code: str | None = None, legacy_number: str | None = None,
    registration_authority: str | None = None, effective_on: date | None = None,
    basis: Basis = Basis.LIVE, because: Received[Any] | None = None,
) -> RegistrationApplicationRow:  # fmt: skip
    """The authority registers: in one transaction the organisation is created or moves on, and the
    application closes with a reference to it."""
    row = await uow.load(RegistrationApplicationRow, id)
    progress = row.progress.closed()
    _date(uow, row, effective_on, basis)
    uow.expected_revision = None  # it was the application's
    details = {
        "name": row.name,
        "categories": row.categories,
        "credit_code": credit_code,
        "legacy_number": legacy_number,
        "registration_authority": registration_authority,
        **{name: value for name in _CARRIED if (value := getattr(row, name)) is not None},
    }
    organization = await _register_organization(uow, row, details)
    row.organization_id, row.organization_sequence = organization.id, organization.sequence
    await move(uow, row, progress)
    uow.record(
        row,
        registry.RegistrationApplicationClosed(state=row.public_state(), registered=organization.reference()),
        because=because,
    )
    return row


async def _register_organization(
    uow: UnitOfWork, row: RegistrationApplicationRow, details: Mapping[str, Any]
) -> OrganizationRow:
    common: dict[str, Any] = {
        "legal_form": LegalForm(row.legal_form),
        "route": RegistrationRoute(row.route),
        "details": details,
        "effective_on": row.effective_on,
        "basis": Basis(row.basis),
        "application": row.reference(),
    }
    if row.organization_id is None:
        return await organizations.register_new(uow, division=row.division, **common)
    return await organizations.register(uow, id=row.organization_id, **common)


async def deny(
    uow: UnitOfWork, *, id: UUID, reasons: Sequence[str], explanation: str | None = None,
    effective_on: date | None = None, basis: Basis = Basis.LIVE, because: Received[Any] | None = None,
) -> RegistrationApplicationRow:  # fmt: skip
    """The authority denies registration and says why."""
    row = await uow.load(RegistrationApplicationRow, id)
    progress = row.progress.denied(reasons)
    _date(uow, row, effective_on, basis)
    await move(uow, row, progress)
    row.reasons, row.explanation = list(reasons), explanation
    event = registry.RegistrationApplicationDenied(state=row.public_state(), reasons=tuple(reasons))
    uow.record(row, event, because=because)
    return row


async def withdraw(
    uow: UnitOfWork, *, id: UUID, effective_on: date | None = None, basis: Basis = Basis.LIVE
) -> RegistrationApplicationRow:
    """The applicant takes it back."""
    row = await uow.load(RegistrationApplicationRow, id)
    await _filed_by(uow, row)
    progress = row.progress.withdrawn()
    _date(uow, row, effective_on, basis)
    await move(uow, row, progress)
    uow.record(row, registry.RegistrationApplicationWithdrawn(state=row.public_state()))
    return row


async def reschedule(uow: UnitOfWork, due: DueTimer, day: date) -> None:
    """The calendar of that year became known: the running step is due on `day` instead."""
    row = await uow.load(RegistrationApplicationRow, due.subject)
    if not await due.take():
        return
    previous, running = row.step_due_on, await running_step(uow, row)
    assert previous is not None
    assert running is not None
    row.step_due_on = running.due_on = day
    uow.session.add(running)
    uow.record(
        row,
        registry.RegistrationApplicationRescheduled(
            state=row.public_state(), previous_due_on=previous, rule=_rule(row)
        ),
    )


@timer(STEP_DUE, moved=reschedule)
async def step_became_overdue(uow: UnitOfWork, due: DueTimer) -> None:
    """The working days of the running step are over: record it, once for this deadline."""
    row = await uow.load(RegistrationApplicationRow, due.subject)
    if not await due.take():
        return
    due_on = row.step_due_on
    assert due_on is not None
    row.effective_on, row.basis = due_on + timedelta(days=1), Basis.LIVE.value
    row.recorded_at = uow.now
    uow.record(
        row,
        registry.RegistrationApplicationBecameOverdue(
            state=row.public_state(), due_on=due_on, rule=_rule(row)
        ),
    )


def _rule(row: RegistrationApplicationRow) -> str:
    """The profile's key that gives the running step its working days."""
    kind = clock(row.progress.state, row.progress.route)
    return f"registry.working_days.{kind}"


async def _open(
    uow: UnitOfWork, division: str, name: str, legal_form: LegalForm, route: RegistrationRoute,
    categories: Sequence[str], organization_id: UUID | None, effective_on: date | None, basis: Basis,
    details: Mapping[str, Any], id: UUID | None,
) -> RegistrationApplicationRow:  # fmt: skip
    """A new application in its first state, its clock running."""
    if legal_form not in LEGAL_PERSONS:
        raise FormNotRegistrable(at="/legal_form", form=legal_form.value)
    shown = organization_name(name, at="/name")
    row = RegistrationApplicationRow(
        id=id or uuid7(),
        division=division_code(division, at="/division"),
        effective_on=effective_on or uow.today,
        basis=basis.value,
        recorded_at=uow.now,
        step=ApplicationStep.CONSULTED.value,
        route=route.value,
        name=shown,
        normalized_name=normalized_name(shown),
        legal_form=legal_form.value,
        organization_id=organization_id,
    )
    refuse_all(check_days(uow.today, effective_on=row.effective_on))
    uow.authorize(row.division)
    await _fill(uow, row, {"categories": categories, **details})
    await _refuse_second(uow, row)
    if organization_id is not None:
        organization = await uow.load(OrganizationRow, organization_id)
        while organization.merged_into is not None:
            organization = await uow.load(OrganizationRow, organization.merged_into)
        row.organization_id, row.organization_sequence = organization.id, organization.sequence
        row.paused_on = uow.today if organization.paused_on is not None and basis is Basis.LIVE else None
    row.filed_by = (await _filed_by(uow, row)).value
    try:
        async with uow.session.begin_nested():
            uow.admit(row)
            await uow.session.flush()
    except IntegrityError:
        await _refuse_second(uow, row)
        raise
    await begin_step(uow, row, row.progress)
    return row


async def _refuse_second(uow: UnitOfWork, row: RegistrationApplicationRow) -> None:
    """Raise `Duplicate` where an application for this name is open in this division."""
    with uow.session.no_autoflush:
        other = (
            await uow.session.exec(
                select(RegistrationApplicationRow.id).where(
                    RegistrationApplicationRow.division == row.division,
                    RegistrationApplicationRow.normalized_name == row.normalized_name,
                    sa.not_(sa.column("ended")),
                    RegistrationApplicationRow.id != row.id,
                )
            )
        ).first()
    if other is not None:
        raise Duplicate(name=row.name, reason_zh="申请名称", reason_en="name applied for", other=other)


async def _fill(uow: UnitOfWork, row: RegistrationApplicationRow, details: Mapping[str, Any]) -> None:
    for name, value in details.items():
        if name == "categories":
            row.categories = organizations.known_categories(list(value), uow.policy(RegistryPolicy))
            row.department = await department_of(uow, row.division, row.categories)
        elif value is not None:
            setattr(row, name, value)


async def _criteria(
    uow: UnitOfWork, row: RegistrationApplicationRow, met: Sequence[str], failed: Sequence[str]
) -> list[str]:
    """Note the answers to the criteria in force on that day (T03); returns their codes, raises for others."""
    found = await applicable(
        uow.session, uow.policy(RegistryPolicy), division=row.division, categories=row.categories,
        day=row.effective_on,
    )  # fmt: skip
    refuse_all(check_criteria(met, failed, found.codes, found.version))
    row.criteria_version = found.version
    row.criteria_met, row.criteria_failed = list(met), list(failed)
    return found.codes


def _date(uow: UnitOfWork, row: RegistrationApplicationRow, effective_on: date | None, basis: Basis) -> None:
    row.effective_on = effective_on or uow.today
    row.basis = basis.value
    row.recorded_at = uow.now
    refuse_all(check_days(uow.today, effective_on=row.effective_on))
