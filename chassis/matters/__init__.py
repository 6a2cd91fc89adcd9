"""Matters (事项): records that are opened, worked on and closed, with an owner and deadlines.

A service declares each kind by its row, its transition table and its steps; everything that is alike for all
kinds is done here once: dates and bases, transitions, deadlines, history, events, routes, lists, figures,
replicas of other stacks' records, workbooks.
"""

from chassis.http.fields import Fact, words
from chassis.matters.bulk import advance_many, draft, open_many
from chassis.matters.clocks import Clock
from chassis.matters.drafts import Draft
from chassis.matters.kind import BULKY, Kind, Step, Whose, check_complete
from chassis.matters.past import as_of
from chassis.matters.rows import Dated, MatterRow, MatterStepColumns

__all__ = [
    "BULKY",
    "Clock",
    "Dated",
    "Draft",
    "Fact",
    "Kind",
    "MatterRow",
    "MatterStepColumns",
    "Step",
    "Whose",
    "advance_many",
    "as_of",
    "check_complete",
    "draft",
    "open_many",
    "words",
]
