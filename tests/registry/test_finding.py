"""A list finds a record by each word that people see of it, however many there are."""

from datetime import date
from typing import Any

import pytest

from services.registry.operations.tasks import commands as tasks
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, RegistrationRoute
from services.registry.records.assignments import commands as assignments
from tests.registry.conftest import Api, Register
from tests.registry.references import STREET

pytestmark = pytest.mark.integration
COMMUNITY = f"{STREET}001"


async def found(api: Api, path: str, said: str) -> set[str]:
    """The records that the words find."""
    items: list[dict[str, Any]] = (await api.get(f"/v1/{path}", q=said))["items"]
    return {one["id"] for one in items}


async def test_by_organisation_place_day_state_code_or_the_end_of_the_id(
    register: Register, api: Api
) -> None:
    about = await register.do(
        organizations.register_new, division=STREET, legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2014, 5, 1), basis=Basis.HISTORICAL,
        details={"name": "银杏树下读书会"},
    )  # fmt: skip
    of_body = await register.do(assignments.assign, organization_id=about.id, officer="u-first")
    of_place = await register.do(assignments.assign, community=COMMUNITY, officer="u-second")
    first, second = {str(of_body.id)}, {str(of_place.id)}
    place = register.runtime.region.division_name(COMMUNITY)
    for said, these in {
        "银杏": first, "读书会 执行中": first, "yxsx": first, "u-second": second, place: second,
        register.runtime.region.division_name(STREET): first | second, str(of_place.id)[-6:]: second,
        of_body.opened_on.isoformat()[:7]: first | second, "银杏 u-second": set(), "100%": set(),
        "终止": set(), "": first | second,
    }.items():  # fmt: skip
        assert await found(api, "contact-assignments", said) == these, said
    elsewhere = api.as_("hub_officer", "120116002")
    assert await found(elsewhere, "contact-assignments", "银杏") == set(), "only where one may read"


async def test_by_its_own_title_and_by_the_names_of_its_codes(register: Register, api: Api) -> None:
    for title, kind in (("走访困难家庭", "special"), ("整理台账", "routine")):
        await register.do(
            tasks.issue, division=STREET, title=title, kind=kind, lead="hub", implementing=[STREET]
        )
    by_title = await found(api, "tasks", "困难")
    assert len(by_title) == 1
    assert await found(api, "tasks", "专项") == by_title
    assert await found(api, "tasks", "SPECIAL") == by_title, "the code is what English shows"
    assert await found(api, "tasks", "专项 台账") == set(), "each word of them"
