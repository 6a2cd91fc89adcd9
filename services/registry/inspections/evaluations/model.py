"""An evaluation's way to a grade, who may not take part, whose scores and votes count, what a vote needs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from chassis.model import Refusal, RefusalKind, Transitions, in_words, refuse_all
from services.registry.organizations.model import (
    FORM_NAMED,
    HOLDING,
    LEGAL_PERSONS,
    LISTINGS_ZH,
    STATUS_NAMED,
    STATUSES_ZH,
    LegalStatus,
)


class EvaluationPhase(StrEnum):
    """Where an evaluation is."""

    ENROLLED = "enrolled"
    SCORED = "scored"
    PUBLICISED = "publicised"
    UNDER_RECONSIDERATION = "under_reconsideration"
    GRADED = "graded"
    NOT_GRADED = "not_graded"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    EXPIRED = "expired"


TRANSITIONS: Transitions[EvaluationPhase] = {
    EvaluationPhase.ENROLLED: {
        "training_given": EvaluationPhase.ENROLLED,
        "coaching_given": EvaluationPhase.ENROLLED,
        "materials_collected": EvaluationPhase.ENROLLED,
        "materials_completed": EvaluationPhase.ENROLLED,
        "conflict_declared": EvaluationPhase.ENROLLED,
        "scored": EvaluationPhase.SCORED,
        "graded": EvaluationPhase.GRADED,
        "withdrawn": EvaluationPhase.WITHDRAWN,
        "reassigned": EvaluationPhase.ENROLLED,
    },
    EvaluationPhase.SCORED: {
        "conflict_declared": EvaluationPhase.SCORED,
        "scored": EvaluationPhase.SCORED,
        "publicised": EvaluationPhase.PUBLICISED,
        "withdrawn": EvaluationPhase.WITHDRAWN,
        "reassigned": EvaluationPhase.SCORED,
    },
    EvaluationPhase.PUBLICISED: {
        "conflict_declared": EvaluationPhase.SCORED,
        "reconsideration_requested": EvaluationPhase.UNDER_RECONSIDERATION,
        "graded": EvaluationPhase.GRADED,
        "not_graded": EvaluationPhase.NOT_GRADED,
        "withdrawn": EvaluationPhase.WITHDRAWN,
        "reassigned": EvaluationPhase.PUBLICISED,
    },
    EvaluationPhase.UNDER_RECONSIDERATION: {
        "reconsidered": EvaluationPhase.PUBLICISED,
        "withdrawn": EvaluationPhase.WITHDRAWN,
        "reassigned": EvaluationPhase.UNDER_RECONSIDERATION,
    },
    EvaluationPhase.GRADED: {
        "conflict_declared": EvaluationPhase.GRADED,
        "reopened": EvaluationPhase.ENROLLED,
        "downgraded": EvaluationPhase.GRADED,
        "corrected": EvaluationPhase.GRADED,
        "superseded": EvaluationPhase.SUPERSEDED,
        "revoked": EvaluationPhase.REVOKED,
        "expired": EvaluationPhase.EXPIRED,
        "reassigned": EvaluationPhase.GRADED,
    },
    EvaluationPhase.NOT_GRADED: {},
    EvaluationPhase.WITHDRAWN: {},
    EvaluationPhase.SUPERSEDED: {"corrected": EvaluationPhase.SUPERSEDED},
    EvaluationPhase.REVOKED: {"corrected": EvaluationPhase.REVOKED},
    EvaluationPhase.EXPIRED: {"corrected": EvaluationPhase.EXPIRED},
}
"""报名, 培训, 一对一指导, 整理材料, 评估, 公示, 复核, 等级 (SUYU SM5, R22; order 39 of 2011). Straight from
enrolled to graded goes history only; a conflict that is found after publication reopens the scoring, and one
found after the grade lets it be decided anew. A grade that was entered wrongly is corrected, also when it has
ended."""

SETTLED = (EvaluationPhase.SUPERSEDED, EvaluationPhase.REVOKED, EvaluationPhase.EXPIRED)
"""Over, though what was entered wrongly is still put right."""

IN_PROGRESS = ("enrolled", "scored", "publicised", "under_reconsideration")


class Grade(StrEnum):
    """What an organisation is given."""

    FIVE_A = "5A"
    FOUR_A = "4A"
    THREE_A = "3A"
    TWO_A = "2A"
    ONE_A = "1A"


class Relation(StrEnum):
    """Why somebody may neither score nor vote (order 39): 利害关系, 任职, 其他关系."""

    INTEREST = "interest"
    EMPLOYMENT = "employment"
    OTHER = "other"


RELATIONS_ZH: Mapping[str, str] = {
    Relation.INTEREST.value: "有利害关系",
    Relation.EMPLOYMENT.value: "曾在该组织任职",
    Relation.OTHER.value: "有其他可能影响公正的关系",
}
_STANDING_NAMED = {"standing": {**STATUSES_ZH, **LISTINGS_ZH}}
_RANK = {grade: rank for rank, grade in enumerate(reversed(Grade), 1)}


class EvaluationUnderWay(Refusal):
    """A second one while the first goes on."""

    code = "evaluation_under_way"
    kind = RefusalKind.CONFLICT
    zh = "该组织已在评估中（编号 {other}），请在原记录上办理。"
    en = "The organisation is being evaluated already ({other}); continue on that record."


class RegisteredTooShort(Refusal):
    """Registered for less time than evaluation asks."""

    code = "evaluation_registered_too_short"
    zh = "登记满 {years} 年方可参加评估：该组织登记于 {registered_on}，{until} 起可以报名。"
    en = "Evaluation asks for {years} years of registration: registered on {registered_on}, from {until} on."


class NoLegalPerson(Refusal):
    """A form that holds no registration."""

    code = "evaluation_barred_by_form"
    zh = "组织类型为“{form}”，只有登记的社会团体、民办非企业单位和基金会参加评估；类型不符实际的，请先更正。"
    en = "Its legal form is '{form}'; only registered legal persons are evaluated."
    names = FORM_NAMED


class NotRegistered(Refusal):
    """Never registered, or not any more."""

    code = "evaluation_barred_by_status"
    zh = "该组织目前“{status}”，未在登记状态，不能参加评估。"
    en = "Its legal status is '{status}'; only registered organisations are evaluated."
    names = STATUS_NAMED


class RegistrationDayUnknown(Refusal):
    """Registered, and nobody knows since when."""

    code = "evaluation_registration_day_unknown"
    zh = "该组织没有登记日期，无法核对登记年限，请先在组织资料中补录登记日期。"
    en = "The day of its registration is not on record; enter it before it enrols."


class UnderInvestigation(Refusal):
    """Proceedings against it are open."""

    code = "evaluation_barred_by_investigation"
    zh = "该组织自 {since} 起被立案调查，结案前不能参加评估；已结案的，请先在有关机关决定中登记解除。"
    en = "Under investigation since {since}; if that is closed, lift it in the official decisions first."


class InspectionStandsAgainst(Refusal):
    """The newest annual inspections bar it."""

    code = "evaluation_barred_by_inspection"
    zh = "{year} 年度年检“{result_zh}”，不能参加评估。"
    en = "Barred by the annual inspection of {year}: {result_en}."


class ListedOrSuspended(Refusal):
    """On a list of the authority, or ordered to stop."""

    code = "evaluation_barred_by_standing"
    zh = "该组织目前“{standing}”，不能参加评估。"
    en = "Barred by the organisation's present standing: {standing}."
    names = _STANDING_NAMED


class PunishedLately(Refusal):
    """Punished last year or this."""

    code = "evaluation_barred_by_penalty"
    zh = "该组织于 {decided_on} 受到行政处罚，{until} 起方可参加评估。"
    en = "Punished on {decided_on}: barred until {until}."


class PunishmentStands(Refusal):
    """A punishment that is not carried out yet."""

    code = "evaluation_barred_by_open_penalty"
    zh = "{decided_on} 的行政处罚尚未执行完毕，不能参加评估；已执行完毕的，请先在官方决定中登记解除。"
    en = "The penalty of {decided_on} is not carried out; if it is, lift it in the official decisions first."


class GradeStillFresh(Refusal):
    """A grade that is too new to be evaluated again."""

    code = "evaluation_grade_still_fresh"
    zh = "现有等级 {grade}（{graded_on} 评定）满 {years} 年后可重新评估，即 {until} 起。"
    en = "It holds {grade} since {graded_on}; it can be evaluated again after {years} years, from {until} on."


class BarredAfterPenalty(Refusal):
    """A grade was lowered or taken away not long ago."""

    code = "evaluation_barred_after_lowering"
    zh = "等级被降低或取消（{day}）后 {years} 年内不得参加评估，{until} 起可以报名。"
    en = "A grade was lowered or revoked on {day}: barred for {years} years, until {until}."


class MaterialsLacking(Refusal):
    """Not everything that the profile asks for."""

    code = "evaluation_materials_lacking"
    kind = RefusalKind.INVALID
    zh = "评估材料不齐，尚缺：{lacking_zh}；已收到的请先办理“登记已收材料”。"
    en = "The materials are not complete; lacking: {lacking_en}. Record what has come in so far."


class MaterialsFirst(Refusal):
    """Scored before the materials were complete."""

    code = "evaluation_materials_first"
    zh = "评估材料整理齐全后方可评分，尚缺：{lacking_zh}；均已收到的，请办理“材料齐全”。"
    en = "The materials have to be complete before it is scored; lacking: {lacking_en}."


class NotAMaterial(Refusal):
    """Something that the profile's list does not ask for."""

    code = "evaluation_material_unknown"
    kind = RefusalKind.INVALID
    zh = "“{unknown}”不在本地区的评估材料目录内；目录有：{known_zh}。"
    en = "'{unknown}' is none of the materials that are asked for: {known_en}."


class TrainingFirst(Refusal):
    """Scored without any training."""

    code = "evaluation_training_first"
    zh = "该组织尚未参加参评培训，培训后方可评分；已经培训的，请先登记。"
    en = "The organisation was given no training yet; it is trained before it is scored: record that."


class CoachingFirst(Refusal):
    """Scored without any one-to-one guidance."""

    code = "evaluation_coaching_first"
    zh = "该组织尚未得到一对一指导，指导后方可评分；已经指导的，请先登记。"
    en = "The organisation was not coached yet; it is coached before it is scored: record that."


class ConflictLapsed(Refusal):
    """Employment that ended long enough ago is no conflict."""

    code = "evaluation_conflict_lapsed"
    kind = RefusalKind.INVALID
    zh = "{left_on} 离职已满 {years} 年，不需要回避。"
    en = "Who left on {left_on}, {years} years ago or more, has no conflict any more."


class DeclaredAlready(Refusal):
    """The same person stands aside already."""

    code = "evaluation_conflict_declared_already"
    kind = RefusalKind.INVALID
    zh = "“{person}”已申报回避。"
    en = "'{person}' stands aside already."


class MustStandAside(Refusal):
    """Somebody with a conflict scores or votes."""

    code = "evaluation_must_stand_aside"
    kind = RefusalKind.INVALID
    zh = "“{person}”应当回避，不能评分或表决。"
    en = "'{person}' has a conflict of interest and can neither score nor vote."


class OnRecord(Refusal):
    """Somebody scores or votes whom a record of this service says to be involved."""

    code = "evaluation_conflict_on_record"
    kind = RefusalKind.INVALID
    zh = "“{person}”{ground_zh}，应当回避，不能评分或表决。"
    en = "'{person}' {ground_en}, and can neither score nor vote."


class NothingFoundSince(Refusal):
    """A grade set aside without a conflict that was found after it was given."""

    code = "evaluation_nothing_found_since"
    zh = "评定后没有发现应当回避的情形，不能重新评定；等级不实的请办理降低或取消等级。"
    en = "No conflict was found since the grade was given; lower or revoke a grade that is wrong."


class NamedTwice(Refusal):
    """One person counted twice."""

    code = "evaluation_named_twice"
    kind = RefusalKind.INVALID
    zh = "“{person}”重复。"
    en = "'{person}' is named twice."


class TooFewExperts(Refusal):
    """Fewer scores than an evaluation needs."""

    code = "evaluation_too_few_experts"
    zh = "有效评分 {found} 份，至少需要 {least} 份，请补充评分。"
    en = "{found} scores count, {least} are needed; have it scored again."


class PublicityNotOver(Refusal):
    """Decided while objections can still be raised."""

    code = "evaluation_publicity_not_over"
    zh = "公示期至 {until}，期满后方可评定等级。"
    en = "Objections can be raised until {until}; grade it afterwards."


class PublicityOver(Refusal):
    """Reconsideration asked for too late."""

    code = "evaluation_publicity_over"
    zh = "公示期已于 {until} 结束，不再受理复核申请。"
    en = "Reconsideration could be asked for until {until}."


class NotPublicised(Refusal):
    """A live grade without publication."""

    code = "evaluation_not_publicised"
    zh = "评估结果应先公示，再评定等级；补录历史结果请选择“补录”。"
    en = "The result is publicised before a grade is given; only history goes straight to it."


class VoteMissing(Refusal):
    """A decision without a recorded vote."""

    code = "evaluation_vote_missing"
    kind = RefusalKind.INVALID
    zh = "请记录委员总数和记名表决情况。"
    en = "Record the number of members and how each of those present voted."


class NoQuorum(Refusal):
    """Too few members were present."""

    code = "evaluation_no_quorum"
    zh = "出席委员 {present} 人，不足全体委员 {committee} 人的 {share}，表决无效。"
    en = "{present} of {committee} members were present, fewer than {share}."


class NotCarried(Refusal):
    """Not more than half of all members agreed."""

    code = "evaluation_not_carried"
    zh = "同意 {in_favour} 人，未超过全体委员 {committee} 人的 {share}，未通过。"
    en = "{in_favour} of {committee} members agreed, which is not more than {share}."


class GradeDeviates(Refusal):
    """Another grade than the points give, without a reason."""

    code = "evaluation_grade_deviates"
    kind = RefusalKind.INVALID
    zh = "按得分应评为 {proposed}，评定为 {grade} 的，请填写理由。"
    en = "The points give {proposed}; to give {grade} instead, name the reason."


class SameGrade(Refusal):
    """A correction that changes nothing."""

    code = "evaluation_same_grade"
    kind = RefusalKind.INVALID
    zh = "记录的等级已是 {grade}；请选择应当更正为的等级。"
    en = "{grade} is on record already; choose what it should be instead."


class NotLower(Refusal):
    """A downgrading that lowers nothing."""

    code = "evaluation_not_lower"
    kind = RefusalKind.INVALID
    zh = "现有等级 {grade}，降低后的等级 {to} 应低于现有等级。"
    en = "It holds {grade}; {to} is not lower."


class StillValid(Refusal):
    """Expired before its day."""

    code = "evaluation_still_valid"
    zh = "等级有效期至 {until}，尚未届满。"
    en = "The grade is valid until {until}."


class NotTheSuccessor(Refusal):
    """Superseded by something else than a newer grade of the same organisation."""

    code = "evaluation_not_the_successor"
    kind = RefusalKind.INVALID
    zh = "“{other}”不是该组织的后一次评估。"
    en = "'{other}' is no later evaluation of this organisation."


def years_after(day: date, years: int) -> date:
    """The same day of a later year; the first of March for a leap day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def lower(to: Grade, grade: Grade) -> bool:
    """Whether `to` is below `grade`."""
    return _RANK[to] < _RANK[grade]


@dataclass(frozen=True)
class Inspected:
    """One annual inspection that ended: its year, and `missed` or its result."""

    year: int
    result: str


@dataclass(frozen=True)
class Lowered:
    """A grade that was lowered (`revoked`: taken away) on a day."""

    day: date
    revoked: bool


@dataclass(frozen=True)
class Punished:
    """A penalty by the day on which it was imposed; `stands`: it is not carried out yet."""

    day: date
    stands: bool


@dataclass(frozen=True)
class Candidate:
    """What is known of an organisation that enrols."""

    form: str
    status: str
    registered_on: date | None
    listing: str
    inspections: Sequence[Inspected]
    """the newest first"""
    grade: str | None
    graded_on: date | None
    lowered: Sequence[Lowered]
    punished: Sequence[Punished] = ()
    investigated_since: date | None = None
    """since when proceedings are open, by the earliest that is"""


@dataclass(frozen=True)
class Rules:
    """What bars by the profile, and for how many years."""

    registered: int
    regrade: int
    after_lowering: int
    after_revoking: int
    after_penalty: int
    """calendar years after the one of the penalty"""
    results: Collection[str]
    """of the newest annual inspection"""
    basically_qualified: int
    """annual inspections in a row"""
    listings: Collection[str]
    suspended: bool
    investigated: bool


_RESULTS_ZH = {"missed": "未参加", "unqualified": "不合格", "basically_qualified": "基本合格"}


def bars(candidate: Candidate, day: date, rules: Rules) -> Iterator[Refusal]:
    """Everything that bars an organisation from enrolling on `day` (order 39, articles on who may not)."""
    yield from _by_registration(candidate, day, rules.registered)
    if rules.suspended and candidate.status == LegalStatus.SUSPENDED.value:
        yield ListedOrSuspended(standing=candidate.status)
    if candidate.listing in rules.listings:
        yield ListedOrSuspended(standing=candidate.listing)
    yield from _by_inspection(candidate.inspections, rules)
    yield from _by_penalty(candidate.punished, day, rules.after_penalty)
    if rules.investigated and candidate.investigated_since is not None:
        yield UnderInvestigation(since=candidate.investigated_since)
    if candidate.grade is not None and candidate.graded_on is not None:
        until = years_after(candidate.graded_on, rules.regrade)
        if day < until:
            yield GradeStillFresh(
                grade=candidate.grade, graded_on=candidate.graded_on, years=rules.regrade, until=until
            )
    for one in candidate.lowered:
        years = rules.after_revoking if one.revoked else rules.after_lowering
        if day < (until := years_after(one.day, years)):
            yield BarredAfterPenalty(day=one.day, years=years, until=until)


def _by_registration(candidate: Candidate, day: date, years: int) -> Iterator[Refusal]:
    """A legal person that was registered long enough ago, and is still."""
    if candidate.form not in LEGAL_PERSONS:
        yield NoLegalPerson(form=candidate.form)
    if candidate.status not in HOLDING:
        yield NotRegistered(status=candidate.status)
    elif candidate.registered_on is None:
        yield RegistrationDayUnknown()
    elif day < (until := years_after(candidate.registered_on, years)):
        yield RegisteredTooShort(years=years, registered_on=candidate.registered_on, until=until)


def _by_inspection(inspections: Sequence[Inspected], rules: Rules) -> Iterator[Refusal]:
    """The newest with a result that bars, or so many of the newest basically qualified; no record bars
    nobody."""
    if not inspections:
        return
    newest, times = inspections[0], rules.basically_qualified
    if newest.result in rules.results:
        yield InspectionStandsAgainst(
            year=newest.year, result_zh=_RESULTS_ZH[newest.result], result_en=in_words(newest.result)
        )
    elif [one.result for one in inspections[:times]] == ["basically_qualified"] * times:
        yield InspectionStandsAgainst(
            year=newest.year, result_zh=f"连续 {times} 年基本合格",
            result_en=f"basically qualified {times} years in a row",
        )  # fmt: skip


def _by_penalty(punished: Sequence[Punished], day: date, years: int) -> Iterator[Refusal]:
    """Punished in the years that count, or not carried out yet (上年度受到行政处罚或者尚未执行完毕)."""
    for one in punished:
        if day < (until := date(one.day.year + years + 1, 1, 1)):
            yield PunishedLately(decided_on=one.day, until=until)
        elif one.stands:
            yield PunishmentStands(decided_on=one.day)


def check_conflict(relation: Relation, left_on: date | None, day: date, years: int) -> None:
    """Raise `ConflictLapsed` where somebody left the organisation `years` or more before `day`."""
    if relation is Relation.EMPLOYMENT and left_on is not None and years_after(left_on, years) <= day:
        raise ConflictLapsed(at="/left_on", left_on=left_on, years=years)


def check_helped(
    asked: Collection[str], *, trained: bool, coached: bool, complete: bool,
    lacking: Mapping[str, Collection[str]],
) -> None:  # fmt: skip
    """Raise `TrainingFirst`, `CoachingFirst`, `MaterialsFirst`: all that is asked for and lacks; `lacking`
    materials by language."""
    found: dict[str, tuple[bool, Refusal]] = {
        "training": (trained, TrainingFirst()),
        "coaching": (coached, CoachingFirst()),
        "materials": (complete, MaterialsFirst(lacking_zh=lacking["zh"], lacking_en=lacking["en"])),
    }
    refuse_all(refusal for help, (had, refusal) in found.items() if help in asked and not had)


def check_people(people: Sequence[str], aside: Collection[str], at: str) -> None:
    """Raise `NamedTwice` or `MustStandAside`."""
    for place, person in enumerate(people):
        if person in people[:place]:
            raise NamedTwice(at=at, person=person)
        if person in aside:
            raise MustStandAside(at=at, person=person)


def mean(points: Sequence[int]) -> int:
    """The mean, halves rounded up."""
    return (2 * sum(points) + len(points)) // (2 * len(points))


def check_vote(
    committee: int | None, present: int, in_favour: int, quorum: Fraction, majority: Fraction
) -> None:
    """At least the quorum of all present, more than the majority of all agreed.

    Raises `VoteMissing`, `NoQuorum`, `NotCarried`.
    """
    if not committee or not present or present > committee:
        raise VoteMissing(at="/votes")
    if present < quorum * committee:
        raise NoQuorum(at="/votes", present=present, committee=committee, share=str(quorum))
    if in_favour <= majority * committee:
        raise NotCarried(at="/votes", in_favour=in_favour, committee=committee, share=str(majority))


GROUNDS: Mapping[str, tuple[str, str]] = {
    "coached": ("一对一指导过该组织参评", "coached the organisation for it"),
    "advised": ("近年曾任该组织的指导人", "advised the organisation in these years"),
    "stood_aside": ("在该组织以前的评估中已申报回避", "stood aside when it was evaluated before"),
}
"""What records say of somebody, by the ground why it is a relation that counts (order 39: 其他关系)."""
