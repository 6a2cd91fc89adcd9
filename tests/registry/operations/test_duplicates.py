"""One code on the record of two stacks: the stack above both asks their bodies to clear it up, once."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import registry as contract
from uuid_utils.compat import uuid7

from chassis.principal import Principal
from services.registry.identification.model import complete_credit_code
from services.registry.operations.tasks import commands as tasks
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, RegistrationRoute
from tests.registry.conftest import Register
from tests.registry.test_replicas import ONE, TWO, registered, state, told

pytestmark = pytest.mark.integration
CODE, OTHER = (complete_credit_code("51", "120116", digits) for digits in ("MJ012345", "MJ054321"))
OWN = "120116"


async def heard(register: Register, stack: str, code: str, *, ended: bool = False) -> UUID:
    id = uuid7()
    await told(register, stack, id, registered(stack, credit_code=code))
    if ended:
        gone = state(
            stack, credit_code=code, legal_status=contract.LegalStatus.DEREGISTERED, ended=True,
            ended_on=date(2015, 1, 1),
        )  # fmt: skip
        await told(register, stack, id, contract.OrganizationDeregistered(state=gone))
    return id


async def entered(register: Register, code: str | None, **changes: Any) -> UUID:
    row = await register.do(
        organizations.register_new, division=OWN, legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.DEPARTMENT, details={"name": "滨海新区书画协会", "credit_code": code},
        effective_on=date(2014, 1, 1), basis=Basis.HISTORICAL, **changes,
    )  # fmt: skip
    return row.id


async def issued(register: Register) -> list[list[str]]:
    await register.fire_timers()
    found = await register.rows("select implementing from task where kind = 'duplicate' order by id")
    return [row["implementing"] for row in found]


async def test_a_code_in_two_streets_is_a_task_of_both(register: Register) -> None:
    first, second = await heard(register, ONE, CODE), await heard(register, TWO, CODE)
    await heard(register, TWO, OTHER)
    assert await issued(register) == [[TWO, ONE]]
    [row] = await register.rows("select id, title, content, division, origin_record_id, due_on from task")
    assert (row["division"], row["origin_record_id"]) == (OWN, first)
    assert CODE in row["title"]
    assert {str(first), str(second)} <= set(row["content"].replace("\n", " ").split())
    assert row["due_on"] is not None
    renamed = state(ONE, "书画家协会", credit_code=CODE)
    await told(register, ONE, first, contract.OrganizationDetailsChanged(state=renamed, fields=("name",)))
    assert len(await issued(register)) == 1, "what was asked is not asked again"
    await register.do(tasks.complete, id=row["id"])
    await told(register, ONE, first, contract.OrganizationDetailsChanged(state=renamed, fields=("name",)))
    assert len(await issued(register)) == 1


async def test_those_who_were_asked_with_one_that_has_ended_since_are_not_asked_again(
    register: Register,
) -> None:
    first, second = await heard(register, ONE, CODE), await heard(register, TWO, CODE)
    await entered(register, CODE)
    assert await issued(register) == [[OWN, TWO, ONE]]
    gone = state(ONE, credit_code=CODE, legal_status=contract.LegalStatus.DEREGISTERED, ended=True)
    await told(register, ONE, first, contract.OrganizationDeregistered(state=gone))
    renamed = state(TWO, "书画家协会", credit_code=CODE)
    await told(register, TWO, second, contract.OrganizationDetailsChanged(state=renamed, fields=("name",)))
    assert len(await issued(register)) == 1


async def test_a_record_that_has_ended_and_two_of_one_stack_are_nobodys_question(register: Register) -> None:
    await heard(register, ONE, CODE, ended=True)
    await heard(register, TWO, CODE)
    await heard(register, TWO, CODE)
    assert await issued(register) == []
    third = await heard(register, ONE, CODE)
    gone = state(ONE, credit_code=CODE, legal_status=contract.LegalStatus.DEREGISTERED, ended=True)
    await told(register, ONE, third, contract.OrganizationDeregistered(state=gone))
    assert await issued(register) == [], "it was settled before anybody was asked"


async def test_an_own_record_meets_one_from_below_whichever_comes_first(register: Register) -> None:
    await heard(register, ONE, CODE)
    clerk = Principal("u-clerk", frozenset(), frozenset({"organizations:*"}), (OWN,))
    await entered(register, CODE, principal=clerk, permission="organizations:register")
    assert await issued(register) == [[OWN, ONE]]
    own = [row["division"] for row in await register.rows("select division from task_receipt")]
    assert OWN in own, "the own body owes its answer, too"


async def test_an_own_record_is_there_first(register: Register) -> None:
    await entered(register, CODE)
    assert await issued(register) == []
    await heard(register, ONE, CODE)
    assert await issued(register) == [[OWN, ONE]]


async def test_a_corrected_code_is_looked_for_elsewhere(register: Register) -> None:
    await heard(register, ONE, CODE)
    id = await entered(register, OTHER)
    assert await issued(register) == []
    await register.do(organizations.change_details, id=id, details={"credit_code": CODE})
    assert await issued(register) == [[OWN, ONE]]


async def test_what_a_stack_between_sees_is_asked_there(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register.runtime.settings, "lower_stacks", ("120116", ONE, TWO))
    await heard(register, ONE, CODE)
    await heard(register, TWO, CODE)
    assert await issued(register) == []
