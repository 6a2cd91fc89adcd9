"""A region's profile: its divisions and calendar, and each service's policy, read from one TOML file."""

import csv
import tomllib
from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import chinese_calendar
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from chassis.model import Refusal, RefusalKind, division_code, is_within, is_zone, tier

P = TypeVar("P", bound=BaseModel)
_STREET, _COMMUNITY = 9, 12
FIXED_HOLIDAYS = {(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)}


class UnknownDivision(Refusal, ValueError):
    """A code of this region that no place has; a ValueError too, so that a model that validates names the
    field."""

    code = "division_unknown"
    kind = RefusalKind.INVALID
    zh = "本地区没有代码“{division}”，请从地名中选择，或核对代码。"
    en = "This region has no division '{division}'; choose a place from the list, or check the code."


class ProfileError(Exception):
    """The profile is not usable; the message names file and key."""


class Division(BaseModel):
    """A place of the tree, with the time in which the code was in use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    name: str
    kind: Literal["city", "district", "street", "town", "township", "zone", "community", "village"]
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Division":
        division_code(self.code)
        if (self.kind == "zone") != is_zone(self.code):
            raise ValueError(f"{self.code} {self.name}: a zone's code is 9 digits ending in 400-599")
        return self

    def in_use(self, day: date) -> bool:
        """Whether the place had this code on `day`, its first and its last day included."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


class CalendarSection(BaseModel):
    """What differs here from the national working-day calendar."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    working: frozenset[date] = frozenset()
    free: frozenset[date] = frozenset()


class Calendar:
    """Working days with 调休, national data plus the profile's overrides."""

    def __init__(self, section: CalendarSection) -> None:
        self._section = section

    def is_working(self, day: date) -> tuple[bool, bool]:
        """Whether `day` is a working day, and whether that is provisional (beyond the national data)."""
        if day in self._section.working:
            return True, False
        if day in self._section.free:
            return False, False
        return _is_working_nationally(day)

    def add_working_days(self, start: date, days: int) -> tuple[date, bool]:
        """The day `days` working days after `start` (which does not count), and whether it is provisional."""
        day, left, provisional = start, days, False
        while left > 0:
            day += timedelta(days=1)
            working, unsure = self.is_working(day)
            provisional = provisional or unsure
            left -= working
        return day, provisional

    def working_day_before(self, end: date, days: int) -> date:
        """The day that many working days before `end`, whatever day that is."""
        day, left = end, days
        while left > 0:
            day -= timedelta(days=1)
            left -= self.is_working(day)[0]
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`."""
        return sum(self.is_working(start + timedelta(days=n))[0] for n in range(1, (end - start).days + 1))


@lru_cache(maxsize=10_000)
def _is_working_nationally(day: date) -> tuple[bool, bool]:
    """As `Calendar.is_working`. Kept, since the package looks through all of its days for every question."""
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:  # how the package says that it has no data of that year
        return day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS, True


class Region:
    """A loaded profile. Sections that belong to services stay raw until `policy` validates them."""

    def __init__(
        self, code: str, name: str, divisions: tuple[Division, ...], calendar: Calendar,
        sections: dict[str, Any], file: Path,
    ) -> None:  # fmt: skip
        self.code = code
        self.name = name
        self.divisions = divisions
        self.calendar = calendar
        self.file = file
        self._sections = sections
        self._names = {division.code: division.name for division in divisions}

    def refuse_strangers(self, services: Collection[str]) -> None:
        """Raise `ProfileError` for sections of no installed service: a misspelt one must not be ignored."""
        if strangers := sorted(set(self._sections) - set(services)):
            raise ProfileError(
                f"{self.file}: no service reads [{'], ['.join(strangers)}]; "
                f"sections are region, calendar, {', '.join(sorted(services))}"
            )

    def division_name(self, code: str) -> str:
        """The place's name, or its code where the profile does not list it."""
        return self._names.get(code, code)

    def known(self, code: str) -> bool:
        """Whether the profile lists the division."""
        return code in self._names

    def refuse_unknown(self, code: str) -> None:
        """Raise `UnknownDivision` for a code of this region that the profile does not list.

        One that ended is listed: what happened while it was in use happened there. Communities and villages
        may be newer than the list, under a street that it has. Of places outside of the region the profile
        knows nothing.
        """
        listed = self.known(code) or (len(code) == _COMMUNITY and self.known(code[:_STREET]))
        if is_within(code, self.code) and not listed:
            raise UnknownDivision(division=code)

    def children(self, code: str, on: date | None = None) -> tuple[Division, ...]:
        """The divisions directly below `code`: all, or those in use on a day."""
        below = self.below(code, on)
        nearest = min((len(d.code) for d in below), default=0)
        return tuple(d for d in below if len(d.code) == nearest)

    def below(self, code: str, on: date | None = None) -> tuple[Division, ...]:
        """The divisions below `code`, however far: all, or those in use on a day."""
        return tuple(
            one
            for one in self.divisions
            if is_within(one.code, code) and one.code != code and (on is None or one.in_use(on))
        )

    def policy(self, service: str, kind: type[P]) -> P:
        """The service's section as its model; defaults where the profile is silent. Raises `ProfileError`."""
        try:
            return kind.model_validate(self._sections.get(service, {}))
        except ValidationError as error:
            raise ProfileError(_explain(self.file, error, service)) from error


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str
    name: str
    divisions: str = Field(description="CSV file beside the profile: code,name,kind[,valid_from,valid_to]")
    divisions_edition: str = Field(description="where the codes come from and of which year they are")


class _Profile(BaseModel):
    region: _Header
    calendar: CalendarSection = Field(default_factory=CalendarSection)
    divisions: tuple[Division, ...]

    @model_validator(mode="after")
    def _one_tree(self) -> "_Profile":
        codes = [d.code for d in self.divisions]
        twice = {code for code in codes if codes.count(code) > 1}
        if twice:
            raise ValueError(f"listed twice: {', '.join(sorted(twice))}")
        outside = [code for code in codes if not is_within(code, self.region.code)]
        if outside:
            raise ValueError(f"outside of {self.region.code}: {', '.join(outside)}")
        if self.region.code not in codes:
            raise ValueError(f"the region itself, {self.region.code} ({tier(self.region.code)}), is missing")
        return self


def _explain(file: Path, error: ValidationError, *prefix: str) -> str:
    faults = [
        f"  {'.'.join([*prefix, *(str(part) for part in fault['loc'])])}: {fault['msg']}{_given(fault)}"
        for fault in error.errors()
    ]
    return "\n".join([f"{file}: the profile is not valid", *faults])


def _given(fault: ErrorDetails) -> str:
    """The value that stands there, where it is one that a line can show."""
    value = fault["input"]
    return f", not {value!r}" if isinstance(value, str | int | float | date) else ""


def _read_divisions(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return [{k: v for k, v in row.items() if v} for row in csv.DictReader(lines)]
    except FileNotFoundError:
        raise ProfileError(f"{file}: there is no such file; region.divisions names it") from None


@lru_cache(maxsize=16)
def load_region(file: Path) -> Region:
    """Read and validate a profile; raises `ProfileError` naming every faulty key."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProfileError(f"{file}: there is no such region profile") from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{file}: not valid TOML: {error}") from error
    try:
        header = _Header.model_validate(content.get("region", {}))
        places = _read_divisions(file.parent / header.divisions)
    except ValidationError as error:
        raise ProfileError(_explain(file, error, "region")) from error
    try:
        profile = _Profile.model_validate({**content, "divisions": places})
    except ValidationError as error:
        raise ProfileError(_explain(file, error)) from error
    sections = {k: v for k, v in content.items() if k not in {"region", "calendar"}}
    return Region(
        profile.region.code,
        profile.region.name,
        profile.divisions,
        Calendar(profile.calendar),
        sections,
        file,
    )
