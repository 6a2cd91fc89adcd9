"""Every route against every role, at home, elsewhere, without a token and with an expired one."""

import asyncio
import io
import zipfile
from collections.abc import Iterator
from functools import partial

import httpx
import pytest
from python_calamine import CalamineWorkbook

from tests.http.generated import Request, is_problem, operations, valid_requests
from tests.http.office import OTHER_STREET, STREET, Office, Route

pytestmark = pytest.mark.integration

ROLES = (
    "operator", "hub_officer", "registration_authority", "liaison", "party_officer", "grants_officer",
    "reviewer", "viewer", "care_officer", "care_supervisor", "organization", "unheard_of",
)  # fmt: skip
BODIES = 3
REFUSED = {400, 403, 404, 409, 422}


def text_of(answer: httpx.Response) -> str:
    """What a reader can see, in workbooks too."""
    if not answer.content.startswith(b"PK") or not zipfile.is_zipfile(io.BytesIO(answer.content)):
        return answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return "\n".join(str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


async def requests(office: Office, wanted: str) -> list[tuple[Route, list[Request]]]:
    """Valid requests for each route that reads, or for each that commands."""

    def make() -> Iterator[tuple[Route, list[Request]]]:
        described = operations(office)
        for route in office.routes():
            if route.reads is (wanted == "reads"):
                count = 1 if route.reads else BODIES
                operation = described[route.method, route.path]
                yield route, list(valid_requests(office, route, operation, count))

    if wanted not in office.made:
        office.made[wanted] = await asyncio.to_thread(lambda: list(make()))
    found: list[tuple[Route, list[Request]]] = office.made[wanted]
    return found


async def send(office: Office, request: Request, role: str, division: str) -> httpx.Response:
    """The request as somebody with a role in a division."""
    answer = await office.ask(request.method, request.path, role=role, division=division, **request.content)
    assert answer.status_code < 500, f"{request}: {answer.text}"
    return answer


def leak(office: Office, request: Request, answer: httpx.Response) -> str | None:
    """What the answer tells of `STREET` beyond what the request said itself."""
    text, asked = text_of(answer), str(request)
    shown = [secret for secret in office.records.secrets if secret in text and secret not in asked]
    return f"{request.method} {request.path} shows {shown}: {text[:400]}" if shown else None


def not_permitted(answer: httpx.Response) -> bool:
    """Whether it was refused for want of a permission there."""
    if answer.status_code != 403:
        return False
    body = answer.json()
    return "not_permitted" in {body["code"], *(fault["code"] for fault in body.get("errors") or ())}


async def test_without_a_valid_token_every_route_asks_to_sign_in(office: Office) -> None:
    before = await office.contents()
    expired = office.token("operator", hours=-1)
    forged = office.token("operator")[:-8] + "AAAAAAAA"
    for route in office.routes():
        for token in ("", expired, forged):
            code = "token_invalid" if token else "token_missing"
            answer = await office.ask(route.method, route.path.replace("{id}", STREET), token=token)
            assert (answer.status_code, answer.json()["code"]) == (401, code), f"{route}: {answer.text}"
            assert is_problem(answer)
    assert await office.contents() == before


async def test_a_role_passes_where_the_service_gives_it_the_permission_and_nowhere_else(
    office: Office,
) -> None:
    wrong = []
    for wanted in ("reads", "commands"):
        for route, made in await requests(office, wanted):
            for role in ROLES:
                answer = await send(office, made[0], role, STREET)
                if not_permitted(answer) is office.may(role, route.permission):
                    wrong.append(f"{route} as {role}: {answer.status_code} {answer.text[:200]}")
                assert answer.status_code != 401
                assert answer.is_success or is_problem(answer), answer.text
    assert wrong == []


async def test_nobody_reads_a_record_of_another_street(office: Office) -> None:
    leaks = []
    for route, made in await requests(office, "reads"):
        answers = [await send(office, request, "operator", OTHER_STREET) for request in made]
        leaks += [told for told in map(partial(leak, office), made, answers) if told]
        if "{id}" in route.path and not any(not_permitted(answer) for answer in answers):
            leaks.append(f"{route} never said that the record is another's: {answers[0].text[:200]}")
    assert leaks == []


async def test_asking_for_another_street_by_its_code_is_refused(office: Office) -> None:
    described = operations(office)
    for route in office.routes():
        parameters = described[route.method, route.path].definition.raw.get("parameters", ())
        if route.reads and any(one["name"] == "division" and one["in"] == "query" for one in parameters):
            id = next(reversed(office.records.ids), "")
            path = route.path.replace("{year}", "2014").replace("{id}", id)
            answer = await office.ask(
                route.method,
                path,
                division=OTHER_STREET,
                params={"division": STREET, "name": "甲", "year": 2014},
            )
            assert not_permitted(answer), f"{route}: {answer.status_code} {answer.text[:300]}"


async def test_figures_of_another_street_count_nothing_of_ours(office: Office) -> None:
    if not any(str(route) == "GET /v1/figures" for route in office.routes()):
        assert office.service.name == "console"  # it answers published figures, by asking the others
        return
    ours = await office.done("GET", "/v1/figures")
    theirs = await office.done("GET", "/v1/figures", division=OTHER_STREET)
    assert any(figure["value"] for figure in ours["figures"].values())
    assert {key: figure["value"] for key, figure in theirs["figures"].items() if figure["value"]} == {}


async def test_no_command_reaches_a_record_of_another_street(office: Office) -> None:
    before = await office.contents()
    unproven = []
    for route, made in await requests(office, "commands"):
        answers = [await send(office, request, "operator", OTHER_STREET) for request in made]
        for request, answer in zip(made, answers, strict=True):
            assert answer.status_code in REFUSED, f"{request}: {answer.status_code} {answer.text}"
            assert is_problem(answer)
            assert leak(office, request, answer) is None
        if route.path.endswith("/sheet"):
            continue  # decided row by row, once the workbook is read: tests/registry/test_sheets.py
        if not any(not_permitted(answer) for answer in answers):
            unproven.append(f"{route}: {sorted({(a.status_code, a.text[:400]) for a in answers})[:3]}")
    after = await office.contents()
    assert {table for table in before if before[table] != after[table]} == set()
    assert unproven == []  # each was refused for the division, not for something that hid it
