"""A version's way: drafted, in force, superseded by the next one."""

from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class VersionPhase(StrEnum):
    """Where a version is."""

    DRAFTED = "drafted"
    ISSUED = "issued"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    REPEALED = "repealed"
    DISCARDED = "discarded"


TRANSITIONS: Transitions[VersionPhase] = {
    VersionPhase.DRAFTED: {
        "amended": VersionPhase.DRAFTED,
        "issued": VersionPhase.ISSUED,
        "published": VersionPhase.PUBLISHED,
        "discarded": VersionPhase.DISCARDED,
        "reassigned": VersionPhase.DRAFTED,
    },
    VersionPhase.ISSUED: {
        "issued": VersionPhase.ISSUED,
        "published": VersionPhase.PUBLISHED,
        "discarded": VersionPhase.DISCARDED,
        "reassigned": VersionPhase.ISSUED,
    },
    VersionPhase.PUBLISHED: {
        "superseded": VersionPhase.SUPERSEDED,
        "repealed": VersionPhase.REPEALED,
        "reassigned": VersionPhase.PUBLISHED,
    },
    VersionPhase.SUPERSEDED: {},
    VersionPhase.REPEALED: {},
    VersionPhase.DISCARDED: {},
}
"""操作指引、管理办法 (LUOHU L12), 准入标准、业务审查办法 and 发展规划 (TONGZHOU 9, T03, T13)."""

STATES_ZH = {
    VersionPhase.DRAFTED: "草案",
    VersionPhase.ISSUED: "已印发、待施行",
    VersionPhase.PUBLISHED: "现行",
    VersionPhase.SUPERSEDED: "已被替代",
    VersionPhase.REPEALED: "已废止",
    VersionPhase.DISCARDED: "未采用",
}


class OlderThanInForce(Refusal):
    """A version that would come into force before the one that it takes the place of."""

    code = "version_older_than_in_force"
    kind = RefusalKind.INVALID
    zh = "新版本的施行日期 {day} 早于现行版本“{version}”的 {since}；历史版本请按时间先后录入。"
    en = "It would be in force from {day}, before version '{version}', {since}; enter versions in order."


class NotComing(Refusal):
    """A day of coming into force that is not after the day on which the version is issued."""

    code = "version_day_not_coming"
    kind = RefusalKind.INVALID
    zh = "施行日期 {in_force_on} 应晚于印发日期 {issued_on}；当日或已经施行的，请办理“印发”。"
    en = "It is to be in force from {in_force_on}, not after {issued_on}; publish what is in force by then."


class FieldUnknown(Refusal):
    """A field of work that the region does not list."""

    code = "version_field_unknown"
    kind = RefusalKind.INVALID
    zh = "领域“{value}”不在本地区类别中；可用：{known}。"
    en = "'{value}' is no category of this region: {known}."


def check_coming(issued_on: date, in_force_on: date) -> None:
    """Raise `NotComing`."""
    if in_force_on <= issued_on:
        raise NotComing(at="/in_force_on", in_force_on=in_force_on, issued_on=issued_on)


def check_order(day: date, version: str, since: date) -> None:
    """Raise `OlderThanInForce`."""
    if day < since:
        raise OlderThanInForce(at="/effective_on", day=day, version=version, since=since)
