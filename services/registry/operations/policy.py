"""What differs from region to region here: `[registry.operations]` of the region profile."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.policy import Kept, kept, rule
from services.registry.operations.periods import Interval, Strength

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gathering(_Section):
    """A kind of meeting or training that a body holds regularly."""

    code: Code
    name_zh: str
    name_en: str = ""
    kind: Literal["meeting", "training"]
    interval: Interval
    strength: Strength
    agenda: tuple[Code, ...] = Field(
        (), description="what each meeting has to deal with; topics of a training, unless others are said"
    )
    source: str = Field(description="the rule it follows")


class Responsibility(_Section):
    """One heading of the yearly report, with the figures it is filled from."""

    code: Code
    name_zh: str
    figures: tuple[str, ...]


class Tag(_Section):
    """One part of a framework, by which work is tagged."""

    code: Code
    name_zh: str
    name_en: str = ""


class Framework(Tag):
    """A programme of a hub with its named parts (六大行动, 六个一, 1234); its code tags what belongs to the
    whole of it."""

    source: str = Field(description="the document that names it")
    tags: tuple[Tag, ...] = Field(min_length=1)

    @property
    def codes(self) -> tuple[str, ...]:
        """Its own code and those of its parts."""
        return (self.code, *(tag.code for tag in self.tags))


class TargetFigure(_Section):
    """A figure that the registry does not reckon and a target may be set by."""

    code: Code = Field(description="as `GET /v1/figures` of its service has it, with the service before it")
    name_zh: str
    name_en: str = ""
    unit: str = Field(description="what it is counted in")


TARGET_FIGURES = (
    TargetFigure(
        code="partybuild.coverage.organisational_rate", name_zh="组织覆盖率",
        name_en="organisational coverage rate", unit="%",
    ),
    TargetFigure(
        code="partybuild.coverage.work_rate", name_zh="工作覆盖率", name_en="work coverage rate", unit="%"
    ),
    TargetFigure(
        code="partybuild.coverage.uncovered", name_zh="未覆盖的登记组织",
        name_en="registered organisations not covered", unit="家",
    ),
    TargetFigure(
        code="grants.applications.awarded", name_zh="立项的申请", name_en="applications awarded", unit="项目"
    ),
    TargetFigure(code="grants.awards.sum", name_zh="立项金额", name_en="sum awarded", unit="fen"),
)  # fmt: skip
"""Ours: what leaders are measured by that other services reckon; entered by hand after the period."""

GATHERINGS = (
    Gathering(
        code="joint_conference", name_zh="联席会议", kind="meeting", interval=Interval.HALF_YEAR,
        strength=Strength.GENERALLY,
        source="R04 (LUOHU, JIANGMEN, TONGZHOU 5): regular; the interval is ours",
    ),
)  # fmt: skip
"""The one that several documents have; what else a region's document asks for is in its profile."""

RESPONSIBILITIES = (
    Responsibility(
        code="political_leadership",
        name_zh="政治领导责任",
        figures=(
            "meetings.facts.held",
            "meetings.facts.missed",
            "tasks.facts.completed",
            "upward-reports.facts.answered",
        ),
    ),
    Responsibility(
        code="supervision",
        name_zh="业务主管单位管理责任",
        figures=(
            "inspections.facts.hub_reviewed",
            "rectifications.facts.closed",
            "supervision-visits.facts.made",
            "task-receipts.facts.reported",
            "applications.steps.pre_review",
        ),
    ),
    Responsibility(
        code="cultivation",
        name_zh="培育扶持提供服务责任",
        figures=(
            "trainings.facts.held",
            "joint-activities.facts.held",
            "inspections.facts.guidance_given",
            "organizations.newly_filed",
        ),
    ),
)
"""TONGZHOU A4.23, T31; which figure stands under which heading is our reading."""


class OperationsPolicy(_Section):
    """Deadlines, cadences and lists; each key names its source."""

    dated_once: ClassVar[Kept] = kept(
        "what a document asks for by one day is a milestone of a plan, and what bodies file or report of it"
        " is a receipt of theirs: a day that passes is said once",
        source="LUOHU R05, R06",
        strength="must",
        broken="recorded",
        facts=("plan.milestone_missed", "task_receipt.became_overdue"),
    )
    gatherings: tuple[Gathering, ...] = rule(
        GATHERINGS,
        "what bodies hold regularly, each with its own source and strength",
        source="R01, R02, R03, R04; the interval of R04 is ours",
        strength="generally",
        broken="recorded",
    )
    minutes_days: int = rule(
        10,
        "working days: minutes are approved after a meeting",
        source="LUOHU L18 sets none",
        strength="ours",
        ge=1,
    )
    training_list_days: int = rule(
        20,
        "working days: the list of a training is answered, counted from its entry as held",
        source="no document sets it",
        strength="ours",
        ge=1,
    )
    most_invited: int = rule(
        2_000,
        "organisations that are invited to a meeting or training at once",
        source="LUOHU L18; a limit of ours",
        strength="ours",
        ge=1,
    )
    remind_days: int | None = rule(
        3,
        "working days before the next day of a plan or of a receipt; null for none",
        source="LUOHU L31 sets none",
        strength="ours",
        ge=1,
        le=60,
    )
    duplicate_days: int = rule(
        20,
        "working days: one code on the record of two stacks is cleared up",
        source="no document: ours",
        strength="ours",
        ge=1,
    )
    duplicate_lead: Code = rule(
        "office",
        "the department that leads the task to clear it up",
        source="LUOHU L10 names none",
        strength="ours",
    )
    explanation_days: int = rule(
        10,
        "working days: a missed meeting or training is explained, unless it is asked for in principle only",
        source="TONGZHOU R01, R02; the days are ours",
        strength="generally",
        broken="recorded",
        ge=1,
    )
    training_needs_survey: bool = rule(
        True,
        "a needs survey goes before a training",
        source="JIANGMEN R26, J09",
        strength="reported_practice",
        broken="refused",
    )
    task_names: tuple[Literal["responsible", "co_operating"], ...] = rule(
        (),
        "whom a task that is given by itself names beside who leads it and who carries it out, which every"
        " task does (牵头、负责、配合、落实)",
        source="LUOHU R08; that the default asks for two of the four is ours",
        strength="must",
        broken="refused",
    )
    inquiry_days: int = rule(
        5,
        "working days: an inquiry is answered",
        source="BINHAI R16, B04; the days are ours",
        strength="must",
        broken="recorded",
        ge=1,
    )
    report_answer_days: int = rule(
        10,
        "working days: a report from below is answered, or raised",
        source="LUOHU R07, L23, L33; the days are ours",
        strength="must",
        broken="recorded",
        ge=1,
    )
    settlement_day: tuple[int, int] = rule(
        (1, 31),
        "until this day (month, day) a year's training plan is settled",
        source="TONGZHOU R35, T18; the day is ours",
        strength="must",
        broken="recorded",
    )
    frameworks: tuple[Framework, ...] = rule(
        (),
        "programmes by whose parts tasks and plans are tagged; each with its source",
        source="LUOHU L22",
        strength="reported_practice",
    )
    plan_phases: Literal["free", "some", "whole"] = rule(
        "free",
        "what phases a plan has: free, any or none; some, at least one; whole, such that they cover its span"
        " and no other day. Where they disagree with the span, it is shown",
        source="LUOHU R36, F44; the published plan has phases that leave two months uncovered",
        strength="reported_practice",
        broken="refused",
    )
    target_figures: tuple[TargetFigure, ...] = rule(
        TARGET_FIGURES,
        "what a target may be set by beside the registry's figures",
        source="SUYU R38, S28: proposed; the choice is ours",
        strength="reported_practice",
        broken="refused",
    )
    responsibilities: tuple[Responsibility, ...] = rule(
        RESPONSIBILITIES,
        "headings of the yearly report",
        source="TONGZHOU T31; which figure stands where is our reading",
        strength="reading",
    )

    def gathering(self, code: str) -> Gathering | None:
        """The kind of meeting or training of this code."""
        return next((one for one in self.gatherings if one.code == code), None)

    @property
    def tags(self) -> tuple[str, ...]:
        """What tasks and plans can be tagged with."""
        return tuple(code for one in self.frameworks for code in one.codes)

    @model_validator(mode="after")
    def _named_once(self) -> "OperationsPolicy":
        codes = [one.code for one in self.gatherings]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise ValueError(f"gatherings: {', '.join(sorted(twice))} is listed twice")
        if twice := {code for code in self.tags if list(self.tags).count(code) > 1}:
            raise ValueError(f"frameworks: {', '.join(sorted(twice))} is listed twice")
        return self
