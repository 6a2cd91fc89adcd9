"""The way of one place on a list of those invited, what is said of it, and what numbers a list allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class AttendancePhase(StrEnum):
    """Whether somebody who was invited came."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    ATTENDED = "attended"
    EXCUSED = "excused"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"
    UNRECORDED = "unrecorded"


_ANSWERS = {
    "attended": AttendancePhase.ATTENDED,
    "excused": AttendancePhase.EXCUSED,
    "stayed_away": AttendancePhase.ABSENT,
}

_WAITING = {
    **_ANSWERS,
    "withdrawn": AttendancePhase.WITHDRAWN,
    "closed": AttendancePhase.UNRECORDED,
}

TRANSITIONS: Transitions[AttendancePhase] = {
    AttendancePhase.INVITED: {**_WAITING, "accepted": AttendancePhase.ACCEPTED},
    AttendancePhase.ACCEPTED: _WAITING,
    AttendancePhase.ATTENDED: {**_ANSWERS, "withdrawn": AttendancePhase.WITHDRAWN},
    AttendancePhase.EXCUSED: {
        **_ANSWERS,
        "accepted": AttendancePhase.ACCEPTED,
        "withdrawn": AttendancePhase.WITHDRAWN,
    },
    AttendancePhase.ABSENT: {**_ANSWERS, "withdrawn": AttendancePhase.WITHDRAWN},
    AttendancePhase.WITHDRAWN: _ANSWERS,
    AttendancePhase.UNRECORDED: {},
}
"""签到 (L18, B11): an answer is corrected by another one while the list is open; who was taken off it and
came all the same is answered for at the same place. Who accepted (确认参加) is expected, and has not come."""
SETTLED = frozenset({*_ANSWERS.values(), AttendancePhase.WITHDRAWN})


class Presence(StrEnum):
    """What the list says of somebody."""

    ATTENDED = "attended"
    EXCUSED = "excused"
    ABSENT = "absent"


PRESENCE_ZH: Mapping[str, str] = {
    Presence.ATTENDED.value: "到会",
    Presence.EXCUSED.value: "请假",
    Presence.ABSENT.value: "缺席",
}


class OneGathering(Refusal):
    """An invitation to nothing, or to two things."""

    code = "attendance_one_gathering"
    kind = RefusalKind.INVALID
    zh = "请填写会议或培训中的一项。"
    en = "Name either a meeting or a training."


class OneInvited(Refusal):
    """An invitation of nobody, or of two."""

    code = "attendance_one_invited"
    kind = RefusalKind.INVALID
    zh = "请填写受邀的社会组织或单位中的一项。"
    en = "Name either the organisation or the body that is invited."


class ListClosed(Refusal):
    """A list that is not changed any more."""

    code = "attendance_list_closed"
    zh = "该会议（培训）已印发纪要、已办结、已取消或已说明未召开，参会名单不能再变更。"
    en = (
        "Its minutes were approved, it was concluded, or it was not held:"
        " the list of those invited cannot change any more."
    )


class NotAhead(Refusal):
    """Means to come to what is over."""

    code = "attendance_not_ahead"
    zh = "该会议（培训）已召开（举办），或已过应召开的周期；请直接登记出席情况。"
    en = "It was held, or its period has passed: say who came instead."


class ReasonOfExcuse(Refusal):
    """Excused without a reason, or a reason of somebody who was not."""

    code = "attendance_reason_of_excuse"
    kind = RefusalKind.INVALID
    zh = "请假须填写事由，到会、缺席不填。"
    en = "Give a reason where somebody was excused, and only there."


class CameAsOfAttended(Refusal):
    """A post in which somebody came who did not come."""

    code = "attendance_came_as_of_attended"
    kind = RefusalKind.INVALID
    zh = "实到职务仅在到会时填写。"
    en = "Say as what somebody came only where somebody came."


class NotCounted(Refusal):
    """Held, and neither number nor list says who came."""

    code = "attendance_not_counted"
    kind = RefusalKind.INVALID
    zh = "没有参会名单，请填写到会人数。"
    en = "Nobody is on a list of those invited: give the number of those who came."


class ContradictsList(Refusal):
    """A number that cannot be, as the list stands."""

    code = "attendance_contradicts_list"
    zh = (
        "按签到表应为 {allowed}，填报 {said}。请先更正签到表（名单以外的到会者请加入名单），"
        "或将此项留空，由签到表得出。"
    )
    en = (
        "By the list it is {allowed}, not {said}. Correct the list first (put on it who came without being"
        " invited), or leave the number out: the list gives it."
    )


class NobodyToInvite(Refusal):
    """No organisation fits that is not on the list."""

    code = "attendance_nobody_to_invite"
    zh = "没有符合条件、尚未在名单中的社会组织。"
    en = "No organisation fits that is not on the list already."


class TooManyInvited(Refusal):
    """More at once than a meeting can mean."""

    code = "attendance_too_many_invited"
    kind = RefusalKind.INVALID
    zh = "符合条件的社会组织超过 {most} 家，请缩小邀请范围。"
    en = "More than {most} organisations fit; narrow down who is invited."


@dataclass(frozen=True)
class Listed:
    """What a list says: places, answers, and the organisations of both, one that was merged counted once."""

    invited: int
    attended: int
    waiting: int
    """places without an answer"""
    organizations: int
    """of which somebody came"""
    organizations_waiting: int
    """of which nobody has, as far as is known"""

    def check(self, *, invited: int | None, attended: int | None, organizations: int | None) -> None:
        """Raise `ContradictsList` for a number that no answer still missing could make true."""
        _check("/invited", invited, self.invited, self.invited)
        _check("/attended", attended, self.attended, self.attended + self.waiting)
        most = self.organizations + self.organizations_waiting
        _check("/organizations", organizations, self.organizations, most)

    def people(self, said: int | None) -> int | None:
        """How many came, as far as is known: what was said, as long as the list allows it."""
        if said is None and self.waiting == self.invited:
            return None
        return _between(said, self.attended, self.waiting)

    def bodies(self, said: int | None) -> int | None:
        """Of how many organisations they came."""
        if said is None and self.waiting == self.invited:
            return None
        return _between(said, self.organizations, self.organizations_waiting)


def _check(at: str, said: int | None, least: int, most: int) -> None:
    if said is not None and not least <= said <= most:
        raise ContradictsList(
            at=at, said=said, allowed=str(least) if least == most else f"{least}–{most}"
        )  # fmt: skip


def _between(said: int | None, came: int, waiting: int) -> int:
    return came if said is None else min(max(said, came), came + waiting)


def check_invited(organization: object, body: object) -> None:
    """Raise `OneInvited`."""
    if (organization is None) == (body is None):
        raise OneInvited(at="/organization_id")


def check_answer(presence: str, reason: str | None, came_as: str | None) -> None:
    """Raise `ReasonOfExcuse` and `CameAsOfAttended`."""
    if (presence == Presence.EXCUSED.value) != (reason is not None):
        raise ReasonOfExcuse(at="/reason")
    if came_as is not None and presence != Presence.ATTENDED.value:
        raise CameAsOfAttended(at="/came_as")
