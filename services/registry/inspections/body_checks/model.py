"""The way of the check of one body."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class BodyCheckPhase(StrEnum):
    """Where the check of a body is."""

    DRAWN = "drawn"
    CHECKED = "checked"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"


TRANSITIONS: Transitions[BodyCheckPhase] = {
    BodyCheckPhase.DRAWN: {
        "reassigned": BodyCheckPhase.DRAWN,
        "checked": BodyCheckPhase.CHECKED,
        "not_reached": BodyCheckPhase.NOT_REACHED,
        "cancelled": BodyCheckPhase.CANCELLED,
    },
    BodyCheckPhase.CHECKED: {},
    BodyCheckPhase.NOT_REACHED: {},
    BodyCheckPhase.CANCELLED: {},
}
"""Looked at by those drawn for it, on the four topics (SUYU A4.24)."""


class BodyCheckResult(StrEnum):
    """What came of it."""

    NO_PROBLEM = "no_problem"
    PROBLEMS = "problems"


class NotOnChecklist(Refusal):
    """An item that the list of this legal form does not have."""

    code = "body_check_not_on_list"
    kind = RefusalKind.INVALID
    zh = "“{item}”不在该类组织的检查清单中；清单项目：{known}。"
    en = "'{item}' is not on the checklist of this legal form: {known}."


class OutsideTopics(Refusal):
    """Something was found that was not to be looked at."""

    code = "body_check_outside_topics"
    kind = RefusalKind.INVALID
    zh = "“{topic}”不在本次检查内容之内。"
    en = "'{topic}' is none of the topics of this check."


class DrawnByService(Refusal):
    """A body that is put into a draw that is not of the past, or is not to be added to."""

    code = "body_check_drawn_by_service"
    zh = "抽查“{title}”的检查对象由系统抽取或已补录齐全，不能人工添加；定向检查请不要填写抽查。"
    en = "The bodies of '{title}' were drawn, or are all entered; leave it out to name one."


class InspectorTwice(Refusal):
    """Replaced by somebody who is there already, or is not to be replaced."""

    code = "body_check_inspector_wrong"
    kind = RefusalKind.INVALID
    zh = "“{leaving}”不是该对象的检查人员，或“{coming}”已在其中。"
    en = "'{leaving}' does not check this body, or '{coming}' does already."


def topics_found(
    failed: Collection[str], found: Collection[str], items: Mapping[str, str], topics: Collection[str]
) -> list[str]:
    """The topics of what was found: `items` are the checklist's codes with their topics.

    Raises `NotOnChecklist`, `OutsideTopics`.
    """
    for item in failed:
        if item not in items:
            raise NotOnChecklist(at="/failed", item=item, known=tuple(items))
    all_found = {*found, *(items[item] for item in failed)}
    for topic in sorted(all_found):
        if topic not in topics:
            raise OutsideTopics(at="/found", topic=topic)
    return sorted(all_found)
