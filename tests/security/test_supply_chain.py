"""What a release is checked with: an advisory service's silence is no clean bill; the bill is the image's."""

import json
import zipfile
from pathlib import Path

import msgspec
import pytest
from cyclonedx.model.bom import Bom

from deploy.security import audit, sbom
from deploy.security.audit import CLEAN, UNKNOWN, VULNERABLE, Report, judge
from deploy.security.sbom import DebianPackage, Mismatch, bill, wheels, written


def report(*dependencies: dict[str, object]) -> Report:
    """As pip-audit writes it."""
    return msgspec.json.decode(json.dumps({"dependencies": dependencies, "fixes": []}), type=Report)


GOOD: dict[str, object] = {"name": "httpx", "version": "0.28.1", "vulns": []}
BAD: dict[str, object] = {
    "name": "requests", "version": "2.19.0",
    "vulns": [{"id": "PYSEC-2018-28", "fix_versions": ["2.20.0"], "aliases": [], "description": "..."}],
}  # fmt: skip
SKIPPED: dict[str, object] = {
    "name": "h11", "skip_reason": "Dependency not found on PyPI and could not be audited: h11 (0.16.0)",
}  # fmt: skip


def test_all_looked_up_and_nothing_known_is_clean() -> None:
    assert judge(report(GOOD)) == audit.Verdict(CLEAN, ("1 dependencies, none with a known vulnerability",))


def test_a_known_vulnerability_is_named_with_the_version_that_mends_it() -> None:
    verdict = judge(report(GOOD, BAD, SKIPPED))
    assert verdict.code == VULNERABLE
    assert verdict.lines[0] == "requests 2.19.0: PYSEC-2018-28, mended in 2.20.0"


@pytest.mark.parametrize("found", [report(GOOD, SKIPPED), report(SKIPPED), report()])
def test_what_could_not_be_looked_up_is_never_called_clean(found: Report) -> None:
    verdict = judge(found)
    assert verdict.code == UNKNOWN
    assert verdict.lines[0].startswith("NOT AUDITED: ")


def test_no_report_at_all_is_unknown_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main([str(tmp_path / "absent.txt")]) == UNKNOWN
    assert "NOT AUDITED: no advisories from pypi" in capsys.readouterr().out


def test_where_nothing_can_be_looked_up_it_is_said_loudly_and_fails_nobody_who_asked_for_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "absent.txt")
    assert audit.main([file, "--where-possible"]) == CLEAN
    banner, said, end = capsys.readouterr().out.splitlines()
    assert banner == end == "=" * 66
    assert said.startswith("NOT AUDITED: no advisories from pypi")
    monkeypatch.setattr(audit, "audited", lambda *_: report(BAD, SKIPPED))
    assert audit.main([file, "--where-possible"]) == VULNERABLE, "what is known is not to be overlooked"


def test_an_advisory_service_that_hangs_is_unknown_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_AUDIT_S", 0.01)
    assert audit.main([str(tmp_path / "absent.txt")]) == UNKNOWN
    assert "no answer within 0.01 s" in capsys.readouterr().out


def wheel(folder: Path, name: str, version: str, told: str = "") -> None:
    """A wheel as far as its metadata go."""
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(
            f"{name}-{version}.dist-info/METADATA", f"Name: {name}\nVersion: {version}\n{told}\ntext\n"
        )


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    """Three wheels."""
    wheel(tmp_path, "shuniu", "0.1.0")
    wheel(tmp_path, "Some_Thing", "1.2", "License-Expression: MIT\n")
    wheel(
        tmp_path, "other", "3.0", "License: " + "x" * 500 + "\nClassifier: License :: OSI Approved :: BSD\n"
    )
    return tmp_path


DEBIAN = [DebianPackage("libssl3", "3.0.17-1~deb12u2", "amd64", "openssl")]


def test_the_bill_names_every_part_with_its_digest_and_licence(wheelhouse: Path) -> None:
    installed = [("other", "3.0"), ("shuniu", "0.1.0"), ("some-thing", "1.2")]
    found = json.loads(written(bill("shuniu:1", "0.1.0", installed, wheels(wheelhouse), DEBIAN)))
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    parts = {part["purl"]: part for part in found["components"]}
    assert set(parts) == {
        "pkg:pypi/other@3.0", "pkg:pypi/shuniu@0.1.0", "pkg:pypi/some-thing@1.2",
        "pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64",
    }  # fmt: skip
    assert parts["pkg:pypi/some-thing@1.2"]["licenses"] == [{"license": {"name": "MIT"}}]
    assert parts["pkg:pypi/other@3.0"]["licenses"] == [{"license": {"name": "BSD"}}]
    assert len(parts["pkg:pypi/other@3.0"]["hashes"][0]["content"]) == 64


@pytest.mark.parametrize(
    ("installed", "said"), [(("other", "3.1"), "3.0"), (("strange", "1"), "no wheel of it")]
)
def test_an_image_of_other_wheels_is_an_error(
    wheelhouse: Path, installed: tuple[str, str], said: str
) -> None:
    with pytest.raises(Mismatch, match=f"the wheelhouse {said}.*make wheelhouse"):
        bill("shuniu:1", "0.1.0", [installed], wheels(wheelhouse), [])


def test_a_bill_that_is_none_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, bom: object) -> None: ...

        def output_as_string(self, indent: int) -> str:
            return '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": 1}]}'

    monkeypatch.setattr(sbom, "JsonV1Dot6", Broken)
    with pytest.raises(ValueError, match="no valid CycloneDX"):
        written(Bom())
