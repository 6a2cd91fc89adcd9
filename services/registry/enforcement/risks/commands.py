"""The use cases of risks: open, assess, reassign, mitigate, close; and the deadline of each level."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_enforcement as contract

from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.risks.model import TRANSITIONS, RiskPhase, UnknownRiskLevel
from services.registry.enforcement.risks.tables import RiskRow
from services.registry.fields import Code, Codes, OrganizationId, Record, Words
from services.registry.organizations.concerning import of_organization
from services.registry.origins import sequence_of
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


def _days(policy: RegistryPolicy, row: RiskRow) -> int:
    return policy.enforcement.risk_level(row.risk_level).days


_ORIGIN = Record(
    "inspection", "body_check", "clean_up_check", "supervision_visit", "contact_record",
    "inquiry", "upward_report",
)  # fmt: skip
"""What one comes of most often; another record is named by its id."""

RISKS = Kind(
    RiskRow, RiskPhase, TRANSITIONS, initial=RiskPhase.OPENED,
    zh="风险隐患", en="risks", path="risks", steps=MatterStepRow,
    states_zh={
        RiskPhase.OPENED: "待研判",
        RiskPhase.ASSESSED: "待化解",
        RiskPhase.MITIGATED: "已采取措施",
        RiskPhase.CLOSED: "已销号",
    },
    clocks=(
        Clock(
            "due", {"opened", "assessed"}, contract.RiskBecameOverdue, "became_overdue",
            rule="registry.enforcement.risk_levels", days=_days, restarts={"assessed"},
            rescheduled=contract.RiskRescheduled,
        ),
    ),
    place=of_organization, filters=("organization_id", "topic", "risk_level", "origin"),
)  # fmt: skip


@RISKS.opens(contract.RiskOpened, zh="登记风险", en="record a risk", needs="open")
async def open_(
    uow: UnitOfWork, row: RiskRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    topic: Annotated[Code, Field(title="风险类别")],
    risk_level: Annotated[Code, Field(title="风险等级")],
    origin: Annotated[Code, Field(title="发现途径")],
    description: Annotated[Words, Field(title="风险情况")],
    owner: Annotated[Code | None, Field(title="责任人")] = None,
    origin_record_id: Annotated[UUID | None, _ORIGIN, Field(title="来源记录")] = None,
) -> None:  # fmt: skip
    """Enter a risk of an organisation; the days to see to it are those of its level.

    What it came of has to be on the record; raises `NoSuchOrigin`.
    """
    _check_level(uow, risk_level)
    if origin_record_id is not None:
        row.origin_record_sequence = await sequence_of(uow, origin_record_id, at="/origin_record_id")


@RISKS.step(contract.RiskAssessed, zh="研判", needs="handle", path="assessment")
async def assess(
    uow: UnitOfWork, row: RiskRow, *,
    risk_level: Annotated[Code, Field(title="风险等级")],
    explanation: Annotated[Words, Field(title="研判意见")],
    owner: Annotated[Code | None, Field(title="责任人")] = None,
) -> None:  # fmt: skip
    """How grave it is, for the first time or anew; the days of the level begin."""
    _check_level(uow, risk_level)
    row.assessed_times += 1


@RISKS.step(contract.RiskMitigated, zh="采取措施", needs="handle", path="mitigation")
async def mitigate(
    uow: UnitOfWork, row: RiskRow, *,
    measures: Annotated[Codes, Field(title="措施")],
    explanation: Annotated[Words, Field(title="说明")],
) -> None:  # fmt: skip
    """What was done about it."""


@RISKS.step(contract.RiskClosed, zh="销号", needs="handle", path="closing")
async def close(
    uow: UnitOfWork, row: RiskRow, *,
    outcome: Annotated[Code, Field(title="结果")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """It is gone, was none, or is followed elsewhere: the outcome is a code of the profile."""


reassign = RISKS.reassigns(needs="handle", zh="变更责任人")


def _check_level(uow: UnitOfWork, level: str) -> None:
    known = [one.code for one in uow.policy(RegistryPolicy).enforcement.risk_levels]
    if level not in known:
        raise UnknownRiskLevel(at="/risk_level", level=level, known=known)
