"""The use cases of studies: start, add evidence, submit, answer, abandon; the answer's clock."""

from typing import Annotated

from pydantic import Field
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, Text, Words
from services.registry.hub.studies.model import TRANSITIONS, NoEvidence, StudyPhase, check_adopted
from services.registry.hub.studies.tables import StudyRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

Recommendations = Annotated[int, Field(title="建议条数", ge=1, le=1000)]


def _days(policy: RegistryPolicy, row: StudyRow) -> int | None:
    return policy.hub.study_answer_days


STUDIES = Kind(
    StudyRow, StudyPhase, TRANSITIONS, initial=StudyPhase.STARTED,
    zh="专题研究", en="studies", path="studies", unit="项", steps=MatterStepRow,
    states_zh={
        StudyPhase.STARTED: "研究中",
        StudyPhase.SUBMITTED: "已报送",
        StudyPhase.ANSWERED: "已答复",
        StudyPhase.ABANDONED: "终止",
    },
    clocks=(
        Clock(
            "study", {"started"}, contract.StudyBecameOverdue, "became_overdue", rule="study.due_on",
        ),
        Clock(
            "answer", {"submitted"}, contract.StudyBecameOverdue, "became_overdue",
            rule="registry.hub.study_answer_days", days=_days, column="answer_due_on",
            rescheduled=contract.StudyRescheduled,
        ),
    ),
    filters=("topic", "body", "submitted_to", "late"),
)  # fmt: skip


@STUDIES.opens(contract.StudyStarted, zh="立项", needs="write")
async def start(
    uow: UnitOfWork, row: StudyRow, *,
    title: Annotated[Text, Field(title="课题")],
    topic: Annotated[Code, Field(title="研究领域")],
    body: Annotated[Code, Field(title="承担单位")],
    submitted_to: Annotated[Code | None, Field(title="报送单位")] = None,
    due_on: Annotated[Day | None, Field(title="完成期限")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A policy question is studied (L20)."""


@STUDIES.step(contract.StudyEvidenceAdded, zh="补充依据", needs="write", path="evidence")
async def add_evidence(
    uow: UnitOfWork, row: StudyRow, *,
    kind: Annotated[Code, Field(title="依据类别")],
    content: Annotated[Words, Field(title="依据内容")],
) -> None:  # fmt: skip
    """A survey, a visit, figures, another place's practice."""
    row.evidence += 1


@STUDIES.step(contract.StudySubmitted, zh="报送", needs="write", path="submission")
async def submit(
    uow: UnitOfWork, row: StudyRow, *,
    submitted_to: Annotated[Code, Field(title="报送单位")],
    recommendations: Recommendations,
    findings: Annotated[Words, Field(title="研究结论和建议")],
) -> None:  # fmt: skip
    """Submitted to whoever can act on it, and who owes an answer."""
    if not row.evidence:
        raise NoEvidence()
    row.submitted_on = row.effective_on


@STUDIES.step(contract.StudyAnswered, zh="答复", needs="answer", path="answer")
async def answer(
    uow: UnitOfWork, row: StudyRow, *,
    adopted: Annotated[Count, Field(title="采纳条数")],
    reply: Annotated[Words, Field(title="答复内容")],
) -> None:  # fmt: skip
    """The addressee's answer, with how many recommendations are adopted."""
    check_adopted(adopted, row.recommendations)
    row.late = row.answer_due_on is not None and row.effective_on > row.answer_due_on
    row.answered_on = row.effective_on


@STUDIES.step(contract.StudyAbandoned, zh="终止", needs="write", path="abandonment")
async def abandon(uow: UnitOfWork, row: StudyRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """It is not carried on."""


reassign = STUDIES.reassigns(needs="write")
