"""What differs from region to region here: `[registry.incubation]` of the region profile."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.policy import Kept, kept, rule

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BaseDepartment(_Section):
    """A department of a base and what its posts are for."""

    code: Code
    name_zh: str
    name_en: str
    duties: tuple[str, ...] = Field(description="duties of its posts (岗位要求), for people")


class IncubationService(_Section):
    """One service of the catalogue."""

    code: Code
    name_zh: str
    name_en: str
    source: str = Field(description="who has it in a list")


class CultivationClass(_Section):
    """One class of organisations, and how often those of it are looked after."""

    code: Code
    name_zh: str
    name_en: str
    review_days: int = Field(ge=1, description="days from one review of its cultivation to the next")
    guidance_days: int = Field(ge=1, description="days from one guidance to the next")


class Stage(_Section):
    """One stage of a path."""

    code: Code
    name_zh: str
    name_en: str = ""


class CultivationPath(_Section):
    """What an organisation is cultivated to be, by stages in their order."""

    code: Code
    name_zh: str
    name_en: str
    stages: tuple[Stage, ...]
    source: str


class SupportKind(_Section):
    """One kind of help outside a stay."""

    code: Code
    name_zh: str
    name_en: str


DEPARTMENTS = (
    BaseDepartment(
        code="liaison", name_zh="组织联络部", name_en="liaison",
        duties=("登记备案", "资格初审", "注册引导"),
    ),
    BaseDepartment(
        code="incubation", name_zh="孵化培育部", name_en="incubation",
        duties=("初期孵化", "政策咨询", "能力建设", "人员及业务培训"),
    ),
    BaseDepartment(
        code="project_guidance", name_zh="项目指导部", name_en="project guidance",
        duties=("公益创投指导", "项目承接指导", "集约化服务"),
    ),
)  # fmt: skip
"""LUOHU 懿Base, with the duties that its plan gives each (L13, T09)."""

_SERVICES = (
    ("early_incubation", "初期孵化", "early incubation", "LUOHU, TONGZHOU"),
    ("policy_advice", "政策咨询", "policy advice", "LUOHU, TONGZHOU"),
    ("capacity_building", "能力建设", "capacity building", "LUOHU, TONGZHOU, BINHAI, SUYU"),
    ("staff_training", "人员及业务培训", "training of staff", "LUOHU, TONGZHOU"),
    ("project_guidance", "项目指导", "project guidance", "TONGZHOU"),
    ("premises_equipment", "场地设备", "premises and equipment", "BINHAI"),
    ("registration_help", "注册协助", "help with registration", "BINHAI"),
    ("small_subsidy", "小额补贴", "small subsidy", "BINHAI"),
    ("operation_advice", "注册与运营咨询", "advice on registration and running", "SUYU"),
    ("project_development", "公益项目开发", "development of projects", "SUYU"),
    ("resource_linking", "资源整合与链接", "linking of resources", "SUYU"),
    ("community_guidance", "社区服务引导", "guidance to community service", "SUYU"),
    ("incubation", "孵化", "incubation", "JIANGMEN"),
    ("cultivation", "培育", "cultivation", "JIANGMEN"),
    ("case_tracking", "事件跟踪", "tracking of cases", "JIANGMEN"),
    ("annual_review", "年审", "annual review", "JIANGMEN"),
)
SERVICES = tuple(
    IncubationService(code=code, name_zh=zh, name_en=en, source=source) for code, zh, en, source in _SERVICES
)
"""A4.10: every service that a document names."""


CLASSES = (
    CultivationClass(
        code="start_up", name_zh="初创期", name_en="starting up", review_days=90, guidance_days=30
    ),
    CultivationClass(
        code="growth", name_zh="成长期", name_en="growing", review_days=180, guidance_days=60
    ),
    CultivationClass(
        code="mature", name_zh="成熟期", name_en="mature", review_days=365, guidance_days=180
    ),
)  # fmt: skip
"""SUYU S11 and JIANGMEN J13 ask for classes and print none: the first two are BINHAI's words, the third and
all days are ours."""


def _stages(*named: tuple[str, str]) -> tuple[Stage, ...]:
    return tuple(Stage(code=code, name_zh=zh) for code, zh in named)


PATHS = (
    CultivationPath(
        code="organization", name_zh="组织培育", name_en="an organisation that stands by itself",
        stages=_stages(
            ("discovered", "摸底"), ("filed", "备案"), ("registered", "登记"), ("graded", "等级评估")
        ),
        source="SUYU S11; the stages are SM1's and SM5's",
    ),
    CultivationPath(
        code="brand", name_zh="品牌培育", name_en="a brand",
        stages=_stages(("found", "发现"), ("designed", "策划"), ("built", "打造"), ("named", "命名推广")),
        source="TONGZHOU T28; the steps are ours",
    ),
)  # fmt: skip

SUPPORT_KINDS = (
    SupportKind(code="funding", name_zh="资金扶持", name_en="funding"),
    SupportKind(code="internal_management", name_zh="内部管理", name_en="internal management"),
    SupportKind(code="building_planning", name_zh="建设及策划", name_en="building and planning"),
    SupportKind(code="activities", name_zh="开展活动", name_en="activities"),
)
"""SUYU S12: the four kinds."""


class IncubationPolicy(_Section):
    """Deadlines, cadences and lists; each key names its source."""

    agreement_contents: ClassVar[Kept] = kept(
        "nobody moves in without an agreement that has content, standard and period of the services"
        " (服务内容、标准、时间)",
        source="JIANGMEN R25",
        strength="must",
        broken="refused",
        facts=("stay.agreement_signed", "stay.started"),
    )
    departments: tuple[BaseDepartment, ...] = rule(
        DEPARTMENTS,
        "departments of a base, unless it has its own",
        source="LUOHU L13",
        strength="reported_practice",
    )
    services: tuple[IncubationService, ...] = rule(
        SERVICES,
        "catalogue of incubation services; open-ended",
        source="A4.10, LUOHU L14",
        strength="reported_practice",
    )
    cultivation_classes: tuple[CultivationClass, ...] = rule(
        CLASSES,
        "classes of organisations; open-ended",
        source="SUYU S11, JIANGMEN J13, R32 (分类指导); all days are ours",
        strength="reading",
        broken="recorded",
    )
    cultivation_paths: tuple[CultivationPath, ...] = rule(
        PATHS, "what organisations are cultivated to be", source="SUYU S11, TONGZHOU T28", strength="reading"
    )
    support_kinds: tuple[SupportKind, ...] = rule(
        SUPPORT_KINDS, "kinds of help outside a stay", source="SUYU S12", strength="reported_practice"
    )
    screening_days: int = rule(
        20, "working days: an application is decided", source="BINHAI B12 sets none", strength="ours", ge=1
    )
    agreement_days: int = rule(
        20,
        "working days: who was selected signs the agreement",
        source="JIANGMEN R25; the days are ours",
        strength="must",
        broken="recorded",
        ge=1,
    )
    confirmation_days: int = rule(
        10,
        "working days: the other side confirms a service",
        source="LUOHU L14 sets none",
        strength="ours",
        ge=1,
    )
    operator_review_months: int = rule(
        12,
        "months between reviews of a base's operator (年审)",
        source="JIANGMEN J07",
        strength="reported_practice",
        ge=1,
    )
    case_days: int = rule(
        10,
        "working days: a department of a base closes a case",
        source="LUOHU L13 sets none",
        strength="ours",
        ge=1,
    )
    renewal_notice_days: int = rule(
        30,
        "days: before its end the agreement's renewal is settled",
        source="JIANGMEN J06 sets none",
        strength="ours",
        ge=1,
    )
