"""What differs from region to region in the registry: the `[registry]` section of the region profile."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.matters.naming import NamesOf, Offered
from chassis.policy import Kept, kept, rule
from services.registry.care.policy import CarePolicy
from services.registry.enforcement.policy import EnforcementPolicy
from services.registry.hub.policy import HubPolicy
from services.registry.incubation.policy import IncubationPolicy
from services.registry.inspections.policy import InspectionsPolicy
from services.registry.operations.policy import GATHERINGS, OperationsPolicy
from services.registry.records.policy import RecordsPolicy
from services.registry.vocabulary import BODIES, ENUMERATIONS, FIELDS, Names, key_of, of_field, with_own

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$")]
"""A code of a list of the profile, as it goes onto the bus."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Department(_Section):
    """A section of the hub body that deals with organisations."""

    code: Code
    name_zh: str
    name_en: str = ""


class Category(_Section):
    """A field of work; an organisation may have several."""

    code: Code
    name_zh: str
    name_en: str = ""
    department: Code | None = Field(None, description="who deals with it (LUOHU R09, L10)")


class Criterion(_Section):
    """One condition of admission that a pre-review answers."""

    code: Code
    name_zh: str
    name_en: str = ""


Step = Literal["census", "filing", "contact"]
STEPS_ZH: Final[Mapping[Step, str]] = {"census": "摸底", "filing": "备案", "contact": "联系"}


class StepOwner(_Section):
    """The bodies whose staff alone takes a step (LUOHU R10, L11): who that is, `bodies` of a token says."""

    bodies: tuple[Code, ...] = Field(
        min_length=1, description="departments of this profile, or bodies that `codes.body` or we name"
    )
    by_department: bool = Field(
        False,
        description="of these the one alone that the organisation is routed to, where it is one (R09: must)",
    )
    source: str = Field(description="where it is said")
    strength: Literal["must", "reported_practice", "reading"] = Field(description="how it is said")

    def of(self, department: str | None) -> tuple[str, ...]:
        """Whose step it is for an organisation that `department` deals with."""
        return (department,) if self.by_department and department in self.bodies else self.bodies


class WorkingDays(_Section):
    """How many working days each step of an application may take (B03)."""

    consultation: int = rule(
        5,
        "working days: an online question is answered",
        source="BINHAI B03 sets none",
        strength="ours",
        ge=1,
    )
    pre_review: int = rule(
        20,
        "working days: an application is pre-reviewed",
        source="TONGZHOU 3, R11 set none: the days are ours",
        strength="must",
        broken="recorded",
        ge=1,
    )
    correction: int = rule(
        30,
        "working days: the applicant completes what was returned",
        source="BINHAI B03 sets none",
        strength="ours",
        ge=1,
    )
    decision: int = rule(
        30,
        "working days: the authority decides",
        source="registration regulations of each form; the default is ours",
        strength="ours",
        ge=1,
    )


DEPARTMENTS = (
    Department(code="office", name_zh="办公室", name_en="office"),
    Department(code="organizations", name_zh="社会组织工作部门", name_en="section for social organisations"),
)
"""Ours: what any office has that looks after social organisations (TONGZHOU 7: 工作部门和工作人员). A region
whose documents name sections has those."""

DIRECT_CATEGORIES = (
    Category(
        code="industry_association", name_zh="行业协会商会类", name_en="industry associations, chambers"
    ),
    Category(code="science_technology", name_zh="科技类", name_en="science and technology"),
    Category(code="charity", name_zh="公益慈善类", name_en="public benefit and charity"),
    Category(code="community_service", name_zh="城乡社区服务类", name_en="urban and rural community service"),
)
"""BINHAI A4.11: the four that are registered directly (B02, R12)."""

WOMENS_CATEGORIES = (
    Category(code="legal_rights", name_zh="普法维权", name_en="legal education, rights"),
    Category(code="quality", name_zh="素质提升", name_en="quality improvement"),
    Category(code="employment", name_zh="创业就业", name_en="entrepreneurship"),
    Category(code="psychology", name_zh="心理建设", name_en="psychological support"),
    Category(code="skills", name_zh="技能培训", name_en="skills training"),
    Category(code="family_civility", name_zh="家庭文明", name_en="family civility"),
    Category(code="fitness", name_zh="巾帼健身", name_en="women's fitness"),
    Category(code="childrens_morals", name_zh="儿童德育", name_en="moral education"),
    Category(code="family_education", name_zh="家庭教育", name_en="family education"),
    Category(code="cross_border", name_zh="跨境服务", name_en="cross-border services"),
    Category(code="volunteering", name_zh="志愿服务", name_en="volunteering"),
    Category(code="self_governance", name_zh="社区自治", name_en="community self-governance"),
)
"""LUOHU A4.1: twelve, and open-ended (等类别); which section deals with one is each region's (R09)."""

CRITERIA = (
    Criterion(code="name", name_zh="名称规范且不重名", name_en="a proper name of its own"),
    Criterion(code="purpose", name_zh="宗旨和业务范围明确", name_en="clear purpose and field of work"),
    Criterion(code="members", name_zh="会员或发起人符合要求", name_en="members or founders as required"),
    Criterion(code="premises", name_zh="有固定办公场所", name_en="fixed premises"),
    Criterion(code="funds", name_zh="有合法资产和经费来源", name_en="lawful assets and funding"),
    Criterion(code="staff", name_zh="有专职或兼职工作人员", name_en="full- or part-time staff"),
    Criterion(code="charter", name_zh="章程符合范本", name_en="a charter after the template"),
)
"""Ours, after the registration regulations; the documents ask for criteria (T03) and print none."""


CLOSED: Final = frozenset(
    {
        "body_check.failed", "cadence.gathering", "clean_up.categories", "clean_up_kind", "comparison.source",
        "criteria.fields", "cultivation_class", "cultivation_path", "emergency_order.categories",
        "evaluation.category", "guideline.fields", "hub.category", "hub.fields", "listing_grounds",
        "operator_contract.service", "operator_contract.services", "outside_system", "periodic_return.source",
        "framework", "risk_level", "service_entry.service", "stage", "station", "stay.services",
        "support_kind", "talent.fields", "target_stage", "to_class",
    }
)  # fmt: skip
"""Fields, or `<kind>.<field>`, whose commands take the codes of the profile's list alone."""


_WHO_ACTS: Final = ("task.lead", "task.responsible", "task.co_operating")
"""Fields that name one of the hub's sections or another body."""


class RegistryPolicy(_Section):
    """Every threshold and list of the registry; a region states only what it does otherwise."""

    kept_at_every_tier: ClassVar[Kept] = kept(
        "one register from the city down to the community (市、市（区）、镇（街）、村（居）四级): every tier"
        " sees and keeps what lies in its own divisions, and nothing else",
        source="JIANGMEN R32",
        strength="reported_practice",
        broken="refused",
        facts=("organization.discovered", "organization.details_changed", "organization.relocated"),
    )
    categories: tuple[Category, ...] = rule(
        (*WOMENS_CATEGORIES, *DIRECT_CATEGORIES),
        "fields of work",
        source="LUOHU A4.1, BINHAI A4.11",
        strength="reported_practice",
    )
    departments: tuple[Department, ...] = rule(
        DEPARTMENTS,
        "the hub's sections",
        source="TONGZHOU 7 asks for one that works on it, LUOHU A1 names its own; these are ours",
        strength="ours",
    )
    default_department: Code | None = rule(
        None,
        "who deals with what no category routes; none: nobody in particular",
        source="LUOHU R09; which is ours",
        strength="must",
        broken="reckoned",
    )
    direct_registration_categories: tuple[Code, ...] = rule(
        tuple(category.code for category in DIRECT_CATEGORIES),
        "registered without pre-review",
        source="BINHAI B02, R12",
        strength="reported_practice",
        broken="refused",
    )
    endorsed_on_paper: bool = rule(
        True,
        "a registration may name the hub's opinion on paper instead of an application: an"
        " office that joins in the middle has such",
        source="TONGZHOU R11; the exception is ours",
        strength="must",
        broken="refused",
    )
    credit_code_since: date = rule(
        date(2016, 1, 1),
        "registered from this day on: code required",
        source="practice B5, GB 32100",
        strength="must",
    )
    criteria_version: Code = rule(
        "1", "version of the admission criteria", source="TONGZHOU T03", strength="must"
    )
    criteria: tuple[Criterion, ...] = rule(
        CRITERIA,
        "what a pre-review answers",
        source="TONGZHOU T03, R11; the criteria are ours",
        strength="must",
        broken="refused",
    )
    charter_party_clause_required: bool = rule(
        True,
        "a charter has the clause on Party building",
        source="BINHAI R17",
        strength="must",
        broken="refused",
    )
    working_days: WorkingDays = Field(default_factory=lambda: WorkingDays.model_validate({}))
    steps: dict[Step, StepOwner] = rule(
        default_factory=dict,
        says="bodies that alone take a step, none by default; each names its source and strength",
        source="LUOHU R10, L11",
        strength="must",
        broken="refused",
    )
    inspections: InspectionsPolicy = Field(default_factory=lambda: InspectionsPolicy.model_validate({}))
    incubation: IncubationPolicy = Field(default_factory=lambda: IncubationPolicy.model_validate({}))
    hub: HubPolicy = Field(default_factory=lambda: HubPolicy.model_validate({}))
    operations: OperationsPolicy = Field(default_factory=lambda: OperationsPolicy.model_validate({}))
    records: RecordsPolicy = Field(default_factory=lambda: RecordsPolicy.model_validate({}))
    care: CarePolicy = Field(default_factory=lambda: CarePolicy.model_validate({}))
    enforcement: EnforcementPolicy = Field(default_factory=lambda: EnforcementPolicy.model_validate({}))
    codes: dict[str, dict[Code, str]] = rule(
        default_factory=dict,
        says="Chinese names of codes by `<field>` or `<kind>.<field>`, beside the lists' own",
        source="no document: the words of the region",
        strength="ours",
    )
    sheet_max_rows: int = rule(
        5_000,
        "rows of one list brought back at once",
        source="no document: a limit of ours",
        strength="ours",
        ge=1,
    )
    import_max_rows: int = rule(
        200_000, "rows of one workbook", source="no document: a limit of ours", strength="ours", ge=1
    )
    import_max_uncompressed_bytes: int = rule(
        512 << 20,
        "what an .xlsx may unpack to",
        source="no document: a limit of ours",
        strength="ours",
        ge=1 << 20,
    )
    import_max_faults: int = rule(
        10_000,
        "faults of one import that are listed",
        source="no document: a limit of ours",
        strength="ours",
        ge=1,
    )
    similar_names_score: float = rule(
        88.0,
        "names alike in this many hundredths are shown as similar",
        source="no document: a limit of ours",
        strength="ours",
        ge=50,
        le=100,
    )
    similar_names_comparisons: int = rule(
        20_000_000,
        "pairs of names that one import compares at most",
        source="no document: a limit of ours",
        strength="ours",
        ge=0,
    )

    @cached_property
    def vocabulary(self) -> Mapping[str, Names]:
        """Names of codes by field, in the region's own words."""
        return with_own(self._listed, self.codes)

    @cached_property
    def english(self) -> Mapping[str, Names]:
        """What readers of English are shown, by field as in `vocabulary`, where it is not the code in words.

        The English name of a list; the Chinese one of a code that a region made up. Ours are English words.
        """
        ours = _own_vocabulary()
        found = {}
        for key, names in self.vocabulary.items():
            kind, field = _parted(key)
            listed = self._lists.get(key_of(self._listed, kind, field), ())
            ours_here = of_field(ours, kind, field)
            shown = {code: zh for code, zh in names.items() if code not in ours_here}
            found[key] = shown | {one.code: one.name_en for one in listed if one.name_en}
        return found

    @cached_property
    def _listed(self) -> Mapping[str, Names]:
        """Names of codes by field; each list of the profile names those of its fields."""
        named = {field: {one.code: one.name_zh for one in listed} for field, listed in self._lists.items()}
        with_bodies = {field: {**named[field], **BODIES} for field in _WHO_ACTS}
        return {**FIELDS, **ENUMERATIONS, **named, **with_bodies}

    @cached_property
    def _lists(self) -> Mapping[str, Sequence[Any]]:
        """The lists of the profile by field."""
        incubation, records, inspections = self.incubation, self.records, self.inspections
        return {
            "categories": self.categories,
            "fields": self.categories,
            "evaluation.category": self.categories,
            "hub.category": self.categories,
            "hub.department": self.departments,
            "hub.code": self.departments,
            "organization.department": self.departments,
            "periodic_return.field": self.categories,
            "periodic_return.source": records.income_sources,
            "report_answer.category": self.categories,
            "upward_report.category": self.categories,
            **dict.fromkeys(_WHO_ACTS, self.departments),
            "report_answer.department": self.departments,
            "base_case.department": incubation.departments,
            "to_department": incubation.departments,
            "departments": incubation.departments,
            "service": incubation.services,
            "services": incubation.services,
            "focus": incubation.services,
            "cultivation.measures": incubation.services,
            "base_case.topic": incubation.services,
            "cultivation_class": incubation.cultivation_classes,
            "to_class": incubation.cultivation_classes,
            "cultivation_path": incubation.cultivation_paths,
            "stage": self._stages,
            "target_stage": self._stages,
            "support_kind": incubation.support_kinds,
            "gathering": (*GATHERINGS, *self.operations.gatherings),
            "cadence.gathering": self.operations.gatherings,
            "course": (*GATHERINGS, *self.operations.gatherings),
            "framework": [one for frame in self.operations.frameworks for one in (frame, *frame.tags)],
            "charter_template": records.charter_templates,
            "station": records.stations,
            "comparison.source": records.sources,
            "organization.source": records.sources,
            "outside_system": records.outside_systems,
            "clean_up_kind": inspections.clean_up_kinds,
            "failed": inspections.checklist,
            "listing_grounds": self.enforcement.listing_grounds,
            "risk_level": self.enforcement.risk_levels,
            "care_census.needs": self.care.needs,
        }

    def body_names(self, codes: Sequence[str]) -> list[str]:
        """Departments and bodies in Chinese."""
        names = {**self.vocabulary["body"], **{one.code: one.name_zh for one in self.departments}}
        return [names.get(code, code) for code in codes]

    @property
    def _stages(self) -> Sequence[Any]:
        return [stage for path in self.incubation.cultivation_paths for stage in path.stages]

    @cached_property
    def category_names(self) -> dict[str, str]:
        """Code of each category by its code and by its Chinese name, with and without 类."""
        names: dict[str, str] = {}
        for category in self.categories:
            for name in (category.code, category.name_zh, category.name_zh.removesuffix("类")):
                names[name] = category.code
        return names

    @cached_property
    def departments_by_category(self) -> dict[str, str]:
        """The department that deals with each category, where one does."""
        return {
            category.code: category.department
            for category in self.categories
            if category.department is not None
        }

    def department_for(self, categories: tuple[str, ...] | list[str]) -> str | None:
        """The department of the first category that has one (R09, L10), or the default."""
        for category in categories:
            if category in self.departments_by_category:
                return self.departments_by_category[category]
        return self.default_department

    @model_validator(mode="after")
    def _lists_agree(self) -> "RegistryPolicy":
        categories = [category.code for category in self.categories]
        departments = {department.code for department in self.departments}
        if len(set(categories)) != len(categories):
            raise ValueError("a category code is listed twice")
        if lost := set(self.direct_registration_categories) - set(categories):
            raise ValueError(f"direct_registration_categories: {', '.join(sorted(lost))} is no category")
        routed = {*self.departments_by_category.values(), *filter(None, [self.default_department])}
        if lost := routed - departments:
            raise ValueError(f"department {', '.join(sorted(lost))} is not listed in departments")
        for name, owner in self.steps.items():
            if lost := set(owner.bodies) - departments - self.vocabulary["body"].keys():
                raise ValueError(
                    f"steps.{name}: {', '.join(sorted(lost))} is neither a department nor named in codes.body"
                )
        for key, names in self.codes.items():
            if _closed(key) and (lost := names.keys() - of_field(self._listed, *_parted(key)).keys()):
                raise ValueError(f"codes.{key}: {', '.join(sorted(lost))} is not on the profile's list")
        return self


def names_of(policy: Any) -> NamesOf:
    """What fields are offered in the region, as forms and workbooks ask for it."""
    assert isinstance(policy, RegistryPolicy)
    vocabulary, english = policy.vocabulary, policy.english

    def offered(kind: str, field: str) -> Offered:
        key = key_of(vocabulary, kind, field)
        any_code = CLOSED.isdisjoint((field, f"{kind}.{field}"))
        return Offered(vocabulary.get(key, {}), english.get(key, {}), any_code)

    return offered


@cache
def _own_vocabulary() -> Mapping[str, Names]:
    return RegistryPolicy().vocabulary


def _parted(key: str) -> tuple[str, str]:
    kind, _, field = key.rpartition(".")
    return kind, field


def _closed(key: str) -> bool:
    """Whether a name for `key` would be offered where the list's codes alone are taken."""
    kind, field = _parted(key)
    return not CLOSED.isdisjoint((key, field)) or (not kind and field in {_parted(one)[1] for one in CLOSED})
