"""What differs from region to region here: `[registry.records]` of the region profile."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.policy import rule
from services.registry.operations.periods import Interval
from services.registry.records.comparisons.model import ComparedField

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Listed(_Section):
    """A code of a list that the documents leave open."""

    code: Code
    name_zh: str
    name_en: str = ""


class IncomeSource(Listed):
    """Where income comes from, and whether the organisation earned it (造血) or was given it (输血)."""

    own: bool


class CharterTemplate(Listed):
    """A version of the charter template."""

    since: date = Field(description="first day on which a charter follows it")


class Source(Listed):
    """An office whose list is compared with the register."""

    wins: tuple[ComparedField, ...] = Field(
        (), description="fields in which its value may be taken over in one step"
    )


STATIONS = (
    Listed(code="next_generation", name_zh="关爱下一代驿站"),
    Listed(code="legal_education", name_zh="普法教育驿站"),
    Listed(code="legal_aid", name_zh="法律援助驿站"),
    Listed(code="women_and_children", name_zh="妇女儿童活动驿站"),
    Listed(code="study_tours", name_zh="城乡研学驿站"),
    Listed(code="art_training", name_zh="艺术培训驿站"),
    Listed(code="medical_aid", name_zh="医疗援助驿站"),
    Listed(code="culture_teams", name_zh="文化服务队孵化驿站"),
)
"""SUYU A4.19, the eight stations of one club."""

INCOME_SOURCES = (
    IncomeSource(code="government_purchase", name_zh="政府购买服务", own=False),
    IncomeSource(code="government_subsidy", name_zh="政府补助", own=False),
    IncomeSource(code="donations", name_zh="捐赠", own=False),
    IncomeSource(code="membership_fees", name_zh="会费", own=True),
    IncomeSource(code="services", name_zh="服务收入", own=True),
    IncomeSource(code="investment", name_zh="投资收益", own=True),
    IncomeSource(code="other", name_zh="其他", own=True),
)
"""Heads of the accounting rules for non-profit bodies; which of them is earned is our reading of J30."""


class RecordsPolicy(_Section):
    """Deadlines, cadences and lists; each key names its source."""

    return_days: int = rule(
        15,
        "working days: a return is due after its period's end",
        source="LUOHU L05 sets none",
        strength="ours",
        ge=1,
    )
    income_sources: tuple[IncomeSource, ...] = rule(
        INCOME_SOURCES,
        "income mix and self-support",
        source="JIANGMEN J30; which is earned is our reading",
        strength="reading",
    )
    stations: tuple[Listed, ...] = rule(
        STATIONS, "kinds of service points", source="SUYU S13, F29", strength="reported_practice"
    )
    governance_days: int = rule(
        60,
        "working days: a governance checklist is complete",
        source="JIANGMEN J12 sets none",
        strength="ours",
        ge=1,
    )
    charter_templates: tuple[CharterTemplate, ...] = rule(
        (),
        "versions of the charter template: an application follows the one in force, a charter"
        " adopted later may follow an older one; empty: any version is taken",
        source="BINHAI R17, B25",
        strength="must",
        broken="refused",
    )
    contact_interval: Interval = rule(
        Interval.QUARTER,
        "how often an officer makes contact",
        source="TONGZHOU T07, JIANGMEN J11 set none",
        strength="ours",
    )
    sources: tuple[Source, ...] = rule(
        (Source(code="civil_affairs", name_zh="民政登记管理机关", wins=tuple(ComparedField)),),
        "offices whose lists are compared; the registration authority's value wins",
        source="BINHAI B07",
        strength="reading",
    )
    outside_systems: tuple[Listed, ...] = rule(
        (Listed(code="weaving_net", name_zh="社会建设织网工程"),),
        "systems with numbers of their own (织网工程)",
        source="LUOHU action 6",
        strength="reported_practice",
    )

    def template_on(self, day: date) -> str | None:
        """The version of the charter template in force on `day`; None where none is listed."""
        begun = [one for one in self.charter_templates if one.since <= day]
        return max(begun, key=lambda one: one.since).code if begun else None

    def source(self, code: str) -> Source | None:
        """The office of this code."""
        return next((one for one in self.sources if one.code == code), None)

    @model_validator(mode="after")
    def _listed_once(self) -> "RecordsPolicy":
        lists = {
            "income_sources": self.income_sources,
            "stations": self.stations,
            "charter_templates": self.charter_templates,
            "sources": self.sources,
            "outside_systems": self.outside_systems,
        }
        for name, entries in lists.items():
            codes = [one.code for one in entries]
            if twice := {code for code in codes if codes.count(code) > 1}:
                raise ValueError(f"{name}: {', '.join(sorted(twice))} is listed twice")
        return self
