"""Clean-ups by their real commands: four steps, fees, decoupling, from a stack above, in portions."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract
from uuid_utils.compat import uuid7

from services.registry import portions
from services.registry.inspections.clean_up_checks import commands as checks
from services.registry.inspections.clean_up_checks.model import (
    DeclarationContradicts,
    DeclarationMissing,
    FourNo,
    HandlingOwed,
    LeadersMissing,
    NothingToHandle,
    RectificationStillOpen,
    ReturnedForNothing,
)
from services.registry.inspections.clean_ups import commands
from services.registry.inspections.clean_ups.model import CleanUpExtendedBackwards, UnknownCleanUpKind
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import AdministrativeStaffInLeadership, HubLink, LegalForm
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration


async def opened(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": "120116", "title": "乱收费清理整顿", "clean_up_kind": "fees",
        "due_on": date(2026, 12, 31), "acknowledged": False, **changes,
    }  # fmt: skip
    id = (await register.do(commands.open_, **found)).id
    await carried(register)
    return id


async def carried(register: Register) -> None:
    """Fire until no portion is left."""
    while await register.fire_timers():
        pass


async def check_of(register: Register, organization_id: UUID) -> UUID:
    [row] = await register.rows("select id from clean_up_check where organization_id = $1", organization_id)
    found: UUID = row["id"]
    return found


async def states(register: Register) -> list[str]:
    return [row["state"] for row in await register.rows("select state from clean_up_check order by id")]


async def test_four_steps_from_self_check_to_acceptance(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    good, bad = await organization(register), await organization(register)
    id = await opened(register)
    one, two = await check_of(register, good), await check_of(register, bad)
    with pytest.raises(DeclarationMissing):
        await register.do(checks.self_check, id=one)
    with pytest.raises(DeclarationContradicts):
        await register.do(checks.self_check, id=one, four_nos=True, violations=[FourNo.WIDENED_FEES])
    await register.do(checks.self_check, id=one, four_nos=True, report="无收费项目")
    row = await register.do(checks.self_check, id=two, four_nos=False, violations=[FourNo.WIDENED_FEES])
    assert row.problems == ["widened_fees"]
    declared = await register.rows("select four_no_fees_declared from organization order by id")
    assert [found["four_no_fees_declared"] for found in declared] == [True, False]
    await register.do(commands.complete_step, id=id, next_due_on=date(2027, 1, 31))
    for each in (one, two):
        await register.do(checks.review, id=each, opinion="agreed")
    with pytest.raises(NothingToHandle):
        await register.do(checks.handle, id=one, outcome="rectify")
    assert (await register.do(checks.accept, id=one)).ended
    with pytest.raises(HandlingOwed, match="widened_fees"):
        await register.do(checks.accept, id=two)
    row = await register.do(checks.handle, id=two, outcome="rectify", explanation="超标准收取会费")
    [owed] = await register.rows("select id, origin, topics from rectification")
    assert row.rectification_id == owed["id"]
    assert (owed["origin"], owed["topics"]) == ("clean_up", ["widened_fees"])
    with pytest.raises(RectificationStillOpen):
        await register.do(checks.accept, id=two)
    await register.do(rectifications.close, id=owed["id"], outcome="corrected")
    assert (await register.do(checks.accept, id=two)).ended
    for _ in range(2):
        await register.do(commands.complete_step, id=id)
    whole = await register.do(commands.conclude, id=id, outcome="accepted")
    assert (whole.state, whole.ended) == ("concluded", True)
    await carried(register)
    assert await states(register) == ["accepted", "accepted"]
    said = str(await register.events(two))
    assert "会费" not in said


async def test_decoupling_is_checked_pressed_and_completed(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    about = await organization(register)
    await register.do(organizations.link, id=about, link=HubLink.LINKED)
    await opened(register, clean_up_kind="decoupling", title="脱钩改革")
    id = await check_of(register, about)
    with pytest.raises(LeadersMissing):
        await register.do(checks.self_check, id=id)
    row = await register.do(checks.self_check, id=id, administrative_staff=2)
    assert row.problems == ["administrative_staff"]
    await register.do(checks.review, id=id, opinion="press")
    with pytest.raises(AdministrativeStaffInLeadership):
        await register.do(checks.accept, id=id)
    await register.do(checks.self_check, id=id, administrative_staff=0)
    await register.do(checks.review, id=id, opinion="agreed")
    assert (await register.do(checks.accept, id=id)).state == "accepted"
    [found] = await register.rows("select decoupling, decoupled_on from organization where id = $1", about)
    assert tuple(found) == ("completed", date(2026, 12, 1))
    facts = await register.facts(about)
    assert facts[-4:] == ["details_changed", "details_changed", "details_changed", "decoupled"]
    await opened(register, clean_up_kind="decoupling", title="脱钩回头看")
    assert len(await states(register)) == 1, "who is decoupled is not asked again"


async def test_kinds_are_the_profiles_and_scope_is_form_and_field(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    with pytest.raises(UnknownCleanUpKind, match="finance_standards"):
        await opened(register, clean_up_kind="tidying")
    await organization(register)
    await opened(register, clean_up_kind="finance_standards", legal_forms=[LegalForm.FOUNDATION])
    assert await states(register) == []
    await opened(register, clean_up_kind="finance_standards", categories=["charity"])
    assert await states(register) == []
    await opened(register, clean_up_kind="finance_standards", legal_forms=[LegalForm.ASSOCIATION])
    [check] = await register.rows("select id from clean_up_check")
    row = await register.do(checks.self_check, id=check["id"], problems=["vouchers"])
    assert (row.four_nos, row.problems) == (None, ["vouchers"])


async def test_many_are_opened_extended_and_closed_in_portions(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register.begin(date(2026, 12, 1))
    monkeypatch.setattr(portions, "AT_ONCE", 3)
    for _ in range(7):
        await organization(register)
    id = await opened(register)
    assert await states(register) == ["due"] * 7
    with pytest.raises(CleanUpExtendedBackwards):
        await register.do(commands.extend, id=id, until=date(2026, 12, 31))
    await register.do(commands.extend, id=id, until=date(2027, 1, 15))
    await carried(register)
    days = {row["due_on"] for row in await register.rows("select due_on from clean_up_check")}
    assert days == {date(2027, 1, 15)}
    first = (await register.rows("select id from clean_up_check order by id limit 1"))[0]["id"]
    await register.do(checks.self_check, id=first, four_nos=True)
    with pytest.raises(ReturnedForNothing):
        await register.do(checks.return_, id=first, items=[])
    await register.begin(date(2027, 1, 16))
    assert await register.fire_timers() == 7, "six checks and the step itself"
    row = await register.do(checks.return_, id=first, items=["evidence"])
    assert row.due_on == date(2027, 1, 29)
    await register.do(commands.cancel, id=id, reason="merged")
    await carried(register)
    assert await states(register) == ["closed"] * 7
    assert (await register.events(first))[-1][1]["reason"] == "clean_up_cancelled"
    assert await register.rows("select from timer") == []


async def test_a_clean_up_of_a_stack_above_reaches_the_organisations_here(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    state = contract.CleanUpState(
        effective_on=date(2026, 12, 1), basis=Basis.LIVE, division="12", opened_on=date(2026, 12, 1),
        state=contract.CleanUpPhase.SELF_CHECK, title="全市清理", clean_up_kind="fees",
        due_on=date(2026, 12, 31),
    )  # fmt: skip
    above = uuid7()
    await register.hear(register.received(contract.CleanUpOpened(state=state), above, stack="12"))
    await carried(register)
    check = await check_of(register, one)
    event = (await register.events(check))[0][1]["state"]
    assert (event["clean_up"]["id"], event["due_on"]) == (str(above), "2026-12-31")
    over = contract.CleanUpState(
        effective_on=date(2026, 12, 2), basis=Basis.LIVE, division="12", opened_on=date(2026, 12, 1),
        state=contract.CleanUpPhase.CONCLUDED, title="全市清理", clean_up_kind="fees", ended=True,
    )  # fmt: skip
    told = contract.CleanUpConcluded(state=over)
    await register.hear(register.received(told, above, stack="12"))
    await carried(register)
    assert await states(register) == ["closed"]


async def test_a_clean_up_of_2013_asks_nobody_now_and_roles_keep_apart(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    about = await organization(register)
    old = {"division": "120116", "title": "清理整顿", "clean_up_kind": "fees", "basis": "historical"}
    await api.post("/v1/clean-ups", 201, **old, effective_on="2013-05-01")
    await carried(register)
    assert await states(register) == []
    await opened(register)
    id = await check_of(register, about)
    liaison = api.as_("liaison", "120116005")
    await liaison.post(f"/v1/clean-up-checks/{id}/self-check", four_nos=False, violations=["widened_fees"])
    await api.as_("hub_officer").post(f"/v1/clean-up-checks/{id}/review", opinion="agreed")
    await api.as_("hub_officer").post(f"/v1/clean-up-checks/{id}/handling", 403, outcome="rectify")
    handled = await api.as_("registration_authority").post(
        f"/v1/clean-up-checks/{id}/handling", outcome="rectify"
    )
    assert handled["state"] == "handled"


async def test_progress_by_division(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one, two = await organization(register), await organization(register)
    other = await organization(register, division="120116006")
    id = await opened(register)
    await register.do(checks.self_check, id=await check_of(register, one), four_nos=True)
    await register.do(
        checks.self_check, id=await check_of(register, two), four_nos=False, violations=[FourNo.WIDENED_FEES]
    )
    await register.do(checks.review, id=await check_of(register, one), opinion="agreed")
    await register.do(checks.accept, id=await check_of(register, one))
    await register.begin(date(2027, 1, 1))
    await carried(register)
    await register.do(checks.self_check, id=await check_of(register, other), four_nos=True)
    board = await api.get(f"/v1/clean-ups/{id}/progress")
    whole = board["whole"]
    assert (whole["concerned"], whole["due"], whole["self_checked"], whole["accepted"]) == (3, 0, 2, 1)
    assert (whole["late"], whole["with_problems"]) == (1, 1)
    asked = {row["division"]: (row["concerned"], row["late"]) for row in board["by"]}
    assert asked == {"120116005": (2, 0), "120116006": (1, 1)}
    part = await api.get(f"/v1/clean-ups/{id}/progress", division="120116006")
    assert (part["whole"]["concerned"], part["whole"]["self_checked"]) == (1, 1)
    street = api.as_("liaison", "120116006")
    assert (await street.get(f"/v1/clean-ups/{id}/progress"))["whole"]["concerned"] == 1
    await street.get(f"/v1/clean-ups/{id}/progress", 403, division="120116005")
    await api.as_("liaison", "120110").get(f"/v1/clean-ups/{id}/progress", 403)
    await api.get(f"/v1/clean-ups/{one}/progress", 404)
