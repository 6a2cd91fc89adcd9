"""The use cases of illegal organisations: report, verify, refer, close; and the time to verify."""

from typing import Annotated

from pydantic import Field
from shuniu_contracts import registry_enforcement as contract

from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.illegal_cases.model import TRANSITIONS, IllegalCasePhase
from services.registry.enforcement.illegal_cases.tables import IllegalCaseRow
from services.registry.fields import Code, Text, Words
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


def _days(policy: RegistryPolicy, row: IllegalCaseRow) -> int:
    return policy.enforcement.verification_days


ILLEGAL_CASES = Kind(
    IllegalCaseRow, IllegalCasePhase, TRANSITIONS, initial=IllegalCasePhase.REPORTED,
    zh="非法社会组织线索", en="cases of illegal organisations", path="illegal-cases", steps=MatterStepRow,
    states_zh={
        IllegalCasePhase.REPORTED: "待核查",
        IllegalCasePhase.VERIFIED: "已核查",
        IllegalCasePhase.REFERRED: "已移送",
        IllegalCasePhase.CLOSED: "办结",
    },
    clocks=(
        Clock(
            "verification", {"reported"}, contract.IllegalCaseBecameOverdue, "became_overdue",
            rule="registry.enforcement.verification_days", days=_days,
            rescheduled=contract.IllegalCaseRescheduled,
        ),
    ),
    filters=("origin", "finding", "referred_to", "outcome"),
)  # fmt: skip


@ILLEGAL_CASES.opens(contract.IllegalCaseReported, zh="登记线索", en="report a lead", needs="report")
async def report(
    uow: UnitOfWork, row: IllegalCaseRow, *,
    name: Annotated[Text, Field(title="组织名称")],
    origin: Annotated[Code, Field(title="线索来源")],
    description: Annotated[Words, Field(title="线索情况")],
    place: Annotated[Text | None, Field(title="活动地点")] = None,
    owner: Annotated[Code | None, Field(title="承办人")] = None,
) -> None:  # fmt: skip
    """A body is said to act as a social organisation without being registered or filed."""


@ILLEGAL_CASES.step(contract.IllegalCaseVerified, zh="核查", needs="handle", path="verification")
async def verify(
    uow: UnitOfWork, row: IllegalCaseRow, *,
    finding: Annotated[Code, Field(title="核查结论")],
    explanation: Annotated[Words, Field(title="核查情况")],
) -> None:  # fmt: skip
    """What was found: illegal, lawful, or grass-roots work that can be filed."""


@ILLEGAL_CASES.step(contract.IllegalCaseReferred, zh="移送", needs="handle", path="referral")
async def refer(
    uow: UnitOfWork, row: IllegalCaseRow, *,
    referred_to: Annotated[Code, Field(title="移送单位")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """To the body that decides: the registration authority, the police."""


@ILLEGAL_CASES.step(contract.IllegalCaseClosed, zh="办结", needs="handle", path="closing")
async def close(
    uow: UnitOfWork, row: IllegalCaseRow, *,
    outcome: Annotated[Code, Field(title="办理结果")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """Persuaded to dissolve, banned, guided to register, or unfounded."""


reassign = ILLEGAL_CASES.reassigns(needs="handle", zh="变更承办人")
