"""The secured compose files started for real; passwords and certificates replaced as the page says."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.scenarios.binhai import REST_S
from deploy.scenarios.client import Stack, StepFailed
from services.registry.identification.model import complete_credit_code
from tests.containers.composed import ROOT, STACK, Composed, runbook, until
from tests.containers.identity import Identity

FOLDER = "/etc/shuniu/secured"
"""Where the page keeps what `prepare.sh` makes."""
IN_THE_CLEAR = """
import asyncio, asyncpg, os
async def connect():
    await asyncpg.connect(os.environ["SHUNIU_DATABASE_DSN"], ssl=False)
asyncio.run(connect())
"""


@dataclass(frozen=True)
class Served:
    """A composed stack whose engines take only what is secured, and a token for all of it."""

    composed: Composed
    folder: Path
    token: str

    def typed(self, commands: str) -> str:
        """What an operator types in the repository, with this run's folder for the page's."""
        return self.composed.typed(commands.replace(FOLDER, str(self.folder)), ROOT)

    def refused(self, commands: str) -> str:
        """What commands say of which the last must not succeed."""
        return " ".join(self.typed(f"{{ {commands}; }} 2>&1 && exit 1 || true").split())

    async def register(self, number: int) -> None:
        """An organisation, until it is a duty of coverage and `shuniu audit` finds nothing."""
        body = {
            "division": f"{STACK}005", "name": f"第{number}邻里服务中心", "route": "direct",
            "legal_form": "private_non_enterprise", "categories": ["community_service"],
            "full_party_member_count": 4, "credit_code": complete_credit_code("52", STACK, f"MJ{number:06d}"),
        }  # fmt: skip
        await asyncio.to_thread(until, lambda: not self.composed.not_healthy(), "all is healthy")
        async with Stack.open(self.composed.connection, self.token) as stack, asyncio.timeout(REST_S):
            made = await _answered(
                stack, "POST", "registry", "/v1/organizations/registrations", json=body,
                headers={"Idempotency-Key": f"register-{number}"},
            )  # fmt: skip
            duties = {"params": {"organization_id": made["id"]}}
            while not (await _answered(stack, "GET", "partybuild", "/v1/duties", **duties))["items"]:  # noqa: ASYNC110, of another process
                await asyncio.sleep(0.5)
        audit = "shuniu audit || true"
        await asyncio.to_thread(until, lambda: "is in order" in self.typed(audit), "the audit is clean")


async def _answered(stack: Stack, method: str, service: str, path: str, **content: Any) -> Any:
    """A request of a caller who asks again while an engine is being restarted."""
    while True:
        try:
            return await stack.ask(method, service, path, **content)
        except (httpx.TransportError, StepFailed) as error:
            if isinstance(error, StepFailed) and ": 503 " not in str(error):
                raise
            await asyncio.sleep(0.5)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Prepared, up and healthy; afterwards nothing of it is left, its volumes neither."""
    with tempfile.TemporaryDirectory(prefix="shuniu-secured-") as name:
        root = Path(name)
        root.chmod(0o755)  # the account inside the containers reads the key set
        identity, folder = Identity.make(root / "auth"), root / "secured"
        subprocess.run([ROOT / "deploy/secured/prepare.sh", folder], check=True, timeout=60)
        files = ("docker-compose.yml", "deploy/secured/docker-compose.yml")
        composed = Composed(root / "auth", files, folder / "environment")
        try:
            print(f"healthy after {composed.up():.0f} s")
            token = identity.token(subject="u-test", roles=["operator"], divisions=[STACK])
            yield Served(composed, folder, token)
        finally:
            composed.down("-v")


async def test_a_fact_goes_its_way_through_engines_that_take_only_what_is_secured(served: Served) -> None:
    await served.register(1)
    said = served.refused(f"docker-compose exec -T registry-api python3 -c '{IN_THE_CLEAR}'")
    assert "pg_hba.conf rejects connection" in said
    said = served.refused(
        "docker-compose exec -T registry-api env -u SHUNIU_BUS_SASL_MECHANISM -u SHUNIU_BUS_SASL_USERNAME"
        " -u SHUNIU_BUS_SASL_PASSWORD -u SHUNIU_BUS_TLS_CA_FILE SHUNIU_BUS_SECURITY_PROTOCOL=PLAINTEXT"
        " shuniu topics plan"
    )
    assert "SHUNIU_BUS_SECURITY_PROTOCOL=PLAINTEXT" in said


def test_the_rules_are_the_catalogues_and_no_service_sets_them(served: Served) -> None:
    assert "missing" not in served.typed("docker-compose run --rm rules topics acls")
    said = served.refused("docker-compose exec -T registry-api shuniu topics acls")
    assert "only a super user of the cluster" in said


async def test_a_password_of_the_bus_is_replaced(served: Served) -> None:
    [_, replacing] = runbook("TLS in the compose file", "security.md")
    before = (served.folder / "environment").read_text().splitlines()
    served.typed(replacing)
    after = (served.folder / "environment").read_text().splitlines()
    [old] = set(before) - set(after)
    assert old.startswith("SHUNIU_GRANTS_BUS_PASSWORD=")
    await served.register(2)
    seen = old.partition("=")[2]
    said = served.refused(
        f"docker-compose exec -T grants-api env SHUNIU_BUS_SASL_PASSWORD={seen} shuniu topics plan"
    )
    assert "SHUNIU_BUS_SASL_PASSWORD" in said


async def test_an_authority_is_replaced_by_another_step_by_step(served: Served) -> None:
    folder, old = served.folder, served.folder / "before"
    shutil.copytree(folder / "trusted", old / "trusted")
    shutil.copytree(folder / "admin", old / "admin")
    steps = runbook("Replacing certificates", "security.md")
    assert len(steps) == 3
    for number, step in enumerate(steps, start=3):
        served.typed(step)
        await served.register(number)
    own = f"docker-compose run --rm -v {old}:/before:ro"
    said = served.refused(f"{own} -e SHUNIU_BUS_TLS_CA_FILE=/before/trusted/ca.pem migrate topics plan")
    assert "has a certificate that /before/trusted/ca.pem did not sign" in said
    said = served.refused(f"{own} -e SHUNIU_DATABASE_TLS_CA_FILE=/before/trusted/ca.pem migrate audit")
    assert "SHUNIU_DATABASE_TLS_CA_FILE" in said
    said = served.refused(
        f"{own} -e SHUNIU_BUS_TLS_CERTIFICATE_FILE=/before/admin/client.pem rules topics acls"
    )
    assert "ends the connection" in said or "refuses the TLS connection" in said
    assert "missing" not in served.typed("docker-compose run --rm rules topics acls")
