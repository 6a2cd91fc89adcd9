"""An organisation's three axes, the steps they allow, the rules of filing, registering and decoupling."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Final

from shuniu_contracts import Basis as Basis

from chassis.model import FutureDay, Refusal, RefusalKind, Transitions, in_words, step


class LegalForm(StrEnum):
    """Legal form; `none` is grass-roots (草根), `unclassified` not stated by the source (F02)."""

    ASSOCIATION = "association"
    PRIVATE_NON_ENTERPRISE = "private_non_enterprise"
    FOUNDATION = "foundation"
    COMMUNITY_ORGANIZATION = "community_organization"
    NONE = "none"
    UNCLASSIFIED = "unclassified"


class LegalStatus(StrEnum):
    """Where an organisation stands in law."""

    CANDIDATE = "candidate"
    DISCOVERED = "discovered"
    FILED = "filed"
    REGISTERED = "registered"
    SUSPENDED = "suspended"
    DEREGISTERED = "deregistered"
    REVOKED = "revoked"
    DISSOLVED = "dissolved"


FORMS_ZH: Mapping[str, str] = {
    LegalForm.ASSOCIATION: "社会团体",
    LegalForm.PRIVATE_NON_ENTERPRISE: "民办非企业单位",
    LegalForm.FOUNDATION: "基金会",
    LegalForm.COMMUNITY_ORGANIZATION: "社区社会组织",
    LegalForm.NONE: "无（草根）",
    LegalForm.UNCLASSIFIED: "形式未说明",
}
STATUSES_ZH: Mapping[str, str] = {
    LegalStatus.CANDIDATE: "拟成立",
    LegalStatus.DISCOVERED: "摸底发现",
    LegalStatus.FILED: "已备案",
    LegalStatus.REGISTERED: "已登记",
    LegalStatus.SUSPENDED: "停止活动",
    LegalStatus.DEREGISTERED: "已注销",
    LegalStatus.REVOKED: "已撤销",
    LegalStatus.DISSOLVED: "已解散",
}
FORM_NAMED, STATUS_NAMED = {"form": FORMS_ZH}, {"status": STATUSES_ZH}
"""For refusals that name a form or a status, see `Refusal.names`."""
LISTINGS_ZH: Mapping[str, str] = {
    "abnormal": "列入活动异常名录",
    "seriously_untrustworthy": "列入严重违法失信名单",
}


class HubLink(StrEnum):
    """How it stands to the hub: not, 联系, 备案制, 分管, 直管 (TONGZHOU 18, R13)."""

    NONE = "none"
    LINKED = "linked"
    HUB_FILED = "hub_filed"
    IN_FIELD = "in_field"
    DIRECT = "direct"


class Decoupling(StrEnum):
    """How far it has come from its administrative department: 自查, 督办, 完成 (R24)."""

    NOT_BEGUN = "not_begun"
    SELF_CHECKED = "self_checked"
    PRESSED = "pressed"
    COMPLETED = "completed"


class HubStanding(StrEnum):
    """The hub's own judgement, apart from the authority's credit listing."""

    GOOD = "good"
    UNDER_RECTIFICATION = "under_rectification"
    AT_RISK = "at_risk"


class RegistrationRoute(StrEnum):
    """How it came to be registered: after the hub's pre-review, directly (B02), by a department."""

    HUB_ENDORSED = "hub_endorsed"
    DIRECT = "direct"
    DEPARTMENT = "department"
    UNKNOWN = "unknown"


TRANSITIONS: Transitions[LegalStatus] = {
    LegalStatus.CANDIDATE: {
        "discovered": LegalStatus.DISCOVERED,
        "filed": LegalStatus.FILED,
        "registered": LegalStatus.REGISTERED,
        "dissolved": LegalStatus.DISSOLVED,
    },
    LegalStatus.DISCOVERED: {
        "filed": LegalStatus.FILED,
        "registered": LegalStatus.REGISTERED,
        "dissolved": LegalStatus.DISSOLVED,
    },
    LegalStatus.FILED: {
        "registered": LegalStatus.REGISTERED,
        "dissolved": LegalStatus.DISSOLVED,
    },
    LegalStatus.REGISTERED: {
        "suspended": LegalStatus.SUSPENDED,
        "deregistered": LegalStatus.DEREGISTERED,
        "revoked": LegalStatus.REVOKED,
    },
    LegalStatus.SUSPENDED: {
        "resumed": LegalStatus.REGISTERED,
        "deregistered": LegalStatus.DEREGISTERED,
        "revoked": LegalStatus.REVOKED,
    },
    LegalStatus.DEREGISTERED: {},
    LegalStatus.REVOKED: {},
    LegalStatus.DISSOLVED: {},
}
"""The legal status (SM1 with the ends of the law)."""

HUB_LINK_TRANSITIONS: Transitions[HubLink] = {
    HubLink.NONE: {"linked": HubLink.LINKED, "hub_filed": HubLink.HUB_FILED},
    HubLink.LINKED: {
        "hub_filed": HubLink.HUB_FILED,
        "taken_in_field": HubLink.IN_FIELD,
        "taken_direct": HubLink.DIRECT,
        "decoupled": HubLink.LINKED,
    },
    HubLink.HUB_FILED: {
        "taken_in_field": HubLink.IN_FIELD,
        "taken_direct": HubLink.DIRECT,
        "decoupled": HubLink.HUB_FILED,
    },
    HubLink.IN_FIELD: {
        "linked": HubLink.LINKED,
        "hub_filed": HubLink.HUB_FILED,
        "taken_direct": HubLink.DIRECT,
        "decoupled": HubLink.DIRECT,
    },
    HubLink.DIRECT: {
        "linked": HubLink.LINKED,
        "hub_filed": HubLink.HUB_FILED,
        "taken_in_field": HubLink.IN_FIELD,
        "decoupled": HubLink.DIRECT,
    },
}
"""The link to the hub: linking comes before decoupling (先挂钩、后脱钩, R13)."""

DECOUPLING_TRANSITIONS: Transitions[Decoupling] = {
    Decoupling.NOT_BEGUN: {"self_checked": Decoupling.SELF_CHECKED},
    Decoupling.SELF_CHECKED: {"pressed": Decoupling.PRESSED, "completed": Decoupling.COMPLETED},
    Decoupling.PRESSED: {"self_checked": Decoupling.SELF_CHECKED, "completed": Decoupling.COMPLETED},
    Decoupling.COMPLETED: {},
}
"""Decoupling from the administrative department (SUYU: 自查, 督办, 完成)."""

LEGAL_PERSONS = frozenset({LegalForm.ASSOCIATION, LegalForm.PRIVATE_NON_ENTERPRISE, LegalForm.FOUNDATION})
FINAL = frozenset(status for status, facts in TRANSITIONS.items() if not facts)
HOLDING = frozenset({LegalStatus.REGISTERED, LegalStatus.SUSPENDED})
"""Statuses in which a registration is held."""
COUNTED = frozenset({LegalStatus.FILED, LegalStatus.REGISTERED, LegalStatus.SUSPENDED})
"""A count of organisations leaves out candidates, discovered ones and those that ended."""
_LINK_FACT = {
    HubLink.LINKED: "linked",
    HubLink.HUB_FILED: "hub_filed",
    HubLink.IN_FIELD: "taken_in_field",
    HubLink.DIRECT: "taken_direct",
}
_FORM_OF_PREFIX = {
    "51": LegalForm.ASSOCIATION,
    "52": LegalForm.PRIVATE_NON_ENTERPRISE,
    "53": LegalForm.FOUNDATION,
}


class FormNotRegistrable(Refusal):
    """Registration makes a legal person; this form is none."""

    code = "form_not_registrable"
    kind = RefusalKind.INVALID
    zh = "法律形式“{form}”不能登记；请选择社会团体、民办非企业单位或基金会。"
    en = "Legal form '{form}' cannot be registered; choose association, private_non_enterprise or foundation."
    names = FORM_NAMED


class FormNotFilable(Refusal):
    """A filing gives no legal personality, so a legal person's form cannot be filed."""

    code = "form_not_filable"
    kind = RefusalKind.INVALID
    zh = "备案的社区社会组织不具有法人资格，法律形式不能为“{form}”；已登记组织请办理“枢纽备案”。"
    en = (
        "A filed community organisation is no legal person, its form cannot be '{form}'; "
        "file a registered one with the hub instead."
    )
    names = FORM_NAMED


class CreditCodeMissing(Refusal):
    """Registered since 2016 and yet without a code."""

    code = "credit_code_missing"
    kind = RefusalKind.INVALID
    zh = "{registered_on} 登记的组织必须有统一社会信用代码（自 {since} 起实行）。"
    en = "Registered on {registered_on}, it must have a unified social credit code (in force since {since})."


class CreditCodeOfOtherForm(Refusal):
    """The code's first two symbols are those of another form (GB 32100: 51, 52, 53)."""

    code = "credit_code_of_other_form"
    kind = RefusalKind.INVALID
    zh = "统一社会信用代码“{value}”以 {prefix} 开头，与法律形式“{form}”不符。"
    en = "Code '{value}' begins with {prefix}, which does not fit the legal form '{form}'."
    names = FORM_NAMED


CALLED: Final[Mapping[str, str]] = {
    "founded_on": "成立日期",
    "filed_on": "备案日期",
    "registered_on": "登记日期",
    "registration_route": "登记途径",
    "ended_on": "终止日期",
    "suspended": "停止活动",
}
"""What refusals call fields and facts; forms call them so, too."""


class DaysOutOfOrder(Refusal):
    """Something happened before what must come first."""

    code = "days_out_of_order"
    kind = RefusalKind.INVALID
    zh = "“{later_zh}”（{later_on}）早于“{earlier_zh}”（{earlier_on}），请核对。"
    en = "'{later_en}' ({later_on}) lies before '{earlier_en}' ({earlier_on}); check the days."

    @classmethod
    def of(cls, later: str, later_on: date, earlier: str, earlier_on: date, *, at: str) -> "DaysOutOfOrder":
        """`later` and `earlier` are fields or facts that `CALLED` names."""
        return cls(
            at=at, later_zh=CALLED[later], later_en=in_words(later), later_on=later_on,
            earlier_zh=CALLED[earlier], earlier_en=in_words(earlier), earlier_on=earlier_on,
        )  # fmt: skip


class NotYetRegistered(Refusal):
    """Something that happens to registered organisations, on a day before this one was."""

    code = "not_yet_registered"
    zh = "该组织 {day} 尚未登记；请核对日期。"
    en = "The organisation was not registered yet on {day}; check the day."


class NothingToCorrect(Refusal):
    """The correction of something that never happened to this organisation."""

    code = "nothing_to_correct"
    zh = "该组织没有“{field_zh}”可更正；尚未办理的事项请直接办理。"
    en = "The organisation has no '{field_en}' to correct; what has not happened yet is a step of its own."


class CorrectedToTheSame(Refusal):
    """A correction that changes nothing."""

    code = "corrected_to_the_same"
    kind = RefusalKind.INVALID
    zh = "更正后的内容与现有记录相同；请填写应当更正为的内容。"
    en = "The record says so already; give what it should say instead."


class MovedNowhere(Refusal):
    """A move to where it was."""

    code = "moved_nowhere"
    kind = RefusalKind.INVALID
    zh = "该组织 {day} 已在“{division}”；请核对行政区划和迁址日期。"
    en = "The organisation was in '{division}' on {day} already; check the division and the day."


class NotLinked(Refusal):
    """Decoupling without a link to the hub."""

    code = "not_linked"
    zh = "该组织尚未与枢纽建立联系；应先挂钩、后脱钩。"
    en = "The organisation is not linked to the hub; linking comes before decoupling."


class AdministrativeStaffInLeadership(Refusal):
    """Decoupling is complete only when no administrative staff leads it (R24)."""

    code = "administrative_staff_in_leadership"
    zh = "仍有 {count} 名行政机关工作人员担任领导职务，清退后方可完成脱钩。"
    en = "{count} administrative staff still hold leading posts; they must leave them first."


class NotDirectlyRegistrable(Refusal):
    """None of its categories is registered directly here (B02)."""

    code = "not_directly_registrable"
    kind = RefusalKind.INVALID
    zh = "类别“{categories}”不属于直接登记范围；可直接登记的类别：{allowed}。"
    en = "Categories '{categories}' are not registered directly; those that are: {allowed}."


class EndorsementMissing(Refusal):
    """Registered after the hub's pre-review, with nothing that shows it (R11)."""

    code = "endorsement_missing"
    zh = (
        "经枢纽初审的登记须有初审同意的申请：请在“登记申请”中找到该申请办理登记{paper_zh}；"
        "以往的登记请按历史资料补录。"
    )
    en = (
        "A registration after the hub's pre-review needs the application that the hub endorsed: register it "
        "there{paper_en}; enter a registration of the past as historical."
    )


class AlreadyEnded(Refusal):
    """The record has ended; nothing more happens to it."""

    code = "already_ended"
    zh = "该组织已终止（{status}），不能再变更；如已合并，请查看“{into}”。"
    en = "The organisation has ended ({status}) and cannot change; if it was merged see '{into}'."
    names = STATUS_NAMED


class NotEmptied(Refusal):
    """Null for something that every organisation has."""

    code = "organization_field_not_emptied"
    kind = RefusalKind.INVALID
    zh = "“{field_zh}”不能清空：请填写新的内容，或保持不变（列表请以空列表清空）。"
    en = "'{field_en}' cannot be null: give a new value or leave it out; an empty list empties a list."


class Duplicate(Refusal):
    """The same organisation is on record already."""

    code = "duplicate"
    zh = "“{name}”已在册（{reason_zh}相同），编号 {other}；请打开该记录办理，或申请合并。"
    en = "'{name}' is on record already (same {reason_en}) as {other}; work on that record or merge the two."


class MergedWithItself(Refusal):
    """The two records of a merger are one."""

    code = "merged_with_itself"
    kind = RefusalKind.INVALID
    zh = "记录“{id}”不能与自身合并。"
    en = "Record '{id}' cannot be merged into itself."


class UnknownCategory(Refusal):
    """A category that the region profile does not list."""

    code = "category_unknown"
    kind = RefusalKind.INVALID
    zh = "类别“{value}”不在本地区类别目录中；可用：{known_zh}。"
    en = "Category '{value}' is not in this region's list: {known_en}."


class NotOwnerOfStep(Refusal):
    """Another body takes this step here (L11, R10)."""

    code = "not_owner_of_step"
    kind = RefusalKind.FORBIDDEN
    zh = "“{step_zh}”由“{body_zh}”负责，您所属的机构（{own_zh}）不能办理。"
    en = (
        "'{step_en}' is the step of '{body_en}'; you are of the staff of '{own_en}' (`bodies` of your token)."
    )


@dataclass(frozen=True)
class Axes:
    """The three axes of one organisation with the hub's standing; every method is one fact, and returns the
    axes after it or raises `StepNotPossible` or the rule's refusal."""

    legal_form: LegalForm
    legal_status: LegalStatus
    hub_link: HubLink = HubLink.NONE
    hub_standing: HubStanding = HubStanding.GOOD
    decoupling: Decoupling = Decoupling.NOT_BEGUN

    @property
    def ended(self) -> bool:
        """Whether the legal status is a final one."""
        return self.legal_status in FINAL

    @property
    def counted(self) -> bool:
        """Whether figures that count organisations count this one."""
        return self.legal_status in COUNTED

    def discovered(self) -> "Axes":
        """A candidate was found working on its own."""
        return replace(self, legal_status=step(TRANSITIONS, self.legal_status, "discovered"))

    def filed(self, form: LegalForm = LegalForm.COMMUNITY_ORGANIZATION) -> "Axes":
        """Filed with the community (备案); raises `FormNotFilable` for a legal person's form."""
        status = step(TRANSITIONS, self.legal_status, "filed")
        return replace(self, legal_status=status, legal_form=filable(form))

    def registered(self, form: LegalForm, basis: Basis) -> "Axes":
        """Registered (登记); raises `FormNotRegistrable`."""
        status = step(TRANSITIONS, self.legal_status, "registered")
        return replace(self, legal_status=status, legal_form=registrable(form, basis))

    def suspended(self) -> "Axes":
        """Ordered to stop its activities."""
        return replace(self, legal_status=step(TRANSITIONS, self.legal_status, "suspended"))

    def resumed(self) -> "Axes":
        """Allowed to go on."""
        return replace(self, legal_status=step(TRANSITIONS, self.legal_status, "resumed"))

    def ended_as(self, fact: str) -> "Axes":
        """`deregistered`, `revoked` or `dissolved`."""
        return replace(self, legal_status=step(TRANSITIONS, self.legal_status, fact))

    def linked_as(self, link: HubLink) -> "Axes":
        """Linked, filed with the hub, taken in the field or directly."""
        self._must_live()
        fact = _LINK_FACT.get(link, "unlinked")
        return replace(self, hub_link=step(HUB_LINK_TRANSITIONS, self.hub_link, fact))

    def decoupling_moved(
        self, fact: str, administrative_staff: int, *, linked_first: bool = True, most_leading: int = 0
    ) -> "Axes":
        """`self_checked`, `pressed` or `completed`; with `linked_first` they need a link (R13). The last is
        for at most so many administrative staff among the leaders (R24), and ends a supervision in the field.
        """
        self._must_live()
        if linked_first and self.hub_link is HubLink.NONE:
            raise NotLinked()
        moved = step(DECOUPLING_TRANSITIONS, self.decoupling, fact)
        if moved is not Decoupling.COMPLETED:
            return replace(self, decoupling=moved)
        if administrative_staff > most_leading:
            raise AdministrativeStaffInLeadership(count=administrative_staff)
        if self.hub_link is HubLink.NONE:
            return replace(self, decoupling=moved)
        link = step(HUB_LINK_TRANSITIONS, self.hub_link, "decoupled")
        return replace(self, decoupling=moved, hub_link=link)

    def judged(self, standing: HubStanding) -> "Axes":
        """The hub changed its judgement."""
        self._must_live()
        return replace(self, hub_standing=standing)

    def _must_live(self) -> None:
        if self.ended:
            raise AlreadyEnded(status=self.legal_status.value, into="-")


AXES: Final = ("division", "legal_form", "legal_status", "registration_route", "hub_link", "decoupling")
"""What an organisation has a course of over time, each of its own."""
UNSAID: Final[Mapping[str, str]] = {
    "hub_link": HubLink.NONE.value, "decoupling": Decoupling.NOT_BEGUN.value
}  # fmt: skip
"""How it stands on an axis of which nothing was said so far."""
Standing = Mapping[str, str | None]
"""Axis -> how an organisation stands on it."""
_ADVANCE: Final[Mapping[str | None, int]] = {
    None: -1, LegalStatus.CANDIDATE: 0, LegalStatus.DISCOVERED: 1, LegalStatus.FILED: 2,
    LegalStatus.REGISTERED: 3, LegalStatus.SUSPENDED: 3, **dict.fromkeys(FINAL, 4),
}  # fmt: skip
"""How far a legal status has come; one that has come less far says nothing about who has come further."""
OF_STATUS: Final = frozenset({"legal_status", "legal_form", "registration_route"})
"""What a change of legal status says."""


@dataclass(frozen=True)
class Entry:
    """What an organisation was entered with, and its end."""

    division: str
    filed_on: date | None
    registered_on: date | None
    registration_route: str | None
    legal_status: str
    ended_on: date | None

    def changed(self, now: "Entry") -> tuple[str, ...]:
        """The names of what is otherwise in `now`."""
        names = (one.name for one in fields(self))
        return tuple(name for name in names if getattr(self, name) != getattr(now, name))


def standings(said: Iterable[Standing]) -> list[Standing]:
    """How an organisation stood from each of these on, given what was said of its axes in the order of days.

    What is said of an axis holds until something else is said of it, whatever is said of the others. A filing
    of one that is registered leaves it registered (F30), and nothing follows its end. Who is decoupled is not
    supervised in the field from then on. Before anything was said of its form or status it had none.
    """
    entries = list(said)
    division = next((one["division"] for one in entries if "division" in one), None)
    now: Standing = dict.fromkeys(AXES) | dict(UNSAID) | {"division": division}
    found: list[Standing] = []
    for one in entries:
        if _ADVANCE[one.get("legal_status", now["legal_status"])] < _ADVANCE[now["legal_status"]]:
            one = {axis: value for axis, value in one.items() if axis not in OF_STATUS}
        now = {**now, **one}
        if one.get("decoupling") == Decoupling.COMPLETED:
            link = HubLink(now["hub_link"] or HubLink.NONE)
            now = {**now, "hub_link": HUB_LINK_TRANSITIONS[link].get("decoupled", link).value}
        found.append(now)
    return found


WAS_REGISTERED = frozenset(
    {LegalStatus.REGISTERED, LegalStatus.SUSPENDED, LegalStatus.DEREGISTERED, LegalStatus.REVOKED}
)


def entered(
    status: LegalStatus, form: LegalForm, basis: Basis, link: HubLink = HubLink.NONE
) -> Axes:  # fmt: skip
    """The axes of an organisation that comes onto the record in `status`; the form must fit it."""
    if status is LegalStatus.FILED:
        form = filable(form)
    if status in WAS_REGISTERED:
        form = registrable(form, basis)
    return Axes(form, status, link)


def filable(form: LegalForm) -> LegalForm:
    """`form` when filed; raises `FormNotFilable`. Grass-roots become community organisations."""
    if form in LEGAL_PERSONS:
        raise FormNotFilable(form=form.value)
    return LegalForm.COMMUNITY_ORGANIZATION if form is LegalForm.NONE else form


def registrable(form: LegalForm, basis: Basis) -> LegalForm:
    """`form` for a registered organisation; raises `FormNotRegistrable`.

    Only what is entered from an old source may leave the form open (F02).
    """
    if form in LEGAL_PERSONS or (form is LegalForm.UNCLASSIFIED and basis is not Basis.LIVE):
        return form
    raise FormNotRegistrable(form=form.value)


def check_code(code: str | None, form: LegalForm, registered_on: date, since: date) -> None:
    """Raise `CreditCodeMissing` from the day `since` on, `CreditCodeOfOtherForm` where the prefix differs."""
    if code is None:
        if registered_on >= since:
            raise CreditCodeMissing(registered_on=registered_on, since=since)
        return
    expected = _FORM_OF_PREFIX.get(code[:2])
    if expected is not None and form in LEGAL_PERSONS and expected is not form:
        raise CreditCodeOfOtherForm(value=code, prefix=code[:2], form=form.value)


def check_days(
    today: date, *, founded_on: date | None = None, filed_on: date | None = None,
    registered_on: date | None = None, ended_on: date | None = None, effective_on: date | None = None,
) -> list[Refusal]:  # fmt: skip
    """The faults among the days of a record: none after `today`, the end after everything else.

    Founding, filing and registering come in any order: some are registered before they are known to be
    founded, and a registered organisation may be filed with a community later (F30).
    """
    days = {
        "founded_on": founded_on,
        "filed_on": filed_on,
        "registered_on": registered_on,
        "ended_on": ended_on,
        "effective_on": effective_on,
    }
    found: list[Refusal] = [
        FutureDay(at=f"/{name}", day=day, today=today) for name, day in days.items() if day and day > today
    ]
    if ended_on is not None:
        found += [
            DaysOutOfOrder.of("ended_on", ended_on, name, day, at="/ended_on")
            for name in ("founded_on", "filed_on", "registered_on")
            if (day := days[name]) is not None and day > ended_on
        ]
    return found


def days_standing(
    filed_on: date | None, registered_on: date | None, last: date, *, form: str, status: str,
    route: str | None,
) -> list[tuple[date, str, str, str | None]]:  # fmt: skip
    """(day, legal form, status, route) in order: the days from which a record that comes whole onto the
    register stood as it stood: filed, registered, and from `last` as it says now."""
    if registered_on in (None, last) and (filed_on is None or filed_on >= last):  # most records
        return [(last, form, status, route)]
    entries: dict[date, tuple[str, str, str | None]] = {}
    if filed_on is not None and filed_on < (registered_on or last):
        entries[filed_on] = (LegalForm.COMMUNITY_ORGANIZATION.value, LegalStatus.FILED.value, None)
    if registered_on is not None and registered_on <= last:
        entries[registered_on] = (form, LegalStatus.REGISTERED.value, route)
    entries[last] = (form, status, route)
    return [(day, *entries[day]) for day in sorted(entries)]
