"""Another office's list beside the register: matched, field by field, accepted with its source and day."""

import io
from datetime import date
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, RegistrationRoute
from services.registry.policy import RegistryPolicy
from services.registry.records.comparisons import commands as comparisons
from services.registry.records.comparisons.commands import Entry
from services.registry.records.comparisons.model import (
    ComparedField,
    ListEmpty,
    NothingToSettle,
    StillOpen,
    differences,
    matches,
)
from services.registry.records.policy import RecordsPolicy, Source
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
STREET = "120116005"


async def registered(register: Register, name: str, **details: Any) -> UUID:
    row = await register.do(
        organizations.register_new, division=STREET, legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2014, 5, 1), basis=Basis.HISTORICAL,
        details={"name": name, **details},
    )  # fmt: skip
    return row.id


async def compared(register: Register, *entries: dict[str, Any]) -> UUID:
    row = await register.do(
        comparisons.compare, division="120116", source="civil_affairs", listed_on=date(2026, 10, 31),
        entries=[Entry.model_validate(entry) for entry in entries],
    )  # fmt: skip
    return row.id


async def lines(api: Api, id: UUID, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get(f"/v1/comparisons/{id}/lines", **asked))["items"]
    return found


def test_a_line_is_matched_by_its_surest_sign_and_each_of_ours_once() -> None:
    ours = [{"name": "书画协会", "credit_code": "A"}, {"name": "太极协会"}, {"name": "太极协会"}]
    theirs = [{"name": "太极协会"}, {"name": "旧名", "credit_code": "A"}, {"name": "书画协会"}]
    found = matches(theirs, ours)
    assert {place: (match.ours, match.by) for place, match in found.items()} == {1: (0, "credit_code")}
    assert differences({"name": "书画（滨海）协会"}, {"name": "书画(滨海)协会 ", "staff_count": None}) == []
    assert differences({"staff_count": None}, {"staff_count": "4"}) == [
        (ComparedField.STAFF_COUNT, None, "4")
    ]


async def test_the_authoritys_values_win_as_of_its_lists_day(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    renamed = await registered(register, "滨海新区书画会", legacy_number="津滨社证字第000001号")
    gone = await registered(register, "滨海新区棋牌协会")
    await registered(register, "滨海新区剪纸协会")
    id = await compared(
        register,
        {"name": "滨海新区书画协会", "legacy_number": "津滨社证字第000001号", "staff_count": 6,
         "supervisory_unit_name": "滨海新区文化局"},
        {"name": "滨海新区棋牌协会", "legal_status": "deregistered"},
        {"name": "滨海新区秧歌协会"},
    )  # fmt: skip
    row = await api.get(f"/v1/comparisons/{id}")
    names = ("listed", "matched", "differing", "theirs_only", "ours_only", "differing_fields")
    assert [row[name] for name in names] == [3, 2, 2, 1, 1, 4]
    found = await lines(api, id, kind="difference")
    assert [found[0][name] for name in ("field", "ours", "theirs", "matched_by")] == [
        "name", "滨海新区书画会", "滨海新区书画协会", "legacy_number",
    ]  # fmt: skip
    assert [one["name"] for one in await lines(api, id, kind="ours_only")] == ["滨海新区剪纸协会"]
    await api.post(f"/v1/comparisons/{id}/closing", 409)
    row = await api.post(f"/v1/comparisons/{id}/acceptance", winning=True)
    assert row["accepted"] == 4
    state = (await register.events(renamed))[-1][1]["state"]
    assert (state["name"], state["staff_count"], state["supervisory_unit_name"]) == (
        "滨海新区书画协会", 6, "滨海新区文化局",
    )  # fmt: skip
    assert (state["basis"], state["effective_on"]) == ("imported", "2026-10-31")
    assert (await register.events(gone))[-1][0] == "deregistered"
    assert await lines(api, id, decision="open", kind="difference") == []
    closed = await api.post(f"/v1/comparisons/{id}/closing")
    assert closed["state"] == "closed"
    [step] = await register.rows(
        "select arguments from matter_step where record_id = $1 and fact = 'opened'", id
    )
    assert "entries" not in step["arguments"], "the lines have a table of their own"


async def test_what_the_register_refuses_stays_open_with_the_reason(register: Register, api: Api) -> None:
    await registered(register, "滨海新区甲协会", legacy_number="津滨社证字第000001号")
    await registered(register, "滨海新区乙协会", legacy_number="津滨社证字第000002号")
    id = await compared(
        register,
        {"name": "滨海新区乙协会", "legacy_number": "津滨社证字第000001号"},
        {"name": "滨海新区乙协会", "legacy_number": "津滨社证字第000002号", "legal_status": "suspended",
         "staff_count": 2},
    )  # fmt: skip
    [name, status, staff] = await lines(api, id, kind="difference")
    row = await register.do(comparisons.accept, id=id, winning=True)
    assert row.accepted == 0
    found = {one["number"]: one for one in await lines(api, id, decision="open")}
    assert "滨海新区乙协会" in found[name["number"]]["fault"]
    assert "相应手续" in found[status["number"]]["fault"]
    with pytest.raises(NothingToSettle):
        await register.do(comparisons.accept, id=id, winning=True)
    row = await register.do(comparisons.accept, id=id, lines=[staff["number"]])
    assert row.accepted == 1, "by itself it is taken over"
    with pytest.raises(StillOpen):
        await register.do(comparisons.close, id=id)
    row = await register.do(
        comparisons.keep, id=id, lines=[name["number"], status["number"]], reason="their_mistake"
    )
    assert (row.kept, row.state) == (2, "opened")
    await register.do(comparisons.close, id=id)


async def test_an_office_wins_only_where_the_profile_says_so(register: Register, api: Api) -> None:
    office = Source(code="tax", name_zh="税务部门", wins=(ComparedField.STAFF_COUNT,))
    register.runtime.policies = RegistryPolicy(records=RecordsPolicy(sources=(office,)))
    await registered(register, "滨海新区甲协会")
    entry = Entry.model_validate({"name": "滨海新区甲协会", "staff_count": 3, "member_count": 60})
    with pytest.raises(ListEmpty):
        await register.do(
            comparisons.compare, division="120116", source="tax", listed_on=date(2026, 1, 1), entries=[]
        )
    row = await register.do(
        comparisons.compare, division="120116", source="tax", listed_on=date(2026, 1, 1), entries=[entry]
    )
    row = await register.do(comparisons.accept, id=row.id, winning=True)
    assert (row.accepted, row.differing_fields) == (1, 2)
    [left] = await lines(api, row.id, decision="open", kind="difference")
    assert (left["field"], left["wins"]) == ("member_count", False)


async def test_a_workbook_is_compared_and_its_faulty_lines_are_told(register: Register, api: Api) -> None:
    await registered(register, "滨海新区书画协会")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["单位名称", "社会组织类型", "专职人数", "状态"])
    sheet.append(["滨海新区书画协会", "社会团体", 6, "正常"])
    sheet.append(["滨海新区秧歌协会", "社团", "若干", "正常"])
    content = io.BytesIO()
    book.save(content)
    answer = await api.client.post(
        "/v1/comparisons/sheet", files={"file": ("名册.xlsx", content.getvalue())},
        data={"division": "120116", "source": "civil_affairs", "listed_on": "2026-10-31"},
    )  # fmt: skip
    made = api.checked(answer, 201)
    assert [(one["row"], one["column"]) for one in made["unread"]] == [(3, "从业人数")]
    assert (made["comparison"]["listed"], made["comparison"]["differing_fields"]) == (1, 1)
    [difference] = await lines(api, made["comparison"]["id"])
    assert (difference["row"], difference["field"], difference["theirs"]) == (2, "staff_count", "6")
