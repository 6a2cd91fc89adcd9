"""What differs from region to region in inspections: `[registry.inspections]` of the region profile."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.policy import rule
from services.registry.inspections.annual.model import InspectionResult
from services.registry.inspections.evaluations.model import Grade, Rules
from services.registry.inspections.spot_checks.model import SpotCheckTopic

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Outcome = Literal["missed", "basically_qualified", "unqualified"]
"""How an annual inspection ended that was not in order: a result, or that nothing was handed in."""


class ScoreBand(_Section):
    """From how many points of 1,000 on a grade is proposed."""

    grade: Grade
    points: int = Field(ge=0, le=1000)


BANDS = (
    ScoreBand(grade=Grade.FIVE_A, points=951),
    ScoreBand(grade=Grade.FOUR_A, points=901),
    ScoreBand(grade=Grade.THREE_A, points=851),
    ScoreBand(grade=Grade.TWO_A, points=801),
    ScoreBand(grade=Grade.ONE_A, points=751),
)


class EvaluationPolicy(_Section):
    """Grade evaluation (等级评估)."""

    registered_years: int = rule(
        2,
        "years of registration before",
        source="order 39 (practice B2)",
        strength="must",
        broken="refused",
        ge=0,
    )
    regrade_years: int = rule(
        2,
        "years until a grade can be evaluated again",
        source="order 39",
        strength="must",
        broken="refused",
        ge=0,
    )
    lowered_years: int = rule(
        2,
        "years barred after a grade was lowered",
        source="order 39",
        strength="must",
        broken="refused",
        ge=0,
    )
    revoked_years: int = rule(
        3,
        "years barred after a grade was taken away",
        source="order 39",
        strength="must",
        broken="refused",
        ge=0,
    )
    penalty_years: int = rule(
        1,
        "calendar years: barred after the year of a penalty",
        source="order 39 (practice B2)",
        strength="must",
        broken="refused",
        ge=0,
    )
    barred_by_results: tuple[Outcome, ...] = rule(
        ("missed", "unqualified"),
        "outcomes of the newest annual inspection that bar",
        source="order 39 (practice B2)",
        strength="must",
        broken="refused",
    )
    basically_qualified_times: int = rule(
        2,
        "so many of the newest annual inspections, all basically qualified, bar",
        source="order 39 (practice B2)",
        strength="must",
        broken="refused",
        ge=1,
        le=10,
    )
    barred_under_investigation: bool = rule(
        True,
        "whether open proceedings against it bar",
        source="order 39 (practice B2)",
        strength="must",
        broken="refused",
    )
    barred_by_listings: tuple[Literal["abnormal", "seriously_untrustworthy"], ...] = rule(
        ("abnormal", "seriously_untrustworthy"),
        "lists of the authority that bar who is on them",
        source="order 39 has none of them: ours",
        strength="ours",
        broken="refused",
    )
    barred_while_suspended: bool = rule(
        True,
        "whether an order to stop bars while it holds",
        source="order 39 has penalties: that it bars by itself is ours",
        strength="ours",
        broken="refused",
    )
    penalties: tuple[Literal["penalty", "suspension"], ...] = rule(
        ("penalty", "suspension"),
        "kinds of decisions that are administrative penalties, and bar for their years and until they are"
        " carried out; a revocation leaves nobody to evaluate",
        source="order 39 (practice B2); which kinds of ours it means is our reading",
        strength="must",
        broken="refused",
    )
    penalties_done_at_once: tuple[Code, ...] = rule(
        ("warning",),
        "results of a penalty that leave nothing to be carried out",
        source="order 39 does not say",
        strength="ours",
    )
    conflict_years: int = rule(
        2,
        "who left less long ago stands aside",
        source="order 39 (practice B2)",
        strength="must",
        broken="refused",
        ge=0,
    )
    experts: int = rule(
        3,
        "scores that an evaluation needs",
        source="order 39 sets no number",
        strength="ours",
        broken="refused",
        ge=1,
    )
    quorum: tuple[int, int] = rule(
        (2, 3),
        "this share of all members is present, as numerator and denominator",
        source="order 39",
        strength="must",
        broken="refused",
    )
    majority: tuple[int, int] = rule(
        (1, 2),
        "more than this share of all members agrees",
        source="order 39 (practice B2)",
        strength="must",
        broken="refused",
    )
    publicity_days: int = rule(
        7,
        "working days: a proposed grade is public so long",
        source="order 39 asks for publicity; the days are ours",
        strength="must",
        broken="refused",
        ge=1,
    )
    reconsideration_days: int = rule(
        15,
        "days: reconsideration is answered",
        source="order 39 (practice B2)",
        strength="must",
        broken="recorded",
        ge=1,
    )
    valid_years: int = rule(
        5, "a grade is valid so long", source="order 39 (practice B2)", strength="must", ge=1
    )
    materials: tuple[Code, ...] = rule(
        ("basic_conditions", "internal_governance", "work_performance", "social_appraisal"),
        "基础条件、内部治理、工作绩效、社会评价",
        source="SUYU R22; the four are ours, after the national indicators",
        strength="reported_practice",
        broken="refused",
    )
    scored_after: tuple[Literal["training", "coaching", "materials"], ...] = rule(
        ("materials",),
        "which help an organisation has had before it is scored: training, one-to-one guidance, complete"
        " materials (参评培训、一对一指导、协助整理材料)",
        source="SUYU R22; that the default waits for the materials alone is ours",
        strength="reported_practice",
        broken="refused",
    )
    bands: tuple[ScoreBand, ...] = rule(
        BANDS,
        "bands of 1,000 points from which a grade is proposed",
        source="practice B2: local; that of 1A is ours",
        strength="reported_practice",
    )

    @property
    def rules(self) -> Rules:
        """What bars from enrolling."""
        return Rules(
            registered=self.registered_years, regrade=self.regrade_years, after_lowering=self.lowered_years,
            after_revoking=self.revoked_years, after_penalty=self.penalty_years,
            results=self.barred_by_results, basically_qualified=self.basically_qualified_times,
            listings=self.barred_by_listings, suspended=self.barred_while_suspended,
            investigated=self.barred_under_investigation,
        )  # fmt: skip

    @property
    def quorum_share(self) -> Fraction:
        """Of all members, at least this share is present."""
        return Fraction(*self.quorum)

    @property
    def majority_share(self) -> Fraction:
        """Of all members, more than this share agrees."""
        return Fraction(*self.majority)

    @model_validator(mode="after")
    def _shares(self) -> "EvaluationPolicy":
        for name, (part, whole) in (("quorum", self.quorum), ("majority", self.majority)):
            if not 0 < part <= whole or (name == "majority" and part == whole):
                raise ValueError(f"evaluation.{name}: [{part}, {whole}] is no share that a vote can reach")
        return self

    @model_validator(mode="after")
    def _bands_fall(self) -> "EvaluationPolicy":
        points = [band.points for band in self.bands]
        if points != sorted(set(points), reverse=True):
            raise ValueError("evaluation.bands: the highest first, each with fewer points than before")
        return self


class ChecklistItem(_Section):
    """One thing that an inspector looks at."""

    code: Code
    name_zh: str
    name_en: str = ""
    topic: SpotCheckTopic
    legal_forms: tuple[str, ...] = Field((), description="none named: for every form")


CHECKLIST = (
    ChecklistItem(code="within_purpose", name_zh="活动符合宗旨和业务范围", topic=SpotCheckTopic.ACTIVITY),
    ChecklistItem(code="reported_events", name_zh="重大活动按规定报告", topic=SpotCheckTopic.ACTIVITY),
    ChecklistItem(
        code="member_assembly", name_zh="按章程召开会员（代表）大会、按期换届",
        topic=SpotCheckTopic.GOVERNANCE, legal_forms=("association",),
    ),
    ChecklistItem(
        code="board", name_zh="按章程召开理事会、按期换届", topic=SpotCheckTopic.GOVERNANCE,
        legal_forms=("private_non_enterprise", "foundation"),
    ),
    ChecklistItem(code="charter_party_clause", name_zh="章程载明党的建设", topic=SpotCheckTopic.GOVERNANCE),
    ChecklistItem(
        code="dues", name_zh="会费标准和使用合规", topic=SpotCheckTopic.FINANCE, legal_forms=("association",)
    ),
    ChecklistItem(
        code="charity_spending", name_zh="慈善活动支出和管理费用达标", topic=SpotCheckTopic.FINANCE,
        legal_forms=("foundation",),
    ),
    ChecklistItem(code="accounts", name_zh="账目、票据和专户规范", topic=SpotCheckTopic.FINANCE),
    ChecklistItem(code="fees", name_zh="无乱收费、乱摊派", topic=SpotCheckTopic.FINANCE),
    ChecklistItem(code="published_report", name_zh="按规定公开年度信息", topic=SpotCheckTopic.DISCLOSURE),
)  # fmt: skip
"""Ours, under the four topics of SUYU A4.24; a list for each legal form (civil-affairs inspectors)."""


class CleanUpKind(_Section):
    """A kind of clean-up or special campaign, and what it asks of an organisation's own check."""

    code: Code
    name_zh: str
    name_en: str = ""
    asks: tuple[Literal["four_nos", "administrative_staff"], ...] = ()


CLEAN_UP_KINDS = (
    CleanUpKind(code="fees", name_zh="乱收费、乱摊派清理整顿", asks=("four_nos",)),
    CleanUpKind(code="industry_association_fees", name_zh="行业协会收费排查", asks=("four_nos",)),
    CleanUpKind(code="decoupling", name_zh="脱钩改革", asks=("administrative_staff",)),
    CleanUpKind(code="finance_standards", name_zh="财务管理规范化建设"),
    CleanUpKind(code="illegal_organizations", name_zh="非法社会组织整治"),
)
"""SUYU 2 (S02, S03, S04, S06); 等专项工作 leaves the list open."""


MonthDay = tuple[Annotated[int, Field(ge=1, le=12)], Annotated[int, Field(ge=1, le=31)]]
"""A month and a day of it."""


class YearlyWindow(_Section):
    """From when and until when (month, day) a year's form is handed in, in the year after it."""

    form: Literal["annual_inspection", "annual_report"]
    legal_form: Literal["association", "private_non_enterprise", "foundation"]
    begins: MonthDay = (1, 1)
    due: MonthDay

    def of(self, year: int) -> tuple[date, date]:
        """The first and the last day for the form of `year`."""
        return date(year + 1, *self.begins), date(year + 1, *self.due)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "YearlyWindow":
        begins, due = self.of(2022)  # the next is no leap year: a window has the same days every year
        if due < begins:
            raise ValueError(f"windows: {self.form} of {self.legal_form} ends before it begins")
        return self


WINDOWS = (
    YearlyWindow(form="annual_inspection", legal_form="association", due=(3, 31)),
    YearlyWindow(form="annual_inspection", legal_form="private_non_enterprise", due=(5, 31)),
    YearlyWindow(form="annual_inspection", legal_form="foundation", due=(3, 31)),
    YearlyWindow(form="annual_report", legal_form="association", due=(5, 31)),
    YearlyWindow(form="annual_report", legal_form="private_non_enterprise", due=(5, 31)),
    YearlyWindow(form="annual_report", legal_form="foundation", due=(5, 31)),
)
"""Practice B2: local windows differ (31 March, 31 May, 30 June). That of associations is of Jiaxing's notice
of 2026, by the new 社会团体年度检查办法; the others are ours, of the days found in practice."""


class InspectionsPolicy(_Section):
    """Deadlines and lists of what is looked at and put right."""

    excused_after: tuple[int, int] = rule(
        (6, 30),
        "registered after this day (month, day) of the year is excused from it",
        source="practice B2",
        strength="reported_practice",
    )
    windows: tuple[YearlyWindow, ...] = rule(
        WINDOWS,
        "by form and legal form, days of the next year; a campaign can name others",
        source="SUYU R21; the days are of practice B2 and ours",
        strength="must",
        broken="recorded",
    )
    correction_days: int = rule(
        10,
        "working days: a form that was returned is corrected",
        source="SM4; the days are ours",
        strength="ours",
        ge=1,
    )
    campaigns_opened_by: MonthDay | None = rule(
        None,
        "after this day of the next year a task names how many no campaign asks; none where nobody is told",
        source="SUYU R21; the day is ours",
        strength="must",
        broken="recorded",
    )
    campaigns_lead: Code = rule(
        "office", "the department that leads this task", source="SUYU S08 names none", strength="ours"
    )
    passing: tuple[InspectionResult, ...] = rule(
        (InspectionResult.QUALIFIED, InspectionResult.BASICALLY_QUALIFIED),
        "results that count as passed; whether basically qualified does is policy",
        source="BINHAI F10 does not say",
        strength="ours",
    )
    owe_rectification: tuple[Outcome, ...] = rule(
        ("missed", "basically_qualified", "unqualified"),
        "outcomes of an annual inspection that owe a rectification report",
        source="practice B2 (整改报告)",
        strength="reported_practice",
        broken="recorded",
    )
    rectification_days: int = rule(
        30,
        "working days: what was found is put right",
        source="TONGZHOU R33, SM6; the days are ours",
        strength="must",
        broken="recorded",
        ge=1,
    )
    assessment_due: tuple[int, int] = rule(
        (3, 31),
        "until this day (month, day) of the next year a year is assessed",
        source="TONGZHOU T06, R33; the day is ours",
        strength="must",
        broken="recorded",
    )
    assessments_opened_by: MonthDay = rule(
        (1, 31),
        "after this day of the next year a task names those not assessed",
        source="TONGZHOU T06, R33; the day is ours",
        strength="must",
        broken="recorded",
    )
    assessments_lead: Code = rule(
        "office", "the department that leads this task", source="TONGZHOU T06 names none", strength="ours"
    )
    acknowledged_by: tuple[
        Literal["district", "street", "town", "township", "zone", "community", "village"], ...
    ] = rule(
        ("district", "street", "town", "township", "zone"),
        "kinds of divisions whose bodies answer for a campaign or clean-up from above",
        source="LUOHU R05, R07; which bodies is ours",
        strength="must",
        broken="recorded",
    )
    sent_down_lead: Code = rule(
        "office",
        "the department that leads this task",
        source="LUOHU R08 asks for one; which is ours",
        strength="must",
        broken="reckoned",
    )
    upgrade_plan_days: int = rule(
        20,
        "working days: who falls short has a plan",
        source="TONGZHOU T06, R33; the days are ours",
        strength="must",
        broken="recorded",
        ge=1,
    )
    inspectors_each: int = rule(
        2,
        "inspectors drawn for each body",
        source="ours, after the practice of 双随机",
        strength="ours",
        ge=1,
    )
    checklist: tuple[ChecklistItem, ...] = rule(
        CHECKLIST,
        "what a spot check looks at, by legal form",
        source="SUYU A4.24, S07; the items are ours",
        strength="reported_practice",
    )
    clean_up_kinds: tuple[CleanUpKind, ...] = rule(
        CLEAN_UP_KINDS,
        "kinds of clean-ups and special campaigns, and what each asks of an organisation's own"
        " check; open-ended",
        source="SUYU SM6, R23",
        strength="must",
        broken="refused",
    )
    evaluation: EvaluationPolicy = Field(default_factory=lambda: EvaluationPolicy.model_validate({}))

    def window(self, form: str, legal_form: str, year: int) -> tuple[date, date] | None:
        """The first and the last day on which organisations of this legal form hand in the form of `year`."""
        return next(
            (one.of(year) for one in self.windows if (one.form, one.legal_form) == (form, legal_form)), None
        )

    def checklist_of(self, legal_form: str) -> tuple[ChecklistItem, ...]:
        """The items for organisations of this form."""
        return tuple(
            item for item in self.checklist if not item.legal_forms or legal_form in item.legal_forms
        )

    def clean_up_kind(self, code: str) -> CleanUpKind | None:
        """The kind of this code."""
        return next((one for one in self.clean_up_kinds if one.code == code), None)

    @model_validator(mode="after")
    def _items_once(self) -> "InspectionsPolicy":
        windows = [(one.form, one.legal_form) for one in self.windows]
        if len(set(windows)) != len(windows):
            raise ValueError("windows: a legal form has two for one form")
        codes = [item.code for item in self.checklist]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise ValueError(f"checklist: {', '.join(sorted(twice))} is listed twice")
        return self
