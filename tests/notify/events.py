"""One live event for each rule, with the state that its service writes."""

from datetime import date
from typing import Any

from shuniu_contracts import Basis, Event, Ref, grants, partybuild, registry, registry_operations

DISTRICT = "120116"
STREET = "120116005"
OTHER_STREET = "120116001"
TODAY = date(2026, 11, 2)
NAME = "滨海新区甲子邻里互助服务中心"
ORGANIZATION = "0192f000-0000-7000-8000-000000000001"
COMMON: dict[str, Any] = {"effective_on": TODAY, "basis": Basis.LIVE, "division": STREET}
IN_DISTRICT = COMMON | {"division": DISTRICT}


def _duty(status: partybuild.DutyStatus, **more: Any) -> partybuild.CoverageDutyState:
    return partybuild.CoverageDutyState(
        **COMMON, organization=Ref(ORGANIZATION, 1), line=partybuild.CoverageLine.PARTY, status=status,
        proposed_mode=partybuild.CoverageMode.INDEPENDENT, opened_on=TODAY, due_on=date(2027, 1, 31), **more,
    )  # fmt: skip


def _round(status: grants.RoundStatus) -> grants.RoundState:
    return grants.RoundState(
        **IN_DISTRICT, title="2027年公益创投", status=status, year=2027,
        opens_on=date(2026, 12, 1), closes_on=date(2026, 12, 31),
    )  # fmt: skip


def _application(status: grants.GrantApplicationStatus, **more: Any) -> grants.ApplicationState:
    return grants.ApplicationState(
        **COMMON, round=Ref("0192f000-0000-7000-8000-000000000009", 2), organization=Ref(ORGANIZATION, 1),
        title="幸福敲门", status=status, requested_fen=10_000_000, **more,
    )  # fmt: skip


EVENTS: dict[str, Event] = {
    "organization_registered": registry.OrganizationRegistered(
        state=registry.OrganizationState(
            **COMMON, name=NAME, legal_form=registry.LegalForm.PRIVATE_NON_ENTERPRISE,
            legal_status=registry.LegalStatus.REGISTERED, registered_on=TODAY,
            categories=("welfare", "youth"),
        ),
        route=registry.RegistrationRoute.DIRECT,
    ),
    "application_refused": registry.RegistrationApplicationEndorsementRefused(
        state=registry.RegistrationApplicationState(
            **COMMON, step=registry.ApplicationStep.ENDORSEMENT_REFUSED, name=NAME,
            legal_form=registry.LegalForm.ASSOCIATION, criteria_failed=("premises",),
        ),
        criteria_failed=("premises",),
        reasons=("no_premises",),
    ),
    "application_overdue": registry.RegistrationApplicationBecameOverdue(
        state=registry.RegistrationApplicationState(
            **COMMON, step=registry.ApplicationStep.SUBMITTED, name=NAME,
            legal_form=registry.LegalForm.ASSOCIATION, step_due_on=date(2026, 10, 30),
        ),
        due_on=date(2026, 10, 30),
        rule="registry.working_days.pre_review",
    ),
    "deadline_near": registry_operations.TaskReceiptDeadlineNeared(
        state=registry_operations.TaskReceiptState(
            **IN_DISTRICT, opened_on=TODAY, state=registry_operations.ReceiptPhase.DUE,
            task=Ref(ORGANIZATION, 1), title="摸底排查", issuer=DISTRICT, due_on=date(2026, 11, 30),
        ),
        due_on=date(2026, 11, 30),
        rule="registry.operations.remind_days",
    ),
    "duty_opened": partybuild.CoverageDutyOpened(
        state=_duty(partybuild.DutyStatus.OPEN), cause="registered"
    ),
    "duty_overdue": partybuild.CoverageDutyBecameOverdue(
        state=_duty(partybuild.DutyStatus.OPEN, overdue=True), due_on=date(2027, 1, 31), rule="deadline"
    ),
    "duty_covered": partybuild.CoverageDutyCovered(
        state=_duty(partybuild.DutyStatus.COVERED, mode=partybuild.CoverageMode.JOINT)
    ),
    "election_due": partybuild.PartyOrganizationElectionFellDue(
        state=partybuild.PartyOrganizationState(
            **COMMON, name="甲子邻里党支部", mode=partybuild.PartyOrganizationMode.INDEPENDENT,
            election_due_on=date(2026, 11, 1),
        ),
        due_on=date(2026, 11, 1),
        rule="term",
    ),
    "round_announced": grants.RoundAnnounced(state=_round(grants.RoundStatus.ANNOUNCED)),
    "round_opened": grants.RoundOpened(state=_round(grants.RoundStatus.OPEN)),
    "application_awarded": grants.ApplicationAwarded(
        state=_application(grants.GrantApplicationStatus.AWARDED, awarded_fen=9_800_050)
    ),
    "application_ineligible": grants.ApplicationFoundIneligible(
        state=_application(grants.GrantApplicationStatus.INELIGIBLE, eligibility_reasons=("too_young",)),
        reasons=("too_young",),
    ),
}  # fmt: skip
"""Name of a default rule -> the event it tells of."""
