"""Refusals that several kinds of this area share."""

from collections.abc import Iterable

from chassis.model import Refusal, RefusalKind


class NotListed(Refusal):
    """A code that the region's list does not have."""

    code = "record_code_unknown"
    kind = RefusalKind.INVALID
    zh = "“{value}”不在本地区的目录内；可选：{known}。"
    en = "The region's list has no '{value}'; there are: {known}."


def check_listed(value: str, known: Iterable[str], at: str) -> None:
    """Raise `NotListed`."""
    codes = list(known)
    if value not in codes:
        raise NotListed(at=at, value=value, known=codes)
