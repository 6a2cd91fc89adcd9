"""A care record's way, and when one may be opened."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class CarePhase(StrEnum):
    """Where a record is."""

    ACTIVE = "active"
    CLOSED = "closed"
    ERASED = "erased"


class ConsentBy(StrEnum):
    """Who consented: the person, or for a child under 14 the guardian (PIPL 31)."""

    SELF = "self"
    GUARDIAN = "guardian"


TRANSITIONS: Transitions[CarePhase] = {
    CarePhase.ACTIVE: {
        "planned": CarePhase.ACTIVE,
        "helped": CarePhase.ACTIVE,
        "reviewed": CarePhase.ACTIVE,
        "handed_over": CarePhase.ACTIVE,
        "closed": CarePhase.CLOSED,
        "consent_withdrawn": CarePhase.ERASED,
        "erased": CarePhase.ERASED,
    },
    CarePhase.CLOSED: {
        "reopened": CarePhase.ACTIVE,
        "consent_withdrawn": CarePhase.ERASED,
        "erased": CarePhase.ERASED,
    },
    CarePhase.ERASED: {},
}
"""对单亲贫困母亲进行动态管理,提供个性化、专业化帮扶 (LUOHU, L24). None of these facts is on the bus."""


class HandedOverByAnother(Refusal):
    """A record taken away from its worker, or taken by somebody who wants to read it."""

    code = "care_handed_over_by_another"
    kind = RefusalKind.FORBIDDEN
    zh = "帮扶档案只能由负责人本人或督导人员移交。"
    en = "A record is handed over by its worker or by a supervisor."


class NoSuchNeed(Refusal):
    """A need that the profile does not list."""

    code = "care_no_such_need"
    kind = RefusalKind.INVALID
    zh = "帮扶类别“{need}”不在列表中；可选：{known}。"
    en = "There is no need '{need}'; one of: {known}."


class AlreadyInCare(Refusal):
    """The person has an active record in this stack; which one is told to nobody who may not find it."""

    code = "care_already_active"
    zh = "该人员已有在管帮扶档案，请先查找并在原档案上办理，或办理交接。"
    en = "This person has an active care record; find it and go on there, or have it handed over."


class ConsentAfterOpening(Refusal):
    """Consent goes first (PIPL 29)."""

    code = "care_consent_after_opening"
    kind = RefusalKind.INVALID
    zh = "同意日期 {consented_on} 晚于建档日期 {opened_on}；取得同意后方可建档。"
    en = "Consent of {consented_on} is after the opening, {opened_on}; a record needs consent first."


class ReviewInPast(Refusal):
    """A next review that is over."""

    code = "care_review_in_past"
    kind = RefusalKind.INVALID
    zh = "下次评估日期 {review_due_on} 早于 {day}，请填写之后的日期。"
    en = "The next review, {review_due_on}, is before {day}; give a day after it."
