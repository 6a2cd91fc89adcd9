"""Another office's list beside the register: matched, field by field, accepted with its source and day."""

import io
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from chassis.principal import Principal
from chassis.region import load_region
from deploy.regions import profile_file
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, LegalStatus, RegistrationRoute
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
    assert (state["source"], state["basis"], state["effective_on"]) == (
        "civil_affairs", "imported", "2026-10-31",
    )  # fmt: skip
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
        {"name": "滨海新区乙协会", "legacy_number": "津滨社证字第000002号", "legal_status": "dissolved",
         "staff_count": 2},
    )  # fmt: skip
    [name, status, staff] = await lines(api, id, kind="difference")
    row = await register.do(comparisons.accept, id=id, winning=True)
    assert row.accepted == 0
    found = {one["number"]: one for one in await lines(api, id, decision="open")}
    assert "滨海新区乙协会" in found[name["number"]]["fault"]
    assert "由“已登记”直接变为“已解散”" in found[status["number"]]["fault"]
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


async def filed(register: Register, name: str, **details: Any) -> UUID:
    row = await register.do(
        organizations.enter, division=STREET, legal_form=LegalForm.COMMUNITY_ORGANIZATION,
        status_on_record=LegalStatus.FILED, effective_on=date(2015, 3, 1), basis=Basis.HISTORICAL,
        details={"name": name, **details},
    )  # fmt: skip
    return row.id


async def test_what_the_authority_knows_of_a_registration_is_compared(register: Register, api: Api) -> None:
    """Day, authority, capital and categories; a corrected day is that of past figures too."""
    id = await registered(register, "滨海新区甲协会", categories=["legal_rights"])
    row = await compared(
        register,
        {"name": "滨海新区甲协会", "registered_on": "2014-03-01", "registration_authority": "civil_affairs",
         "registered_capital_fen": 3_000_000, "categories": ["公益慈善", "legal_rights"]},
    )  # fmt: skip
    found = {one["field"]: one for one in await lines(api, row, kind="difference")}
    assert {name: one["words"]["zh"]["theirs"] for name, one in found.items()} == {
        "categories": "公益慈善类、普法维权", "registered_on": "2014-03-01",
        "registration_authority": "民政部门", "registered_capital_fen": "30,000 元",
    }  # fmt: skip
    await register.do(comparisons.accept, id=row, winning=True)
    assert [one["fault"] for one in await lines(api, row, decision="open")] == []
    fact, data = (await register.events(id))[-1]
    assert (fact, data["fields"], data["reason"]) == ("corrected", ["registered_on"], "other_list")
    state = data["state"]
    assert (state["registered_on"], state["registered_capital_fen"]) == ("2014-03-01", 3_000_000)
    assert (state["registration_authority"], state["categories"]) == (
        "civil_affairs", ["charity", "legal_rights"],
    )  # fmt: skip
    assert state["source"] == "civil_affairs"
    for day, number in (("2014-02-28", 0), ("2014-03-01", 1)):
        figures = (await api.get("/v1/figures", as_of=day))["figures"]
        assert figures["organizations.registered"]["value"] == number
    renamed = await register.do(organizations.change_details, id=id, details={"name": "滨海新区乙协会"})
    assert renamed.source is None, "the next fact is our own again"


async def test_a_day_is_not_moved_beyond_another_step(register: Register, api: Api) -> None:
    id = await registered(register, "滨海新区甲协会")
    await register.do(organizations.suspend, id=id, effective_on=date(2016, 1, 1), basis=Basis.HISTORICAL)
    row = await compared(register, {"name": "滨海新区甲协会", "registered_on": "2017-01-01",
                                    "legal_status": "suspended"})  # fmt: skip
    await register.do(comparisons.accept, id=row, winning=True)
    [left] = await lines(api, row, decision="open")
    assert (left["field"], "早于" in left["fault"]) == ("registered_on", True)


async def test_another_day_of_filing_moves_past_figures_and_is_no_fact_where_it_was_mended_already(
    register: Register, api: Api
) -> None:
    id = await filed(register, "滨海新区甲互助会")
    theirs = {"name": "滨海新区甲互助会", "filed_on": "2014-03-01"}
    both = [await compared(register, theirs), await compared(register, theirs)]
    for row in both:
        [line] = await lines(api, row)
        assert (await register.do(comparisons.accept, id=row, lines=[line["number"]])).accepted == 1
    assert [name for name, _ in await register.events(id)] == ["filed", "corrected"]
    figures = (await api.get("/v1/figures", as_of="2014-03-01"))["figures"]
    assert figures["organizations.filed"]["value"] == 1


@pytest.mark.parametrize(
    ("status", "days", "fact"),
    [
        ("registered", {"registered_on": "2015-12-01", "legal_form": "association"}, "registered"),
        ("dissolved", {}, "dissolved"),
    ],
)
async def test_a_filed_one_comes_to_what_their_list_says_it_is(
    register: Register, api: Api, status: str, days: dict[str, str], fact: str
) -> None:
    id = await filed(register, "滨海新区甲互助会")
    row = await compared(
        register,
        {"name": "滨海新区甲互助会", "legal_status": status, **days},
    )
    await register.do(comparisons.accept, id=row, winning=True)
    assert await lines(api, row, decision="open") == []
    facts = await register.events(id)
    assert fact in [name for name, _ in facts]
    assert (facts[-1][1]["state"]["legal_status"], facts[-1][1]["state"]["source"]) == (
        status, "civil_affairs",
    )  # fmt: skip


async def test_suspended_and_resumed_are_taken_over_too(register: Register, api: Api) -> None:
    id = await registered(register, "滨海新区甲协会")
    for status in ("suspended", "registered"):
        row = await compared(register, {"name": "滨海新区甲协会", "legal_status": status})
        await register.do(comparisons.accept, id=row, winning=True)
        [found] = await register.rows("select legal_status from organization where id = $1", id)
        assert found["legal_status"] == status
    assert [name for name, _ in await register.events(id)][1:] == ["suspended", "resumed"]


async def test_registered_without_a_day_stays_open(register: Register, api: Api) -> None:
    await filed(register, "滨海新区甲互助会")
    row = await compared(register, {"name": "滨海新区甲互助会", "legal_status": "registered"})
    await register.do(comparisons.accept, id=row, winning=True)
    [left] = await lines(api, row, decision="open")
    assert "登记日期" in left["fault"]


async def test_filed_ones_are_compared_and_missed_in_a_list_of_filings_only(
    register: Register, api: Api
) -> None:
    await filed(register, "滨海新区甲互助会", staff_count=2)
    await filed(register, "滨海新区乙互助会")
    await registered(register, "滨海新区丙协会")
    row = await compared(register, {"name": "滨海新区甲互助会", "filed_on": "2015-03-01", "staff_count": 3})
    assert [one["name"] for one in await lines(api, row, kind="ours_only")] == ["滨海新区乙互助会"]
    assert [one["field"] for one in await lines(api, row, kind="difference")] == ["staff_count"]
    row = await compared(register, {"name": "滨海新区丁协会", "registered_on": "2015-03-01"})
    assert [one["name"] for one in await lines(api, row, kind="ours_only")] == ["滨海新区丙协会"]


async def test_what_only_they_have_comes_onto_the_record_with_their_data(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 22))
    await filed(register, "滨海新区占名互助会")
    row = await compared(
        register,
        {"name": "滨海新区秧歌协会", "registered_on": "2014-06-01", "legal_form": "association",
         "legacy_number": "津滨社证字第000009号", "division": STREET, "staff_count": 5,
         "supervisory_unit_name": "滨海新区文化局", "categories": ["公益慈善类"]},
        {"name": "滨海新区棋友互助会", "filed_on": "2019-05-01", "division": STREET},
        {"name": "滨海新区停办协会", "registered_on": "2013-01-01", "legal_status": "suspended"},
        {"name": "滨海新区注销协会", "legal_status": "deregistered"},
        {"name": "滨海新区无日协会", "legal_status": "registered"},
        {"name": "滨海新区读书小组", "division": STREET},
    )  # fmt: skip
    theirs = await lines(api, row, kind="theirs_only")
    made = await api.post(f"/v1/comparisons/{row}/entry", lines=[theirs[0]["number"]])
    assert (made["entered"], made["state"]) == (1, "opened")
    made = await api.post(f"/v1/comparisons/{row}/entry", every=True)
    assert made["entered"] == 4
    after = {one["name"]: one for one in await lines(api, row, kind="theirs_only")}
    assert {name: one["decision"] for name, one in after.items()} == {
        "滨海新区秧歌协会": "accepted", "滨海新区棋友互助会": "accepted", "滨海新区停办协会": "accepted",
        "滨海新区注销协会": "open", "滨海新区无日协会": "open", "滨海新区读书小组": "accepted",
    }  # fmt: skip
    assert "已终止（已注销）" in after["滨海新区注销协会"]["fault"]
    assert "登记日期" in after["滨海新区无日协会"]["fault"]
    facts = await register.events(UUID(after["滨海新区秧歌协会"]["organization_id"]))
    assert [name for name, _ in facts] == ["registered", "supervision_changed"]
    state = facts[-1][1]["state"]
    assert (state["registered_on"], state["staff_count"], state["categories"], state["division"]) == (
        "2014-06-01", 5, ["charity"], STREET,
    )  # fmt: skip
    assert (state["source"], state["effective_on"], state["basis"]) == (
        "civil_affairs", "2026-10-31", "imported",
    )  # fmt: skip
    named = await register.events(UUID(after["滨海新区读书小组"]["organization_id"]))
    assert [name for name, _ in named] == ["discovered"], "a list that only names it says no more"
    suspended = await register.events(UUID(after["滨海新区停办协会"]["organization_id"]))
    assert [name for name, _ in suspended] == ["registered", "suspended"]
    await api.post(f"/v1/comparisons/{row}/entry", 409, every=True)
    again = await compared(register, {"name": "滨海新区秧歌协会", "legal_status": "registered"})
    assert await lines(api, again, kind="theirs_only") == []


async def test_a_name_that_is_taken_and_a_step_of_another_bodys_staff_stay_open(
    register: Register, api: Api
) -> None:
    register.runtime.policies = load_region(profile_file("440303")).policy("registry", RegistryPolicy)
    id = await compared(
        register,
        {"name": "滨海新区甲互助会", "filed_on": "2019-05-01", "division": STREET},
        {"name": "滨海新区甲互助会", "filed_on": "2019-05-01", "division": STREET},
    )
    office = Principal(
        "u-1", frozenset({"hub_officer"}), frozenset({"*"}), ("120116",), frozenset({"office"})
    )
    centre = replace(office, bodies=frozenset({"centre"}))
    await register.do(comparisons.enter, principal=office, id=id, every=True)
    assert all("妇儿中心" in one["fault"] for one in await lines(api, id))
    numbers = [one["number"] for one in await lines(api, id)]
    row = await register.do(comparisons.enter, principal=centre, id=id, lines=numbers)
    assert row.entered == 1
    [left] = await lines(api, id, decision="open")
    assert "已在册" in left["fault"]


async def test_sums_and_authorities_are_read_from_a_workbook(register: Register, api: Api) -> None:
    await registered(register, "滨海新区书画协会")
    for header, cell, fen in (
        ("注册资金（元）", 30000, 3_000_000), ("开办资金(万元)", 3, 3_000_000),
        ("注册资本", "5万元", 5_000_000), ("注册资金（万元）", "30,000元", 3_000_000),
    ):  # fmt: skip
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["单位名称", header, "登记机关", "登记日期"])
        sheet.append(["滨海新区书画协会", cell, "民政部门", date(2014, 5, 1)])
        content = io.BytesIO()
        book.save(content)
        answer = await api.client.post(
            "/v1/comparisons/sheet", files={"file": ("名册.xlsx", content.getvalue())},
            data={"division": "120116", "source": "civil_affairs", "listed_on": "2026-10-31"},
        )  # fmt: skip
        made = api.checked(answer, 201)
        assert made["unread"] == []
        said = {one["field"]: one["theirs"] for one in await lines(api, made["comparison"]["id"])}
        assert said == {"registration_authority": "civil_affairs", "registered_capital_fen": str(fen)}
