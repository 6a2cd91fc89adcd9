"""Whether somebody is answerable for contact."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class AssignmentPhase(StrEnum):
    """Whether it runs."""

    ASSIGNED = "assigned"
    ENDED = "ended"


TRANSITIONS: Transitions[AssignmentPhase] = {
    AssignmentPhase.ASSIGNED: {
        "handed_over": AssignmentPhase.ASSIGNED,
        "ended": AssignmentPhase.ENDED,
    },
    AssignmentPhase.ENDED: {},
}
"""妇联干部联系社会组织制度 (JIANGMEN A4.21, J11); 各科室具体对接, handed over with its date (LUOHU L11)."""


class WithNobody(Refusal):
    """An assignment with neither an organisation nor a community, or with both."""

    code = "contact_with_nobody"
    kind = RefusalKind.INVALID
    zh = "请填写联系的社会组织或社区，二者择一。"
    en = "Name the organisation or the community, one of the two."


class HandedToSelf(Refusal):
    """A hand-over to whoever has it."""

    code = "contact_handed_to_holder"
    kind = RefusalKind.INVALID
    zh = "联系人已是“{officer}”。"
    en = "'{officer}' has it already."
