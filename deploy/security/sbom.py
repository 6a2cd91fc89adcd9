"""The bill of materials of our image: `make sbom` writes it as CycloneDX 1.6.

What counts is what lies in the image: Python distributions and Debian packages are asked of the image itself.
The wheels that it was built from lend their digests and licences, and a wheel that is not the one in the
image is an error.
"""

import argparse
import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import msgspec
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

_ASK_S = 120
_DISTRIBUTIONS = """
import importlib.metadata, json
print(json.dumps(sorted({(d.name, d.version) for d in importlib.metadata.distributions()})))
"""
_PACKAGES = "${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\n"
_LONGEST_LICENSE = 100
"""Characters; some wheels put the licence's whole text where its name belongs."""


class Mismatch(Exception):
    """The wheels are not those of the image; the message names the difference and what to do."""


@dataclass(frozen=True)
class Wheel:
    """One wheel of the wheelhouse."""

    name: str
    version: str
    license: str | None
    sha256: str


@dataclass(frozen=True)
class DebianPackage:
    """One package of the image's system."""

    name: str
    version: str
    architecture: str
    source: str


def wheels(folder: Path) -> dict[str, Wheel]:
    """The wheels of a folder by normalised name."""
    found = [_wheel(file) for file in sorted(folder.glob("*.whl"))]
    return {_normal(wheel.name): wheel for wheel in found}


def _wheel(file: Path) -> Wheel:
    with zipfile.ZipFile(file) as archive:
        name = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        told = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Wheel(str(told["Name"]), str(told["Version"]), _license(told), digest)


def _license(told: Message) -> str | None:
    expression = told["License-Expression"] or told["License"]
    if expression and len(str(expression)) <= _LONGEST_LICENSE and "\n" not in str(expression):
        return str(expression)
    classified = [
        str(each).rpartition(" :: ")[2]
        for each in told.get_all("Classifier", [])
        if str(each).startswith("License :: ")
    ]
    return classified[0] if classified else None


def distributions(image: str) -> list[tuple[str, str]]:
    """Name and version of every Python distribution in the image."""
    told = _ask(image, "/opt/shuniu/bin/python", "-c", _DISTRIBUTIONS)
    return msgspec.json.decode(told, type=list[tuple[str, str]])


def debian_packages(image: str) -> list[DebianPackage]:
    """Every Debian package in the image."""
    lines = _ask(image, "dpkg-query", "--show", f"--showformat={_PACKAGES}").splitlines()
    return [DebianPackage(*line.split("\t")) for line in lines]


def _ask(image: str, program: str, *arguments: str) -> str:
    return subprocess.run(
        ["docker", "run", "--rm", "--network=none", "--entrypoint", program, image, *arguments],
        capture_output=True, text=True, timeout=_ASK_S, check=True,
    ).stdout  # fmt: skip


def bill(
    image: str, version: str, installed: Iterable[tuple[str, str]], of: dict[str, Wheel],
    packages: Iterable[DebianPackage],
) -> Bom:  # fmt: skip
    """The bill; raises `Mismatch` where the image holds what the wheelhouse does not."""
    bom = Bom()
    bom.metadata.component = root = Component(
        name="shuniu", version=version, type=ComponentType.CONTAINER, bom_ref="image",
        properties=[Property(name="shuniu:image", value=image)],
    )  # fmt: skip
    parts = [_distribution(name, found, of) for name, found in installed]
    parts += [_package(package) for package in packages]
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(root, parts)
    return bom


def _distribution(name: str, version: str, of: dict[str, Wheel]) -> Component:
    wheel = of.get(_normal(name))
    if wheel is None or wheel.version != version:
        has = wheel.version if wheel else "no wheel of it"
        raise Mismatch(
            f"the image holds {name} {version}, the wheelhouse {has}: "
            "`make wheelhouse` and build the image again"
        )
    url = PackageURL("pypi", None, _normal(name), version)
    return Component(
        name=name, version=version, type=ComponentType.LIBRARY, purl=url, bom_ref=url.to_string(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel.sha256)],
        licenses=[DisjunctiveLicense(name=wheel.license)] if wheel.license else [],
    )  # fmt: skip


def _package(package: DebianPackage) -> Component:
    url = PackageURL("deb", "debian", package.name, package.version, {"arch": package.architecture})
    return Component(
        name=package.name, version=package.version, type=ComponentType.LIBRARY, purl=url,
        bom_ref=url.to_string(), properties=[Property(name="debian:source", value=package.source)],
    )  # fmt: skip


def written(bom: Bom) -> str:
    """The bill as JSON; raises ValueError where it does not fit CycloneDX' own schema."""
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        raise ValueError(f"no valid CycloneDX 1.6: {str(fault)[:500]}")
    return text


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bill and say what it holds."""
    parser = argparse.ArgumentParser(prog="deploy.security.sbom", description=__doc__)
    parser.add_argument("--image", required=True)
    parser.add_argument("--wheelhouse", type=Path, default=Path("dist/wheelhouse"))
    parser.add_argument("--output", type=Path, default=Path("dist/sbom.cdx.json"))
    chosen = parser.parse_args(arguments)
    of, installed, packages = (
        wheels(chosen.wheelhouse),
        distributions(chosen.image),
        debian_packages(chosen.image),
    )
    try:
        bom = bill(chosen.image, dict(installed).get("shuniu", "0"), installed, of, packages)
    except Mismatch as error:
        print(error, file=sys.stderr)
        return 1
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(written(bom), encoding="utf-8")
    print(f"{chosen.output}: {len(installed)} Python distributions, {len(packages)} Debian packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
