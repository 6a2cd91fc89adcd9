"""Whether somebody may look, and what for."""

from collections.abc import Collection

from chassis.model import Refusal, RefusalKind


class NoSuchPurpose(Refusal):
    """A purpose that the profile does not list."""

    code = "care_no_such_purpose"
    kind = RefusalKind.INVALID
    zh = "查看目的“{purpose}”不在列表中；可选：{known}。"
    en = "There is no purpose '{purpose}'; one of: {known}."


class PurposeNotYours(Refusal):
    """The purpose is another role's, or that of the record's own worker."""

    code = "care_purpose_not_yours"
    kind = RefusalKind.FORBIDDEN
    zh = "您不能以“{purpose}”为目的查看该档案；该目的限于：{allowed}。"
    en = "You may not look into this record for '{purpose}'; that is for: {allowed}."


class PurposeWithoutGround(Refusal):
    """A purpose that nothing in the record bears out."""

    code = "care_purpose_without_ground"
    kind = RefusalKind.FORBIDDEN
    zh = "没有以“{purpose}”为目的查看的依据：交接须已移交给您，本人查询须先登记其本人或监护人的申请。"
    en = "Nothing bears out '{purpose}': a hand-over of the record to you, or an open request of the person."


def check_role(purpose: str, allowed: Collection[str], roles: Collection[str]) -> None:
    """Raise `PurposeNotYours`: whatever else somebody may do."""
    if not set(allowed) & set(roles):
        raise PurposeNotYours(purpose=purpose, allowed=sorted(allowed))
