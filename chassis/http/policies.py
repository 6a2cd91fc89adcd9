"""The rules that a service follows here: each key of its policy and what its code keeps, with source and
strength."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.http.call import Call, requires
from chassis.policy import BROKEN, STRENGTHS, Broken, Strength, rules_of

router = APIRouter(prefix="/v1/policies", tags=["policies"])


class PolicyOut(BaseModel):
    """One rule of the service, as it is in force in this stack."""

    key: str = Field(description="where a region profile sets it, unless the code keeps it")
    says: str
    source: str = Field(description="ids of what says so: rules (R..), capabilities, figures, the law")
    strength: Strength | None = Field(description="how strongly the source asks for it")
    strength_zh: str
    broken: Broken | None = Field(description="what comes of breaking it; null where no rule of the sources")
    broken_zh: str
    value: Any
    of_profile: bool = Field(description="whether the region's profile sets it; else it is the default")
    facts: list[str] = Field(
        description="of a rule that the code keeps, in which facts: its value is null, and no profile sets it"
    )


@router.get("")
async def policies(call: Annotated[Call, requires("figures:read")]) -> list[PolicyOut]:
    """本服务的规则：取值、出处、要求强度，违反时如何处理 / Every rule of the service."""
    runtime = call.runtime
    return [
        PolicyOut(
            key=one.key, says=one.says, source=one.source, strength=one.strength,
            strength_zh=STRENGTHS[one.strength][0] if one.strength else "",
            broken=one.broken, broken_zh=BROKEN[one.broken][0] if one.broken else "",
            value=one.value, of_profile=one.of_profile, facts=list(one.facts),
        )
        for one in rules_of(runtime.policies, runtime.service.name)
    ]  # fmt: skip
