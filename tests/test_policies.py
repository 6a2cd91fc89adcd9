"""Every rule of a region profile says where it comes from, and how strongly a document asks it."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from chassis.service import discover, installed
from services.registry.enforcement.policy import EnforcementPolicy

SOURCE = re.compile(
    r"\bours\b|no source|[LSJTB]\d\d|[RF]\d\d|A4|SM\d|practice B\d|order 39|national rules|PIPL"
    r"|LUOHU|SUYU|JIANGMEN|TONGZHOU|BINHAI"
)
"""Ids of the source facts, the law and practice beside them, or that nobody asks it but us."""
STRENGTH = re.compile(r"\b(must|generally|in principle|reported practice)\b")


def keys(model: type[BaseModel], section: str) -> Iterator[tuple[str, str]]:
    """Each key of a section and of those in it, with what it is."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys(inner, f"{section}.{name}")
        else:
            yield f"{section}.{name}", field.description or ""


KEYS = [key for name in installed() for key in keys(discover(name).policy, name)]


@pytest.mark.parametrize(("key", "said"), KEYS, ids=[key for key, _ in KEYS])
def test_a_rule_names_its_source_and_what_a_document_asks_its_strength(key: str, said: str) -> None:
    assert SOURCE.search(said), said
    if re.search(r"R\d\d", said):
        assert STRENGTH.search(said), said


def test_every_section_is_walked() -> None:
    walked = {key for key, _ in KEYS}
    assert {f"registry.enforcement.{name}" for name in EnforcementPolicy.model_fields} <= walked
    assert {"registry.working_days.pre_review", "grants.ban_years", "partybuild.lines"} <= walked
