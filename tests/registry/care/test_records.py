"""People in care: sealed, looked into for a purpose only, reviewed in time, erased for good."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.matters.facts import BeforeOpening
from chassis.model import StepNotPossible
from chassis.principal import NotPermitted
from chassis.unit_of_work import StaleRevision
from chassis.vault import PersonErased, SealingUnset, rewrap
from services.registry.care.looks.model import NoSuchPurpose, PurposeNotYours, PurposeWithoutGround
from services.registry.care.persons import commands as persons
from services.registry.care.records import commands as records
from services.registry.care.records.model import (
    TRANSITIONS,
    AlreadyInCare,
    CarePhase,
    ConsentAfterOpening,
    ConsentBy,
    HandedOverByAnother,
    NoSuchNeed,
    ReviewInPast,
)
from services.registry.care.requests import commands as requests
from services.registry.care.requests.model import RequestOpen
from tests.registry.care.world import (
    COLLEAGUE,
    DOCUMENT,
    PLAN,
    SITUATION,
    STREET,
    SUPERVISOR,
    WORDS,
    WORKER,
    asked,
    in_care,
    paired,
)
from tests.registry.conftest import OFFICER, Api, Register

pytestmark = pytest.mark.integration
PERSON = "p-geheim-4466"


async def everything(register: Register) -> str:
    """All that the database holds, as somebody reads it who has the database and nothing else."""
    tables = await register.rows("select tablename from pg_tables where schemaname = 'public'")
    found = []
    for table in tables:
        rows = await register.rows(f'select * from "{table["tablename"]}"')
        # Bytes as text too, so that words in clear are seen wherever they lie.
        found += [
            value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            for row in rows
            for value in row.values()
        ]
    return "\n".join(found)


async def looks(register: Register) -> list[tuple[str, str]]:
    rows = await register.rows("select actor_id, purpose from care_look order by number")
    return [(row["actor_id"], row["purpose"]) for row in rows]


async def test_the_worker_looks_and_the_look_is_kept(register: Register) -> None:
    row = await in_care(register, PERSON)
    await register.do(records.help_, id=row.id, kind="job_fair", words="陪同参加招聘会")
    seen = await register.do(records.look_into, id=row.id, purpose="care", principal=WORKER)
    assert (seen["person_id"], seen["situation"], seen["plan"]) == (PERSON, SITUATION, PLAN)
    assert seen["consent_document"] == DOCUMENT
    assert [(one["fact"], one["words"]) for one in seen["steps"]] == [
        ("opened", None), ("helped", "陪同参加招聘会"),
    ]  # fmt: skip
    assert await looks(register) == [(WORKER.actor_id, "care")]


async def test_nobody_looks_without_a_purpose_that_is_theirs(register: Register) -> None:
    row = await in_care(register, PERSON)
    with pytest.raises(NoSuchPurpose):
        await register.do(records.look_into, id=row.id, purpose="curiosity", principal=WORKER)
    with pytest.raises(PurposeNotYours, match="worker"):
        await register.do(records.look_into, id=row.id, purpose="care", principal=COLLEAGUE)
    with pytest.raises(PurposeNotYours):  # who may do everything else
        await register.do(records.look_into, id=row.id, purpose="supervision", principal=OFFICER)
    await register.do(records.look_into, id=row.id, purpose="supervision", principal=SUPERVISOR)
    assert await looks(register) == [("u-care-1", "supervision")]


async def test_a_purpose_has_its_ground_in_the_record(register: Register) -> None:
    row, other = await in_care(register, PERSON), await in_care(register, "p-other")
    for purpose in ("hand_over", "own_request"):
        for somebody in (COLLEAGUE, WORKER):
            with pytest.raises(PurposeWithoutGround):
                await register.do(records.look_into, id=row.id, purpose=purpose, principal=somebody)
    with pytest.raises(HandedOverByAnother):
        await register.do(records.hand_over, id=row.id, worker=COLLEAGUE.actor_id, principal=COLLEAGUE)
    await register.do(records.hand_over, id=row.id, worker=COLLEAGUE.actor_id, principal=WORKER)
    await register.do(records.look_into, id=row.id, purpose="hand_over", principal=COLLEAGUE)
    with pytest.raises(PurposeWithoutGround):
        await register.do(records.look_into, id=row.id, purpose="hand_over", principal=WORKER)
    with pytest.raises(PurposeWithoutGround):
        await register.do(records.look_into, id=other.id, purpose="hand_over", principal=COLLEAGUE)
    await asked(register, PERSON)
    await register.do(records.look_into, id=row.id, purpose="own_request", principal=WORKER)
    with pytest.raises(PurposeWithoutGround):
        await register.do(records.look_into, id=other.id, purpose="own_request", principal=WORKER)
    assert await looks(register) == [("u-care-8", "hand_over"), ("u-care-7", "own_request")]


async def test_a_request_opens_until_it_is_answered_and_then_forgets_whose_it_was(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 5))
    row = await in_care(register, PERSON)
    request = await asked(register, PERSON)
    with pytest.raises(RequestOpen):
        await asked(register, PERSON)
    elsewhere = replace(WORKER, divisions=("120116001",))
    with pytest.raises(PurposeWithoutGround):
        await register.do(records.look_into, id=row.id, purpose="own_request", principal=elsewhere)
    look: dict[str, Any] = {"id": row.id, "purpose": "own_request", "principal": WORKER}
    await register.do(records.look_into, **look)
    [kept] = await register.rows("select request_id from care_look")
    assert kept["request_id"] == request.id
    await register.do(requests.answer, id=request.id)
    with pytest.raises(PurposeWithoutGround):
        await register.do(records.look_into, **look)
    with pytest.raises(StepNotPossible):
        await register.do(requests.answer, id=request.id)
    late = await asked(register, PERSON)
    assert late.due_on == date(2026, 12, 5)
    await register.begin(date(2026, 12, 6))
    with pytest.raises(PurposeWithoutGround):
        await register.do(records.look_into, **look)
    assert await register.fire_timers() == 1
    listed = await api.as_("care_officer", STREET).get("/v1/care-requests")
    assert [one["state"] for one in listed["items"]] == ["lapsed", "answered"]
    assert await register.rows("select from care_request where mark is not null") == []
    assert await register.rows("select from timer where kind = 'care_request.lapses'") == []


async def test_what_a_purpose_does_not_open_is_not_told_to_be_there(register: Register) -> None:
    await in_care(register, PERSON)
    wanted: dict[str, Any] = {"division": STREET, "purpose": "care", "principal": COLLEAGUE}
    nothing = await register.do(persons.find, person_id="p-nobody", **wanted)
    assert await register.do(persons.find, person_id=PERSON, **wanted) == nothing
    assert nothing == {"care_records": [], "care_pairings": []}
    for person_id in (PERSON, "p-nobody"):
        with pytest.raises(PurposeWithoutGround):
            await register.do(persons.find, **{**wanted, "purpose": "own_request"}, person_id=person_id)
    assert await looks(register) == []


async def test_a_look_cannot_be_taken_back(register: Register) -> None:
    row = await in_care(register, PERSON)
    await register.do(records.look_into, id=row.id, purpose="care", principal=WORKER)
    for statement in ("update care_look set purpose = 'other'", "delete from care_look"):
        with pytest.raises(asyncpg.RaiseError, match="care_look"):
            await register.rows(statement)
    assert len(await looks(register)) == 1


async def test_a_person_is_found_by_the_opaque_id_and_each_record_found_counts_as_looked_into(
    register: Register,
) -> None:
    row = await in_care(register, PERSON)
    pairing = await paired(register, "p-child", PERSON)
    await asked(register, PERSON)
    await asked(register, "p-other")
    found = await register.do(
        persons.find, division=STREET, person_id=PERSON, purpose="own_request", principal=WORKER
    )
    assert found == {"care_records": [row.id], "care_pairings": [pairing.id]}
    assert await looks(register) == [("u-care-7", "own_request")] * 2
    nobody = await register.do(
        persons.find, division=STREET, person_id="p-other", purpose="own_request", principal=WORKER
    )
    assert nobody == {"care_records": [], "care_pairings": []}
    with pytest.raises(PurposeNotYours):
        await register.do(
            persons.find, division=STREET, person_id="p-other", purpose="own_request", principal=OFFICER
        )


async def test_nothing_of_a_person_is_in_clear_anywhere(register: Register, api: Api) -> None:
    body = {
        "division": STREET, "person_id": PERSON, "need": "single_poor_mother", "worker": WORKER.actor_id,
        "consented_on": "2026-01-05", "consent_by": "self", "consent_document": DOCUMENT,
        "situation": SITUATION, "plan": PLAN,
    }  # fmt: skip
    care = api.as_("care_officer", STREET)
    care.client.headers["authorization"] = f"Bearer care_officer@{STREET}@{WORKER.actor_id}"
    care.client.headers["idempotency-key"] = "geheim-opening"
    made = await care.post("/v1/care-records", 201, **body)
    path = f"/v1/care-records/{made['id']}"
    care.client.headers["idempotency-key"] = "geheim-review"
    await care.post(f"{path}/review", outcome="improved", words=SITUATION, review_due_on="2099-01-01")
    care.client.headers["idempotency-key"] = "geheim-look"
    opened = await care.post(f"{path}/looks", purpose="care")
    assert (opened["person_id"], opened["steps"][1]["words"]) == (PERSON, SITUATION)
    care.client.headers["idempotency-key"] = "geheim-asking"
    request = {"division": STREET, "person_id": PERSON, "asked_by": "self", "document": "PQ-2026-1"}
    await care.post("/v1/care-requests", 201, **request)
    care.client.headers["idempotency-key"] = "geheim-finding"
    await care.post("/v1/care-persons/finding", division=STREET, person_id=PERSON, purpose="own_request")
    care.client.headers["idempotency-key"] = "geheim-pairing"
    pair = {"division": STREET, "child_id": "p-geheim-child", "giver_id": PERSON, "worker": "u-care-7"}
    await care.post("/v1/care-pairings", 201, **pair, guardian_consented_on="2026-01-05")
    await register.do(records.hand_over, id=made["id"], worker="u-care-8", words=PLAN)

    content = await everything(register)
    for secret in (PERSON, "p-geheim-child", *WORDS):
        assert secret not in content, content[max(0, content.index(secret) - 200) :][:400]
    for listed in ("/v1/care-records", path, "/v1/care-pairings", "/v1/care-requests"):
        answer = str(await care.get(listed))
        assert not any(secret in answer for secret in (PERSON, *WORDS)), listed
    events = await register.rows("select payload from event_log where aggregatetype like '%care%'")
    assert events == []


async def test_refusals_and_stale_writes_say_nothing_of_the_person(register: Register, api: Api) -> None:
    row = await in_care(register, PERSON)
    care = api.as_("care_officer", STREET)
    answers = [
        await care.client.post(f"/v1/care-records/{row.id}/closing", json={"reason": "x"},
                               headers={"if-match": '"7"'}),
        await care.client.post(f"/v1/care-records/{row.id}/looks", json={"purpose": "care"}),
        await care.client.post(f"/v1/care-records/{row.id}/reopening", json={}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [412, 403, 409]
    with pytest.raises(StaleRevision) as stale:
        await register.do(records.close, id=row.id, reason="x", revision=7)
    with pytest.raises(AlreadyInCare) as already:
        await in_care(register, PERSON, division="120116001")
    said = "\n".join(
        [
            *(answer.text for answer in answers),
            str(stale.value.details),
            str(already.value),
            repr(already.value),
        ]
    )
    for secret in (PERSON, str(row.mark), str(row.sealed), "sealed", *WORDS):
        assert secret not in said
    assert str(row.id) not in str(already.value)


async def test_consent_goes_first_and_a_person_has_one_active_record(register: Register) -> None:
    await register.begin(date(2026, 11, 5))
    with pytest.raises(ConsentAfterOpening):
        await in_care(register, PERSON, consented_on=date(2026, 11, 5), effective_on=date(2026, 11, 4))
    with pytest.raises(NoSuchNeed):
        await in_care(register, PERSON, need="curious")
    with pytest.raises(ReviewInPast):
        await in_care(register, PERSON, review_due_on=date(2026, 11, 5))
    row = await in_care(register, PERSON, effective_on=date(2026, 11, 1))
    with pytest.raises(AlreadyInCare):
        await in_care(register, PERSON)
    with pytest.raises(BeforeOpening):
        await register.do(records.review, id=row.id, outcome="same", effective_on=date(2026, 10, 31))
    await register.do(records.close, id=row.id, reason="moved_on")
    again = await in_care(register, PERSON)
    with pytest.raises(AlreadyInCare):
        await register.do(records.reopen, id=row.id)
    await register.do(records.close, id=again.id, reason="moved_on")
    assert (await register.do(records.reopen, id=row.id)).state == "active"


async def test_a_review_falls_due_across_the_year_and_says_so_to_nobody_else(register: Register) -> None:
    await register.begin(date(2026, 11, 5))
    row = await in_care(register, PERSON)
    assert row.review_due_on == date(2027, 2, 3)  # 90 days on
    await register.begin(date(2027, 2, 3))
    assert await register.fire_timers() == 0
    await register.begin(date(2027, 2, 4))
    assert await register.fire_timers() == 1
    [kept] = await register.rows("select overdue from care_record")
    assert kept["overdue"]
    assert await register.events(row.id) == []
    row = await register.do(records.review, id=row.id, outcome="improved", review_due_on=date(2027, 3, 1))
    assert (row.overdue, row.review_due_on, row.reviewed_on) == (False, date(2027, 3, 1), date(2027, 2, 4))


async def test_consent_taken_back_erases_at_once(register: Register) -> None:
    row = await in_care(register, PERSON)
    await register.do(records.review, id=row.id, outcome="improved", words="谈话一次")
    await register.do(records.withdraw_consent, id=row.id)
    with pytest.raises(PersonErased):
        await register.do(records.look_into, id=row.id, purpose="care", principal=WORKER)
    [kept] = await register.rows("select need, division, mark, sealed, state from care_record")
    assert dict(kept) == {
        "need": "single_poor_mother", "division": STREET, "mark": None, "sealed": None, "state": "erased",
    }  # fmt: skip
    assert await register.rows("select from person_key") == []
    assert await register.rows("select from care_step where sealed is not null") == []
    assert await register.rows("select from timer where subject = $1", str(row.id)) == []


async def test_a_closed_record_is_erased_when_it_was_kept_long_enough(register: Register) -> None:
    await register.begin(date(2026, 11, 5))
    row = await in_care(register, PERSON)
    await register.do(records.close, id=row.id, reason="moved_on", words="情况好转")
    seen = await register.do(records.look_into, id=row.id, purpose="care", principal=WORKER)
    assert seen["steps"][-1]["words"] == "情况好转"
    await register.begin(date(2029, 11, 4))
    assert await register.fire_timers() == 0
    await register.begin(date(2029, 11, 5))
    assert await register.fire_timers() == 1
    assert await register.rows("select from person_key") == []


async def test_the_key_goes_with_the_last_record_that_needs_it(register: Register) -> None:
    row = await in_care(register, PERSON)
    pairing = await paired(register, "p-child", PERSON)
    await register.do(records.withdraw_consent, id=row.id)
    assert len(await register.rows("select from person_key")) == 2
    done = await register.do(
        persons.erase, division=STREET, person_id=PERSON, reason="asked", principal=SUPERVISOR
    )
    assert done == {"care_records": 0, "care_pairings": 1}
    [kept] = await register.rows("select state, child, giver from care_pairing")
    assert (kept["state"], kept["child"], kept["giver"]) == ("erased", None, None)
    assert await register.rows("select from person_key") == []
    assert pairing.paired_on is not None


async def test_a_copy_of_the_database_opens_nobody_once_keys_were_turned_and_the_old_ones_destroyed(
    register: Register,
) -> None:
    row = await in_care(register, PERSON)
    [copied] = await register.rows("select mark, wrapped, wrapped_by from person_key")
    old = register.runtime.sealing
    assert old is not None
    new = old.turned("second")
    async with register.runtime.database.transaction() as transaction:
        assert await rewrap(transaction.connection, new) == 1
        assert await rewrap(transaction.connection, new) == 0
    new.wrapping.pop(old.in_use)
    register.runtime.sealing = new
    seen = await register.do(records.look_into, id=row.id, purpose="care", principal=WORKER)
    assert seen["person_id"] == PERSON
    with pytest.raises(ValueError, match="lack the wrapping key"):
        new.unwrap(copied["mark"], copied["wrapped"], copied["wrapped_by"])


async def test_without_keys_nothing_personal_is_taken(register: Register) -> None:
    register.runtime.sealing = None
    with pytest.raises(SealingUnset, match="SHUNIU_SEALING_KEYS_FILE"):
        await in_care(register, PERSON)


async def test_a_supervisor_sees_who_looked_and_only_roles_for_care_see_records(
    register: Register, api: Api
) -> None:
    row = await in_care(register, PERSON)
    await register.do(records.look_into, id=row.id, purpose="care", principal=WORKER)
    found = await api.as_("care_supervisor").get("/v1/care-looks", record_id=str(row.id))
    assert [(one["actor_id"], one["purpose"]) for one in found["items"]] == [("u-care-7", "care")]
    await api.as_("care_officer", STREET).get("/v1/care-looks", 403)
    for role in ("hub_officer", "registration_authority", "liaison", "viewer", "grants_officer"):
        await api.as_(role).get("/v1/care-records", 403)
    await api.as_("care_officer", "120116001").get(f"/v1/care-records/{row.id}", 403)
    with pytest.raises(NotPermitted):
        await register.do(
            records.look_into, id=row.id, purpose="care", permission="care:look",
            principal=replace(WORKER, divisions=("120116001",)),
        )  # fmt: skip


STEPS: dict[str, tuple[Callable[..., Awaitable[Any]], dict[str, Any]]] = {
    "planned": (records.plan, {"plan": PLAN}),
    "helped": (records.help_, {"kind": "visit", "words": SITUATION}),
    "reviewed": (records.review, {"outcome": "same", "words": SITUATION}),
    "handed_over": (records.hand_over, {"worker": "u-care-8"}),
    "closed": (records.close, {"reason": "moved_on"}),
    "reopened": (records.reopen, {}),
    "consent_withdrawn": (records.withdraw_consent, {}),
}


@settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(facts=st.lists(st.sampled_from(sorted(STEPS)), max_size=8), person=st.integers(0, 10**9))
async def test_a_record_goes_the_way_of_its_table_and_stays_readable_until_erased(
    register: Register, facts: list[str], person: int
) -> None:
    row = await in_care(
        register, f"p-walk-{person}", consent_by=ConsentBy.GUARDIAN, consented_on=date(2020, 1, 1)
    )
    state = CarePhase.ACTIVE
    for fact in facts:
        command, arguments = STEPS[fact]
        try:
            moved = await register.do(command, id=row.id, **arguments)
        except StepNotPossible:
            assert fact not in TRANSITIONS[state]
        else:
            state = TRANSITIONS[state][fact]
            assert moved.state == state.value
        wanted: dict[str, Any] = {"id": row.id, "purpose": "supervision", "principal": SUPERVISOR}
        if state is CarePhase.ERASED:
            with pytest.raises(PersonErased):
                await register.do(records.look_into, **wanted)
        else:
            seen = await register.do(records.look_into, **wanted)
            assert (seen["person_id"], seen["plan"]) == (f"p-walk-{person}", PLAN)
    if state is not CarePhase.ERASED:
        await register.do(records.withdraw_consent, id=row.id)


async def test_a_page_is_told_what_can_be_done_and_what_one_may_look_for(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 3, 2))
    row = await in_care(register, PERSON, worker="u-care_officer", review_due_on=date(2026, 4, 1))
    officer, supervisor = api.as_("care_officer", STREET), api.as_("care_supervisor")
    told = await officer.get(f"/v1/care-records/{row.id}/forms")
    assert list(told["steps"]) == [
        "looked", "helped", "reviewed", "planned", "handed_over", "closed", "consent_withdrawn",
    ]  # fmt: skip
    assert dict(told["codes"]["need"])["single_poor_mother"] == "单亲贫困母亲"
    asked = told["steps"]["looked"]["form"]["properties"]["purpose"]
    assert (asked["title"], asked["x-open"]) == ("查看目的", False)
    over = await supervisor.get(f"/v1/care-records/{row.id}/forms")
    offered = [code for code, _ in over["steps"]["looked"]["form"]["properties"]["purpose"]["x-zh"]]
    assert offered == ["supervision", "own_request"]
    assert PERSON not in str(told)
    assert SITUATION not in str(told)
    await api.as_("hub_officer").get(f"/v1/care-records/{row.id}/forms", 403)
    opening = await officer.get("/v1/care-records/forms")
    assert list(opening["steps"]) == ["opened"]
    assert (await api.get(f"/v1/care-records/{row.id}/forms"))["steps"].keys() >= {"helped"}
    assert "looked" not in (await api.get(f"/v1/care-records/{row.id}/forms"))["steps"], "no operator looks"


async def test_what_can_be_done_with_a_request_is_told_until_it_is_answered(
    register: Register, api: Api
) -> None:
    row = await in_care(register, PERSON)
    officer, supervisor = api.as_("care_officer", STREET), api.as_("care_supervisor")
    assert [*(await officer.get("/v1/care-requests/forms"))["steps"]] == ["take_down"]
    made = await officer.post(
        "/v1/care-requests", 201, division=STREET, person_id=PERSON, asked_by="self", document="PQ-9"
    )
    where = f"/v1/care-requests/{made['id']}"
    assert await officer.get(where) == made
    told = await officer.get(f"{where}/forms")
    assert [*told["steps"]] == ["answer"]
    assert PERSON not in str((made, told))
    looked = await officer.post(
        "/v1/care-persons/finding", division=STREET, person_id=PERSON, purpose="own_request"
    )
    assert looked["care_records"] == [str(row.id)]
    [look] = (await supervisor.get("/v1/care-looks"))["items"]
    assert (look["record_id"], look["request_id"]) == (str(row.id), made["id"])
    await officer.post(f"{where}/answer")
    assert (await officer.get(f"{where}/forms"))["steps"] == {}
    for path in (where, f"{where}/forms", "/v1/care-persons/forms"):
        await api.as_("hub_officer").get(path, 403)


async def test_a_person_is_found_and_erased_by_those_who_may(api: Api) -> None:
    officer, supervisor = api.as_("care_officer", STREET), api.as_("care_supervisor")
    mine = (await officer.get("/v1/care-persons/forms"))["steps"]
    assert [*mine] == ["find"]
    assert [code for code, _ in mine["find"]["form"]["properties"]["purpose"]["x-zh"]] == [
        "care", "hand_over", "own_request",
    ]  # fmt: skip
    theirs = (await supervisor.get("/v1/care-persons/forms"))["steps"]
    assert [*theirs] == ["find", "erase"]
    assert [code for code, _ in theirs["find"]["form"]["properties"]["purpose"]["x-zh"]] == [
        "supervision", "own_request",
    ]  # fmt: skip
    assert (await api.get("/v1/care-persons/forms"))["steps"].keys() == {"erase"}, "no operator looks"
    words = await supervisor.get("/v1/care-looks/forms")
    assert dict(words["codes"]["purpose"])["care"] == "帮扶服务"
    await officer.get("/v1/care-looks/forms", 403)


async def test_reviews_that_come_up_are_found(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    first = await in_care(register, PERSON, review_due_on=date(2026, 4, 1))
    await in_care(register, f"{PERSON}-2", review_due_on=date(2026, 5, 1))
    found = await api.as_("care_officer").get("/v1/care-records", review_before="2026-04-02")
    assert [one["id"] for one in found["items"]] == [str(first.id)]
