"""Whom an account that is nobody's of the staff stands for, and what it is refused."""

from chassis.model import Refusal, RefusalKind

ORGANIZATION = "organization"
APPLICATION = "registration_application"
"""What the holder of an account stands for: an organisation, or before there is one the application to be
one, under an id that the account was given before it was filed."""


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
    """Excused from what was answered for, called off or held."""

    code = "own_invitation_over"
    kind = RefusalKind.CONFLICT
    zh = "该邀请现为“{state_zh}”，或会议（培训）已举行、已取消，不能再自行请假；请与主办单位联系。"
    en = "The invitation is '{state}' now, or its day is over or called off; ask whoever invited you."


class FiledAlready(Refusal):
    """A second application under an account that was made for one."""

    code = "own_application_filed"
    kind = RefusalKind.CONFLICT
    zh = "您的账号对应的登记申请（{id}）已经提出，请在原申请上办理。"
    en = "The application that your account stands for ({id}) is filed; continue on it."
