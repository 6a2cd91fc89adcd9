"""The compose file of secured engines fits the code, and what it needs is made by its script."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from shuniu_contracts.plan import acls

from chassis.service import installed
from tests.deploy.test_compose import ROOT, SECTIONS, passwords_in

STACK = "120116"
COMPOSE = shutil.which("docker-compose")


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    """The containers of the file below."""
    return containers("docker-compose.yml")


@pytest.fixture(scope="module")
def secured() -> dict[str, Any]:
    """The containers of the file above."""
    return containers("deploy/secured/docker-compose.yml")


def containers(file: str) -> dict[str, Any]:
    """Each service of a compose file as a tool reads it, anchors merged."""
    found: dict[str, Any] = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["services"]
    return found


def prepare(folder: Path, *names: str, code: int = 0) -> str:
    """What the script says."""
    command = [str(ROOT / "deploy/secured/prepare.sh"), str(folder), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def openssl(*arguments: object) -> str:
    """What openssl prints, which must succeed."""
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def trusts(authority: Path, certificate: Path) -> bool:
    """Whether a certificate is one of the authority's, to the letter of RFC 5280."""
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(authority), str(certificate)]
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


def test_every_container_of_a_service_is_its_own_user_and_trusts_one_authority(
    plain: dict[str, Any], secured: dict[str, Any]
) -> None:
    assert set(secured) - set(plain) == {"bus-users", "rules"}
    for name, each in plain.items():
        if each.get("command", [""])[0] != "serve":
            continue
        given, service = secured[name]["environment"], each["command"][1]
        assert given["SHUNIU_BUS_SASL_USERNAME"] == f"${{SHUNIU_STACK:-{STACK}}}.{service}", name
        variable = f"SHUNIU_{service.upper()}_BUS_PASSWORD"
        assert given["SHUNIU_BUS_SASL_PASSWORD"].startswith(f"${{{variable}:?"), name
        assert "_PASSWORD" not in str(list(given.values())).replace(variable, ""), name
        assert given["SHUNIU_BUS_TLS_CA_FILE"] == given["SHUNIU_DATABASE_TLS_CA_FILE"], name
        [mounted] = secured[name]["volumes"]
        assert "/trusted:/etc/shuniu/trusted:ro" in mounted, name


def test_every_setting_exists(secured: dict[str, Any]) -> None:
    known = {
        f"{section.model_config.get('env_prefix', '')}{field}".upper()
        for section in SECTIONS
        for field in section.model_fields
    }
    for name, each in secured.items():
        given = {one for one in each.get("environment", ()) if not one.endswith("_BUS_PASSWORD")}
        assert name == "kafka" or given <= known, name


def test_every_user_that_the_catalogue_knows_gets_a_password(secured: dict[str, Any]) -> None:
    given = secured["bus-users"]["environment"]
    users = {
        f"{STACK}.{name.removeprefix('SHUNIU_').removesuffix('_BUS_PASSWORD').lower()}"
        for name in given
        if name.endswith("_BUS_PASSWORD")
    }
    assert users == {rule.principal.removeprefix("User:") for rule in acls(STACK)}
    assert {f"{STACK}.{name}" for name in installed()} < users


def test_what_the_files_need_is_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "secured"
    assert prepare(folder, "kafka.example", "10.0.0.5").count("a new certificate") == 3
    assert folder.stat().st_mode & 0o077 == 0, "what containers may read, no other account passes to"
    assert (folder / "authority" / "ca.key").stat().st_mode & 0o077 == 0
    for name, common in (
        ("kafka/server", "broker"),
        ("postgres/server", "postgres"),
        ("admin/client", "admin"),
    ):
        certificate = folder / f"{name}.pem"
        assert trusts(folder / "trusted/ca.pem", certificate)
        assert f"CN = {common}" in openssl("x509", "-noout", "-subject", "-in", certificate)
    names = openssl("x509", "-noout", "-ext", "subjectAltName", "-in", folder / "kafka/server.pem")
    assert "DNS:kafka, DNS:localhost, DNS:kafka.example, IP Address:10.0.0.5" in names
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert prepare(folder).startswith("0 new passwords")
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_what_was_removed_is_made_anew_and_a_new_authority_is_trusted_beside_the_old(tmp_path: Path) -> None:
    folder = tmp_path / "secured"
    prepare(folder)
    old, certificate = tmp_path / "old.pem", folder / "kafka/server.pem"
    shutil.copy(folder / "trusted/ca.pem", old)
    shutil.move(folder / "authority", folder / "authority-before")
    assert "a new authority" in prepare(folder)
    assert trusts(folder / "trusted/ca.pem", certificate)
    assert not trusts(folder / "authority/ca.pem", certificate)
    certificate.unlink()
    assert prepare(folder).count("a new certificate") == 1
    assert trusts(folder / "trusted/ca.pem", certificate)
    assert not trusts(old, certificate)


def test_nothing_secret_is_made_inside_the_repository() -> None:
    folder = ROOT / "deploy/secured/made"
    assert "inside the repository" in prepare(folder, code=2)
    assert not folder.exists()


def test_passwords_that_were_there_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "secured"
    folder.mkdir()
    (folder / "environment").write_text("SHUNIU_OWNER_PASSWORD=mine\n")
    prepare(folder)
    found = passwords_in(folder / "environment")
    assert found["SHUNIU_OWNER_PASSWORD"] == "mine"
    assert {f"SHUNIU_{name.upper()}{kind}_PASSWORD" for name in installed() for kind in ("", "_BUS")} < set(
        found
    )


@pytest.mark.skipif(COMPOSE is None, reason="NO docker-compose: its reading of both files is not looked at")
def test_the_tool_reads_both_files_as_one_by_the_environment_file_alone(tmp_path: Path) -> None:
    prepare(tmp_path / "secured")
    assert COMPOSE is not None
    done = subprocess.run(
        [COMPOSE, "--env-file", str(tmp_path / "secured/environment"), "config"],
        capture_output=True, text=True, timeout=60, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert services["kafka"]["environment"]["KAFKA_LOG_DIRS"] == "/var/lib/kafka/data"
    assert services["kafka"]["environment"]["KAFKA_SSL_PRINCIPAL_MAPPING_RULES"].count("$") >= 2
    for name in ("registry-api", "console-relay"):
        targets = {volume.split(":")[1] for volume in services[name]["volumes"]}
        assert targets == {"/etc/shuniu/auth", "/etc/shuniu/trusted"}
