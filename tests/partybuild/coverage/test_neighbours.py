"""What it costs to find an organisation's neighbours does not grow with the register."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.partybuild.coverage import commands, queries
from tests.partybuild.conftest import STREET, World

pytestmark = pytest.mark.integration
KNOWN = 20_000

_MANY = """
insert into organization (id, sequence, name, division, area, legal_form, legal_status, full_members,
                          categories, obliged_on, basis, ended)
select gen_random_uuid(), 1, 'o' || n, $1, $1, 'association', 'registered', n % 3, '{science}', '2012-01-01',
       'historical', false
from generate_series(1, $2) as n;
"""
_THEIR_DUTIES = """
insert into coverage_duty (id, division, home, revision, sequence, effective_on, basis, recorded_at,
                           organization_id, organization_sequence, line, status, covered_by_sequence,
                           proposed_mode, proposed_reason, opened_on, overdue)
select gen_random_uuid(), division, '120116', 1, 1, '2012-01-01', 'historical', now(), id, 1, 'party', 'open',
       0, 'joint', 'neighbours_in_area', '2012-01-01', false
from organization
"""


def _rows(node: dict[str, Any]) -> Iterator[int]:
    """The rows that each scan of a plan has read."""
    if "Scan" in node["Node Type"]:
        read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        yield int(read * node["Actual Loops"])
    for below in node.get("Plans", ()):
        yield from _rows(below)


@pytest.mark.parametrize(
    ("statement", "arguments"),
    [
        (queries._NEIGHBOURS_IN_AREA, ([STREET], 3, [], 6)),
        (queries._NEIGHBOURS_IN_FIELD, ([STREET[:6]], 3, [], 6, ["science"])),
        (commands._COULD_JOIN_NOW, ([STREET], [])),
    ],
    ids=["area", "field", "waiting"],
)
async def test_neighbours_are_found_without_reading_the_register(
    world: World, statement: str, arguments: tuple[Any, ...]
) -> None:
    await world.rows(_MANY, STREET, KNOWN)
    await world.rows(_THEIR_DUTIES)
    await world.rows("analyze organization")
    await world.rows("analyze coverage_duty")
    [row] = await world.rows(f"explain (analyze, format json) {statement}", *arguments)
    [explained] = row[0]
    assert sum(_rows(explained["Plan"])) < KNOWN / 100, explained


async def test_a_register_of_any_size_finds_the_neighbours_with_most_members_first(world: World) -> None:
    registered = await world.register(1, 2, 1, 2, 0, 1)
    rows = await world.rows(queries._NEIGHBOURS_IN_AREA, [STREET], 3, [], 4)
    twos = sorted((o.id for o in registered if o.state.full_party_member_count == 2), key=str)
    ones = sorted((o.id for o in registered if o.state.full_party_member_count == 1), key=str)
    assert [row["id"] for row in rows] == [*twos, *ones[:2]]
