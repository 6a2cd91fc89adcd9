"""The way of a support record."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class SupportPhase(StrEnum):
    """What became of a support record."""

    GIVEN = "given"
    FOLLOWED_UP = "followed_up"
    REVOKED = "revoked"


TRANSITIONS: Transitions[SupportPhase] = {
    SupportPhase.GIVEN: {
        "corrected": SupportPhase.GIVEN,
        "followed_up": SupportPhase.FOLLOWED_UP,
        "revoked": SupportPhase.REVOKED,
    },
    SupportPhase.FOLLOWED_UP: {},
    SupportPhase.REVOKED: {},
}
"""为50家农村社区社会组织提供技术支持 (SUYU S12)."""


class UnknownSupportKind(Refusal):
    """A kind of help that the profile does not have."""

    code = "support_kind_unknown"
    kind = RefusalKind.INVALID
    zh = "没有“{support_kind}”这类扶持；有：{known}。"
    en = "There is no help of kind '{support_kind}'; there are {known}."


class NobodyHelped(Refusal):
    """A support record without who gave it."""

    code = "support_without_provider"
    kind = RefusalKind.INVALID
    zh = "请填写扶持单位或提供扶持的社会组织。"
    en = "Name the body or the organisation that helped."


class SupportInsideStay(Refusal):
    """Help to an organisation that is being incubated."""

    code = "support_inside_stay"
    zh = "该组织正在孵化基地入驻，请登记为入驻服务记录。"
    en = "The organisation is being incubated: record it in the service log of its stay."
