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


def check_purpose(
    purpose: str, allowed: Collection[str], own: bool, roles: Collection[str], actor: str, worker: str
) -> None:
    """Raise `PurposeNotYours`: a role alone does not suffice where a purpose is the worker's own."""
    if not set(allowed) & set(roles) or (own and actor != worker):
        named = ", ".join(sorted(allowed)) or "-"
        raise PurposeNotYours(purpose=purpose, allowed=f"{named} (worker)" if own else named)
