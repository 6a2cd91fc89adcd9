"""What the registry tells of the rules that it follows."""

from chassis.runtime import Runtime
from services.registry.hub.policy import HubPolicy
from services.registry.policy import RegistryPolicy
from tests.registry.conftest import Api


async def test_each_rule_in_force_is_told_with_its_source_its_strength_and_who_set_it(
    api: Api, runtime: Runtime
) -> None:
    runtime.policies = RegistryPolicy(hub=HubPolicy(organizations_per_post=25))
    told = {one["key"]: one for one in await api.as_("viewer").get("/v1/policies")}
    assert told["registry.hub.organizations_per_post"] == {
        "key": "registry.hub.organizations_per_post",
        "says": "organisations that one social worker looks after, and no more",
        "source": "BINHAI R15", "strength": "must", "strength_zh": "必须",
        "broken": "refused", "broken_zh": "不予办理", "value": 25, "of_profile": True,
    }  # fmt: skip
    days = told["registry.operations.explanation_days"]
    assert (days["strength_zh"], days["broken"], days["value"], days["of_profile"]) == (
        "一般应", "recorded", 10, False,
    )  # fmt: skip


async def test_who_may_not_read_figures_is_not_told(api: Api) -> None:
    await api.as_("organization").get("/v1/policies", 403)
