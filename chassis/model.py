"""Pure building blocks of a service's `model.py`: refusals, transition tables, division codes."""

import re
from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum
from typing import ClassVar, TypeVar

_DIVISION = re.compile(r"[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?")
_TIERS = {4: "city", 6: "district", 9: "street", 12: "community"}
_ZONES = range(400, 600)


class RefusalKind(StrEnum):
    """What sort of no a refusal is; the HTTP layer turns it into a status."""

    INVALID = "invalid"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    STALE = "stale"
    TOO_LARGE = "too_large"
    UNAVAILABLE = "unavailable"


class Refusal(Exception):
    """A command that the domain does not accept; one subclass a reason.

    A subclass sets `code` (stable, dotted), `kind`, and one sentence in each language that may use the
    keyword arguments as `{name}`: what was wrong, with what value, and what to do. `at` is the JSON pointer
    of the offending field or the workbook cell, where there is one.
    """

    code: ClassVar[str]
    kind: ClassVar[RefusalKind] = RefusalKind.CONFLICT
    zh: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, *, at: str | None = None, **details: object) -> None:
        self.at = at
        self.details = details
        super().__init__(self.message("en"))

    def message(self, language: str) -> str:
        """The sentence for people, `zh` or `en`."""
        template = self.zh if language == "zh" else self.en
        return template.format(**self.details)


class Refusals(Exception):
    """Every fault of one command at once."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(str(refusal) for refusal in self.refusals))


def refuse_all(refusals: Iterable[Refusal]) -> None:
    """Raise the refusals found, if any: alone, or together as `Refusals`."""
    found = tuple(refusals)
    if len(found) == 1:
        raise found[0]
    if found:
        raise Refusals(found)


class FutureDay(Refusal):
    """A fact that is not true yet."""

    code = "day_in_future"
    kind = RefusalKind.INVALID
    zh = "日期 {day} 晚于今天（{today}），请填写已经发生的日期。"
    en = "The day {day} is after today ({today}); give the day on which it happened."


class StepNotPossible(Refusal):
    """The fact cannot happen in the present state."""

    code = "step_not_possible"
    zh = "当前状态为“{state}”，不能执行“{fact}”；可执行的步骤：{possible}。"
    en = "In state '{state}' the step '{fact}' is not possible; possible: {possible}."


S = TypeVar("S", bound=Enum)
Transitions = Mapping[S, Mapping[str, S]]
"""One table a state machine: state -> fact -> next state. A state without facts is final."""


def step(table: Transitions[S], state: S, fact: str) -> S:
    """The state after `fact`; raises `StepNotPossible` naming the facts that are possible."""
    facts = table.get(state, {})
    if fact not in facts:
        raise StepNotPossible(state=state.value, fact=fact, possible=", ".join(facts) or "-")
    return facts[fact]


class MalformedDivision(Refusal, ValueError):
    """Not a division code; a ValueError too, so that a validating model reports it with its field."""

    code = "division_malformed"
    kind = RefusalKind.INVALID
    zh = "行政区划代码“{value}”应为 4、6、9 或 12 位数字。"
    en = "Division code '{value}' must be 4, 6, 9 or 12 digits."


def division_code(text: str, *, at: str | None = None) -> str:
    """`text` as a division code (GB/T 2260 digits without trailing zeros); raises `MalformedDivision`."""
    if not _DIVISION.fullmatch(text):
        raise MalformedDivision(value=text, at=at)
    return text


def tier(division: str) -> str:
    """`city`, `district`, `street` or `community`, by the length of the code."""
    return _TIERS[len(division)]


def length_below(division: str) -> int:
    """How many digits the codes one tier below have; nothing is below a community, which keeps its own."""
    return next((length for length in _TIERS if length > len(division)), len(division))


def is_within(division: str, ancestor: str) -> bool:
    """Whether `ancestor` covers `division`: a prefix is an ancestor, and each covers itself."""
    return division.startswith(ancestor)


def is_zone(division: str) -> bool:
    """Whether the code is a functional zone (功能区): 9 digits, the last three 400-599."""
    return len(division) == 9 and int(division[6:]) in _ZONES


def ancestors(division: str) -> tuple[str, ...]:
    """The codes above `division`, highest first, without itself."""
    return tuple(division[:length] for length in _TIERS if length < len(division))
