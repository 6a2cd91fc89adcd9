"""Prints each event of a topic once, in order, with nothing of Shuniu but its JSON Schemas; needs jsonschema.

kcat -C -J -b 127.0.0.1:9092 -t shuniu.440303.registry.organization.v1 | python consume.py ../../schemas
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator


def validator(schemas: Path, urn: str) -> Draft202012Validator | None:
    """The schema that `ce_dataschema` names, or the newest minor known of its major: minors only add."""
    name, version = urn.removeprefix("urn:shuniu:schema:").split(":")
    service, fact = name.split(".", 1)
    major = version.split(".")[0]
    exact = schemas / service / f"{fact}.{version}.json"
    minors = (schemas / service).glob(f"{fact}.{major}.*.json")
    known = sorted(minors, key=lambda path: int(path.name.split(".")[-2]))
    path = exact if exact.exists() else known[-1] if known else None
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))) if path else None


def fresh(lines: Iterable[str], schemas: Path) -> Iterator[tuple[dict[str, str], Any]]:
    """Headers and data of each event not seen before; raises ValidationError for data that does not fit."""
    seen: dict[str, tuple[int, int]] = {}
    validators: dict[str, Draft202012Validator | None] = {}
    for line in lines:
        record = json.loads(line)
        headers = dict(zip(record["headers"][::2], record["headers"][1::2], strict=True))
        urn = headers["ce_dataschema"]
        if urn not in validators:
            validators[urn] = validator(schemas, urn)
        check = validators[urn]
        if check is None:
            continue  # a type this consumer does not know yet
        order = int(headers["ce_epoch"]), int(headers["ce_sequence"])
        if order <= seen.get(headers["ce_subject"], (-1, 0)):
            continue  # delivered before
        data = json.loads(record["payload"])
        check.validate(data)
        seen[headers["ce_subject"]] = order
        yield headers, data


if __name__ == "__main__":
    for found, _ in fresh(sys.stdin, Path(sys.argv[1])):
        print(found["ce_subject"], int(found["ce_epoch"]), int(found["ce_sequence"]), found["ce_type"])
