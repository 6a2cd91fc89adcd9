"""The guidelines that hold in a place."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from chassis.http import Reading
from services.registry.hub.guidelines.tables import GuidelineRow
from services.registry.hub.versions.queries import fits, in_force


class GuidelineInForce(BaseModel):
    """One guideline that holds there, whoever made it."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    kind: str
    series: str
    version: str
    title: str
    body: str
    document_number: str | None
    adopted_by: str | None
    fields: list[str]
    published_on: date


async def holding(
    reading: Reading, *, division: str, kind: str | None, category: str | None, day: date | None
) -> list[GuidelineInForce]:
    """Those of the division and of the divisions above it, the nearest first. Raises `NotPermitted`."""
    reading.authorize(division)
    found = await in_force(reading.session, GuidelineRow, division, day or reading.today)
    return [
        GuidelineInForce.model_validate(row)
        for row in found
        if kind in (None, row.kind) and (category is None or fits(row.fields, [category]))
    ]
