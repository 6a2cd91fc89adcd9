"""What every no looks like: problem details in two languages, with all faults and no internals."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import httpx
import pytest

from tests.chassis.http.conftest import Served

pytestmark = pytest.mark.integration
Body = Callable[..., dict[str, object]]


async def test_every_wrong_field_is_named_at_once_in_chinese_or_english(served: Served) -> None:
    body = {"division": "12", "title": "", "total_fen": "many", "colour": "red"}
    async with served.client(language="zh-CN,zh;q=0.9,en;q=0.5") as chinese:
        answer = await chinese.post("/v1/funds", json=body)
    async with served.client(language="en-GB,zh;q=0.2") as english:
        other = await english.post("/v1/funds", json=body)
    assert answer.status_code == other.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    faults = {fault["pointer"]: (fault["code"], fault["detail"]) for fault in answer.json()["errors"]}
    assert faults == {
        "/division": ("division_malformed", "行政区划代码“12”应为 4、6、9 或 12 位数字。"),
        "/title": ("string_too_short", "至少 1 个字符。"),
        "/total_fen": ("int_parsing", "应为整数。"),
        "/colour": ("extra_forbidden", "不认识的字段，请删除。"),
    }
    sentences = {fault["detail"] for fault in other.json()["errors"]}
    assert "Division code '12' must be 4, 6, 9 or 12 digits." in sentences
    assert (answer.headers["content-language"], other.headers["content-language"]) == ("zh", "en")


async def test_chinese_is_the_language_of_who_asks_for_none(served: Served) -> None:
    async with served.client(language="") as client:
        assert (await client.get("/v1/nowhere")).json()["title"] == "未找到"


async def test_what_the_domain_refuses_names_code_field_and_values(
    client: httpx.AsyncClient, fund: Body
) -> None:
    problem = (await client.post("/v1/funds", json=fund(total_fen=3))).json()
    assert (problem["status"], problem["code"]) == (422, "sum_too_small")
    assert problem["detail"] == "The sum of 3 fen is too small."
    assert problem["errors"][0]["pointer"] == "/total_fen"
    assert problem["parameters"] == {"fen": 3}
    assert problem["type"] == "urn:shuniu:problem:sum_too_small"


async def test_json_that_is_none_and_values_that_no_column_takes_are_the_callers_fault(
    client: httpx.AsyncClient, fund: Body
) -> None:
    kind = {"content-type": "application/json"}
    answers = [
        await client.post("/v1/funds", content=b"{", headers=kind),
        await client.post("/v1/funds", content=b"\xff\xfe", headers=kind),
        await client.post("/v1/funds", json=fund(title="a\x00b")),
        await client.post("/v1/funds", json=fund(total_fen=1 << 70)),
        await client.get("/v1/funds", params={"division": "44x3"}),
        await client.get("/v1/events/%00"),
    ]
    assert [answer.status_code // 100 for answer in answers] == [4] * 6
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}


async def test_an_unexpected_error_tells_its_number_and_nothing_of_the_inside(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.post("/v1/funds/broken")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "internal_error")
    assert problem["correlation_id"] == answer.headers["x-correlation-id"]
    assert problem["correlation_id"] in problem["detail"]
    assert "secret" not in answer.text
    assert any("a secret of the inside" in str(record.exc_info) for record in caplog.records)


async def test_a_body_over_its_limit_is_refused_whether_its_length_is_told_or_not(
    client: httpx.AsyncClient, fund: Body
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 100

    kind = {"content-type": "application/json"}
    told = await client.post("/v1/funds", json=fund(title="x" * 3000))
    untold = await client.post("/v1/funds", content=chunks(), headers=kind)
    upload = await client.post("/v1/funds/from-file", files={"file": b"x" * 4000})
    too_large = await client.post("/v1/funds/from-file", files={"file": b"x" * 6000})
    assert [a.status_code for a in (told, untold, upload, too_large)] == [413, 413, 201, 413]
    assert untold.json()["code"] == "content_too_large"


async def test_a_method_that_is_not_there_is_a_problem_too(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/v1/funds")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


async def test_without_its_database_the_service_lives_is_not_ready_and_says_when_to_try_again(
    served: Served, client: httpx.AsyncClient, fund: Body
) -> None:
    dsn = served.settings.database.dsn.get_secret_value()
    name = dsn.rpartition("/")[2]
    admin = await asyncpg.connect(dsn.replace(name, "postgres"))
    try:
        await admin.execute(f'alter database "{name}" with allow_connections false')
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        command = await client.post("/v1/funds", json=fund())
        ready, live = await client.get("/health/ready"), await client.get("/health/live")
        metrics = await client.get("/metrics")
    finally:
        await admin.execute(f'alter database "{name}" with allow_connections true')
        await admin.close()
    assert (command.status_code, command.headers["retry-after"]) == (503, "2")
    assert (ready.status_code, live.status_code, metrics.status_code) == (503, 200, 200)
    assert "database" in ready.json()["missing"][0]
    assert (await client.post("/v1/funds", json=fund())).status_code == 201
