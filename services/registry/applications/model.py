"""A registration application: its steps by either route, and what a refusal of endorsement must say (R11)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from chassis.model import Refusal, RefusalKind, Transitions, in_words, step
from services.registry.organizations.model import RegistrationRoute


class ApplicationStep(StrEnum):
    """Where the application is."""

    CONSULTED = "consulted"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ENDORSED = "endorsed"
    ENDORSEMENT_REFUSED = "endorsement_refused"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


TRANSITIONS: Transitions[ApplicationStep] = {
    ApplicationStep.CONSULTED: {
        "submitted": ApplicationStep.SUBMITTED,
        "withdrawn": ApplicationStep.WITHDRAWN,
    },
    ApplicationStep.SUBMITTED: {
        "returned": ApplicationStep.RETURNED,
        "endorsed": ApplicationStep.ENDORSED,
        "endorsement_refused": ApplicationStep.ENDORSEMENT_REFUSED,
        "withdrawn": ApplicationStep.WITHDRAWN,
    },
    ApplicationStep.RETURNED: {
        "submitted": ApplicationStep.SUBMITTED,
        "withdrawn": ApplicationStep.WITHDRAWN,
    },
    ApplicationStep.ENDORSED: {
        "closed": ApplicationStep.CLOSED,
        "denied": ApplicationStep.DENIED,
        "withdrawn": ApplicationStep.WITHDRAWN,
    },
    ApplicationStep.ENDORSEMENT_REFUSED: {},
    ApplicationStep.DENIED: {},
    ApplicationStep.WITHDRAWN: {},
    ApplicationStep.CLOSED: {},
}
"""With the hub's pre-review (业务初审): only what was endorsed reaches the authority (TONGZHOU 3, R11)."""

DIRECT_TRANSITIONS: Transitions[ApplicationStep] = {
    ApplicationStep.CONSULTED: TRANSITIONS[ApplicationStep.CONSULTED],
    ApplicationStep.SUBMITTED: {
        "returned": ApplicationStep.RETURNED,
        "closed": ApplicationStep.CLOSED,
        "denied": ApplicationStep.DENIED,
        "withdrawn": ApplicationStep.WITHDRAWN,
    },
    ApplicationStep.RETURNED: TRANSITIONS[ApplicationStep.RETURNED],
    ApplicationStep.DENIED: {},
    ApplicationStep.WITHDRAWN: {},
    ApplicationStep.CLOSED: {},
}
"""Direct registration: the authority decides on what was submitted (BINHAI, B02)."""

FINAL = frozenset(state for state, facts in TRANSITIONS.items() if not facts)


class FiledBy(StrEnum):
    """Who filed: the organisation with an account of its own (网上登记, B03), or somebody for it (代报)."""

    ORGANIZATION = "organization"
    ON_BEHALF = "on_behalf"


class StepKind(StrEnum):
    """What the clock of an application measures (B03)."""

    CONSULTATION = "consultation"
    PRE_REVIEW = "pre_review"
    CORRECTION = "correction"
    DECISION = "decision"


def clock(state: ApplicationStep, route: RegistrationRoute) -> StepKind | None:
    """Whose time runs in `state`; None when the application has ended."""
    direct = route is RegistrationRoute.DIRECT
    return {
        ApplicationStep.CONSULTED: StepKind.CONSULTATION,
        ApplicationStep.SUBMITTED: StepKind.DECISION if direct else StepKind.PRE_REVIEW,
        ApplicationStep.RETURNED: StepKind.CORRECTION,
        ApplicationStep.ENDORSED: StepKind.DECISION,
    }.get(state)


GROUNDS_ZH: Final[Mapping[str, str]] = {
    "criteria_failed": "不具备的条件",
    "reasons": "理由",
    "coordination_note": "协调意见",
}


class RefusalWithoutGrounds(Refusal):
    """A refusal of endorsement without criterion, reason or coordination note (R11)."""

    code = "refusal_without_grounds"
    kind = RefusalKind.INVALID
    zh = "业务初审不通过必须写明：不具备的条件、理由和协调意见（缺少：{missing_zh}）。"
    en = "A refusal to endorse names the criteria failed, reasons and coordination (missing: {missing_en})."


class UnknownCriterion(Refusal):
    """A criterion that the profile's version does not have."""

    code = "criterion_unknown"
    kind = RefusalKind.INVALID
    zh = "条件“{value}”不在第 {version} 版准入标准中；可用：{known}。"
    en = "Criterion '{value}' is not in version {version} of the admission criteria: {known}."


class CriteriaUnanswered(Refusal):
    """An endorsement answers each criterion (T03)."""

    code = "criteria_unanswered"
    kind = RefusalKind.INVALID
    zh = "业务初审应逐条答复准入标准，尚未答复：{missing}。"
    en = "An endorsement answers every admission criterion; not answered: {missing}."


class CriteriaNotMet(Refusal):
    """Endorsed although a criterion failed."""

    code = "criteria_not_met"
    kind = RefusalKind.INVALID
    zh = "以下条件不具备，不能通过初审：{failed}。请退回补正，或作出不予通过的决定并说明理由。"
    en = "These criteria are not met: {failed}. Return the application, or refuse it with the reasons."


class CharterWithoutPartyClause(Refusal):
    """The charter says nothing of Party building (R17)."""

    code = "charter_without_party_clause"
    kind = RefusalKind.INVALID
    zh = "章程缺少“加强党的建设”相关内容，请按章程范本补充后再提交。"
    en = "The charter has no clause on Party building; add it from the charter template and submit again."


class CharterTemplateUnstated(Refusal):
    """Submitted without saying which version of the charter template the charter follows."""

    code = "charter_template_unstated"
    kind = RefusalKind.INVALID
    zh = "请写明章程所依据的范本版本；现行版本：{in_force}。"
    en = "Say which version of the charter template the charter follows; in force is '{in_force}'."


class CharterTemplateUnknown(Refusal):
    """A version of the charter template that is not listed here."""

    code = "charter_template_unknown"
    kind = RefusalKind.INVALID
    zh = "章程范本版本“{value}”不在目录中；可用：{known}。"
    en = "Charter template '{value}' is none of: {known}."


class CharterTemplateOutdated(Refusal):
    """The charter follows a version that is not the one in force on the day."""

    code = "charter_template_outdated"
    kind = RefusalKind.INVALID
    zh = "章程依据的是范本“{value}”，当日现行版本为“{in_force}”：请按现行范本修改章程后再提交。"
    en = "The charter follows template '{value}'; '{in_force}' is in force: amend it and submit again."


class NothingToComplete(Refusal):
    """Returned without saying what is missing."""

    code = "nothing_to_complete"
    kind = RefusalKind.INVALID
    zh = "退回补正必须列明需要补正的事项。"
    en = "A return names the items to be completed."


class DenialWithoutReason(Refusal):
    """Denied without saying why."""

    code = "denial_without_reason"
    kind = RefusalKind.INVALID
    zh = "不予登记必须说明理由。"
    en = "A denial states its reasons."


@dataclass(frozen=True)
class Progress:
    """State and route of one application; each method is one fact."""

    state: ApplicationStep
    route: RegistrationRoute

    def _to(self, fact: str) -> "Progress":
        table = DIRECT_TRANSITIONS if self.route is RegistrationRoute.DIRECT else TRANSITIONS
        return replace(self, state=step(table, self.state, fact))

    @property
    def ended(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.state in FINAL

    def submitted(self, party_clause: bool | None, clause_required: bool) -> "Progress":
        """Submitted, again or for the first time; raises `CharterWithoutPartyClause` (R17)."""
        after = self._to("submitted")
        if clause_required and not party_clause:
            raise CharterWithoutPartyClause(at="/charter_party_clause")
        return after

    def returned(self, items: Sequence[str]) -> "Progress":
        """Returned for completion of `items`."""
        after = self._to("returned")
        if not items:
            raise NothingToComplete(at="/items")
        return after

    def endorsed(
        self, met: Collection[str], failed: Collection[str], criteria: Collection[str]
    ) -> "Progress":
        """The hub endorses: every criterion of the profile answered and met (T03)."""
        after = self._to("endorsed")
        missing = [criterion for criterion in criteria if criterion not in {*met, *failed}]
        if missing:
            raise CriteriaUnanswered(at="/criteria_met", missing=missing)
        if failed:
            raise CriteriaNotMet(at="/criteria_failed", failed=failed)
        return after

    def endorsement_refused(
        self, failed: Collection[str], reasons: Sequence[str], coordination_note: str
    ) -> "Progress":
        """The hub refuses, with criteria failed, reasons and the coordination note (R11)."""
        after = self._to("endorsement_refused")
        given = {
            "criteria_failed": bool(failed),
            "reasons": any(reason.strip() for reason in reasons),
            "coordination_note": bool(coordination_note.strip()),
        }
        missing = [name for name, present in given.items() if not present]
        if missing:
            raise RefusalWithoutGrounds(
                at=f"/{missing[0]}", missing_zh=[GROUNDS_ZH[name] for name in missing],
                missing_en=[in_words(name) for name in missing],
            )  # fmt: skip
        return after

    def closed(self) -> "Progress":
        """The authority registers."""
        return self._to("closed")

    def denied(self, reasons: Sequence[str]) -> "Progress":
        """The authority denies, with reasons."""
        after = self._to("denied")
        if not any(reason.strip() for reason in reasons):
            raise DenialWithoutReason(at="/reasons")
        return after

    def withdrawn(self) -> "Progress":
        """The applicant takes it back."""
        return self._to("withdrawn")


def check_charter_template(value: str | None, known: Collection[str], in_force: str | None) -> None:
    """Raise `CharterTemplateUnstated`, `CharterTemplateUnknown` or `CharterTemplateOutdated`; where no
    version is listed any is taken, and before the first was in force any that is listed."""
    at = "/charter_template"
    if value is None:
        if in_force is not None:
            raise CharterTemplateUnstated(at=at, in_force=in_force)
    elif known and value not in known:
        raise CharterTemplateUnknown(at=at, value=value, known=known)
    elif in_force is not None and value != in_force:
        raise CharterTemplateOutdated(at=at, value=value, in_force=in_force)


class CriterionTwice(Refusal):
    """One criterion met and failed at once."""

    code = "criterion_met_and_failed"
    kind = RefusalKind.INVALID
    zh = "条件“{value}”不能既具备又不具备，请只填一处。"
    en = "Criterion '{value}' is said to be met and to have failed; name it once."


def check_criteria(
    met: Collection[str], failed: Collection[str], known: Collection[str], version: str
) -> list[Refusal]:
    """A fault for each that is no criterion of the version in force, and for each that is answered twice."""
    named = dict.fromkeys([*met, *failed])
    twice = [
        CriterionTwice(at="/criteria_failed", value=one) for one in named if one in met and one in failed
    ]
    return twice + [
        UnknownCriterion(value=criterion, version=version, known=known)
        for criterion in named
        if criterion not in known
    ]
