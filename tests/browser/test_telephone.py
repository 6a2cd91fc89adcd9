"""Every page on a telephone, in both languages: nothing is wider than it, nothing too small to tap."""

import re
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Error as PlaywrightError

from tests.browser.conftest import TODAY, Stack, Visitor

pytestmark = pytest.mark.browser
STREET = "120116001"
PAGES = Path(__file__).parents[2] / "services/console/pages"
_ADDRESS = re.compile(r'@address\(desk, f?"([^"]+)"')
_SMALLEST = 24
"""CSS pixels either way (WCAG 2.2, 2.5.8)."""
_SMALL = f"""() => [...document.querySelectorAll(
    'main button, main a, main summary, main [role=button], header a, header button')]
  .filter(one => one.offsetParent && getComputedStyle(one).display !== 'inline')
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([_, box]) => box.width > 0 && (box.width < {_SMALLEST} || box.height < {_SMALLEST}))
  .map(([one, box]) =>
    `${{one.className}} ${{one.textContent.trim().slice(0, 30)}} ${{box.width}}x${{box.height}}`)
"""
"""What is tapped and too small for a finger; links within a sentence are as high as its line."""
_WIDE = """() => [...document.querySelectorAll('main *')]
  .filter(one => one.offsetParent && !one.closest('.scroll, .q-table__middle, nav'))
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(0, 5).map(one => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`)
"""


def addresses() -> list[str]:
    """The addresses of all pages as they are registered, without those that `{path}` says again."""
    found = {one for file in PAGES.glob("*.py") for one in _ADDRESS.findall(file.read_text("utf-8"))}
    return sorted(one.replace("{TASKS}", "tasks").replace("{{", "{").replace("}}", "}") for one in found)


def _is_own(address: str) -> bool:
    """Whether it is a page of an organisation's own account."""
    return address.split("/")[1] == "own"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def records(stack: Stack) -> dict[str, list[str]]:
    """One record at least of what a page is about: address with a place for it -> addresses to open."""
    made = await stack.register("海河之声残疾人文化艺术服务与志愿交流促进中心", division=STREET)
    day = TODAY.isoformat()

    async def opened(path: str, role: str = "operator", **body: Any) -> str:
        return str((await stack.ask("POST", "registry", path, role, json=body))["id"])

    task = await opened(
        "/v1/tasks", division="120116", title="走访困难组织并汇总各街道的意见", kind="visit", lead="hub",
        implementing=[STREET], due_on=day, framework=["three_drives"],
    )  # fmt: skip
    plan = await opened(
        "/v1/plans", division="120116", title="三年行动计划", kind="three_year", body="womens_federation",
        begins_on="2025-01-01", ends_on="2027-12-31",
        stages=[{"title": "启动", "begins_on": "2025-01-01", "ends_on": "2025-06-30"}],
    )  # fmt: skip
    await opened(
        "/v1/inquiries", division=STREET, channel="telephone", topic="registration", question="怎样年检？",
        first_person="u-first",
    )  # fmt: skip
    application = await stack.ask(
        "POST", "registry", "/v1/registration-applications/consultations",
        json={"name": "晨光助学社", "division": STREET, "legal_form": "private_non_enterprise"},
    )  # fmt: skip
    campaign = await opened(
        "/v1/inspection-campaigns", division=STREET, title="年检", year=TODAY.year - 1,
        legal_forms=["foundation"], due_on=day,
    )  # fmt: skip
    await opened(
        "/v1/targets", division="120116", figure="registry.organizations.registered", body="centre",
        period_begins_on=f"{TODAY.year}-01-01", period_ends_on=f"{TODAY.year}-12-31", aim=400, weight=20,
    )  # fmt: skip
    care = await opened(
        "/v1/care-records", "care_officer", division=STREET, person_id="p-phone", need="disabled",
        worker="u-test", consented_on=day, consent_by="self",
    )  # fmt: skip
    pairing = await opened(
        "/v1/care-pairings", "care_officer", division=STREET, child_id="p-child", giver_id="p-giver",
        worker="u-test", guardian_consented_on=day,
    )  # fmt: skip
    asked_for = await opened(
        "/v1/care-requests", "care_officer", division=STREET, person_id="p-phone", asked_by="self",
        document="PQ-phone",
    )  # fmt: skip
    comparison = await opened(
        "/v1/comparisons", division="120116", source="civil_affairs", listed_on=day,
        entries=[{"name": "某社"}],
    )  # fmt: skip
    asked = {
        "name": "海河晚晴互助协会", "division": STREET, "legal_form": "association",
        "charter_party_clause": True,
    }  # fmt: skip
    own = await stack.ask("POST", "registry", "/v1/registration-applications/consultations", json=asked)
    return {
        "holder": [f"registration_application:{own['id']}"],
        "/own/applications/{id}": [f"/own/applications/{own['id']}"],
        "/organizations/{id}": [f"/organizations/{made['id']}"],
        "/applications/{id}": [f"/applications/{application['id']}"],
        "/comparisons/{id}": [f"/comparisons/{comparison}"],
        "/care/{id}": [f"/care/{care}"],
        "/care/pairings/{id}": [f"/care/pairings/{pairing}"],
        "/care/requests/{id}": [f"/care/requests/{asked_for}"],
        "/matters/tasks/{id}": [f"/matters/tasks/{task}"],
        "/matters/{path}/{id}": [f"/matters/plans/{plan}"],
        "/matters/inspection-campaigns/{id}/excused": [f"/matters/inspection-campaigns/{campaign}/excused"],
        "/matters/{path}": [
            "/matters/plans", "/matters/liaisons", "/matters/social-worker-posts", "/matters/inspections",
            "/matters/targets", "/matters/coordination-cases", "/matters/talents",
            "/matters/admission-criteria", "/matters/guidelines",
        ],
        "/care": ["/care?whose=all"],
        "/care/pairings": ["/care/pairings?whose=all"],
    }  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_fits_a_telephone_and_its_fingers(
    visitor: Visitor, records: dict[str, list[str]], language: str
) -> None:
    await visitor.telephone()
    await visitor.sign_in("operator")
    await visitor.page.goto(f"{visitor.stack.console}/language/{language}")
    found: list[str] = []
    for address in sorted(addresses(), key=_is_own):
        if _is_own(address) and "/own" not in visitor.page.url:
            await visitor.sign_in_for(records["holder"][0])
        for path in records.get(address, [address]):
            assert "{" not in path, f"a page about something needs an example of it: {path}"
            await visitor.go(path)
            drawn = visitor.page.locator("main .h1, main .card, main .tile").first
            try:
                await drawn.wait_for(timeout=8_000)
            except PlaywrightError:
                found.append(f"{path}: {await visitor.page.locator('body').inner_text()}")
                continue
            await visitor.page.wait_for_timeout(300)
            await visitor.picture(f"telephone-{language}{path.partition('?')[0].replace('/', '-')}")
            if not await visitor.fits():
                found.append(f"{path}: wider than the screen: {await visitor.page.evaluate(_WIDE)}")
            found += [f"{path}: too small: {one}" for one in await visitor.page.evaluate(_SMALL)]
    assert not found, "\n".join(found)
