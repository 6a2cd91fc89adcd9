"""Whom an account that is nobody's of the staff stands for, and what it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from chassis.model import Refusal, RefusalKind
from services.registry.operations.attendances.model import AttendancePhase
from services.registry.operations.meetings.model import MeetingPhase
from services.registry.operations.trainings.model import TrainingPhase

ORGANIZATION = "organization"
APPLICATION = "registration_application"
"""What the holder of an account stands for: an organisation, or before there is one the application to be
one, under an id that the account was given before it was filed."""
ACCEPT: Final = "accepted"
EXCUSE: Final = "excused"
ANSWERS: Final[Mapping[AttendancePhase, tuple[str, ...]]] = {
    AttendancePhase.INVITED: (ACCEPT, EXCUSE),
    AttendancePhase.ACCEPTED: (EXCUSE,),
    AttendancePhase.EXCUSED: (ACCEPT,),
}
"""What an organisation can answer itself, by what is on the list: who was noted as absent is not excused."""
_AHEAD: Final = frozenset({MeetingPhase.SCHEDULED.value, TrainingPhase.SCHEDULED.value})


@dataclass(frozen=True)
class Invitation:
    """A place on a list, and how the meeting or training stands."""

    said: AttendancePhase
    stands: str
    day: date | None

    def answers(self, today: date) -> tuple[str, ...]:
        """What can be answered until its day is over; nothing where it is not ahead."""
        ahead = self.stands in _AHEAD and self.day is not None and today <= self.day
        return ANSWERS.get(self.said, ()) if ahead else ()

    def check(self, answer: str, today: date, *, state_zh: str) -> None:
        """Raise `InvitationOver` where it cannot be answered so; `state_zh` is what `said` is called."""
        if answer not in self.answers(today):
            raise InvitationOver(state_zh=state_zh, state=self.said.value)


class StandsForNobody(Refusal):
    """One of the staff where an organisation speaks for itself."""

    code = "stands_for_nobody"
    kind = RefusalKind.FORBIDDEN
    zh = "此处由社会组织用本组织账号办理；您的账号未绑定社会组织或登记申请。"
    en = "Organisations act here with accounts of their own; yours stands for none."


class NotOwn(Refusal):
    """An organisation's account, and another's record."""

    code = "not_own"
    kind = RefusalKind.FORBIDDEN
    zh = "该记录不属于您的账号所绑定的社会组织（{holder}）。"
    en = "The record is not that of whom your account stands for ({holder})."


class InvitationOver(Refusal):
    """An answer to what was answered for, called off or held."""

    code = "own_invitation_over"
    kind = RefusalKind.CONFLICT
    zh = "该邀请现为“{state_zh}”，或会议（培训）已举行、已取消，不能再作此答复；请与主办单位联系。"
    en = "The invitation is '{state}' now, or its day is over or called off: ask whoever invited you."


class FiledAlready(Refusal):
    """A second application under an account that was made for one."""

    code = "own_application_filed"
    kind = RefusalKind.CONFLICT
    zh = "您的账号对应的登记申请（{id}）已经提出，请在原申请上办理。"
    en = "The application that your account stands for ({id}) is filed; continue on it."
