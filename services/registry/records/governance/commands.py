"""The use cases of governance checklists: systems adopted and abolished, charter, fees, complete."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_records as contract

from chassis.matters import Clock, Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, OrganizationId
from services.registry.organizations.concerning import of_organization
from services.registry.policy import RegistryPolicy
from services.registry.records.following import follow
from services.registry.records.governance.model import (
    SYSTEMS_ZH,
    TRANSITIONS,
    ChecklistPhase,
    FeeRule,
    System,
    abolished,
    adopted,
    check_complete,
    lacking_fees,
)
from services.registry.records.governance.tables import GovernanceChecklistRow
from services.registry.records.model import check_listed
from services.registry.tables import MatterStepRow


def _days(policy: RegistryPolicy, _: GovernanceChecklistRow) -> int:
    return policy.records.governance_days


CHECKLISTS = Kind(
    GovernanceChecklistRow, ChecklistPhase, TRANSITIONS, initial=ChecklistPhase.IN_PROGRESS,
    zh="治理清单", en="governance checklists", path="governance-checklists", unit="家", steps=MatterStepRow,
    states_zh={
        ChecklistPhase.IN_PROGRESS: "建立中",
        ChecklistPhase.COMPLETE: "完备",
        ChecklistPhase.CLOSED: "终止",
    },
    clocks=(
        Clock(
            "complete", {"in_progress"}, contract.GovernanceChecklistBecameOverdue, "became_overdue",
            rule="registry.records.governance_days", days=_days,
            rescheduled=contract.GovernanceChecklistRescheduled,
        ),
    ),
    place=of_organization, unique=("organization_id",),
    filters=("organization_id", "charter_template", "charter_current"),
)  # fmt: skip


@CHECKLISTS.opens(contract.GovernanceChecklistOpened, zh="建立清单", needs="write")
async def open_(
    uow: UnitOfWork, row: GovernanceChecklistRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """An organisation is helped to four systems, a charter and clean fees, in the profile's working days."""


@CHECKLISTS.step(
    contract.GovernanceChecklistSystemAdopted,
    zh="建立制度",
    en="record a system as adopted",
    needs="write",
    path="systems",
    by_workbook=True,
)
async def adopt(
    uow: UnitOfWork, row: GovernanceChecklistRow, *,
    system: Annotated[System, Field(title="制度", json_schema_extra=words(SYSTEMS_ZH))],
    template_version: Annotated[Code | None, Field(title="范本版本")] = None,
    evidence: Annotated[Code | None, Field(title="佐证材料编号")] = None,
) -> None:  # fmt: skip
    """It has this system from the day given, after which template, shown by which document (J12)."""
    said = {
        "adopted_on": row.effective_on.isoformat(),
        "template_version": template_version,
        "evidence": evidence,
    }
    row.systems = adopted(row.systems, system, said)


@CHECKLISTS.step(
    contract.GovernanceChecklistSystemAbolished,
    zh="废止制度",
    en="abolish a system",
    needs="write",
    path="abolition",
)
async def abolish(
    uow: UnitOfWork, row: GovernanceChecklistRow, *,
    system: Annotated[System, Field(title="制度", json_schema_extra=words(SYSTEMS_ZH))],
) -> None:  # fmt: skip
    """It is in force no more: the checklist is open again."""
    row.systems = abolished(row.systems, system)


@CHECKLISTS.step(
    contract.GovernanceChecklistCharterAdopted,
    zh="通过章程",
    en="record the charter as adopted",
    needs="write",
    path="charter",
)
async def adopt_charter(
    uow: UnitOfWork, row: GovernanceChecklistRow, *,
    charter_template: Annotated[Code, Field(title="章程范本版本")],
    charter_party_clause: Annotated[bool, Field(title="载明党的建设")],
) -> None:  # fmt: skip
    """A charter after a version of the template; whether that was the one in force is noted (B25)."""
    policy = uow.policy(RegistryPolicy).records
    if policy.charter_templates:
        check_listed(charter_template, (one.code for one in policy.charter_templates), "/charter_template")
    in_force = policy.template_on(row.effective_on)
    row.charter_current = in_force is None or charter_template == in_force
    row.charter_adopted_on = row.effective_on


@CHECKLISTS.step(
    contract.GovernanceChecklistFeesDeclared, zh="收费承诺", en="declare the fees", needs="write", path="fees"
)
async def declare_fees(
    uow: UnitOfWork, row: GovernanceChecklistRow, *,
    fees_declared: Annotated[list[FeeRule], Field(title="承诺事项", max_length=4)],
) -> Mapping[str, Any]:  # fmt: skip
    """Which of the four no's it declares; the organisation's record follows where all four are (S03)."""
    row.fees_declared = [rule.value for rule in FeeRule if rule in fees_declared]
    row.fees_declared_on = row.effective_on
    lacking = lacking_fees(row.fees_declared)
    if row.basis == Basis.LIVE.value:
        await follow(uow, row.organization_id, {"four_no_fees_declared": not lacking})
    return {"lacking": lacking}


@CHECKLISTS.step(
    contract.GovernanceChecklistCompleted,
    zh="核定完备",
    en="find it complete",
    needs="review",
    path="completion",
)
async def complete(uow: UnitOfWork, row: GovernanceChecklistRow) -> None:
    """Nothing is missing."""
    check_complete(row.systems, charter=row.charter_adopted_on is not None, declared=row.fees_declared)


@CHECKLISTS.step(contract.GovernanceChecklistClosed, zh="终止清单", needs="review", path="closing")
async def close(
    uow: UnitOfWork, row: GovernanceChecklistRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """It is needed no more."""


reassign = CHECKLISTS.reassigns(needs="write")
