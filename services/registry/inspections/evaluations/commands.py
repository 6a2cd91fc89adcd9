"""The use cases of evaluation: enrol, train, coach, complete, declare, score, publicise, reconsider, grade;
and what becomes of a grade: lowered, revoked, superseded, expired."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import Basis, event_type
from shuniu_contracts import registry_inspections as contract
from sqlmodel import col, select

from chassis.http.fields import Day, PersonId
from chassis.matters import Clock, Kind, words
from chassis.matters.facts import check_day
from chassis.model import in_words, refuse_all
from chassis.received import Received
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, Count, OrganizationId, Record, Words
from services.registry.inspections.evaluations import queries
from services.registry.inspections.evaluations.model import (
    GROUNDS,
    IN_PROGRESS,
    RELATIONS_ZH,
    SETTLED,
    TRANSITIONS,
    DeclaredAlready,
    EvaluationPhase,
    EvaluationUnderWay,
    Grade,
    GradeDeviates,
    MaterialsLacking,
    NoQuorum,
    NotAMaterial,
    NotCarried,
    NothingFoundSince,
    NotLower,
    NotPublicised,
    NotTheSuccessor,
    OnRecord,
    PublicityNotOver,
    PublicityOver,
    Relation,
    SameGrade,
    StillValid,
    TooFewExperts,
    VoteMissing,
    bars,
    check_conflict,
    check_helped,
    check_people,
    check_vote,
    lower,
    mean,
    years_after,
)
from services.registry.inspections.evaluations.tables import EvaluationRow
from services.registry.inspections.policy import EvaluationPolicy
from services.registry.organizations.commands import known_categories
from services.registry.organizations.concerning import of_organization
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy, names_of
from services.registry.tables import MatterStepRow


class Score(BaseModel):
    """What one expert gave."""

    model_config = ConfigDict(extra="forbid")

    expert: PersonId = Field(title="专家")
    points: int = Field(title="得分", ge=0, le=1000)


class Vote(BaseModel):
    """How one member voted (记名投票)."""

    model_config = ConfigDict(extra="forbid")

    member: PersonId = Field(title="委员")
    in_favour: bool = Field(title="同意")


Votes = Annotated[list[Vote], Field(title="记名表决", max_length=50)]
Committee = Annotated[Count | None, Field(title="委员总数")]


def _reconsideration_days(policy: RegistryPolicy, _: EvaluationRow) -> int:
    return policy.inspections.evaluation.reconsideration_days


EVALUATIONS = Kind(
    EvaluationRow, EvaluationPhase, TRANSITIONS, initial=EvaluationPhase.ENROLLED,
    zh="等级评估", en="evaluations", path="evaluations", unit="家", steps=MatterStepRow,
    states_zh={
        EvaluationPhase.ENROLLED: "已报名",
        EvaluationPhase.SCORED: "已评分",
        EvaluationPhase.PUBLICISED: "公示中",
        EvaluationPhase.UNDER_RECONSIDERATION: "复核中",
        EvaluationPhase.GRADED: "已评定等级",
        EvaluationPhase.NOT_GRADED: "未评上等级",
        EvaluationPhase.WITHDRAWN: "已撤回",
        EvaluationPhase.SUPERSEDED: "已由新等级取代",
        EvaluationPhase.REVOKED: "等级已取消",
        EvaluationPhase.EXPIRED: "等级已到期",
    },
    clocks=(
        Clock(
            "reconsideration", {"under_reconsideration"}, contract.EvaluationBecameOverdue, "became_overdue",
            rule="registry.inspections.evaluation.reconsideration_days", days=_reconsideration_days,
            working=False,
        ),
        Clock(
            "validity", {"graded"}, contract.EvaluationExpired, "expired",
            rule="registry.inspections.evaluation.valid_years", column="valid_until", runs_on=True,
        ),
    ),
    appointed={"publicised_until": {EvaluationPhase.PUBLICISED}}, place=of_organization, settled=SETTLED,
    filters=("organization_id", "year", "category", "legal_form", "grade"),
)  # fmt: skip


@EVALUATIONS.opens(contract.EvaluationEnrolled, zh="报名", needs="enrol")
async def enrol(
    uow: UnitOfWork, row: EvaluationRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    year: Annotated[int, Field(title="评估年度", ge=1990, le=2200)],
    category: Annotated[Code | None, Field(title="评估类别")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Enrol an organisation; everything that bars it is told at once. History is as it was.

    Its place locks the organisation, so that two who enrol it at once see each other.
    """
    organization = await uow.session.get_one(OrganizationRow, organization_id)
    row.legal_form = organization.legal_form
    if category is not None:
        (row.category,) = known_categories([category], uow.policy(RegistryPolicy), at="/category")
    if row.basis != Basis.LIVE.value:
        return
    row.materials_lacking = _lacking(uow, row)
    if (other := await queries.in_progress(uow, organization_id, IN_PROGRESS)) is not None:
        raise EvaluationUnderWay(at="/organization_id", other=other)
    candidate = await queries.candidate(uow, organization, row.effective_on)
    refuse_all(bars(candidate, row.effective_on, _policy(uow).rules))


@EVALUATIONS.step(
    contract.EvaluationTrainingGiven, zh="参评培训", en="record training", needs="guide", path="training"
)
async def train(
    uow: UnitOfWork, row: EvaluationRow, *, topics: Annotated[Codes, Field(title="培训内容")]
) -> None:
    """Training for those who are evaluated (R22)."""
    row.trained_times += 1


@EVALUATIONS.step(
    contract.EvaluationCoachingGiven, zh="一对一指导", en="record coaching", needs="guide", path="coaching"
)
async def coach(
    uow: UnitOfWork, row: EvaluationRow, *,
    kind: Annotated[Code, Field(title="指导方式")],
    note: Annotated[Words | None, Field(title="指导情况")] = None,
    coach: Annotated[PersonId | None, Field(title="指导人")] = None,
) -> None:  # fmt: skip
    """One-to-one guidance (R22), by the person named or who records it: they neither score nor vote."""
    row.coached_times += 1


@EVALUATIONS.step(
    contract.EvaluationMaterialsCollected,
    zh="登记已收材料",
    en="record what came in",
    needs="enrol",
    path="collected-materials",
    by_workbook="评估材料收集",
)
async def collect_materials(
    uow: UnitOfWork, row: EvaluationRow, *, collected: Annotated[Codes, Field(title="本次收到的材料")]
) -> Mapping[str, Any]:
    """Some of what the profile's list asks for has come in, beside what was there; the rest is lacking."""
    _collect(uow, row, collected)
    return {"lacking": row.materials_lacking}


@EVALUATIONS.step(
    contract.EvaluationMaterialsCompleted,
    zh="材料齐全",
    en="complete the materials",
    needs="enrol",
    path="materials",
    by_workbook=True,
)
async def complete_materials(
    uow: UnitOfWork, row: EvaluationRow, *,
    collected: Annotated[Codes, Field(title="本次收到的材料")] = [],  # noqa: B006, read only
) -> None:  # fmt: skip
    """Everything that the profile's list asks for is there, with what has come in now (协助整理评估材料)."""
    _collect(uow, row, collected)
    if row.materials_lacking:
        lacking = _called(uow, row.materials_lacking)
        raise MaterialsLacking(
            at="/collected", lacking=row.materials_lacking, lacking_zh=lacking["zh"], lacking_en=lacking["en"]
        )
    row.materials_completed_on = row.effective_on


def _collect(uow: UnitOfWork, row: EvaluationRow, collected: Collection[str]) -> None:
    """Put what came in beside what was there, in the order of the list; raises `NotAMaterial`."""
    asked = _policy(uow).materials
    if unknown := [code for code in collected if code not in asked]:
        known = _called(uow, asked)
        raise NotAMaterial(
            at="/collected", unknown=unknown, known_zh=known["zh"], known_en=known["en"]
        )  # fmt: skip
    there = {*row.materials, *collected}
    row.materials = [code for code in asked if code in there]
    row.materials_lacking = _lacking(uow, row)


def _lacking(uow: UnitOfWork, row: EvaluationRow) -> list[str]:
    return [code for code in _policy(uow).materials if code not in row.materials]


def _called(uow: UnitOfWork, materials: Sequence[str]) -> Mapping[str, list[str]]:
    """Materials as each language calls them."""
    names = names_of(uow.policy(RegistryPolicy))("evaluation", "materials").names
    return {"zh": [names.get(one, one) for one in materials], "en": [in_words(one) for one in materials]}


@EVALUATIONS.step(
    contract.EvaluationConflictDeclared,
    zh="申报回避",
    en="declare a conflict of interest",
    needs="declare",
    path="conflicts",
)
async def declare_conflict(
    uow: UnitOfWork, row: EvaluationRow, *,
    person: Annotated[PersonId, Field(title="回避人员")],
    relation: Annotated[Relation, Field(title="回避理由", json_schema_extra=words(RELATIONS_ZH))],
    left_on: Annotated[Day | None, Field(title="离职日期")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """An expert or member stands aside; what they scored does not count, and what was publicised reopens.

    Found after the grade was given, it is told whether the vote carries it without them; the grade stands
    until it is decided anew.
    """
    if person in row.stands_aside:
        raise DeclaredAlready(at="/person", person=person)
    check_conflict(relation, left_on, row.effective_on, _policy(uow).conflict_years)
    row.stands_aside = [*row.stands_aside, person]
    row.conflicts = len(row.stands_aside)
    _count(uow, row)
    if row.state == EvaluationPhase.GRADED.value:
        return {"carried": await _carries(uow, row)}
    row.publicised_until = None
    return {}


@EVALUATIONS.step(contract.EvaluationScored, zh="评分", needs="score", path="scores")
async def score(
    uow: UnitOfWork, row: EvaluationRow, *,
    given: Annotated[list[Score], Field(title="专家评分", max_length=50)],
) -> Mapping[str, Any]:  # fmt: skip
    """The experts' points of 1000, which replace those before; the mean gives the grade that is proposed.

    Live, after what the profile asks for (R22).
    """
    if row.basis == Basis.LIVE.value:
        check_helped(
            _policy(uow).scored_after, trained=row.trained_times > 0, coached=row.coached_times > 0,
            complete=row.materials_completed_on is not None, lacking=_called(uow, _lacking(uow, row)),
        )  # fmt: skip
    await _check_people(uow, row, [one.expert for one in given], at="/given")
    row.scores = [one.model_dump() for one in given]
    _count(uow, row)
    _check_experts(uow, row)
    return {"experts": len(row.scores)}


@EVALUATIONS.step(contract.EvaluationPublicised, zh="公示", needs="conclude", path="publicity")
async def publicise(
    uow: UnitOfWork, row: EvaluationRow, *,
    until: Annotated[Day | None, Field(title="公示截止")] = None,
) -> None:  # fmt: skip
    """The proposed grade is made public; without a day, as long as the profile says."""
    _check_experts(uow, row)
    last, _ = uow.region.calendar.add_working_days(row.effective_on, _policy(uow).publicity_days)
    row.publicised_until = until or last


@EVALUATIONS.step(
    contract.EvaluationReconsiderationRequested,
    zh="申请复核",
    en="ask for reconsideration",
    needs="enrol",
    path="reconsideration-request",
)
async def request_reconsideration(
    uow: UnitOfWork, row: EvaluationRow, *, grounds: Annotated[Words, Field(title="理由")]
) -> None:
    """The organisation objects while the result is public; the committee has its days to answer."""
    if row.publicised_until is not None and row.effective_on > row.publicised_until:
        raise PublicityOver(until=row.publicised_until)


@EVALUATIONS.step(
    contract.EvaluationReconsidered,
    zh="复核决定",
    en="decide on reconsideration",
    needs="conclude",
    path="reconsideration",
)
async def reconsider(
    uow: UnitOfWork, row: EvaluationRow, *,
    points: Annotated[Count | None, Field(title="复核得分", le=1000)] = None,
    committee: Committee = None,
    votes: Votes = [],  # noqa: B006, read only
) -> Mapping[str, Any]:  # fmt: skip
    """Decided by recorded vote (order 39); without other points the result stands."""
    row.reconsidered_times += 1
    before, row.proposed_grade = row.proposed_grade, _band(uow, row.points)
    return {"upheld": row.proposed_grade == before, **await _voted(uow, row, committee, votes)}


@EVALUATIONS.step(
    contract.EvaluationGraded, zh="评定等级", en="give the grade", needs="conclude", path="grade"
)
async def give_grade(
    uow: UnitOfWork, row: EvaluationRow, *,
    grade: Annotated[Grade, Field(title="等级")],
    deviation: Annotated[Code | None, Field(title="与得分不符的理由")] = None,
    committee: Committee = None,
    votes: Votes = [],  # noqa: B006, read only
) -> Mapping[str, Any]:  # fmt: skip
    """The committee gives the grade by recorded vote after the publicity; one that stood before ends."""
    said = await _decided(uow, row, committee, votes)
    if row.proposed_grade is not None and grade != row.proposed_grade and deviation is None:
        raise GradeDeviates(at="/grade", proposed=row.proposed_grade, grade=grade.value)
    await _let_stand(uow, row)
    return said


@EVALUATIONS.step(
    contract.EvaluationNotGraded, zh="不予评定", en="give no grade", needs="conclude", path="no-grade"
)
async def refuse_grade(
    uow: UnitOfWork, row: EvaluationRow, *,
    ground: Annotated[Code, Field(title="理由")],
    committee: Committee = None,
    votes: Votes = [],  # noqa: B006, read only
) -> Mapping[str, Any]:  # fmt: skip
    """The committee gives no grade."""
    return await _decided(uow, row, committee, votes)


@EVALUATIONS.step(
    contract.EvaluationReopened, zh="重新评定", en="decide the grade anew", needs="conclude", path="reopening"
)
async def reopen(
    uow: UnitOfWork, row: EvaluationRow, *, ground: Annotated[Code, Field(title="理由")]
) -> Mapping[str, Any]:
    """Set a grade aside in which somebody took part who should not have: scored and decided again.

    It bars nobody, unlike a grade that is taken away.
    """
    if not await queries.found_since_graded(uow, row.id):
        raise NothingFoundSince()
    previous, row.grade, row.publicised_until = Grade(str(row.grade)), None, None
    return {"previous": previous}


@EVALUATIONS.step(contract.EvaluationWithdrawn, zh="撤回报名", needs="enrol", path="withdrawal")
async def withdraw(
    uow: UnitOfWork, row: EvaluationRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """The organisation does not go on."""


@EVALUATIONS.step(
    contract.EvaluationDowngraded, zh="降低等级", en="lower the grade", needs="conclude", path="downgrading"
)
async def downgrade(
    uow: UnitOfWork, row: EvaluationRow, *,
    lowered_to: Annotated[Grade, Field(title="降低为")],
    ground: Annotated[Code, Field(title="事由")],
) -> Mapping[str, Any]:  # fmt: skip
    """A lower grade for the rest of its time."""
    previous = Grade(str(row.grade))
    if not lower(lowered_to, previous):
        raise NotLower(at="/lowered_to", grade=previous.value, to=lowered_to.value)
    row.grade, row.lowered_on = lowered_to.value, row.effective_on
    return {"previous": previous}


@EVALUATIONS.step(
    contract.EvaluationCorrected, zh="更正等级", en="correct the grade", needs="conclude", path="correction"
)
async def correct(
    uow: UnitOfWork, row: EvaluationRow, *,
    corrected_to: Annotated[Grade, Field(title="更正为")],
    reason: Annotated[Code, Field(title="更正原因")],
    explanation: Annotated[Words | None, Field(title="更正说明")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """The grade was entered wrongly, higher or lower than it was given: figures of past days are mended.

    Of a grade that was lowered it is the lower one that is put right, which stays lower. Raises `SameGrade`,
    `NotLower`.
    """
    previous = Grade(str(row.grade))
    if corrected_to is previous:
        raise SameGrade(at="/corrected_to", grade=previous.value)
    above = await queries.lowered_from(uow, row.id)
    if above is not None and not lower(corrected_to, above):
        raise NotLower(at="/corrected_to", grade=above.value, to=corrected_to.value)
    row.grade = corrected_to.value
    return {"previous": previous}


@EVALUATIONS.step(
    contract.EvaluationRevoked, zh="取消等级", en="revoke the grade", needs="conclude", path="revocation"
)
async def revoke(
    uow: UnitOfWork, row: EvaluationRow, *, ground: Annotated[Code, Field(title="事由")]
) -> None:
    """The grade is taken away."""
    row.lowered_on = row.effective_on


@EVALUATIONS.step(
    contract.EvaluationSuperseded,
    zh="由新等级取代",
    en="replace by a newer grade",
    needs="conclude",
    path="succession",
)
async def supersede(
    uow: UnitOfWork,
    row: EvaluationRow,
    *,
    successor_id: Annotated[UUID, Record("evaluation"), Field(title="后一次评估")],
) -> Mapping[str, Any]:
    """A newer grade stands in its place."""
    other = await uow.session.get(EvaluationRow, successor_id)
    if other is None or other.organization_id != row.organization_id or other.id == row.id:
        raise NotTheSuccessor(at="/successor_id", other=successor_id)
    return {"successor": {"id": other.subject, "sequence": other.sequence}}


@EVALUATIONS.step(
    contract.EvaluationExpired, zh="到期", en="record as expired", needs="conclude", path="expiry"
)
async def expire(uow: UnitOfWork, row: EvaluationRow) -> None:
    """Its years are over: by itself for what was graded live, by hand for history."""
    if row.valid_until is not None and row.effective_on <= row.valid_until:
        raise StillValid(until=row.valid_until)


reassign = EVALUATIONS.reassigns(needs="guide")


async def as_decided(
    uow: UnitOfWork, row: EvaluationRow, grade: Grade | None, *, ground: str, effective_on: date,
    basis: Basis, because: Received[Any],
) -> None:  # fmt: skip
    """Give the locked evaluation the grade, or none, that an authority decided, whose committee voted there.

    Raises `StepNotPossible`, `FutureDay`, `BeforeOpening`.
    """
    event = contract.EvaluationNotGraded if grade is None else contract.EvaluationGraded
    fact = event_type(event).fact
    EVALUATIONS.check(row, fact)
    check_day(effective_on, uow.today, row.opened_on)
    row.effective_on, row.basis = effective_on, basis.value
    if grade is not None:
        row.grade = grade.value
        await _let_stand(uow, row)
    await EVALUATIONS.advance(
        uow, row, fact, event, {"ground": ground}, on=effective_on, basis=basis, because=because
    )


async def _let_stand(uow: UnitOfWork, row: EvaluationRow) -> None:
    """From now on this is the organisation's grade; one that stood before ends."""
    row.graded_on = row.effective_on
    row.valid_until = years_after(row.effective_on, _policy(uow).valid_years)
    for older in await _graded_before(uow, row):
        await supersede.on(
            uow, older, effective_on=row.effective_on, basis=Basis(row.basis), successor_id=row.id
        )


def _policy(uow: UnitOfWork) -> EvaluationPolicy:
    return uow.policy(RegistryPolicy).inspections.evaluation


def _band(uow: UnitOfWork, points: int | None) -> str | None:
    """The grade that the points give; None below the lowest band."""
    if points is None:
        return None
    return next((band.grade.value for band in _policy(uow).bands if points >= band.points), None)


def _count(uow: UnitOfWork, row: EvaluationRow) -> None:
    """Points and proposed grade by the scores of those who do not stand aside."""
    row.scores = [one for one in row.scores if one["expert"] not in row.stands_aside]
    row.points = mean([one["points"] for one in row.scores]) if row.scores else None
    row.proposed_grade = _band(uow, row.points)


def _check_experts(uow: UnitOfWork, row: EvaluationRow) -> None:
    least = _policy(uow).experts if row.basis == Basis.LIVE.value else 1
    if len(row.scores) < least:
        raise TooFewExperts(found=len(row.scores), least=least)


async def _check_people(uow: UnitOfWork, row: EvaluationRow, people: Sequence[str], at: str) -> None:
    """Raise `NamedTwice`, `MustStandAside`, or `OnRecord` of who did not say that they are involved."""
    check_people(people, row.stands_aside, at=at)
    if row.basis != Basis.LIVE.value:
        return
    since = years_after(row.effective_on, -_policy(uow).conflict_years)
    found = await queries.involved(uow, row, since)
    for person in people:
        if (ground := found.get(person)) is not None:
            ground_zh, ground_en = GROUNDS[ground]
            raise OnRecord(at=at, person=person, ground_zh=ground_zh, ground_en=ground_en)


async def _carries(uow: UnitOfWork, row: EvaluationRow) -> bool | None:
    """Whether the vote that gave the grade carries it without those who stand aside; None without a vote."""
    said = await queries.vote_for_grade(uow, row.id)
    if not said.get("votes"):
        return None
    counted = [one for one in said["votes"] if one["member"] not in row.stands_aside]
    policy = _policy(uow)
    try:
        check_vote(
            said.get("committee"), len(counted), sum(one["in_favour"] for one in counted),
            policy.quorum_share, policy.majority_share,
        )  # fmt: skip
    except (VoteMissing, NoQuorum, NotCarried):
        return False
    return True


async def _voted(
    uow: UnitOfWork, row: EvaluationRow, committee: int | None, votes: Sequence[Vote]
) -> dict[str, Any]:
    """The numbers of a recorded vote; history may have none."""
    if not votes and row.basis != Basis.LIVE.value:
        return {}
    await _check_people(uow, row, [one.member for one in votes], at="/votes")
    in_favour, policy = sum(one.in_favour for one in votes), _policy(uow)
    check_vote(committee, len(votes), in_favour, policy.quorum_share, policy.majority_share)
    return {"committee": committee, "present": len(votes), "in_favour": in_favour}


async def _decided(
    uow: UnitOfWork, row: EvaluationRow, committee: int | None, votes: Sequence[Vote]
) -> dict[str, Any]:
    """The vote of a decision that comes after the publicity."""
    if row.basis == Basis.LIVE.value:
        if row.publicised_until is None:
            raise NotPublicised()
        if row.effective_on <= row.publicised_until:
            raise PublicityNotOver(until=row.publicised_until)
    return await _voted(uow, row, committee, votes)


async def _graded_before(uow: UnitOfWork, row: EvaluationRow) -> Sequence[EvaluationRow]:
    """Grades of the organisation that stand now and were given before, locked."""
    found = await uow.session.exec(
        select(EvaluationRow)
        .where(
            EvaluationRow.organization_id == row.organization_id,
            EvaluationRow.state == EvaluationPhase.GRADED.value,
            EvaluationRow.home == uow.stack,
            EvaluationRow.id != row.id,
            col(EvaluationRow.graded_on) <= row.effective_on,
        )
        .order_by(col(EvaluationRow.id))
        .with_for_update()
    )
    return found.all()
