"""A comparison's way; which record a line of another office's list speaks of, and where the two differ."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions
from services.registry.identification.model import normalized_name


class ComparisonPhase(StrEnum):
    """Where a comparison is."""

    OPENED = "opened"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Transitions[ComparisonPhase] = {
    ComparisonPhase.OPENED: {
        "accepted": ComparisonPhase.OPENED,
        "kept": ComparisonPhase.OPENED,
        "entered": ComparisonPhase.OPENED,
        "closed": ComparisonPhase.CLOSED,
        "withdrawn": ComparisonPhase.WITHDRAWN,
        "reassigned": ComparisonPhase.OPENED,
    },
    ComparisonPhase.CLOSED: {},
    ComparisonPhase.WITHDRAWN: {},
}
"""整合多部门信息资源 (BINHAI B07)."""


class ComparedField(StrEnum):
    """What is compared, where the list has it."""

    NAME = "name"
    CREDIT_CODE = "credit_code"
    LEGACY_NUMBER = "legacy_number"
    LEGAL_FORM = "legal_form"
    LEGAL_STATUS = "legal_status"
    CATEGORIES = "categories"
    FOUNDED_ON = "founded_on"
    FILED_ON = "filed_on"
    REGISTERED_ON = "registered_on"
    REGISTRATION_AUTHORITY = "registration_authority"
    REGISTERED_CAPITAL_FEN = "registered_capital_fen"
    SUPERVISORY_UNIT_NAME = "supervisory_unit_name"
    STAFF_COUNT = "staff_count"
    MEMBER_COUNT = "member_count"


FIELDS_ZH = {
    ComparedField.NAME: "名称",
    ComparedField.CREDIT_CODE: "统一社会信用代码",
    ComparedField.LEGACY_NUMBER: "登记证号",
    ComparedField.LEGAL_FORM: "法律形式",
    ComparedField.LEGAL_STATUS: "法律状态",
    ComparedField.CATEGORIES: "类别",
    ComparedField.FOUNDED_ON: "成立日期",
    ComparedField.FILED_ON: "备案日期",
    ComparedField.REGISTERED_ON: "登记日期",
    ComparedField.REGISTRATION_AUTHORITY: "登记管理机关",
    ComparedField.REGISTERED_CAPITAL_FEN: "注册资金",
    ComparedField.SUPERVISORY_UNIT_NAME: "业务主管单位",
    ComparedField.STAFF_COUNT: "从业人数",
    ComparedField.MEMBER_COUNT: "会员数",
}


class LineKind(StrEnum):
    """What a line of a comparison says."""

    DIFFERENCE = "difference"
    THEIRS_ONLY = "theirs_only"
    OURS_ONLY = "ours_only"


class Decision(StrEnum):
    """What became of a difference; of a line that only they have, `accepted` once it is on the record."""

    OPEN = "open"
    ACCEPTED = "accepted"
    KEPT = "kept"


class ListEmpty(Refusal):
    """A list without a line."""

    code = "comparison_list_empty"
    kind = RefusalKind.INVALID
    zh = "名册中没有可比对的行。"
    en = "The list has no line to compare."


class NothingToSettle(Refusal):
    """No difference was named, or none of those named is open."""

    code = "comparison_nothing_to_settle"
    zh = "所选差异不存在或均已处理。"
    en = "None of the differences named is open."


class StillOpen(Refusal):
    """Closed with differences that nobody settled."""

    code = "comparison_still_open"
    zh = "还有 {count} 项差异未处理。"
    en = "{count} differences are not settled."


class StatusNotTakenOver(Refusal):
    """A status that no step leads to from the one that the organisation has."""

    code = "comparison_status_not_taken"
    zh = "法律状态不能由“{before_zh}”直接变为“{status_zh}”：请先核实本册记录。"
    en = "No step leads from the status '{before}' to '{status}': look into our record first."


class RegisteredWhen(Refusal):
    """Registered by their list, which does not say since when, or not in what was accepted."""

    code = "comparison_registered_when"
    zh = "“{name}”：名册未写登记日期；有此项差异的，请与法律状态一并采用。"
    en = "'{name}': the list does not say when it was registered, or that line was not accepted along."


class EndedThere(Refusal):
    """Only their list has it, and there it has ended."""

    code = "comparison_ended_there"
    zh = "“{name}”在对方名册中已终止（{status_zh}），不补录。"
    en = "'{name}' has ended in their list ({status}); it is not put on the record."


Values = Mapping[str, str | None]
"""Compared field -> value as text; None where there is none."""


@dataclass(frozen=True)
class Match:
    """Which of ours a line speaks of, and how that is known."""

    ours: int
    by: str


def matches(theirs: Sequence[Values], ours: Sequence[Values]) -> dict[int, Match]:
    """Place in their list -> place in ours: by credit code, else by registration number, else by name.

    One of ours is matched once, by the surest sign; a name that several of ours have is no sign.
    """
    found: dict[int, Match] = {}
    taken: set[int] = set()
    for by in ("credit_code", "legacy_number", "name"):
        known = _unambiguous(ours, by)
        for place, line in enumerate(theirs):
            sign = _sign(line, by)
            hit = known.get(sign) if sign and place not in found else None
            if hit is not None and hit not in taken:
                found[place] = Match(hit, by)
                taken.add(hit)
    return found


def _sign(values: Values, by: str) -> str | None:
    value = values.get(by)
    return normalized_name(value) if value and by == "name" else value


def _unambiguous(records: Sequence[Values], by: str) -> dict[str, int]:
    known: dict[str, int] = {}
    twice: set[str] = set()
    for place, record in enumerate(records):
        if sign := _sign(record, by):
            if sign in known:
                twice.add(sign)
            known[sign] = place
    return {sign: place for sign, place in known.items() if sign not in twice}


def differences(ours: Values, theirs: Values) -> list[tuple[ComparedField, str | None, str]]:
    """(field, our value, theirs) of each field in which their list says something else.

    Blanks say nothing; names that differ in width or spaces alone are the same.
    """
    found = []
    for field in ComparedField:
        said = theirs.get(field.value)
        if said is not None and _sign(ours, field.value) != _sign(theirs, field.value):
            found.append((field, ours.get(field.value), said))
    return found


def missing(ours: Sequence[Values], matched: Iterable[Match], expected: Collection[str]) -> list[int]:
    """The places of ours that their list does not have, among those whose status it is a list of."""
    there = {match.ours for match in matched}
    return [
        place
        for place, one in enumerate(ours)
        if place not in there and listed_as(one["legal_status"]) in expected
    ]


def listed_as(status: str | None) -> str:
    """What a list is of that has organisations of this status; one that says nothing has registered ones."""
    return "registered" if status in (None, "suspended", "deregistered", "revoked") else str(status)


def joined(codes: Iterable[str]) -> str:
    """Several codes as one text, in which their order makes no difference."""
    return ",".join(sorted(codes))
