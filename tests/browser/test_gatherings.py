"""A meeting's list: many are invited, the sign-in sheet goes out and comes back, the pages say who came."""

import asyncio
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from kafka import KafkaConsumer
from playwright.async_api import expect
from shuniu_contracts.catalogue import stream

from tests.browser.conftest import Stack, Visitor
from tests.browser.test_workbooks import column, download

pytestmark = pytest.mark.browser
STREET = "120116011"


def heard(stack: Stack, meeting: str, wanted: int) -> list[dict[str, Any]]:
    """The first events of a meeting's list that a plain client reads from the bus."""
    client = KafkaConsumer(
        stream("registry", "attendance").topic(stack.connection.stack, 1),
        bootstrap_servers=stack.connection.bootstrap_servers, auto_offset_reset="earliest",
        consumer_timeout_ms=120_000, enable_auto_commit=False,
    )  # fmt: skip
    try:
        found = []
        for record in client:
            headers = {name: value.decode() for name, value in record.headers}
            said = {"type": headers["ce_type"], **json.loads(record.value)}
            if (said["state"].get("meeting") or {}).get("id") == meeting:
                found.append(said)
            if len(found) == wanted:
                break
        return found
    finally:
        client.close()


async def test_the_sheet_of_a_meeting_comes_back_and_the_pages_say_who_came(
    visitor: Visitor, stack: Stack, tmp_path: Path
) -> None:
    names = ["东里合唱团", "西里棋社", "南里书画社"]
    made = [await stack.register(name, division=STREET) for name in names]
    meeting = await stack.ask(
        "POST", "registry", "/v1/meetings",
        json={"division": "120116", "body": "womens_federation", "gathering": "joint_conference"},
    )  # fmt: skip
    path = f"/v1/meetings/{meeting['id']}"
    await stack.ask("POST", "registry", f"{path}/invitations", json={"among": STREET, "post": "principal"})
    places = await stack.ask("GET", "registry", f"/v1/attendances?meeting_id={meeting['id']}")
    [coming] = [one for one in places["items"] if one["organization_id"] == made[0]["id"]]
    await stack.ask("POST", "registry", f"/v1/attendances/{coming['id']}/acceptance", json={})
    await visitor.sign_in("hub_officer", division="120116")
    await visitor.go(f"/matters/meetings/{meeting['id']}")
    answered = visitor.page.locator('[data-card="invitations_answered"] tbody tr')
    await expect(answered).to_have_text(["确认参加1东里合唱团—", "未答复2南里书画社、西里棋社—"])
    await visitor.picture("attendance-answers")
    await answered.first.get_by_role("link").click()
    await visitor.page.wait_for_url("**/matters/attendances?*state=accepted")
    await expect(visitor.page.locator('[data-card="list"] tbody tr')).to_have_count(1)
    await visitor.go(f"/matters/meetings/{meeting['id']}")
    await visitor.page.locator('[data-card="lists"]').get_by_role("link", name="参会记录清单").click()
    await visitor.page.wait_for_url(f"**/matters/attendances?meeting_id={meeting['id']}")
    await expect(visitor.page.locator('[data-card="list"] tbody tr')).to_have_count(3)
    await visitor.page.get_by_role("button", name="签到清单").click()
    file = tmp_path / "sheet.xlsx"
    await download(visitor, "下载清单", file)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    assert sheet.title == "签到表"
    answers = {"东里合唱团": "到会", "西里棋社": "请假", "南里书画社": "缺席"}
    for row in (2, 3, 4):
        name = str(sheet.cell(row, column(sheet, "社会组织")).value)
        sheet.cell(row, column(sheet, "出席情况"), answers[name])
        if answers[name] == "请假":
            sheet.cell(row, column(sheet, "请假事由（请假时填）"), "病假")
    sheet.cell(5, column(sheet, "单位"), "财政部门")
    sheet.cell(5, column(sheet, "出席情况"), "到会")
    book.save(file)
    await stack.ask("POST", "registry", f"{path}/holding", json={})
    await visitor.page.locator("input[type=file]").set_input_files(file)
    report = visitor.page.locator('[data-card="report"]')
    await expect(report).to_contain_text("核对 4 行")
    await report.get_by_role("button", name="办理 4 行").click()
    await visitor.page.get_by_role("button", name="关闭").click()
    await expect(visitor.page.locator('[data-card="list"] tbody tr')).to_have_count(4)
    await visitor.picture("attendance-list")
    await visitor.go(f"/matters/meetings/{meeting['id']}")
    particulars = visitor.page.locator('[data-card="particulars"]')
    await expect(particulars).to_contain_text("实到人数2")
    await expect(particulars).to_contain_text("应到人数4")
    await visitor.picture("attendance-meeting")
    excused = made[1]["id"]
    await visitor.go(f"/organizations/{excused}")
    await expect(visitor.page.locator("body")).to_contain_text("参会记录 · 联席会议")
    await expect(visitor.page.locator("body")).to_contain_text("请假")
    rate = visitor.page.locator('[data-card="attendance"]')
    await expect(rate).to_contain_text("应到 1 人次，到会 0 人次，到会率 0.0%")
    await visitor.picture("attendance-organization")
    await visitor.go(f"/organizations/{made[0]['id']}")
    await expect(rate).to_contain_text("应到 1 人次，到会 1 人次，到会率 100.0%")
    said = await asyncio.to_thread(heard, stack, meeting["id"], 9)
    facts = sorted(one["type"].split(".")[-2] for one in said)
    assert facts == ["accepted", "attended", "attended", "excused", *["invited"] * 4, "stayed_away"]
    [one] = [one for one in said if one["type"].endswith("excused.v1")]
    assert one["state"]["organization"]["id"] == excused
    assert "sick" not in str(one), "why somebody was excused is told to nobody else"
