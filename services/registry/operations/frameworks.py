"""Frameworks (六大行动, 六个一, 1234; L22): which tags work may carry, and how much of it carries each."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from pydantic import BaseModel, Field

from chassis.http import Named, Reading
from chassis.matters import as_of
from chassis.model import Refusal, RefusalKind
from services.registry.area import OwnFigures
from services.registry.operations.plans.tables import PlanRow
from services.registry.operations.tasks.tables import TaskRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


class TagUnknown(Refusal):
    """A tag that is in no framework of the profile."""

    code = "framework_tag_unknown"
    kind = RefusalKind.INVALID
    zh = "“{tags}”不是本地区所列的行动；可选：{known}（区域配置 registry.operations.frameworks）。"
    en = "'{tags}' is in no framework of the region; those are: {known} (registry.operations.frameworks)."


def check_tags(tags: Collection[str], known: Collection[str]) -> None:
    """Raise `TagUnknown`."""
    if lost := [tag for tag in tags if tag not in known]:
        raise TagUnknown(at="/framework", tags=lost, known=known)


_STANDING = f"""
select left(division, $3) as place, tag, count(*) filter (where state <> 'cancelled') as tasks,
       count(*) filter (where state = 'completed') as completed,
       count(*) filter (where not ended and due_on < $1) as overdue, 0 as plans
from {as_of(TaskRow, MatterStepRow, "r.division like any($2)")} task, unnest(framework) tag
group by 1, 2
union all
select left(division, $3), tag, 0, 0, 0, count(*) filter (where state <> 'abandoned')
from {as_of(PlanRow, MatterStepRow, "r.division like any($2)")} plan, unnest(framework) tag
group by 1, 2
"""
_COUNTED = {
    "tasks": ("项", "任务", "tasks, without those cancelled"),
    "completed": ("项", "其中：完成的任务", "of the tasks: completed"),
    "overdue": ("项", "其中：逾期的任务", "of the tasks: past their day"),
    "plans": ("项", "规划（方案）", "plans, without those abandoned"),
}


def names(policy: RegistryPolicy) -> Mapping[str, Named]:
    """Of each tag of the profile: tasks, those completed, those overdue, plans."""
    return {
        f"frameworks.{one.code}.{what}": Named(
            unit, f"{one.name_zh}：{zh}", f"{one.name_en or one.code}: {en}"
        )
        for frame in policy.operations.frameworks
        for one in (frame, *frame.tags)
        for what, (unit, zh, en) in _COUNTED.items()
    }


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Tasks and plans of the day by tag and place; what has several tags counts under each, so tags are
    never added up. Days by which tasks are due are those that hold now."""
    found: dict[str, dict[str, int | float]] = defaultdict(lambda: defaultdict(int))
    for row in await reading.connection.fetch(_STANDING, day, patterns, length):
        for what in _COUNTED:
            found[f"frameworks.{row['tag']}.{what}"][row["place"]] += row[what]
    return found


BY_TAG = OwnFigures({}, reckon, named=names)


class OfFramework(BaseModel):
    """What is done under one tag; a task with several tags counts under each."""

    tag: str
    tasks: int = Field(description="without those cancelled")
    completed: int
    overdue: int
    plans: int = Field(description="without those abandoned")


async def frameworks(reading: Reading, *, division: str | None, as_of: date | None) -> list[OfFramework]:
    """The same counts as a list of the tags in use, within a division or all that the caller may see.

    Raises `NotPermitted`.
    """
    rows = await reading.connection.fetch(_STANDING, as_of or reading.today, reading.patterns(division), 0)
    found: dict[str, OfFramework] = {}
    for row in sorted(rows, key=lambda one: str(one["tag"])):
        known = found.get(row["tag"], OfFramework(tag=row["tag"], tasks=0, completed=0, overdue=0, plans=0))
        sums = {what: getattr(known, what) + row[what] for what in _COUNTED}
        found[row["tag"]] = OfFramework(tag=row["tag"], **sums)
    return list(found.values())
