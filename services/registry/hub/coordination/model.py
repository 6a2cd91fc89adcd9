"""A case's way, and that each body answers for its own part."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from chassis.model import Refusal, RefusalKind, Transitions


class CasePhase(StrEnum):
    """Where a coordination case is."""

    OPENED = "opened"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


TRANSITIONS: Transitions[CasePhase] = {
    CasePhase.OPENED: {
        "acknowledged": CasePhase.OPENED,
        "part_completed": CasePhase.OPENED,
        "extended": CasePhase.OPENED,
        "concluded": CasePhase.CONCLUDED,
        "cancelled": CasePhase.CANCELLED,
    },
    CasePhase.CONCLUDED: {},
    CasePhase.CANCELLED: {},
}
"""加强协调,形成整体合力 (TONGZHOU T30); joint orders with the civil-affairs bureau (SUYU S26)."""

Parts = Sequence[Mapping[str, Any]]


class PartsMissing(Refusal):
    """A case of nobody, or of one body twice."""

    code = "case_parts_missing"
    kind = RefusalKind.INVALID
    zh = "协调事项至少涉及一个部门，每个部门一项任务；请核对：{bodies}。"
    en = "A case has a part for at least one body, one part each; check: {bodies}."


class NotAPart(Refusal):
    """An answer of a body that has no part."""

    code = "case_body_has_no_part"
    kind = RefusalKind.INVALID
    zh = "“{body}”在该事项中没有任务；涉及部门：{bodies}。"
    en = "'{body}' has no part in it; those who have: {bodies}."


class PartAlready(Refusal):
    """A part that is acknowledged or done twice."""

    code = "case_part_already"
    kind = RefusalKind.CONFLICT
    zh = "“{body}”已于 {day} 办理，不必重复。"
    en = "'{body}' did so on {day} already."


class PartNotAcknowledged(Refusal):
    """A part that is done before it was acknowledged."""

    code = "case_part_not_acknowledged"
    kind = RefusalKind.CONFLICT
    zh = "“{body}”尚未认领任务，请先认领。"
    en = "'{body}' has not acknowledged its part yet."


class NotThisBodysStaff(Refusal):
    """An answer for a body by somebody else's staff."""

    code = "case_not_this_bodys_staff"
    kind = RefusalKind.FORBIDDEN
    zh = "“{body}”的任务由该部门人员办理，您的角色（{roles}）不能代办。"
    en = "The part of '{body}' is answered by its own staff; your roles ({roles}) are not."


class PartsUndone(Refusal):
    """A conclusion that does not say why parts stayed undone."""

    code = "case_parts_undone"
    kind = RefusalKind.INVALID
    zh = "以下部门的任务尚未完成：{bodies}；办结须说明原因。"
    en = "The parts of {bodies} are not done; a conclusion says why."


class AnswerWithoutLetter(Refusal):
    """An answer for a body that has no accounts here, without anything from it."""

    code = "case_answer_without_letter"
    kind = RefusalKind.INVALID
    zh = "“{body}”在本平台没有办理人员，代为登记其答复须写明依据的来函或会议纪要。"
    en = "'{body}' has no staff here; whoever enters its answer names the letter or minutes it comes from."


class PartElsewhere(Refusal):
    """A part of a body outside the case's division."""

    code = "case_part_elsewhere"
    kind = RefusalKind.INVALID
    zh = "“{body}”所在的“{part}”不在该事项的辖区“{division}”内。"
    en = "'{body}' is in '{part}', outside the case's division '{division}'."


def check_parts(bodies: Sequence[str]) -> None:
    """Raise `PartsMissing`."""
    twice = [body for body, times in Counter(bodies).items() if times > 1]
    if not bodies or twice:
        raise PartsMissing(at="/parts", bodies=twice)


def acknowledged(parts: Parts, body: str, day: date, *, by_letter: bool) -> list[dict[str, Any]]:
    """The parts with this body's acknowledgement; raises `NotAPart`, `PartAlready`."""
    part = part_of(parts, body)
    if part.get("acknowledged_on"):
        raise PartAlready(at="/body", body=body, day=part["acknowledged_on"])
    return _with(parts, body, by_letter, acknowledged_on=day.isoformat())


def completed(parts: Parts, body: str, day: date, *, by_letter: bool) -> list[dict[str, Any]]:
    """The parts with this body's done; raises `NotAPart`, `PartNotAcknowledged`, `PartAlready`."""
    part = part_of(parts, body)
    if not part.get("acknowledged_on"):
        raise PartNotAcknowledged(at="/body", body=body)
    if part.get("completed_on"):
        raise PartAlready(at="/body", body=body, day=part["completed_on"])
    return _with(parts, body, by_letter, completed_on=day.isoformat())


def undone(parts: Parts) -> list[str]:
    """The bodies whose part is not done."""
    return [part["body"] for part in parts if not part.get("completed_on")]


def part_of(parts: Parts, body: str) -> Mapping[str, Any]:
    """The body's part; raises `NotAPart`."""
    for part in parts:
        if part["body"] == body:
            return part
    raise NotAPart(at="/body", body=body, bodies=[part["body"] for part in parts])


def _with(parts: Parts, body: str, by_letter: bool, **done: str) -> list[dict[str, Any]]:
    """`by_letter` stays once any answer came so."""
    said: dict[str, Any] = {**done, "by_letter": True} if by_letter else {**done}
    return [{**part, **said} if part["body"] == body else dict(part) for part in parts]
