"""A campaign of 20,000 organisations: seconds, and nobody who works on another organisation waits for it."""

from collections import Counter
from statistics import median

import pytest

from tests.benchmarks import campaigns
from tests.registry.conftest import Register

pytestmark = pytest.mark.integration
MANY = 20_000


async def test_a_campaign_of_20000_opens_and_closes_in_seconds_and_blocks_nobody(register: Register) -> None:
    other = await campaigns.register(register, MANY)
    found = await campaigns.carry(register, other)
    rows = await register.rows("select state, due_on, count(*) as number from inspection group by 1, 2")
    assert [(row["state"], row["number"]) for row in rows] == [("missed", MANY)]
    log = await register.rows(
        "select type, count(*) as number, min(sequence) as sequence from event_log"
        " where aggregatetype = 'registry.inspection' group by 1"
    )
    facts = Counter({row["type"].split(".")[-2]: row["number"] for row in log})
    assert facts == {"opened": MANY, "extended": MANY, "missed": MANY}
    steps = await register.rows(
        "select fact, count(*) filter (where until is null) as standing, count(*) as number"
        " from matter_step where kind = 'inspection' group by 1 order by 1"
    )
    assert [tuple(row) for row in steps] == [
        ("extended", 0, MANY), ("missed", MANY, MANY), ("opened", 0, MANY)
    ]  # fmt: skip
    assert await register.rows("select from timer") == []
    seconds = (found.opened_s, found.extended_s, found.closed_s)
    assert max(seconds) < 60, f"opened, extended, closed in {seconds} s"
    assert len(found.waits_s) > 10
    assert max(found.waits_s) < min(seconds) / 2, "no command on another organisation waits for the whole"
    assert median(found.waits_s) < min(seconds) / 50, "nor do they as a rule"
