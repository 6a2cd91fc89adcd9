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
        "part_withdrawn": CasePhase.OPENED,
        "extended": CasePhase.OPENED,
        "concluded": CasePhase.CONCLUDED,
        "cancelled": CasePhase.CANCELLED,
        "reassigned": CasePhase.OPENED,
    },
    CasePhase.CONCLUDED: {},
    CasePhase.CANCELLED: {},
}
"""加强协调,形成整体合力 (TONGZHOU T30); joint orders with the civil-affairs bureau (SUYU S26)."""

Part = Mapping[str, Any]
Parts = Sequence[Part]


class PartsMissing(Refusal):
    """A case of nobody, or of one body twice in one place."""

    code = "case_parts_missing"
    kind = RefusalKind.INVALID
    zh = "协调事项至少涉及一个部门，同一区划的每个部门一项任务；请核对：{bodies}。"
    en = "A case has a part for at least one body, one part for each body of a place; check: {bodies}."


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


class WhichPart(Refusal):
    """A body that has a part in several places, without the place."""

    code = "case_part_in_several_places"
    kind = RefusalKind.INVALID
    zh = "“{body}”在多个区划有任务（{places}），请选择所在区划。"
    en = "'{body}' has a part in several places ({places}); name the place."


class PartAnsweredBelow(Refusal):
    """An answer, entered here, of a body whose part a stack below answers."""

    code = "case_part_answered_below"
    kind = RefusalKind.CONFLICT
    zh = "“{place}”的“{body}”在本区划的平台答复其任务（签收、反馈），答复会自动到达，请勿在此代办。"
    en = "The '{body}' of '{place}' answers on the stack of its own division; its answer arrives by itself."


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


def check_parts(bodies: Sequence[tuple[str, str | None]]) -> None:
    """Raise `PartsMissing` unless each body, with its place, is there once."""
    twice = [body for (body, _), times in Counter(bodies).items() if times > 1]
    if not bodies or twice:
        raise PartsMissing(at="/parts", bodies=twice)


def acknowledged(parts: Parts, part: Part, day: date, *, by_letter: bool) -> list[dict[str, Any]]:
    """The parts with this one acknowledged; raises `PartAlready`."""
    if part.get("acknowledged_on"):
        raise PartAlready(at="/body", body=part["body"], day=part["acknowledged_on"])
    return _with(parts, part, by_letter, acknowledged_on=day.isoformat())


def completed(parts: Parts, part: Part, day: date, *, by_letter: bool) -> list[dict[str, Any]]:
    """The parts with this one done; raises `PartNotAcknowledged`, `PartAlready`."""
    if not part.get("acknowledged_on"):
        raise PartNotAcknowledged(at="/body", body=part["body"])
    if part.get("completed_on"):
        raise PartAlready(at="/body", body=part["body"], day=part["completed_on"])
    return _with(parts, part, by_letter, completed_on=day.isoformat())


def without(parts: Parts, part: Part) -> list[dict[str, Any]]:
    """The parts without this one; raises `PartAlready` for one that is done, `PartsMissing` for the last."""
    if part.get("completed_on"):
        raise PartAlready(at="/body", body=part["body"], day=part["completed_on"])
    left = [dict(one) for one in parts if one is not part]
    if not left:
        raise PartsMissing(at="/body", bodies=[part["body"]])
    return left


def undone(parts: Parts) -> list[str]:
    """The bodies of which a part is not done, each once."""
    return list(dict.fromkeys(part["body"] for part in parts if not part.get("completed_on")))


def part_of(parts: Parts, body: str, place: str | None, division: str) -> Part:
    """The body's part in that place of a case of `division`; without a place the only one that it has.

    Raises `NotAPart`, `WhichPart`.
    """
    its = [part for part in parts if part["body"] == body]
    found = its if place is None else [one for one in its if (one.get("division") or division) == place]
    if not found:
        raise NotAPart(at="/body", body=body, bodies=[part["body"] for part in parts])
    if len(found) > 1:
        raise WhichPart(at="/place", body=body, places=[one.get("division") or division for one in found])
    return found[0]


def part_asked_by(parts: Parts, task: str) -> Part | None:
    """The part that a body below is asked for by this task; None where there is none any more."""
    return next((part for part in parts if part.get("task", {}).get("id") == task), None)


def _with(parts: Parts, part: Part, by_letter: bool, **done: str) -> list[dict[str, Any]]:
    """`by_letter` stays once any answer came so."""
    said: dict[str, Any] = {**done, "by_letter": True} if by_letter else {**done}
    return [{**one, **said} if one is part else dict(one) for one in parts]
