"""A conclusion, a grade or a registration that an authority decided moves the record that it is about."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from shuniu_contracts import registry_enforcement as contract

from chassis.received import Received
from chassis.tables import AggregateRow
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.applications import commands as applications
from services.registry.applications.model import ApplicationStep
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.enforcement.official_decisions.model import (
    DENIED,
    KINDS_ZH,
    NO_GRADE,
    AboutAnother,
    NotOneRecord,
)
from services.registry.enforcement.official_decisions.tables import OfficialDecisionRow
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.model import InspectionPhase, InspectionResult
from services.registry.inspections.annual.tables import InspectionRow
from services.registry.inspections.evaluations import commands as evaluations
from services.registry.inspections.evaluations.model import EvaluationPhase, Grade
from services.registry.inspections.evaluations.tables import EvaluationRow
from services.registry.organizations.merging import going_on

_OPEN: Final = 'select id from "{table}" where organization_id = $1 and home = $2 and {condition}'
_BY_DECISION: Final = "official_decision"
"""Why there is no grade or a lower one, where the decision names no ground."""
_AS_DECIDED: Final = "按有关机关决定更正"
_WITHOUT: Final = (EvaluationPhase.NOT_GRADED.value, EvaluationPhase.REVOKED.value)


class Concluded(NamedTuple):
    """What a kind of decision concludes."""

    row: type[AggregateRow]
    conditions: tuple[str, ...]
    """Which records can be meant where none is named: those of the first condition, or else of the next."""


CONCLUDES: Final[Mapping[contract.DecisionKind, Concluded]] = {
    contract.DecisionKind.INSPECTION: Concluded(InspectionRow, ("not ended",)),
    contract.DecisionKind.GRADE: Concluded(EvaluationRow, ("not ended and state <> 'graded'", "not ended")),
    contract.DecisionKind.REGISTRATION: Concluded(RegistrationApplicationRow, ("not ended",)),
}


async def name_record(uow: UnitOfWork, row: OfficialDecisionRow, record_id: UUID) -> None:
    """Let a new decision name the record that it concludes, which its home below may be the only one to know.

    Raises `NotFound`, `AboutAnother`.
    """
    kind = CONCLUDES[contract.DecisionKind(row.kind)].row
    with uow.session.no_autoflush:
        record: Any = await uow.session.get(kind, record_id)
    if record is not None:
        await _check_about(uow, record, row.organization_id)
        row.record_sequence = record.sequence
    elif not uow.lower_stacks:
        raise NotFound.of(kind, record_id, at="/record_id")


async def conclude(
    uow: UnitOfWork, received: Received[Any], organization_id: UUID, moved_before: UUID | None,
    result_before: str | None,
) -> UUID:  # fmt: skip
    """Move the record of the organisation, which is locked, and return its id; `result_before` is what the
    decision that moved `moved_before` was recorded with.

    Raises `NotFound`, `AboutAnother`, `NotOneRecord`, and what the record's own step refuses.
    """
    state: contract.OfficialDecisionState = received.data.state
    concluded = CONCLUDES[state.kind]
    if state.record is not None:
        id = UUID(state.record.id)
        record: Any = await uow.session.get(concluded.row, id)
        if record is None:
            raise NotFound.of(concluded.row, id)
        await _check_about(uow, record, organization_id)
    else:
        id = moved_before or await _the_one(uow, state.kind, organization_id)
    await _MOVES[state.kind](uow, id, received, None if moved_before is None else result_before)
    return id


async def _check_about(uow: UnitOfWork, record: Any, organization_id: UUID) -> None:
    about = (
        None if record.organization_id is None else (await going_on(uow, [record.organization_id])).popitem()
    )
    if about is None or about[1][0] != organization_id:
        raise AboutAnother(at="/record_id", record=record.id)


async def _the_one(uow: UnitOfWork, kind: contract.DecisionKind, organization_id: UUID) -> UUID:
    row, conditions = CONCLUDES[kind]
    await uow.flush()
    for condition in conditions:
        statement = _OPEN.format(table=row.__tablename__, condition=condition)
        found = await uow.connection.fetch(statement, organization_id, uow.stack)
        if len(found) == 1:
            return UUID(str(found[0]["id"]))
        if found:
            break
    raise NotOneRecord(found=len(found), kind_zh=KINDS_ZH[kind.value], kind_en=kind.value)


async def _inspection(uow: UnitOfWork, id: UUID, received: Received[Any], _: str | None) -> None:
    state: contract.OfficialDecisionState = received.data.state
    row = await annual.INSPECTIONS.load(uow, id)
    result, topics = InspectionResult(str(state.result)), list(state.grounds)
    when: dict[str, Any] = {
        "effective_on": state.decided_on, "basis": state.basis, "because": received,
    }  # fmt: skip
    if row.state != InspectionPhase.CONCLUDED.value:
        await annual.conclude.on(uow, row, result=result, topics=topics, **when)
    elif row.result != result.value:
        await annual.correct.on(uow, row, corrected_to=result, topics=topics, explanation=_AS_DECIDED, **when)


async def _grade(uow: UnitOfWork, id: UUID, received: Received[Any], before: str | None) -> None:
    state: contract.OfficialDecisionState = received.data.state
    when: dict[str, Any] = {
        "effective_on": state.decided_on, "basis": state.basis, "because": received,
    }  # fmt: skip
    row = await evaluations.EVALUATIONS.load(uow, id)
    ground = next(iter(state.grounds), _BY_DECISION)
    grade = None if state.result == NO_GRADE else Grade(str(state.result))
    if row.state != EvaluationPhase.GRADED.value:
        if grade is not None or row.state not in _WITHOUT:
            await evaluations.as_decided(uow, row, grade, ground=ground, **when)
    elif before == state.result:
        return
    elif grade is not None and before == row.grade:
        await evaluations.correct.on(uow, row, corrected_to=grade, reason=ground, **when)
    elif grade is None:
        await evaluations.revoke.on(uow, row, ground=ground, **when)
    elif grade != row.grade:
        await evaluations.downgrade.on(uow, row, lowered_to=grade, ground=ground, **when)


async def _registration(uow: UnitOfWork, id: UUID, received: Received[Any], _: str | None) -> None:
    state: contract.OfficialDecisionState = received.data.state
    when: dict[str, Any] = {
        "effective_on": state.decided_on, "basis": state.basis, "because": received,
    }  # fmt: skip
    row = await uow.load(RegistrationApplicationRow, id)
    if state.result == DENIED:
        if row.step != ApplicationStep.DENIED.value:
            await applications.deny(uow, id=id, reasons=state.grounds, **when)
    elif row.step != ApplicationStep.CLOSED.value:
        await applications.register(
            uow, id=id, credit_code=state.credit_code, registration_authority=state.authority, **when
        )


_MOVES: Final = {
    contract.DecisionKind.INSPECTION: _inspection,
    contract.DecisionKind.GRADE: _grade,
    contract.DecisionKind.REGISTRATION: _registration,
}
