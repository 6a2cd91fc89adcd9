"""Reading a region's file of published figures."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.console.figures.formulas import names_in
from services.console.figures.model import PRINTED, PublishedFigure, Qualifier, Reading, Times, Verdict


class FiguresFileError(Exception):
    """The file of published figures is not usable; the message names file, figure and key."""


class _Reading(BaseModel):
    model_config = ConfigDict(extra="forbid")

    statement: str
    statement_en: str
    formula: str


class _Figure(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    statement: str
    statement_en: str
    printed: str
    value: int
    upper: int | None = None
    qualifier: Qualifier
    unit: str
    as_of: date | None = None
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")
    formula: str | None = None
    reason: str = ""
    reason_en: str = ""
    expect: Verdict
    readings: list[_Reading] = Field(default_factory=list)

    def figure(self) -> PublishedFigure:
        return PublishedFigure(
            id=self.id, statement=self.statement, statement_en=self.statement_en, printed=self.printed,
            value=self.value, upper=self.upper, qualifier=self.qualifier, unit=self.unit,
            times=Times(self.as_of, self.since, self.until), formula=self.formula, reason=self.reason,
            reason_en=self.reason_en, expect=self.expect,
            readings=tuple(Reading(r.statement, r.statement_en, r.formula) for r in self.readings),
        )  # fmt: skip


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    region: str
    source: str
    figure: list[_Figure]


@dataclass(frozen=True)
class Published:
    """What a region published, and where."""

    region: str
    source: str
    figures: tuple[PublishedFigure, ...]


def published_figures(file: Path) -> Published:
    """The figures of the file, in its order; raises `FiguresFileError`."""
    try:
        content = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        figures = tuple(figure.figure() for figure in content.figure)
        _check_names(figures)
        return Published(content.region, content.source, figures)
    except FileNotFoundError:
        raise FiguresFileError(f"{file}: the region has no file of published figures") from None
    except (tomllib.TOMLDecodeError, ValidationError, ValueError) as error:
        raise FiguresFileError(f"{file}: {error}") from error


def _check_names(figures: tuple[PublishedFigure, ...]) -> None:
    """Raise ValueError where two figures share a name, or a formula reads one that the file lacks."""
    names = [figure.name for figure in figures]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"listed twice: {', '.join(twice)}")
    for figure in figures:
        read = {name for formula in figure.formulas for name in names_in(formula)}
        printed = {name for name in read if name.startswith(f"{PRINTED}.")}
        if lost := sorted(printed - set(names)):
            raise ValueError(f"{figure.id}: no figure of this file is called {', '.join(lost)}")


def figures_file(profile: Path) -> Path:
    """Where the published figures of a profile stand: `<profile>.figures.toml` beside it."""
    return profile.with_name(f"{profile.stem}.figures.toml")
