"""What differs from region to region in enforcement: `[registry.enforcement]` of the region profile."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.http.fields import Code
from chassis.policy import rule
from services.registry.organizations.model import HubStanding


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListingGround(_Section):
    """A ground for which an authority may put an organisation on a list."""

    code: Code
    name_zh: str
    name_en: str = ""
    listing: Literal["abnormal", "seriously_untrustworthy"]


class RiskLevel(_Section):
    """How grave a risk is: the days to see to it, and the standing of an organisation while it is open."""

    code: Code
    name_zh: str
    name_en: str = ""
    days: int = Field(ge=1)
    standing: HubStanding


GROUNDS = (
    ListingGround(code="no_annual_report", name_zh="未按规定报送年度工作报告", listing="abnormal"),
    ListingGround(code="no_party_organization", name_zh="未按规定设立党组织", listing="abnormal"),
    ListingGround(code="rectification_unfinished", name_zh="未按期完成整改", listing="abnormal"),
    ListingGround(code="unreachable", name_zh="通过登记的住所无法联系", listing="abnormal"),
    ListingGround(
        code="listed_for_two_years", name_zh="列入活动异常名录满两年", listing="seriously_untrustworthy"
    ),
    ListingGround(
        code="registered_by_fraud", name_zh="以欺骗手段取得登记", listing="seriously_untrustworthy"
    ),
    ListingGround(code="ordered_to_stop", name_zh="被责令限期停止活动", listing="seriously_untrustworthy"),
    ListingGround(code="revoked", name_zh="被撤销登记", listing="seriously_untrustworthy"),
)
"""社会组织信用信息管理办法 of 2018 in practice B2; of the graver grounds all but the first are ours."""


RISK_LEVELS = (
    RiskLevel(code="low", name_zh="低风险", days=30, standing=HubStanding.GOOD),
    RiskLevel(code="general", name_zh="一般风险", days=20, standing=HubStanding.GOOD),
    RiskLevel(code="major", name_zh="较大风险", days=10, standing=HubStanding.AT_RISK),
    RiskLevel(code="grave", name_zh="重大风险", days=5, standing=HubStanding.AT_RISK),
)
"""Ours, after the four levels of risk that public bodies use; S05 names none."""


class EnforcementPolicy(_Section):
    """Deadlines and lists of what authorities decide and the hub watches."""

    listing_grounds: tuple[ListingGround, ...] = rule(
        GROUNDS,
        "grounds for each list",
        source="社会组织信用信息管理办法 (practice B2); of the graver all but the first are ours",
        strength="must",
    )
    listing_answer_days: int = rule(
        10,
        "working days: a notice is answered before it is decided",
        source="practice B2; the days are ours",
        strength="ours",
        ge=1,
    )
    listing_years: int = rule(
        2,
        "years on the one list that are a ground for the graver one",
        source="社会组织信用信息管理办法 (practice B2)",
        strength="must",
        ge=1,
    )
    risk_levels: tuple[RiskLevel, ...] = rule(
        RISK_LEVELS,
        "levels of risks; the days of each are working days",
        source="SUYU S05 names none",
        strength="ours",
        min_length=1,
    )
    verification_days: int = rule(
        15,
        "working days: a reported illegal organisation is looked into",
        source="SUYU S04 sets none",
        strength="ours",
        ge=1,
    )

    def risk_level(self, code: str) -> RiskLevel:
        """The level of this code; for one that the profile had once, the gravest."""
        return next((one for one in self.risk_levels if one.code == code), self.risk_levels[-1])

    @model_validator(mode="after")
    def _once(self) -> "EnforcementPolicy":
        codes = [one.code for one in self.risk_levels]
        if len(set(codes)) != len(codes):
            raise ValueError("risk_levels: a code is listed twice")
        return self
