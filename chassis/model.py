"""Pure building blocks of a service's `model.py`: refusals, transition tables, division codes, money."""

import re
import string
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, ClassVar, TypeGuard, TypeVar

_DIVISION = re.compile(r"[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?")
_TIERS = {4: "city", 6: "district", 9: "street", 12: "community"}
_ZONES = range(400, 600)
_YUAN = re.compile(r"([+-]?)\s*¥?\s*([0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.([0-9]{1,18}))?\s*元?")
LARGEST_FEN = 10**15
"""No sum may exceed ten trillion yuan: more is a slip of the keyboard."""

_NAMELESS: Mapping[str, str] = {}
_NO_NAMES: Mapping[str, Mapping[str, str]] = {}


def in_words(name: str) -> str:
    """What a field or a fact is called in English: its code, read aloud."""
    return name.replace("_", " ")


class RefusalKind(StrEnum):
    """What sort of no a refusal is; the HTTP layer turns it into a status."""

    INVALID = "invalid"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    STALE = "stale"
    TOO_LARGE = "too_large"
    UNAVAILABLE = "unavailable"


_AND = {"zh": "、", "en": ", "}
_OR = {"zh": "或", "en": " or "}
_NOTHING = {"zh": "无", "en": "none"}


def listed(values: Iterable[object], language: str, *, choice: bool = False) -> str:
    """Several things as the language lists them, or as a choice of them; a word where there is nothing."""
    return (_OR if choice else _AND)[language].join(map(str, values)) or _NOTHING[language]


class _Sentences(string.Formatter):
    """Writes sums of money and lists as people read them in a language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, tuple):
            return listed(value, self.language, choice=format_spec == "or")
        return yuan(value) if format_spec == "yuan" else str(super().format_field(value, format_spec))


_SENTENCES = {language: _Sentences(language) for language in _AND}


class Refusal(Exception):
    """A command that the domain does not accept; one subclass a reason.

    A subclass sets `code` (stable, dotted), `kind`, and one sentence in each language that may use the
    keyword arguments as `{name}`, sums in fen as `{name:yuan}`: what was wrong, with what value, and what to
    do. Several values are given as they are, and joined as the language does it: `{name:or}` is a choice.
    What is a code has a name in Chinese: `names`, by the keyword and then by the code; English reads the code
    aloud.
    `at` is the JSON pointer of the offending field or the workbook cell, where there is one.
    """

    code: ClassVar[str]
    kind: ClassVar[RefusalKind] = RefusalKind.CONFLICT
    zh: ClassVar[str]
    en: ClassVar[str]
    names: ClassVar[Mapping[str, Mapping[str, str]]] = _NO_NAMES

    def __init__(self, *, at: str | None = None, **details: object) -> None:
        self.at = at
        self.details = {name: tuple(one) if _several(one) else one for name, one in details.items()}
        super().__init__(self.message("en"))

    def message(self, language: str) -> str:
        """The sentence for people, `zh` or `en`."""
        template = self.zh if language == "zh" else self.en
        return _SENTENCES[language].vformat(template, (), {**self.details, **self._named(language)})

    def _named(self, language: str) -> dict[str, object]:
        """Those of the details that are codes, as the language calls them."""

        def called(name: str, code: object) -> str:
            return self.names[name].get(str(code), str(code)) if language == "zh" else in_words(str(code))

        found: dict[str, object] = {}
        for name in self.names.keys() & self.details.keys():
            value = self.details[name]
            found[name] = tuple(called(name, c) for c in value) if _several(value) else called(name, value)
        return found


def _several(value: object) -> TypeGuard[Collection[object]]:
    """Whether it is a list, or the like, of values."""
    return isinstance(value, Collection) and not isinstance(value, str | bytes | Mapping)


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
    zh = "当前状态为“{state_zh}”，不能执行“{fact_zh}”；可执行的步骤：{possible_zh}。"
    en = "In state '{state}' the step '{fact}' is not possible; possible: {possible}."

    @classmethod
    def of(
        cls, state: str, fact: str, possible: Iterable[str], *, states_zh: Mapping[str, str] = _NAMELESS,
        facts_zh: Mapping[str, str] = _NAMELESS,
    ) -> "StepNotPossible":  # fmt: skip
        """By code, and in Chinese by name where these have one."""
        left = list(possible)
        return cls(
            state=state, fact=fact, possible=left, state_zh=states_zh.get(state, state),
            fact_zh=facts_zh.get(fact, fact), possible_zh=[facts_zh.get(one, one) for one in left],
        )  # fmt: skip


S = TypeVar("S", bound=Enum)
Transitions = Mapping[S, Mapping[str, S]]
"""One table a state machine: state -> fact -> next state. A state without facts is final."""


def step(table: Transitions[S], state: S, fact: str) -> S:
    """The state after `fact`; raises `StepNotPossible` naming the facts that are possible."""
    facts = table.get(state, {})
    if fact not in facts:
        raise StepNotPossible.of(state.value, fact, facts)
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


class NotYuan(Refusal):
    """A text or a cell that is no sum of money."""

    code = "sum_unreadable"
    kind = RefusalKind.INVALID
    zh = "“{found}”不是金额，请以元为单位填写数字，例如 1200 或 1,200.50。"
    en = "'{found}' is no sum of money; enter a number of yuan, such as 1200 or 1,200.50."


class FinerThanFen(Refusal):
    """A sum with parts of a fen."""

    code = "sum_finer_than_fen"
    kind = RefusalKind.INVALID
    zh = "金额“{found}”的小数超过两位，请以元为单位填写，最多精确到分，例如 1200.50。"
    en = "The sum '{found}' has more than two decimal places; enter yuan down to the fen, such as 1200.50."


class SumOutOfRange(Refusal, ValueError):
    """A sum that cannot be; a ValueError too, so that a validating model reports it with its field."""

    code = "sum_out_of_range"
    kind = RefusalKind.INVALID
    zh = "金额 {fen:yuan} 元不在范围内，应为 {least:yuan} 元至 {most:yuan} 元。"
    en = "The sum of {fen:yuan} yuan is out of range: it must be from {least:yuan} to {most:yuan} yuan."


def yuan(fen: int) -> str:
    """A sum in fen as people read it, in yuan: `1,200`, `1,200.50`, `-0.05`."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}{f'.{rest:02}' if rest else ''}"


def fen_of(said: object, *, at: str | None = None) -> int:
    """The fen of what was entered in yuan, as a text or as a cell; raises `NotYuan`, `FinerThanFen`.

    A text may have ￥, 元, wide characters, and separators that make groups of three. Of a float the fifteen
    digits count that a workbook keeps and shows.
    """
    found = format(Decimal(f"{said:.15g}"), "f") if isinstance(said, float) else str(said)
    read = _YUAN.fullmatch(unicodedata.normalize("NFKC", found).strip())
    if read is None or isinstance(said, bool):
        raise NotYuan(found=found[:40], at=at)
    sign, whole, decimals = read[1], read[2].replace(",", ""), (read[3] or "").rstrip("0")
    if len(decimals) > 2:
        raise FinerThanFen(found=found[:40], at=at)
    fen = 100 * int(whole) + int(decimals.ljust(2, "0"))
    return -fen if sign == "-" else fen


def within(fen: int, least: int = 0, most: int = LARGEST_FEN, *, at: str | None = None) -> int:
    """`fen` from `least` to `most`; raises `SumOutOfRange`."""
    if not least <= fen <= most:
        raise SumOutOfRange(fen=fen, least=least, most=most, at=at)
    return fen
