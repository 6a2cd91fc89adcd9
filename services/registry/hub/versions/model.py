"""A version's way: drafted, in force, superseded by the next one."""

from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class VersionPhase(StrEnum):
    """Where a version is."""

    DRAFTED = "drafted"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    REPEALED = "repealed"
    DISCARDED = "discarded"


TRANSITIONS: Transitions[VersionPhase] = {
    VersionPhase.DRAFTED: {
        "amended": VersionPhase.DRAFTED,
        "published": VersionPhase.PUBLISHED,
        "discarded": VersionPhase.DISCARDED,
    },
    VersionPhase.PUBLISHED: {
        "superseded": VersionPhase.SUPERSEDED,
        "repealed": VersionPhase.REPEALED,
    },
    VersionPhase.SUPERSEDED: {},
    VersionPhase.REPEALED: {},
    VersionPhase.DISCARDED: {},
}
"""操作指引、管理办法 (LUOHU L12), 准入标准、业务审查办法 and 发展规划 (TONGZHOU 9, T03, T13)."""

STATES_ZH = {
    VersionPhase.DRAFTED: "草案",
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


class FieldUnknown(Refusal):
    """A field of work that the region does not list."""

    code = "version_field_unknown"
    kind = RefusalKind.INVALID
    zh = "领域“{value}”不在本地区类别中；可用：{known}。"
    en = "'{value}' is no category of this region: {known}."


def check_order(day: date, version: str, since: date) -> None:
    """Raise `OlderThanInForce`."""
    if day < since:
        raise OlderThanInForce(at="/effective_on", day=day, version=version, since=since)
