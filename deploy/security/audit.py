"""Known vulnerabilities of all that the lock file puts into production: `make audit-dependencies`.

Exit codes: 0 every dependency was looked up and none has a known vulnerability, 1 some have, 3 it cannot be
told, since the advisories of some or all could not be had. pip-audit alone calls the last case a success; so
does `--where-possible`, for machines without a network, but it says so loudly.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

CLEAN, VULNERABLE, UNKNOWN = 0, 1, 3
_AUDIT_S = 300
_BANNER = "=" * 66


class Advisory(msgspec.Struct):
    """A vulnerability that is known of one version of a package."""

    id: str
    fix_versions: list[str] = []
    description: str = ""


class Looked(msgspec.Struct):
    """One dependency as pip-audit reports it."""

    name: str
    version: str | None = None
    vulns: list[Advisory] = []
    skip_reason: str | None = None


class Report(msgspec.Struct):
    """pip-audit's report."""

    dependencies: list[Looked]


@dataclass(frozen=True)
class Verdict:
    """What is to be said, and the exit code."""

    code: int
    lines: tuple[str, ...]


def judge(report: Report) -> Verdict:
    """Vulnerable comes before unknown comes before clean; an empty report tells nothing."""
    vulnerable = [each for each in report.dependencies if each.vulns]
    skipped = [each for each in report.dependencies if each.skip_reason is not None]
    looked = len(report.dependencies) - len(skipped)
    lines = [
        f"{each.name} {each.version}: {advisory.id}, mended in {_listed(advisory.fix_versions)}"
        for each in vulnerable
        for advisory in each.vulns
    ]
    if skipped or not looked:
        reasons = sorted({_kind(each) for each in skipped})
        lines += [
            f"NOT AUDITED: {len(skipped)} of {len(report.dependencies)}; nothing is known of these",
            *(f"  {reason}" for reason in reasons),
            "  where the advisories cannot be reached, carry dist/requirements.txt to where they can",
        ]
    if vulnerable:
        return Verdict(VULNERABLE, tuple(lines))
    if skipped or not looked:
        return Verdict(UNKNOWN, tuple(lines))
    return Verdict(CLEAN, (f"{looked} dependencies, none with a known vulnerability",))


def _listed(versions: Sequence[str]) -> str:
    return ", ".join(versions) or "no version yet"


def _kind(each: Looked) -> str:
    """The reason without the package that it names, so that a hundred alike are said once."""
    return str(each.skip_reason).partition(": ")[0]


def audited(requirements: Path, service: str) -> Report:
    """pip-audit's report on a file of pinned requirements; raises AuditFailed where it makes none."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        try:
            done = subprocess.run(
                [
                    sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--no-deps",
                    "--disable-pip", "--vulnerability-service", service, "--progress-spinner", "off",
                    "--format", "json", "--output", str(output),
                ],
                capture_output=True, text=True, timeout=_AUDIT_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise AuditFailed(f"no answer within {_AUDIT_S} s") from None
        if not output.exists() or not output.stat().st_size:
            raise AuditFailed(((done.stderr or done.stdout).strip().splitlines() or ["no report"])[-1])
        return msgspec.json.decode(output.read_bytes(), type=Report)


class AuditFailed(Exception):
    """pip-audit made no report; the argument is the last line that it said."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit and say what was found; the exit code."""
    parser = argparse.ArgumentParser(prog="deploy.security.audit", description=__doc__)
    parser.add_argument("requirements", type=Path, help="pinned requirements, as `uv export` writes them")
    parser.add_argument("--service", choices=("pypi", "osv"), default="pypi", help="whose advisories")
    parser.add_argument("--where-possible", action="store_true", help="end with 0 where it cannot be told")
    chosen = parser.parse_args(arguments)
    try:
        verdict = judge(audited(chosen.requirements, chosen.service))
    except AuditFailed as error:
        verdict = Verdict(UNKNOWN, (f"NOT AUDITED: no advisories from {chosen.service}: {error}",))
    unknown = verdict.code == UNKNOWN and chosen.where_possible
    for line in (_BANNER, *verdict.lines, _BANNER) if unknown else verdict.lines:
        print(line)
    return CLEAN if unknown else verdict.code


if __name__ == "__main__":
    sys.exit(main())
